"""Households of one place: couples, people who live alone or with others, and children with mothers."""

import numpy as np
from numpy.typing import NDArray

from nuudel.model.compiled import compiled
from nuudel.model.microsimulation.random_numbers import threefry
from nuudel.model.microsimulation.structures import Integer

word = np.uint32
Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Status = NDArray[np.int8]
Numbers = NDArray[np.int64]
# Keys of the draws, apart from those of the simulation, whose keys hold a year.
STATUS, JOINING, MOTHER = word(1), word(2), word(3)
WITH_PARENTS, IN_COUPLE, SINGLE = 0, 1, 2
# Of children whose mother could be in a couple or not, this share has one who is.
MOTHERS_IN_COUPLES = 0.9
YOUNGEST_MOTHER, OLDEST_MOTHER = 16, 50
OPEN_AGE = 100


@compiled()
def uniform(value: np.uint32) -> float:
    return value * 2.0**-32


@compiled()
def form_households(
    seed: np.uint32, first: Integer, sexes: Bytes, ages: Bytes, with_parents: Floats, in_couples: Floats,
    gaps: Floats, mean_size: float, home: Numbers, child: NDArray[np.bool_],
) -> tuple[Integer, Integer]:  # fmt: skip
    """Number the households of the people of a place, who are in order of sex and age.

    Parameters
    ----------
    first
        Number of the place's first person, which keys the draws.
    gaps
        101 cumulated shares of mothers' ages at a birth.
    home, child
        Filled: household from 0 on, and who lives with the parents' generation.

    Returns
    -------
    (households, children without an adult of a parent's age)
    """
    status = np.empty(ages.size, np.int8)
    scale = draw_status(seed, first, sexes, ages, with_parents, in_couples, 1.0, status)
    if scale != 1.0:
        draw_status(seed, first, sexes, ages, with_parents, in_couples, scale, status)
    couples = match_couples(sexes, status, home)
    households = house_singles(seed, first, status, couples, mean_size, home)
    alone = house_children(seed, first, sexes, ages, status, households, gaps, home)
    child[:] = status == WITH_PARENTS
    return households + alone[0], alone[1]


@compiled()
def draw_status(
    seed: np.uint32, first: Integer, sexes: Bytes, ages: Bytes, with_parents: Floats, in_couples: Floats,
    scale: float, status: Status,
) -> float:  # fmt: skip
    """Draw who lives with parents, in a couple or neither; men's couples are scaled by ``scale``.

    Returns
    -------
    The scale with which men in couples are as many as women in couples.
    """
    wanted = np.zeros(2)
    for i in range(ages.size):
        a, b = threefry(seed, STATUS, word(first + i), word(0))
        sex, age = sexes[i], ages[i]
        share = in_couples[sex, age] * (scale if sex == 1 else 1.0)
        if uniform(a) < with_parents[sex, age]:
            status[i] = WITH_PARENTS
        else:
            wanted[sex] += in_couples[sex, age]
            status[i] = IN_COUPLE if uniform(b) < share else SINGLE
    return wanted[0] / wanted[1] if wanted[1] > 0 else 1.0


@compiled()
def match_couples(sexes: Bytes, status: Status, home: Numbers) -> Integer:
    """Match women and men by the rank of their ages; the rest of the longer list is single."""
    women = np.flatnonzero((sexes == 0) & (status == IN_COUPLE))
    men = np.flatnonzero((sexes == 1) & (status == IN_COUPLE))
    couples = min(women.size, men.size)
    for person in women:
        status[person] = SINGLE
    for person in men:
        status[person] = SINGLE
    for k in range(couples):
        woman, man = women[k * women.size // couples], men[k * men.size // couples]
        status[woman] = status[man] = IN_COUPLE
        home[woman] = home[man] = k
    return couples


@compiled()
def house_singles(
    seed: np.uint32, first: Integer, status: Status, couples: Integer, mean_size: float, home: Numbers
) -> Integer:
    """A household for each single, unless they would be too many: then some join other households."""
    singles = np.flatnonzero(status == SINGLE)
    wanted = int(np.rint(status.size / mean_size))
    own = min(singles.size, max(wanted - couples, 0))
    if couples == 0 and singles.size:
        own = max(own, 1)
    households = couples
    for k in range(singles.size):
        # The cumulated quota rises by one exactly ``own`` times, evenly over ages.
        if (k + 1) * own // singles.size > k * own // singles.size:
            home[singles[k]] = households
            households += 1
        else:
            home[singles[k]] = -1
    for person in singles:
        if home[person] < 0:
            a, _ = threefry(seed, JOINING, word(first + person), word(0))
            home[person] = np.int64(uniform(a) * households)
    return households


@compiled()
def house_children(
    seed: np.uint32, first: Integer, sexes: Bytes, ages: Bytes, status: Status, households: Integer,
    gaps: Floats, home: Numbers,
) -> tuple[Integer, Integer]:  # fmt: skip
    """Everybody who lives with parents joins a woman of a mother's age, if there is one.

    Returns
    -------
    (households added, children who are not with an adult of a mother's age)
    """
    coupled = np.flatnonzero((sexes == 0) & (status == IN_COUPLE))
    single = np.flatnonzero((sexes == 0) & (status == SINGLE))
    women, begins = (coupled, single), (first_of_ages(ages, coupled), first_of_ages(ages, single))
    added, unmatched = 0, 0
    for i in range(ages.size):
        if status[i] != WITH_PARENTS:
            continue
        a, b = threefry(seed, MOTHER, word(first + i), word(0))
        c, _ = threefry(seed, MOTHER, word(first + i), word(1))
        gap = 0
        while gap < OLDEST_MOTHER and uniform(a) >= gaps[gap]:
            gap += 1
        kind = 0 if uniform(c) < MOTHERS_IN_COUPLES else 1
        mother = find_mother(ages[i], gap, uniform(b), women, begins, kind)
        if mother >= 0:
            home[i] = home[mother]
            continue
        unmatched += 1
        if households + added == 0:
            added = 1
        home[i] = np.int64(uniform(b) * (households + added))
    return added, unmatched


@compiled()
def first_of_ages(ages: Bytes, people: Numbers) -> Numbers:
    """For people in order of age: where each age from 0 to 101 begins."""
    begins = np.zeros(OPEN_AGE + 2, np.int64)
    for person in people:
        begins[ages[person] + 1] += 1
    for age in range(OPEN_AGE + 1):
        begins[age + 1] += begins[age]
    return begins


@compiled()
def find_mother(
    age: Integer,
    gap: Integer,
    drawn: float,
    women: tuple[Numbers, Numbers],
    begins: tuple[Numbers, Numbers],
    kind: Integer,
) -> Integer:
    """A woman ``gap`` years older, or as near to that as there is one; -1 if nobody could be the mother."""
    for away in range(OLDEST_MOTHER):
        for turn in range(2):
            list_of = kind if turn == 0 else 1 - kind
            for side in (-1, 1):
                older = gap + side * away
                if older < YOUNGEST_MOTHER or older > OLDEST_MOTHER or age + older > OPEN_AGE:
                    continue
                begin, end = begins[list_of][age + older], begins[list_of][age + older + 1]
                if end > begin:
                    return women[list_of][begin + np.int64(drawn * (end - begin))]
    return -1
