"""The answer once more, person by person: the same mix and path through the microsimulation."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from scipy.stats import t as student_t

from nuudel.model.microsimulation.simulate import simulate
from nuudel.model.microsimulation.simulated import Simulated
from nuudel.model.microsimulation.synthetic import synthesize
from nuudel.model.policy.decisions import Decisions
from nuudel.model.policy.response import Projected, Setting
from nuudel.model.projection.accounts import load
from nuudel.model.projection.inputs import Array, Paths
from nuudel.model.scenarios.levers import Basis, lever_departures

RUNS = 6
# The projection and the mean of the runs differ if they would be so far apart in less of such checks.
SIGNIFICANT = 0.01
SCHEMA = {
    "what": pl.String,
    "projection": pl.Float64,
    "microsimulation": pl.Float64,
    "error": pl.Float64,
    "agrees": pl.Boolean,
    "fraction": pl.Float64,
    "runs": pl.Int64,
}


def recheck(
    setting: Setting, decisions: Decisions, shares: Array, past: Paths, sizes: Array, projected: Projected
) -> pl.DataFrame:
    """Simulate a share of the people with the mix and without it, on one path, several times.

    Each run draws its own people and its own events, the same for both, so that the difference is not
    drowned in them.

    Parameters
    ----------
    past
        The single path that both follow.
    sizes
        E sizes of effects.
    projected
        The same path through the projection (one draw).
    """
    goal = setting.goal
    basis = Basis.of(setting.start, setting.rates, setting.feedback)
    with_levers = past + lever_departures(decisions.levers, decisions.amounts(shares), sizes, basis)
    values = np.array([measured(setting, (past, with_levers), goal.seed + run) for run in range(RUNS)])
    before = projected.exact(np.zeros_like(shares))[0, 0]
    after = projected.exact(shares)[0, 0]
    rows = {
        "without": (before, values[:, 0]),
        "with": (after, values[:, 1]),
        "effect": (after - before, values[:, 1] - values[:, 0]),
    }
    table = []
    for name, (expected, found) in rows.items():
        error = float(found.std(ddof=1) / np.sqrt(RUNS))
        agrees = abs(found.mean() - expected) <= student_t.ppf(1 - SIGNIFICANT / 2, RUNS - 1) * error
        table.append((name, float(expected), float(found.mean()), error, bool(agrees), goal.recheck, RUNS))
    return pl.DataFrame(table, schema=SCHEMA, orient="row")


def measured(setting: Setting, paths: Sequence[Paths], seed: int) -> list[float]:
    """The indicator of one simulation along each path, of the same people with the same random numbers."""
    people = synthesize(setting.start, fraction=setting.goal.recheck, seed=seed)
    return [
        indicator_of(setting, path, simulate(people, setting.rates, path, setting.feedback, seed=seed))
        for path in paths
    ]


def indicator_of(setting: Setting, path: Paths, simulated: Simulated) -> float:
    goal, rates, feedback = setting.goal, setting.rates, setting.feedback
    objective, first = goal.objective, int(rates.years[0])
    if objective.indicator != "unmet":
        now = simulated.persons[objective.first - first]
        here = float(now[rates.places.index(objective.place)])
        return here / float(now.sum()) if objective.indicator == "population_share" else here
    f = feedback.names.index(objective.capacity)
    places = [rates.places.index(objective.place)] if objective.place else list(range(len(rates.places)))
    room = feedback.capacity[:, f] * np.exp(path.capacity[:, f])
    years = range(objective.first - first, objective.last - first + 1)
    used = np.array([load(simulated.individuals[i] * simulated.weight, feedback)[f] for i in years])
    return float(np.maximum(used - room[list(years)], 0)[:, places].sum())


def central_path(paths: Paths) -> Paths:
    """The mean of the departures of all draws: one path in their middle."""
    return replace(paths, **{name: values.mean(axis=0) for name, values in vars(paths).items()})
