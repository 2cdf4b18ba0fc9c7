"""What amounts of levers add to the logarithms of rates: arrays in, arrays out."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest
from nuudel.model.projection.inputs import Array, Feedback, Paths, Rates, StartingPopulation
from nuudel.model.scenarios.lever import BASES, CAPACITY, RATES, Cost, Effect, Lever

__all__ = [
    "BASES",
    "CAPACITY",
    "RATES",
    "Basis",
    "Cost",
    "Effect",
    "Lever",
    "central_sizes",
    "draw_costs",
    "draw_sizes",
    "lever_departures",
]

NATIONAL = ("dying", "emigrating", "immigrating")
WORKING = slice(18, 60)
# A loss of everything has no logarithm: a base never falls below this share of itself.
LEAST_LEFT = 0.01
# Standard normal deviate of the ends of an 80 per cent interval.
END = 1.2815515655446004


@dataclass(frozen=True, eq=False)
class Basis:
    """What amounts are measured against: R places, T years, F capacities.

    Attributes
    ----------
    first_year
        R of each of ``BASES``, at the beginning or in the first year, before any departure.
    capacity
        T x F x R.
    capacities
        F names.
    corridors
        C; departures of the country's rates are the same for each corridor.
    """

    first_year: Mapping[str, Array]
    capacity: Array
    capacities: tuple[str, ...]
    corridors: int

    @classmethod
    def of(cls, start: StartingPopulation, rates: Rates, feedback: Feedback) -> "Basis":
        """The basis of a projection."""
        leavers = np.einsum("rsa,rsa->r", start.persons, rates.leaving) * rates.leaving_level[0]
        first_year = {
            "persons": start.persons.sum(axis=(1, 2)),
            "working": start.persons[:, :, WORKING].sum(axis=(1, 2)),
            "departures": leavers,
            "arrivals": leavers @ rates.going,
            "immigrants": rates.immigrants[0] @ rates.settling,
        }
        return cls(first_year, feedback.capacity, feedback.names, len(rates.corridors))

    def base(self, name: str) -> Array:
        """R or T x R units of a base."""
        if not name.startswith(CAPACITY):
            return self.first_year[name]
        return self.capacity[:, self.at(name)]

    def at(self, name: str) -> int:
        """Position of ``capacity.NAME`` among the capacities; ``MODEL-749`` where it is missing."""
        capacity = name.removeprefix(CAPACITY)
        if capacity not in self.capacities:
            raise ModelError(
                749,
                f"A lever acts on the capacity {capacity!r}, which the projection does not have.",
                f"Use the capacities of the same pack{nearest(capacity, self.capacities)}.",
                ("acts_on",),
            )
        return self.capacities.index(capacity)


def lever_departures(
    levers: Sequence[Lever], amounts: Any, sizes: Any, basis: Basis, *, xp: Any = np
) -> Paths:
    """What amounts of levers add to the logarithms of rates, attraction and capacities.

    A pure function of arrays, to be differentiated in ``amounts`` with ``xp=jax.numpy``.

    Parameters
    ----------
    levers
        L of the catalogue.
    amounts
        L x T x R units in each year and place.
    sizes
        D x E drawn sizes (``draw_sizes``), or E central ones (``central_sizes``); E are the effects of all
        levers, in their order.
    basis
        Of the projection (``Basis.of``).
    xp
        ``numpy`` or ``jax.numpy``.

    Returns
    -------
    Paths
        D draws, or a single path where ``sizes`` has one axis. Of a rate of the whole country, an effect in
        logarithms takes the mean over places weighted by their people, an elasticity the sum over places.
    """
    years, places = amounts.shape[1], amounts.shape[2]
    drawn = sizes.shape[:-1]
    sums: dict[str, Any] = {}
    effects = [(i, effect) for i, lever in enumerate(levers) for effect in lever.effects]
    for e, (i, effect) in enumerate(effects):
        stock = xp.asarray(carried_over(effect, years)) @ amounts[i]
        added = departure_of(effect, stock, basis, xp)
        size = sizes[..., e].reshape(*drawn, *(1,) * added.ndim)
        sums[effect.acts_on] = sums.get(effect.acts_on, 0.0) + size * added

    zeros = xp.zeros((*drawn, years, places))
    by_place = {name: sums.get(name, zeros) for name in RATES if name not in NATIONAL}
    country = {name: sums.get(name, zeros[..., 0]) for name in NATIONAL}
    corridors = xp.ones(basis.corridors)
    for name in sums:
        if name.startswith(CAPACITY):
            basis.at(name)
    rooms = [sums.get(CAPACITY + name, zeros) for name in basis.capacities]
    capacity = xp.stack(rooms, axis=-2) if rooms else xp.zeros((*drawn, years, 0, places))
    return Paths(
        dying=country["dying"],
        emigrating=country["emigrating"][..., None] * corridors,
        immigrating=country["immigrating"][..., None] * corridors,
        capacity=capacity,
        **by_place,
    )


def carried_over(effect: Effect, years: int) -> Array:
    """T x T weight in a year (row) of what was done in another (column)."""
    age = np.subtract.outer(np.arange(years), np.arange(years)) - effect.lag
    grown = np.clip((age + 1) / effect.build_up, 0, 1)
    kept = (1 - effect.decay) ** np.maximum(age - effect.build_up + 1, 0)
    return np.where(age >= 0, grown * kept, 0.0)


def departure_of(effect: Effect, stock: Any, basis: Basis, xp: Any) -> Any:
    """Departure for a size of 1: T x R, or T for a rate of the whole country."""
    national = effect.acts_on in NATIONAL
    if effect.form == "log":
        people = basis.first_year["persons"]
        return stock @ (people / people.sum()) if national else stock
    base = basis.base(effect.base)
    if national:
        stock, base = stock.sum(axis=-1), base.sum(axis=-1)
    change = stock * effect.per_unit / np.maximum(base, 1e-9)
    return xp.log(xp.maximum(1 + change, LEAST_LEFT))


def central_sizes(levers: Sequence[Lever]) -> Array:
    """E median sizes of all effects."""
    return np.array([effect.size for lever in levers for effect in lever.effects])


def draw_sizes(levers: Sequence[Lever], draws: int, seed: int) -> Array:
    """D x E sizes; a size depends on the seed, the lever, the effect and the draw only.

    So the same lever has the same sizes in every scenario, and more draws begin with the same ones.
    """
    drawn = [
        spread_out(effect, normal(effect.drawn_with or f"{lever.name} {i}", draws, seed))
        for lever in levers
        for i, effect in enumerate(lever.effects)
    ]
    return np.stack(drawn, axis=1) if drawn else np.zeros((draws, 0))


def draw_costs(levers: Sequence[Lever], draws: int, seed: int) -> Array:
    """D x L cost of a unit, MNT, drawn log-normally; 0 where a lever has none."""
    costs = np.zeros((draws, len(levers)))
    for i, lever in enumerate(levers):
        if lever.cost is not None:
            costs[:, i] = spread_out(lever.cost, normal(f"{lever.name} cost", draws, seed))
    return costs


def normal(word: str, draws: int, seed: int) -> Array:
    """Standard normal numbers of their own stream for each word."""
    key = int.from_bytes(hashlib.sha256(f"{seed} {word}".encode()).digest()[:16], "big")
    return np.random.Generator(np.random.Philox(key=key)).standard_normal(draws)


def spread_out(known: Effect | Cost, deviate: Array) -> Array:
    """Values with the stated median and 80 per cent interval; half on each side, each normal."""
    value, low, high = known.size, known.low, known.high
    if known.spread == "normal":
        return value + deviate / END * np.where(deviate > 0, high - value, value - low)
    sign = np.sign(value)
    near, middle, far = np.log([abs(low), abs(value), abs(high)])
    return np.asarray(
        sign * np.exp(middle + deviate / END * np.where(deviate > 0, far - middle, middle - near))
    )
