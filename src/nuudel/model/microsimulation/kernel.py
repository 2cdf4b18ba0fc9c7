"""One year of a chunk of the people: who dies, emigrates, leaves home, moves or bears a child."""

import numpy as np
from numpy.typing import NDArray

from nuudel.model.compiled import compiled
from nuudel.model.microsimulation.random_numbers import (
    CORRIDOR,
    HOUSEHOLD,
    LATER,
    LEFT_HOME,
    MOVED_HOUSEHOLD,
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
COHORT_BITS = 8
MALE_BIT = 1 << COHORT_BITS
WITH_PARENTS_BIT = 1 << (COHORT_BITS + 1)
PLACE_SHIFT = COHORT_BITS + 2
COHORT_MASK = MALE_BIT - 1
CELLS = 202
OPEN_AGE = 100
# People who are handled together: their random numbers stay in the processor's first cache.
CHUNK = 2048
# Years between generations: whether a grown child moves along is asked of the cell of a parent this old.
GENERATION = 28
ADULT = 18
# Three limits in one 64-bit word: each has the leading 16 bits of a word, rounded up, in a field of 21.
LEADING = word(16)
FIELD_BITS = np.uint64(21)
FIELD = np.uint64((1 << 21) - 1)
BEFORE_LARGEST = word(0xFFFFFFFE)


@compiled()
def draw_chunk(rows: Rows, start: Integer, count: Integer, moment: Moment, scratch: Scratch) -> None:
    """The random words of everybody for this year."""
    low, high, home_low, home_high, _ = rows
    person, birth, home, destination, _ = scratch
    seed, by_person, by_home = moment.seed, word(moment.key + PERSON), word(moment.key + HOUSEHOLD)
    for i in range(count):
        person[i], birth[i] = threefry(seed, by_person, low[start + i], high[start + i])
    for i in range(count):
        home[i], destination[i] = threefry(seed, by_home, home_low[start + i], home_high[start + i])


@compiled()
def find_events(
    cells: Words, start: Integer, count: Integer, limits: Thresholds, scratch: Scratch
) -> Integer:
    """List those to whom something may happen; without a jump that the processor could not foresee."""
    limit = limits.any
    person, birth, home, _, happening = scratch
    found: Integer = 0
    for i in range(count):
        three = limit[cells[start + i]]
        happening[found] = i
        out = word(person[i] >> LEADING) < word(three & FIELD)
        moved = word(home[i] >> LEADING) < word((three >> FIELD_BITS) & FIELD)
        bearing = word(birth[i] >> LEADING) < word(three >> (FIELD_BITS + FIELD_BITS))
        found += out | moved | bearing
    return found


@compiled()
def draw_destination(
    origin: Integer, uniform: np.uint32, cumulated: Words, guide: NDArray[np.uint16], shift: np.uint32
) -> Integer:
    """The place whose interval of cumulated shares holds the uniform (guide table: Chen & Asau 1974)."""
    uniform = min(uniform, BEFORE_LARGEST)
    place = np.int64(guide[origin, uniform >> shift])
    while uniform >= cumulated[origin, place]:
        place += 1
    return place


@compiled()
def draw_corridor(place: Integer, uniform: np.uint32, corridors: Words) -> Integer:
    """The corridor of one who leaves the country."""
    corridor = 0
    while min(uniform, BEFORE_LARGEST) >= corridors[place, corridor]:
        corridor += 1
    return corridor


@compiled()
def with_parents_after_move(cell: Integer, age: Integer, uniform: np.uint32, moved: Words) -> Integer:
    """The cell of a mover, still in the old place, who may leave the parents' household by moving.

    A grown child stays with the parents if they move too; that is asked of a parent of the usual age.
    """
    if age >= ADULT and cell & WITH_PARENTS_BIT:
        parent = (cell >> PLACE_SHIFT << PLACE_SHIFT) | max((cell & COHORT_MASK) - GENERATION, 0)
        if uniform >= moved[parent]:
            return cell ^ WITH_PARENTS_BIT
    return cell


@compiled()
def live(
    rows: Rows, start: Integer, count: Integer, moment: Moment, limits: Thresholds, counters: Counters,
    scratch: Scratch, pending: Rows, born: Integer,
) -> tuple[Integer, Integer]:  # fmt: skip
    """One year of ``count`` people from ``start`` on; mothers are noted in ``pending`` from ``born`` on.

    Returns
    -------
    (people left, end of the mothers)
    """
    draw_chunk(rows, start, count, moment, scratch)
    found = find_events(rows.cell, start, count, limits, scratch)
    # By name before the loop: taking an array out of a tuple counts a reference each time.
    low, high, home_low, home_high, cells = rows
    _, dead, gone, out, moved, bearing, cumulated, guide, shift, corridors, _, _, _ = limits
    flows, moves, to_corridor, left_home, _ = counters
    person, birth, home, destination, happening = scratch
    mother_low, mother_high, mother_home_low, mother_home_high, mother_cell = pending
    seed, key, age_zero = moment
    last = start + count - 1
    # From the end, so that whoever takes the row of one who is gone has been asked already.
    for k in range(found - 1, -1, -1):
        i = happening[k]
        who = start + i
        cell = np.int64(cells[who])
        place = cell >> PLACE_SHIFT
        age = min(age_zero - (cell & COHORT_MASK), OPEN_AGE)
        row = place * CELLS + ((cell >> COHORT_BITS) & 1) * (OPEN_AGE + 1) + age
        if person[i] < gone[cell]:
            abroad = person[i] >= dead[cell]
            flows[int(abroad), row] += 1
            if abroad:
                uniform, _ = threefry(seed, word(key + CORRIDOR), low[who], high[who])
                to_corridor[draw_corridor(place, uniform, corridors)] += 1
            low[who], high[who], cells[who] = low[last], high[last], cells[last]
            home_low[who], home_high[who] = home_low[last], home_high[last]
            last -= 1
            continue
        if home[i] < moved[cell]:
            to = draw_destination(place, destination[i], cumulated, guide, shift)
            flows[2, row] += 1
            flows[3, row + (to - place) * CELLS] += 1
            moves[place, to] += 1
            cell = with_parents_after_move(cell, age, home[i], moved) + ((to - place) << PLACE_SHIFT)
            place = to
            a, b = threefry(seed, word(key + MOVED_HOUSEHOLD), home_low[who], home_high[who])
            home_low[who], home_high[who], cells[who] = a, b | LATER, word(cell)
        elif person[i] < out[cell]:
            left_home[place] += 1
            cell ^= WITH_PARENTS_BIT
            a, b = threefry(seed, word(key + LEFT_HOME), low[who], high[who])
            home_low[who], home_high[who], cells[who] = a, b | LATER, word(cell)
        if birth[i] < bearing[cell]:
            mother_low[born], mother_high[born], mother_cell[born] = low[who], high[who], word(place)
            mother_home_low[born], mother_home_high[born] = home_low[who], home_high[who]
            born += 1
    return last - start + 1, born
