"""The indicator and the measures of fairness of every draw as a differentiable function of the decisions."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field, fields
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest
from nuudel.model.policy.decisions import Decisions
from nuudel.model.policy.goal import Goal
from nuudel.model.projection.ensemble_size import threads
from nuudel.model.projection.inputs import AGES, SEXES, Array, Feedback, Paths, Rates, StartingPopulation
from nuudel.model.projection.kernel import Departures, Ground, YearRates, ground_of, simulate
from nuudel.model.projection.kernel_cache import compilations_kept
from nuudel.model.scenarios.levers import Basis, lever_departures

# Draws at a time: a year's people and their derivatives stay in a core's second-level cache.
CHUNK = 4
# No group is summed but everybody.
GROUPS = {"all": np.ones((len(SEXES), AGES))}
# What is above a capacity's room is smoothed over this share of the room, so that it has a derivative.
SMOOTHED = 0.01


@dataclass(frozen=True, eq=False)
class Setting:
    """What a search projects, cut to the years that its goal asks for.

    Attributes
    ----------
    start, rates, feedback
        Of T years.
    outputs
        O names: the indicator, then one block for each measure of fairness that is projected.
    blocks
        Columns of each of these measures, by position in ``Goal.fairness``.
    """

    goal: Goal
    start: StartingPopulation
    rates: Rates
    feedback: Feedback
    blocks: dict[int, slice]


def setting_of(goal: Goal, start: StartingPopulation, rates: Rates, feedback: Feedback) -> Setting:
    """The projection of a goal, no longer than the goal needs.

    Raises
    ------
    ModelError
        ``MODEL-779`` for years and ``MODEL-780`` for a place or a capacity that the projection does not have.
    """
    demand_known(goal, rates, feedback)
    last = last_year(goal, rates)
    years = int(last - rates.years[0]) + 1
    yearly = ("years", "dying", "dying_newborn", "bearing", "boys", "leaving_level", "emigrating_level")
    cut = {name: getattr(rates, name)[:years] for name in (*yearly, "immigrants")}
    rest = {f.name: getattr(rates, f.name) for f in fields(rates) if f.name not in cut}
    shorter = Feedback(
        feedback.names, feedback.users, feedback.capacity[:years], feedback.pull, feedback.push
    )
    blocks, column = {}, 1
    for index, item in enumerate(goal.fairness):
        if item.measure != "spending_per_head":
            size = len(item.places or rates.places)
            blocks[index] = slice(column, column + size)
            column += size
    return Setting(goal, start, Rates(**rest, **cut), shorter, blocks)


def last_year(goal: Goal, rates: Rates) -> int:
    """The last year that has to be projected; ``MODEL-779`` where the projection does not reach so far."""
    objective, periods = goal.objective, goal.periods
    measured = [item for item in goal.fairness if item.measure != "spending_per_head"]
    # A stock of a year needs the years before it; what lacks room in a year needs that year's room.
    last = max(
        objective.last - (objective.indicator != "unmet"),
        periods.last,
        *[item.year - (item.measure == "population") for item in measured],
    )
    first = min(objective.first, periods.first, *[item.year for item in measured])
    if first < rates.years[0] or last > rates.years[-1]:
        raise ModelError(
            779,
            f"The goal {goal.name} asks for {first} to {last}; the projection has the years "
            f"{rates.years[0]} to {rates.years[-1]}.",
            "Project further, or ask for years within it.",
            ("periods", "objective", "fairness"),
        )
    return last


def demand_known(goal: Goal, rates: Rates, feedback: Feedback) -> None:
    asked = [(goal.objective.place, goal.objective.capacity)]
    asked += [(place, item.capacity) for item in goal.fairness for place in (item.places or ("",))]
    for place, capacity in asked:
        for name, known in ((place, rates.places), (capacity, feedback.names)):
            if name and name not in known:
                raise ModelError(
                    780,
                    f"The goal {goal.name} asks about {name!r}, which the projection does not have.",
                    f"Ask about something else{nearest(name, known)}.",
                    ("objective", "fairness"),
                )


def cut_paths(paths: Paths, rows: slice, years: int) -> Paths:
    """Some draws and the first years of departures."""
    return Paths(**{f.name: getattr(paths, f.name)[rows, :years] for f in fields(paths)})


class Projected:
    """The outputs of D draws, and their derivatives by the decisions, through the projection.

    Parameters
    ----------
    program
        Compiled once for a setting and its decisions.
    paths
        D draws of departures, T years as in the setting.
    sizes
        D x E sizes of effects, or E of which all draws have the same.
    """

    def __init__(self, program: "Program", paths: Paths, sizes: Array) -> None:
        self.program = program
        self.draws = len(paths.dying)
        rows = np.arange(-(-self.draws // CHUNK) * CHUNK).clip(max=self.draws - 1).reshape(-1, CHUNK)
        sizes = np.broadcast_to(sizes, (self.draws, np.shape(sizes)[-1]))
        self.chunks = [
            (Departures(*(getattr(paths, name)[row] for name in Departures._fields)), sizes[row])
            for row in rows
        ]

    def first(self, draws: int) -> "Projected":
        """The same with the first draws only, in whole chunks."""
        kept = copy(self)
        kept.chunks = self.chunks[: -(-draws // CHUNK)]
        kept.draws = min(self.draws, len(kept.chunks) * CHUNK)
        return kept

    def values(self, shares: Array) -> Array:
        """D x O outputs at n shares of the budget, their corners smoothed."""
        return self.together(shares, 0)

    def exact(self, shares: Array) -> Array:
        """D x O outputs, nothing smoothed."""
        return self.together(shares, 1)

    def by_year(self, shares: Array) -> Array:
        """D x T' the indicator year by year, nothing smoothed."""
        return self.together(shares, 2)

    def together(self, shares: Array, which: int) -> Array:
        found = self.each("values", lambda chunk: self.program.values(shares, *chunk)[which], self.chunks)
        return np.concatenate(found)[: self.draws]

    def slopes(self, shares: Array, weights: Array) -> Array:
        """Derivatives m x n of m sums of the (smoothed) outputs weighted by m x D x O."""
        padded = np.zeros((len(weights), len(self.chunks) * CHUNK, weights.shape[2]))
        padded[:, : self.draws] = weights
        parts = np.split(padded, len(self.chunks), axis=1)
        pairs = list(zip(self.chunks, parts, strict=True))
        kind = f"slopes {len(weights)}"
        found = self.each(
            kind, lambda pair: self.program.slopes(shares, pair[0][0], pair[0][1], pair[1]), pairs
        )
        # Summed in the order of the chunks, whichever thread was first.
        return np.asarray(np.sum(found, axis=0))

    def each(self, kind: str, call: Callable[[Any], Array], chunks: list[Any]) -> list[Array]:
        first = []
        if kind not in self.program.compiled:
            # Alone, for two threads that meet a program for the first time would both compile it.
            with compilations_kept():
                first = [call(chunks[0])]
            self.program.compiled.add(kind)
        rest = chunks[len(first) :]
        with ThreadPoolExecutor(threads(max(1, len(rest)))) as pool:
            return [*first, *pool.map(call, rest)]


@dataclass(frozen=True, eq=False)
class Program:
    """The compiled functions of one setting and its decisions, in double precision.

    Single precision would do for effects of a per cent; the optimiser's line search compares values that
    differ by far less.
    """

    ground: Ground
    yearly: YearRates
    compiled_values: Any
    compiled_slopes: Any
    compiled: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, setting: Setting, decisions: Decisions, remat: bool = True) -> "Program":
        basis = Basis.of(setting.start, setting.rates, setting.feedback)
        ground, yearly = ground_of(setting.start, setting.rates, setting.feedback, GROUPS, np.float64)

        def outputs(shares: Any, ground: Any, yearly: Any, given: Any, sizes: Any) -> Any:
            amounts = decisions.amounts(shares, jnp)
            added = lever_departures(decisions.levers, amounts, sizes, basis, xp=jnp)
            both = Departures(*(one + getattr(added, n) for n, one in given._asdict().items()))
            sums = simulate(ground, yearly, both, ages=False, remat=remat)
            return read_outputs(setting, sums, ground, yearly, both)

        def slopes(shares: Any, ground: Any, yearly: Any, given: Any, sizes: Any, weights: Any) -> Any:
            _, back = jax.vjp(lambda free: outputs(free, ground, yearly, given, sizes)[0], shares)
            return jax.vmap(lambda weight: back(weight)[0])(weights)

        return cls(ground, yearly, jax.jit(outputs), jax.jit(slopes))

    def values(self, shares: Array, given: Departures, sizes: Array) -> tuple[Array, ...]:
        with jax.enable_x64(True):
            found = self.compiled_values(shares, self.ground, self.yearly, given, sizes)
            return tuple(np.asarray(array) for array in found)

    def slopes(self, shares: Array, given: Departures, sizes: Array, weights: Array) -> Array:
        with jax.enable_x64(True):
            found = self.compiled_slopes(shares, self.ground, self.yearly, given, sizes, weights)
            return np.asarray(found)


def read_outputs(
    setting: Setting, sums: Any, ground: Ground, yearly: YearRates, given: Departures
) -> tuple[Any, Any, Any]:
    """Outputs with smooth corners (D x O), the same exactly, and the indicator year by year (D x T')."""
    goal, rates = setting.goal, setting.rates
    first, objective = int(rates.years[0]), goal.objective
    first_load = jnp.einsum("rsa,fsa->fr", ground.persons, ground.users) / ground.first_room
    room = yearly.capacity * jnp.exp(given.capacity)
    used = jnp.exp(sums.pressure) * jnp.maximum(first_load, 1e-9) * room
    place = [rates.places.index(objective.place)] if objective.place else list(range(len(rates.places)))

    def beyond(capacity: str, smooth: bool) -> Any:
        f = setting.feedback.names.index(capacity)
        lacking = used[:, :, f] - room[:, :, f]
        width = SMOOTHED * room[:, :, f]
        return width * jax.nn.softplus(lacking / width) if smooth else jnp.maximum(lacking, 0)

    def outputs(smooth: bool) -> tuple[Any, Any]:
        if objective.indicator == "unmet":
            by_year = beyond(objective.capacity, smooth)[:, :, np.array(place)].sum(axis=2)
            indicator = by_year[:, objective.first - first : objective.last - first + 1].sum(axis=1)
        else:
            by_year = sums.persons[:, :, place[0]]
            if objective.indicator == "population_share":
                by_year = by_year / sums.persons.sum(axis=2)
            indicator = by_year[:, objective.first - first]
        columns = [indicator[:, None]]
        for index in setting.blocks:
            item = goal.fairness[index]
            places = np.array([rates.places.index(code) for code in item.places or rates.places])
            source = sums.persons if item.measure == "population" else beyond(item.capacity, smooth)
            columns.append(source[:, item.year - first][:, places])
        return jnp.concatenate(columns, axis=1), by_year

    exact, by_year = outputs(False)
    return outputs(True)[0], exact, by_year
