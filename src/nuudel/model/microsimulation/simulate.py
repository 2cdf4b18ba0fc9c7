"""Individuals over the years: the same rates, order and feedback as the projection, one person at a time."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.microsimulation.kernel import COHORT_BITS, PLACE_SHIFT, WITH_PARENTS_BIT
from nuudel.model.microsimulation.layout import MOST_YEARS
from nuudel.model.microsimulation.leaving_home import LEAVING_HOME
from nuudel.model.microsimulation.people import People, ages_of, demand_seed
from nuudel.model.microsimulation.population import Population
from nuudel.model.microsimulation.recording import Recording
from nuudel.model.microsimulation.simulated import Simulated
from nuudel.model.microsimulation.year import YearOfPeople
from nuudel.model.microsimulation.yearly import YearTables
from nuudel.model.projection.accounts import load
from nuudel.model.projection.inputs import FEMALE, Array, Feedback, Paths, Rates


def simulate(
    population: Population,
    rates: Rates,
    paths: Paths,
    feedback: Feedback,
    *,
    seed: int = 0,
    threads: int | None = None,
    leaving_home: Array = LEAVING_HOME,
) -> Simulated:
    """Carry each individual forward, one year after the other, in the order of ``projection.inputs``.

    Expected counts are those of ``projection.accounts.account`` with the same rates. Members of a household
    share the uniform number that decides on moving (each moves if it is below the person's own
    probability) and the one that decides where to, so that families mostly move together while every
    person's probability is the projection's.

    Parameters
    ----------
    population
        Of the places of ``rates``, at the beginning of its first year.
    paths
        A single path (``paths.draws`` is None).
    seed
        0 to 2^32 - 1. The same person draws the same numbers in every simulation with this seed.
    threads
        At most this many; all of the machine's if None. The result does not depend on it.
    leaving_home
        2 x 101 yearly probability of leaving the parents' household while staying in the place.

    Returns
    -------
    Simulated

    Raises
    ------
    ModelError
        ``MODEL-701`` to ``MODEL-706``: the arguments do not fit together, or memory does not suffice.
    """
    return run(population, rates, paths, feedback, seed, threads, leaving_home)[0]


def simulate_to_population(
    population: Population,
    rates: Rates,
    paths: Paths,
    feedback: Feedback,
    *,
    seed: int = 0,
    threads: int | None = None,
    leaving_home: Array = LEAVING_HOME,
) -> tuple[Simulated, Population]:
    """The same, and the individuals at the end: survivors in the old order, then those who came or were born.

    Their households are numbered anew. Education is not carried on: nothing tells how it would change.
    """
    found, people = run(population, rates, paths, feedback, seed, threads, leaving_home)
    living = people.living()
    years = len(found.years) - 1
    homes = (living[3].astype(np.uint64) << np.uint64(32)) | living[2]
    cells = living[4]
    end = Population(
        year=int(found.years[-1]),
        places=population.places,
        place=(cells >> np.uint32(PLACE_SHIFT)).astype(np.uint16),
        sex=((cells >> np.uint32(COHORT_BITS)) & 1).astype(np.uint8),
        age=ages_of(cells, years),
        household=np.unique(homes, return_inverse=True)[1].astype(np.uint32),
        with_parents=(cells & WITH_PARENTS_BIT) > 0,
        education=np.empty(0, np.uint8),
        levels=(),
        fraction=population.fraction,
        seed=seed,
        sources=(*population.sources, f"simulated for {years} years"),
    )
    return found, end


def run(
    population: Population,
    rates: Rates,
    paths: Paths,
    feedback: Feedback,
    seed: int,
    threads: int | None,
    leaving_home: Array,
) -> tuple[Simulated, People]:
    demand_fit(population, rates, paths, seed)
    workers = max(1, threads or os.cpu_count() or 1)
    recording = Recording(population, rates, feedback)
    people = People.of(
        population, 2 * expected_newcomers(recording.individuals[0], population.fraction, rates)
    )
    first = load(recording.individuals[0] * population.weight, feedback) / feedback.capacity[0]
    with ThreadPoolExecutor(workers) as pool:
        year = YearOfPeople(pool, workers, rates, population.fraction, seed)
        tables = YearTables(rates, leaving_home)
        for i in range(rates.years.size):
            persons = recording.individuals[i] * population.weight
            room = feedback.capacity[i] * np.exp(paths.capacity[i])
            pressure = np.log(np.maximum(load(persons, feedback), 1e-9) / room / np.maximum(first, 1e-9))
            list(pool.map(run_task, tables.write(i, paths, feedback, pressure)))
            recording.write(i, year.live(people, i, tables), pressure)
    return recording.simulated(population, rates, seed), people


def run_task(task: Callable[[], None]) -> None:
    task()


def expected_newcomers(individuals: NDArray[np.int32], fraction: float, rates: Rates) -> float:
    """A rough number of births and immigrants: the memory for them is taken only as they come."""
    women = individuals[:, FEMALE].sum(axis=0)
    return float((women @ rates.bearing.T).sum() + rates.immigrants.sum() * fraction) + 10_000


def demand_fit(population: Population, rates: Rates, paths: Paths, seed: int) -> None:
    """Refuse arguments that do not fit together."""
    if population.places != rates.places:
        strange = sorted(set(population.places) ^ set(rates.places))[:5]
        raise ModelError(
            701,
            "The synthetic population and the rates are of different places"
            + (f" ({', '.join(strange)})." if strange else " or in a different order."),
            "Make the synthetic population from the starting population that belongs to the rates.",
            ("places",),
        )
    if population.year != rates.years[0]:
        raise ModelError(
            702,
            f"The synthetic population is of {population.year}, but the rates begin in {rates.years[0]}.",
            "Make the synthetic population for the first year of the rates.",
            ("year",),
        )
    if paths.draws is not None:
        raise ModelError(
            703,
            f"There are {paths.draws} paths of departures, but individuals follow one.",
            "Choose one with Paths.draw.",
            ("paths",),
        )
    demand_seed(seed)
    if rates.years.size > MOST_YEARS:
        raise ModelError(
            707,
            f"{rates.years.size} years are more than the {MOST_YEARS} that a simulation can take.",
            "Simulate fewer years, and go on from the population at the end.",
            ("years",),
        )
