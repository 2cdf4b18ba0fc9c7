"""Random numbers that are a function of who, when and what for, not of the order in which they are drawn.

Threefry-2x32 with 13 rounds turns a 64-bit counter and a 64-bit key into 64 random bits (Salmon, Moraes,
Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11, section 4; rotations and known
answers are those of their Random123 library). Here the counter is the number of a person or household, and
the key is the seed with the year and the purpose, so that any thread draws the same number for the same
person, and a scenario draws the same as its baseline.
"""

import numpy as np

from nuudel.model.compiled import compiled
from nuudel.model.microsimulation.structures import Integer, Words

word = np.uint32

# What a number is drawn for; below 16, so that purpose and year share one word of the key.
PERSON = 0  # first word: death, emigration, leaving home; second word: birth
HOUSEHOLD = 1  # first word: whether to move; second word: where to
CORRIDOR = 2
MOVED_HOUSEHOLD = 3
LEFT_HOME = 4
NEWBORN_NUMBER = 5
NEWBORN = 6  # first word: sex; second word: death in the first months
IMMIGRANT_COUNT = 7
IMMIGRANT_NUMBER = 8
IMMIGRANT = 9  # first word: place; second word: sex and age
PURPOSES = 16
# Set in the numbers of people and households that were not there at the beginning.
LATER = word(0x80000000)
PARITY = word(0x1BD11BDA)


@compiled()
def turned(value: np.uint32, bits: int) -> np.uint32:
    return word(word(value << word(bits)) | word(value >> word(32 - bits)))


@compiled()
def four_rounds(
    low: np.uint32, high: np.uint32, first: int, second: int, third: int, fourth: int
) -> tuple[np.uint32, np.uint32]:
    low = word(low + high)
    high = word(turned(high, first) ^ low)
    low = word(low + high)
    high = word(turned(high, second) ^ low)
    low = word(low + high)
    high = word(turned(high, third) ^ low)
    low = word(low + high)
    high = word(turned(high, fourth) ^ low)
    return low, high


@compiled()
def threefry(seed: np.uint32, purpose: np.uint32, low: Integer, high: Integer) -> tuple[np.uint32, np.uint32]:
    """Two random words for the counter (low, high) under the key (seed, purpose); all are 32 bits."""
    third = word(PARITY ^ word(seed ^ purpose))
    low, high = word(low + seed), word(high + purpose)
    low, high = four_rounds(low, high, 13, 15, 26, 6)
    low, high = word(low + purpose), word(high + word(third + word(1)))
    low, high = four_rounds(low, high, 17, 29, 16, 24)
    low, high = word(low + third), word(high + word(seed + word(2)))
    low, high = four_rounds(low, high, 13, 15, 26, 6)
    low, high = word(low + seed), word(high + word(purpose + word(3)))
    low = word(low + high)
    return low, word(turned(high, 17) ^ low)


@compiled()
def draw_words(
    seed: np.uint32, purpose: np.uint32, low: Words, high: Words, first: Words, second: Words
) -> None:
    """Two random words for each of many counters."""
    for i in range(low.size):
        first[i], second[i] = threefry(seed, purpose, low[i], high[i])


def key(year: int) -> np.uint32:
    """The second word of the key, to which the purpose is added."""
    return word(year * PURPOSES)
