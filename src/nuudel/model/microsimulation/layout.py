"""The year's probabilities as 32-bit words, in the order in which individuals look them up."""

import numpy as np
from numpy.typing import NDArray

from nuudel.model.compiled import compiled
from nuudel.model.microsimulation.kernel import (
    BEFORE_LARGEST,
    COHORT_MASK,
    FIELD_BITS,
    LEADING,
    MALE_BIT,
    PLACE_SHIFT,
    WITH_PARENTS_BIT,
)
from nuudel.model.microsimulation.structures import Integer, Thresholds, Words
from nuudel.model.projection.inputs import MOST_LEAVING, OLDEST, Array

ROWS_OF_A_PLACE = 1 << PLACE_SHIFT
# Cohorts have 8 bits: those alive at the beginning, and one for each year simulated.
MOST_YEARS = COHORT_MASK - OLDEST
LARGEST = 2**32 - 1


@compiled()
def as_word(probability: float) -> np.uint32:
    """The word below which a uniform word falls with the probability, to 2^-32."""
    return np.uint32(min(np.rint(probability * 2.0**32), LARGEST))


@compiled()
def leading(probability: float) -> np.uint64:
    """The leading 16 bits of the word of a probability, rounded up."""
    return (np.uint64(as_word(probability)) + np.uint64(0xFFFF)) >> np.uint64(LEADING)


@compiled()
def lay_out(
    first: Integer, last: Integer, year: Integer, dying: Array, dying_level: Array, emigrating: Array,
    emigrating_level: Array, leaving: Array, leaving_level: Array, bearing: Array, bearing_level: Array,
    leaving_home: Array, limits: Thresholds,
) -> None:  # fmt: skip
    """Write the thresholds of places ``first`` to ``last`` by living with parents, sex and birth cohort.

    The tables are described at ``Thresholds``.
    """
    for place in range(first, last):
        for sex in range(2):
            for cohort in range(OLDEST + year + 1):
                age = min(OLDEST + year - cohort, OLDEST)
                cell = (place << PLACE_SHIFT) + sex * MALE_BIT + cohort
                dead = min(dying_level[place] * dying[sex, age], 1.0)
                gone = dead + (1 - dead) * min(emigrating[place, sex, age] * emigrating_level[place], 1.0)
                out = gone + (1 - gone) * leaving_home[sex, age]
                moved = min(leaving[place, sex, age] * leaving_level[place], MOST_LEAVING)
                # A woman bears at her age at the end of the year.
                born = bearing_level[place] * bearing[min(age + 1, OLDEST)] if sex == 0 else 0.0
                child = cell + WITH_PARENTS_BIT
                limits.dead[cell] = limits.dead[child] = as_word(dead)
                limits.gone[cell] = limits.gone[child] = limits.out[cell] = as_word(gone)
                limits.out[child] = as_word(out)
                limits.moved[cell] = limits.moved[child] = as_word(moved)
                limits.bearing[cell] = limits.bearing[child] = as_word(born)
                moved_or_born = (leading(moved) << FIELD_BITS) | (leading(born) << (FIELD_BITS + FIELD_BITS))
                limits.any[cell] = leading(gone) | moved_or_born
                limits.any[child] = leading(out) | moved_or_born


@compiled()
def lay_out_destinations(
    first: Integer,
    last: Integer,
    going: Array,
    weight: Array,
    cumulated: Words,
    guide: NDArray[np.uint16],
    shift: np.uint32,
) -> None:
    """Write cumulated shares of destinations, and for equal parts of the words the first that reaches in."""
    for origin in range(first, last):
        cumulate(going[origin], weight, cumulated[origin])
        place = 0
        for part in range(guide.shape[1]):
            while np.uint32(part << shift) >= cumulated[origin, place]:
                place += 1
            guide[origin, part] = place


@compiled()
def cumulate(shares: Array, weight: Array, ends: Words) -> None:
    """Upper ends of the intervals of shares times weight; the last that is not empty ends at the largest."""
    total, last = 0.0, 0
    for k in range(shares.size):
        total += shares[k] * weight[k]
        if shares[k] * weight[k] > 0:
            last = k
    reached = 0.0
    for k in range(shares.size):
        reached += shares[k] * weight[k]
        ends[k] = as_word(reached / total) if k < last else LARGEST


@compiled()
def interval(uniform: np.uint32, ends: Words) -> Integer:
    """The interval that holds a uniform word."""
    return np.searchsorted(ends, min(uniform, BEFORE_LARGEST), side="right")
