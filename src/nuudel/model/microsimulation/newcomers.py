"""Pieces of the people through one year, and the newborns and immigrants of the year."""

import numpy as np
from numpy.typing import NDArray

from nuudel.model.compiled import compiled
from nuudel.model.microsimulation.kernel import CELLS, MALE_BIT, OPEN_AGE, PLACE_SHIFT, WITH_PARENTS_BIT, live
from nuudel.model.microsimulation.layout import interval
from nuudel.model.microsimulation.random_numbers import (
    IMMIGRANT,
    IMMIGRANT_NUMBER,
    LATER,
    NEWBORN,
    NEWBORN_NUMBER,
    PERSON,
    threefry,
)
from nuudel.model.microsimulation.structures import (
    Counters,
    Integer,
    Moment,
    Rows,
    Scratch,
    Thresholds,
    Words,
)

word = np.uint32
Numbers = NDArray[np.int64]


@compiled()
def live_chunks(
    rows: Rows, starts: Numbers, counts: Numbers, first: Integer, last: Integer, moment: Moment,
    limits: Thresholds, counters: Counters, scratch: Scratch, pending: Rows,
) -> Integer:  # fmt: skip
    """Chunks ``first`` to ``last`` through a year; newborns who live are left in ``pending``.

    Returns
    -------
    Number of newborns who are alive at the end of the year.
    """
    born = 0
    for chunk in range(first, last):
        counts[chunk], born = live(
            rows, starts[chunk], counts[chunk], moment, limits, counters, scratch, pending, born
        )
    return deliver(pending, born, moment, limits, counters)


@compiled()
def deliver(pending: Rows, born: Integer, moment: Moment, limits: Thresholds, counters: Counters) -> Integer:
    """Put newborns in the place of their mothers: number, sex, and whether they live; returns the living."""
    low, high, home_low, home_high, cells = pending
    births, seed, cohort = counters.births, moment.seed, moment.age_zero + 1
    alive = 0
    for k in range(born):
        a, b = threefry(seed, word(moment.key + NEWBORN_NUMBER), low[k], high[k])
        b |= LATER
        sex_word, death_word = threefry(seed, word(moment.key + NEWBORN), a, b)
        sex = 1 if sex_word < limits.boy else 0
        place = np.int64(cells[k])
        births[0, place, sex] += 1
        if death_word < (limits.boy_dies if sex == 1 else limits.girl_dies):
            births[1, place, sex] += 1
            continue
        low[alive], high[alive], home_low[alive], home_high[alive] = a, b, home_low[k], home_high[k]
        cells[alive] = word((place << PLACE_SHIFT) | WITH_PARENTS_BIT | (sex * MALE_BIT) | cohort)
        alive += 1
    return alive


@compiled()
def settle_immigrants(
    corridor: Integer, count: Integer, moment: Moment, settling: Words, ages: Words, limits: Thresholds,
    counters: Counters, arrived: Rows, pending: Rows,
) -> Integer:  # fmt: skip
    """Draw place, sex and age of the immigrants of a corridor, each a household; newborns go to ``pending``.

    Returns
    -------
    Number of their newborns who are alive at the end of the year.
    """
    low, high, home_low, home_high, cells = arrived
    seed, flows, bearing = moment.seed, counters.flows, limits.bearing
    born = 0
    for k in range(count):
        a, b = threefry(seed, word(moment.key + IMMIGRANT_NUMBER), word(corridor), word(k))
        b |= LATER
        place_word, cell_word = threefry(seed, word(moment.key + IMMIGRANT), a, b)
        place, row = interval(place_word, settling), interval(cell_word, ages)
        flows[4, place * CELLS + row] += 1
        sex, age = row // (OPEN_AGE + 1), row % (OPEN_AGE + 1)
        cell = word((place << PLACE_SHIFT) | (sex * MALE_BIT) | (moment.age_zero - age))
        low[k], high[k], home_low[k], home_high[k], cells[k] = a, b, a, b, cell
        _, birth_word = threefry(seed, word(moment.key + PERSON), a, b)
        if birth_word < bearing[cell]:
            pending.low[born], pending.high[born], pending.cell[born] = a, b, word(place)
            pending.home_low[born], pending.home_high[born] = a, b
            born += 1
    return deliver(pending, born, moment, limits, counters)
