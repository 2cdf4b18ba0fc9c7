"""Moves between places: how many leave, at what age, and where they go."""

from dataclasses import dataclass

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.base.provenance import Effect
from nuudel.model.baseline.history import balanced_margins
from nuudel.model.baseline.tables import MARGINS, Country
from nuudel.model.origin_destination.result import EstimatedFlows
from nuudel.model.projection.inputs import AGES, Array

# Rogers-Castro parameters (a1, alpha1, a2, alpha2, mu2, lambda2, c). Fundamental: Rogers & Castro 1981, Model
# Migration Schedules, IIASA RR-81-30. Western male: United Nations 1992, Preparing Migration Data for
# Subnational Population Projections.
SCHEDULES = {
    "fundamental": (0.02, 0.1, 0.06, 0.1, 20.0, 0.4, 0.003),
    "un1992": (0.0215, 0.105, 0.0694, 0.112, 20.04, 0.391, 0.0028),
    # The fundamental set five years later, as residents of the capital by age suggest for registered moves.
    "late": (0.02, 0.1, 0.06, 0.1, 25.0, 0.4, 0.003),
    "flat": (0.0, 0.1, 0.0, 0.1, 20.0, 0.4, 1.0),
}
SPANS = {"ten_years": 10, "recent": 3, "twenty_years": 20, "reverting": 10}
SWEEPS = 20_000
TOLERANCE = 1e-11
# Arrivals and departures of a place in a year are at least this, so that shares and logarithms exist.
FEWEST = 1e-3


@dataclass(frozen=True, eq=False)
class Moves:
    """Mean moves of some years.

    Attributes
    ----------
    years
        The years of the mean, in order.
    crude
        Years x R departures per person and year.
    going
        R x R destination shares.
    """

    years: tuple[int, ...]
    crude: Array
    going: Array


def schedule(name: str) -> Array:
    """101 relative intensities of moving by completed years of age at the beginning of a year.

    m(x) = a1 exp(−α1 x) + a2 exp(−α2 (x − μ2) − exp(−λ2 (x − μ2))) + c, divided by its sum.
    """
    a1, alpha1, a2, alpha2, mu2, lambda2, c = SCHEDULES[name]
    x = np.arange(AGES, dtype=float)
    late = a2 * np.exp(-alpha2 * (x - mu2) - np.exp(-lambda2 * (x - mu2)))
    found = a1 * np.exp(-alpha1 * x) + late + c
    shares: Array = found / found.sum()
    return shares


def years_of_level(country: Country, last: int, span: int) -> tuple[int, ...]:
    """The years up to ``last``, at most ``span`` back, whose margins can be trusted.

    Left out are years that a caveat calls not comparable, and those in which one that names most of the
    places calls a margin doubtful.
    """
    spoilt = [
        caveat
        for caveat in country.pack.table(MARGINS).caveats
        if caveat.effect is Effect.NOT_COMPARABLE
        or (caveat.effect is Effect.DOUBTFUL and 2 * len(caveat.places) > len(country.places))
    ]
    years = [int(y) for y in country.margins.years if last - span < y <= last]
    kept = tuple(y for y in years if not any(c.covers(year=y) for c in spoilt))
    if not kept:
        raise ModelError(
            646,
            f"No year from {last - span + 1} to {last} has comparable registered moves.",
            "Begin in a later year, or add earlier years to the table of registered moves.",
            ("year",),
        )
    return kept


def mean_moves(
    country: Country,
    flows: EstimatedFlows | None,
    people: dict[int, Array],
    years: tuple[int, ...],
    destinations: str,
) -> Moves:
    """Departure rates of the years, and where those who leave go."""
    left = np.array([np.maximum(balanced_margins(country, year)[1], FEWEST) for year in years])
    crude = left / np.array([people[year] for year in years])
    of_years = (years[-1],) if destinations == "latest" else years
    if flows is None or destinations == "arrivals":
        table = quasi_independent(country, of_years)
    else:
        table = mean_table(country, flows, of_years)
    empty = table.sum(axis=1) <= 0
    if np.any(empty):
        fallback = np.tile(table.sum(axis=0) + FEWEST, (len(table), 1))
        np.fill_diagonal(fallback, 0)
        table[empty] = fallback[empty]
    return Moves(years, crude, table / table.sum(axis=1, keepdims=True))


def mean_table(country: Country, flows: EstimatedFlows, years: tuple[int, ...]) -> Array:
    """R x R mean moves of the years; a cell that was not counted in a year adds nothing."""
    absent = [place for place in country.places if place not in flows.places]
    lacking = [year for year in years if year not in flows.years]
    if absent or lacking:
        raise ModelError(
            647,
            f"The estimated tables of moves lack {', '.join(absent[:3]) or lacking[0]}.",
            "Estimate them from the registered moves of the same pack.",
            ("flows",),
        )
    order = [flows.places.index(place) for place in country.places]
    tables = [flows.mean[flows.years.index(year)][np.ix_(order, order)] for year in years]
    mean: Array = np.nan_to_num(np.array(tables)).mean(axis=0)
    return mean


def quasi_independent(country: Country, years: tuple[int, ...]) -> Array:
    """R x R moves with the margins of the years and nothing but them."""
    margins = [balanced_margins(country, year) for year in years]
    arrived, left = np.mean(margins, axis=0)
    seed = 1.0 - np.eye(len(country.places))
    going = seed * np.maximum(arrived, FEWEST)
    going /= going.sum(axis=1, keepdims=True)
    weight, drawn = attraction(going, left, arrived)
    moves: Array = going * weight / drawn[:, None] * left[:, None]
    return moves


def attraction(going: Array, left: Array, arrived: Array) -> tuple[Array, Array]:
    """Weights of the destinations under which those who left arrive as they were counted.

    Parameters
    ----------
    going
        R x R destination shares.
    left, arrived
        R persons, with the same sum.

    Returns
    -------
    weight, drawn
        R weights w, and R sums over destinations of going x w, by which departures are to be divided; the
        mean of the second over those who left is 1.

    Raises
    ------
    ModelError
        ``MODEL-648``: no weights do it.
    """
    weight = np.ones(len(left))
    goal = np.maximum(arrived, FEWEST)
    goal *= left.sum() / goal.sum()
    if np.any(goal > (going > 0).T @ left):
        raise too_many_arrivals()
    for _ in range(SWEEPS):
        drawn = going @ weight
        came = weight * ((left / drawn) @ going)
        if np.abs(came - goal).max() <= TOLERANCE * goal.sum():
            scale = left.sum() / max(float(left @ drawn), FEWEST)
            return weight * scale, drawn * scale
        weight = weight * goal / np.maximum(came, np.finfo(float).tiny)
        weight /= weight.max()
    raise too_many_arrivals()


def too_many_arrivals() -> ModelError:
    return ModelError(
        648,
        "Registered arrivals cannot be met by those who left: a place took up almost all of the moves.",
        "Compare the arrivals of the largest place with the departures of all others.",
        ("in_migrants", "out_migrants"),
    )
