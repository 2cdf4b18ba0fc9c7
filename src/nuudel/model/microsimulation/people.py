"""The individuals in memory: five words each, in chunks; the newcomers of a year go to the end."""

import os
from typing import Self

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.microsimulation.kernel import (
    CHUNK,
    COHORT_MASK,
    MALE_BIT,
    PLACE_SHIFT,
    WITH_PARENTS_BIT,
)
from nuudel.model.microsimulation.population import Population
from nuudel.model.projection.inputs import OLDEST

Words = NDArray[np.uint32]
WORDS = 5  # number of the person (two words) and of the household (two words), and the cell


class People:
    """Individuals during a simulation.

    Attributes
    ----------
    words
        5 x capacity; rows are those of ``kernel.live``.
    starts, counts
        First individual and number of individuals of each chunk.
    """

    def __init__(self, words: Words, starts: NDArray[np.int64], counts: NDArray[np.int64], end: int) -> None:
        self.words, self.starts, self.counts, self.end = words, starts, counts, end

    @classmethod
    def of(cls, population: Population, newcomers: float) -> Self:
        """The individuals of a population, with room for so many newcomers before memory must grow."""
        size = len(population)
        capacity = size + int(newcomers)
        demand_memory(capacity)
        words = np.empty((WORDS, capacity), np.uint32)
        words[0, :size] = np.arange(size, dtype=np.uint32)
        words[1, :size] = words[3, :size] = 0
        words[2, :size] = population.household
        cell = words[4, :size]
        cell[:] = population.place
        cell <<= PLACE_SHIFT
        cell |= np.multiply(population.sex, MALE_BIT, dtype=np.uint32)
        cell |= np.multiply(population.with_parents, WITH_PARENTS_BIT, dtype=np.uint32)
        cell |= OLDEST - population.age
        return cls(words, *chunks(0, size), size)

    def append(self, newcomers: list[Words]) -> None:
        """Add individuals (5 x n each) as chunks of their own."""
        first = self.end
        total = first + sum(each.shape[1] for each in newcomers)
        if total > self.words.shape[1]:
            demand_memory(2 * total)
            grown = np.empty((WORDS, total + total // 4), np.uint32)
            grown[:, :first] = self.words[:, :first]
            self.words = grown
        for each in newcomers:
            self.words[:, self.end : self.end + each.shape[1]] = each
            self.end += each.shape[1]
        starts, counts = chunks(first, total)
        self.starts = np.concatenate([self.starts, starts])
        self.counts = np.concatenate([self.counts, counts])

    def living(self) -> Words:
        """5 x n words of those who are alive and in the country, in order of their numbers."""
        alive = np.zeros(self.end + 1, np.int32)
        np.add.at(alive, self.starts, 1)
        np.add.at(alive, self.starts + self.counts, -1)
        kept = self.words[:, : self.end][:, np.cumsum(alive[:-1]) > 0]
        return kept[:, np.lexsort((kept[0], kept[1]))]


def chunks(first: int, end: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Starts and counts of the chunks of individuals ``first`` to ``end``."""
    starts = np.arange(first, end, CHUNK, dtype=np.int64)
    return starts, np.minimum(end - starts, CHUNK)


def ages_of(cells: Words, years: int) -> NDArray[np.uint8]:
    """Ages after so many years."""
    return np.minimum(OLDEST + years - (cells & COHORT_MASK).astype(np.int64), OLDEST).astype(np.uint8)


def demand_seed(seed: int) -> None:
    """``MODEL-704``: a seed that 32 bits do not hold."""
    if not 0 <= seed < 2**32:
        raise ModelError(
            704,
            f"The seed {seed} is not between 0 and {2**32 - 1}.",
            "Choose a whole number in this range.",
            ("seed",),
        )


def demand_memory(individuals: int) -> None:
    """Refuse what the machine's memory cannot hold, before it is asked for."""
    needed, there = individuals * WORDS * 4, memory()
    if needed > there:
        raise ModelError(
            705,
            f"{individuals} individuals need {needed / 1e9:.1f} GB; this machine has {there / 1e9:.1f} GB.",
            "Simulate a smaller fraction of the people.",
            ("fraction",),
        )


def memory() -> int:
    """Bytes of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
