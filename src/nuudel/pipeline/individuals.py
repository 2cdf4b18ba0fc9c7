"""People one by one: a synthetic population, and scenarios lived through by it."""

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from nuudel.base.errors import RunError
from nuudel.base.packs import Pack
from nuudel.model.microsimulation.population import Population
from nuudel.model.microsimulation.simulate import simulate
from nuudel.model.microsimulation.synthetic import synthesize
from nuudel.model.projection.accounts import account
from nuudel.model.projection.inputs import Paths
from nuudel.model.scenarios.catalogue import read_catalogue
from nuudel.model.scenarios.departures import central_departures
from nuudel.model.scenarios.scenario import Scenario
from nuudel.pipeline.ground import Ground

STATED_YEARS = (2030, 2040, 2050)
# Simulations with other random numbers, of which the standard error is made.
REPEATS = 3


def people_of(ground: Ground, fraction: float, seed: int) -> Population:
    """Synthetic individuals, one for each ``1 / fraction`` people; ``RUN-110`` if there is none."""
    sources = sorted(set(ground.baseline.assumptions["source"].drop_nulls()))
    population = synthesize(ground.baseline.start, fraction=fraction, seed=seed, sources=sources)
    if not len(population):
        raise RunError(
            110, f"A share of {fraction:g} of the people is nobody.", "Ask for a larger share.", ("people",)
        )
    return population


def live_through(
    pack: Pack,
    ground: Ground,
    population: Population,
    scenarios: Sequence[Scenario],
    seed: int,
    progress: Callable[[int, int], None],
) -> pl.DataFrame:
    """The capital's people in each scenario, person by person and by projection, along the central path.

    Returns
    -------
    polars.DataFrame
        ``scenario, place, year, projected, simulated, error, quality``: persons; ``error`` is the standard
        error of the mean of the simulations.
    """
    catalogue, base, rows = read_catalogue(pack), ground.baseline, []
    calm = Paths.none(base.rates, ground.feedback) + base.past
    people = base.start.persons.sum(axis=(1, 2))
    place = pack.capital or base.start.places[int(people.argmax())]
    at = base.start.places.index(place)
    for number, scenario in enumerate(scenarios):
        path = calm + central_departures(scenario, catalogue, base, ground.feedback)
        expected = account(base.start, base.rates, path, ground.feedback)
        lived = [
            simulate(population, base.rates, path, ground.feedback, seed=seed + repeat).persons[:, at]
            for repeat in range(REPEATS)
        ]
        for year in STATED_YEARS:
            row = int(year - base.rates.years[0])
            simulated = np.array([run[row] for run in lived])
            rows.append(
                {
                    "scenario": scenario.name,
                    "place": place,
                    "year": year,
                    "projected": float(expected.persons[row, at].sum()),
                    "simulated": float(simulated.mean()),
                    "error": float(simulated.std(ddof=1) / np.sqrt(REPEATS)),
                    "quality": "synthetic",
                }
            )
        progress(number + 1, len(scenarios))
    return pl.DataFrame(rows)
