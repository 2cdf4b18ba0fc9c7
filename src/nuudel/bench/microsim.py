"""How long a country's individuals take: 3.4 million over 30 years, in 22 aimags and in 330 soums."""

import subprocess
import sys
from dataclasses import replace

import numpy as np

from nuudel.base.errors import RunError
from nuudel.bench.harness import Figure, timed, timed_pair
from nuudel.bench.microsim_numpy import simulate_with_numpy
from nuudel.bench.projection_case import case
from nuudel.model.microsimulation.people import WORDS
from nuudel.model.microsimulation.population import Population
from nuudel.model.microsimulation.simulate import simulate
from nuudel.model.microsimulation.synthetic import synthesize
from nuudel.model.projection.inputs import Feedback, Paths, Rates, StartingPopulation

PEOPLE = 3_400_000
YEARS = 30
AIMAGS, SOUMS = 22, 330
THREADS = 2
RIVAL = "NumPy, one array operation after the other"
ROUNDS = 3


def measure() -> dict[str, Figure]:
    """Seconds of two threads and of one, of NumPy, of half the people and half the years; and memory.

    The floor is one reading of the individuals' words in each year, by one thread.
    """
    start, rates, feedback = country(AIMAGS, PEOPLE)
    population = synthesize(start)
    ours, rival = timed_pair(
        lambda: run(population, rates, feedback),
        lambda: simulate_with_numpy(population, rates, feedback, seed=1),
        rounds=ROUNDS,
    )
    one_thread = timed(lambda: run(population, rates, feedback, threads=1), rounds=ROUNDS)
    half_people = synthesize(start, fraction=0.5)
    half_years = country(AIMAGS, PEOPLE, YEARS // 2)[1:]
    soums = country(SOUMS, PEOPLE)
    soum_population = synthesize(soums[0])
    return {
        "microsim_national_seconds": Figure(
            ours, "seconds", RIVAL, ours / rival, floor=YEARS * reading(population)
        ),
        "microsim_numpy_ratio": Figure(rival / ours, "times faster than NumPy"),
        "microsim_one_thread_seconds": Figure(one_thread, "seconds"),
        "microsim_half_people_seconds": Figure(
            timed(lambda: run(half_people, rates, feedback), rounds=ROUNDS), "seconds"
        ),
        "microsim_half_years_seconds": Figure(
            timed(lambda: run(population, *half_years), rounds=ROUNDS), "seconds"
        ),
        "microsim_soum_seconds": Figure(
            timed(lambda: run(soum_population, soums[1], soums[2]), rounds=ROUNDS), "seconds"
        ),
        "microsim_synthesize_seconds": Figure(timed(lambda: synthesize(start), rounds=ROUNDS), "seconds"),
        "microsim_national_memory_mb": Figure(memory(), "MB"),
    }


def country(places: int, people: int, years: int = YEARS) -> tuple[StartingPopulation, Rates, Feedback]:
    """The case of the projection's benchmark with so many people; one immigrant per 300 people a year."""
    start, rates, feedback = case(places, years, corridors=4)
    scale = people / start.persons.sum()
    immigrants = rates.immigrants * (people / 300 / rates.immigrants.sum(axis=1, keepdims=True))
    return (
        replace(start, persons=np.rint(start.persons * scale)),
        replace(rates, immigrants=immigrants),
        replace(feedback, capacity=feedback.capacity * scale),
    )


def run(population: Population, rates: Rates, feedback: Feedback, threads: int = THREADS) -> None:
    """One simulation."""
    simulate(population, rates, Paths.none(rates, feedback), feedback, seed=1, threads=threads)


def reading(population: Population) -> float:
    """Seconds to read the words of all individuals once."""
    words = np.ones((WORDS, len(population)), np.uint32)
    return timed(lambda: int(words.max()))


def memory() -> float:
    """MB that a fresh process needs more at its peak, after a small simulation has loaded everything."""
    code = "from nuudel.bench.microsim import growth; print(growth())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RunError(
            302,
            "the memory of a simulation could not be measured in a process of its own.",
            "Measure on Linux, where a process can read its own peak.",
        )
    return float(done.stdout)


def growth() -> float:
    """In this process: peak memory of the national case, population included, above that of a small one."""
    small = country(AIMAGS, 20_000)
    run(synthesize(small[0]), *small[1:])
    before = status("VmRSS")
    start, rates, feedback = country(AIMAGS, PEOPLE)
    run(synthesize(start), rates, feedback)
    return status("VmHWM") - before


def status(name: str) -> float:
    """MB, from what Linux tells of the process."""
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(float(line.split()[1]) for line in lines if line.startswith(name)) * 1024 / 1e6
