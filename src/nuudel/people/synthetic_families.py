"""The families of the synthetic population: who lives together, as whom, of which sex and age.

Shares and ages are set by hand so that the whole has the look of Mongolia's population and households in the
years after 2020 (about a third under 15, one in twenty over 64); they are estimates of nothing.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

EPOCH = np.datetime64("1970-01-01", "D")
SEXES = ("female", "male")
ROLES = ("head", "spouse", "child", "parent")
HEAD, SPOUSE, CHILD, PARENT = range(4)
# Kinds of households, each with its adults and its share.
SINGLE, COUPLE, WITH_CHILDREN, LONE_PARENT, WITH_PARENT = range(5)
ADULTS = np.array([1, 2, 2, 1, 3])
SHARES = np.array([0.11, 0.11, 0.52, 0.11, 0.15])
HAS_CHILDREN = np.array([False, False, True, True, True])
ONE_ADULT_FEWER = np.array([SINGLE, SINGLE, LONE_PARENT, LONE_PARENT, WITH_CHILDREN])
# Below this many persons a household, there are fewer households with children.
SIZE_WITH_ALL_KINDS = 2.9
BOYS = 0.512
TWINS = 0.012
DAYS_A_YEAR = 365.2425
OLDEST = 104.0
LAST_BIRTH = 46.0
SHORTEST_GAP = 0.85
YOUNGEST_FATHER = 17.0


@dataclass(frozen=True)
class Families:
    """Persons ordered by household; all arrays (persons,).

    ``household`` its number; ``role`` a position in ``ROLES``; ``male`` 0 or 1; ``birth`` days since 1970;
    ``mother``, ``father`` rows, -1 where not in the household.
    """

    household: np.ndarray
    role: np.ndarray
    male: np.ndarray
    birth: np.ndarray
    mother: np.ndarray
    father: np.ndarray


def draw_families(n_persons: int, n_households: int, day: date, rng: np.random.Generator) -> Families:
    kinds = draw_kinds(n_persons, n_households, rng)
    children = draw_children(kinds, n_persons, rng)
    adults = ADULTS[kinds]
    sizes = adults + children
    first = np.cumsum(sizes) - sizes  # the row of the first person of each household
    household = np.repeat(np.arange(n_households, dtype=np.int32), sizes)
    age = np.zeros(n_persons)
    male = np.zeros(n_persons, np.int8)
    role = np.full(n_persons, CHILD, np.int8)
    mother = np.full(n_persons, -1, np.int32)
    father = np.full(n_persons, -1, np.int32)

    parent_age, child_rows, child_ages = ages_of_parents_and_children(kinds, children, first + adults, rng)
    age[child_rows] = child_ages
    male[child_rows] = rng.random(len(child_rows)) < BOYS

    lone = adults == 1
    lone_male = np.where(kinds == SINGLE, rng.random(n_households) < 0.52, rng.random(n_households) < 0.16)
    older = parent_age > 62
    lone_male &= ~(older & (rng.random(n_households) < 0.45))  # women live longer
    couple = ~lone
    # A couple's man stands first, the woman second, a parent of one of them third.
    male[first] = np.where(lone, lone_male, True)
    man_age = parent_age + np.clip(rng.normal(2.0, 3.2, n_households), -7, 14)
    np.maximum.at(man_age, household[child_rows], child_ages + YOUNGEST_FATHER)
    age[first] = np.where(lone, parent_age, np.maximum(man_age, 18.0))
    age[first[couple] + 1] = parent_age[couple]
    woman_heads = couple & (rng.random(n_households) < 0.17)
    role[first] = np.where(woman_heads, SPOUSE, HEAD)
    role[first[couple] + 1] = np.where(woman_heads[couple], HEAD, SPOUSE)

    rows = child_rows
    head = first[household[rows]]
    father[rows] = np.where(male[head] == 1, head, -1)
    mother[rows] = np.where(couple[household[rows]], head + 1, np.where(male[head] == 1, -1, head))

    add_parents(np.flatnonzero(kinds == WITH_PARENT), first, age, male, role, mother, father, rng)
    last_day = (np.datetime64(day, "D") - EPOCH).astype(int)
    birth = (last_day - np.floor(np.clip(age, 0, OLDEST) * DAYS_A_YEAR)).astype(np.int32)
    return Families(household, role, male, birth, mother, father)


def draw_kinds(n_persons: int, n_households: int, rng: np.random.Generator) -> np.ndarray:
    """The kind of each household, with no more adults altogether than persons."""
    size = n_persons / n_households
    shares = SHARES.copy()
    if size < SIZE_WITH_ALL_KINDS:
        shares[HAS_CHILDREN] *= max(0.0, (size - 1.11) / (SIZE_WITH_ALL_KINDS - 1.11))
        shares[SINGLE] = 1 - shares[COUPLE] - shares[HAS_CHILDREN].sum()
    kinds = rng.choice(5, n_households, p=shares / shares.sum()).astype(np.int8)
    while (excess := ADULTS[kinds].sum() - n_persons) > 0:
        fewer = rng.permutation(np.flatnonzero(ADULTS[kinds] > 1))[:excess]
        kinds[fewer] = ONE_ADULT_FEWER[kinds[fewer]]
    missing = n_persons - ADULTS[kinds].sum()
    if missing and not HAS_CHILDREN[kinds].any():
        kinds[0] = LONE_PARENT if ADULTS[kinds[0]] == 1 else WITH_CHILDREN
    return kinds


def draw_children(kinds: np.ndarray, n_persons: int, rng: np.random.Generator) -> np.ndarray:
    """The children of each household, as many as there are persons left."""
    families = np.flatnonzero(HAS_CHILDREN[kinds])
    wanted = int(n_persons - ADULTS[kinds].sum())
    children = np.zeros(len(kinds), int)
    firsts = rng.permutation(families)[:wanted]
    children[firsts] = 1
    more = rng.choice(families, wanted - len(firsts)) if wanted > len(firsts) else families[:0]
    children += np.bincount(more, minlength=len(kinds))
    return children


def ages_of_parents_and_children(
    kinds: np.ndarray, children: np.ndarray, first_child: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The age of each household's parent (a couple's woman), and the rows and ages of the children.

    A parent's age is made of the age at the first birth, the gaps between births, and the age of the
    youngest child. Gaps are at least 0.85 years, or nothing for twins.
    """
    households = len(kinds)
    family = np.repeat(np.arange(households), children)
    starts = np.cumsum(children) - children
    order = np.arange(len(family)) - starts[family]  # 0 the oldest
    at_first = np.clip(rng.normal(23.8, 3.8, households), 17, 38)
    excess = rng.gamma(1.5, 1.6, len(family))
    excess[order == 0] = 0
    room = np.maximum(LAST_BIRTH - at_first - SHORTEST_GAP * np.maximum(children - 1, 0), 0)
    total = np.bincount(family, excess, minlength=households)
    stretch = np.minimum(1, room / np.maximum(total, 1e-9))
    gap = np.where(order == 0, 0, SHORTEST_GAP + excess * stretch[family])
    gap[(order > 0) & (rng.random(len(family)) < TWINS)] = 0
    since_first = np.cumsum(gap)
    since_first -= since_first[np.minimum(starts[family], max(len(family) - 1, 0))]
    youngest = 23 * rng.beta(0.88, 1.6, households)
    youngest[kinds == LONE_PARENT] *= 1.25
    span = np.zeros(households)
    np.maximum.at(span, family, since_first)
    parent = np.where(children > 0, at_first + span + youngest, without_children(households, rng))
    ages = (span + youngest)[family] - since_first
    return parent, first_child[family] + order, ages


def without_children(count: int, rng: np.random.Generator) -> np.ndarray:
    """Ages of people who live alone or as a couple: young, in between, old."""
    part = rng.random(count)
    young = rng.triangular(18, 24, 36, count)
    between = rng.uniform(36, 60, count)
    old = 58 + 34 * rng.beta(1.1, 2.2, count)
    return np.where(part < 0.33, young, np.where(part < 0.6, between, old))


def add_parents(
    households: np.ndarray,
    first: np.ndarray,
    age: np.ndarray,
    male: np.ndarray,
    role: np.ndarray,
    mother: np.ndarray,
    father: np.ndarray,
    rng: np.random.Generator,
) -> None:
    """The third adult of a household of three generations: a parent of the man or the woman."""
    row = first[households] + 2
    of_man = rng.random(len(row)) < 0.6
    child = first[households] + np.where(of_man, 0, 1)
    at_birth = np.clip(rng.normal(26, 5, len(row)), 17, 43)
    role[row] = PARENT
    male[row] = rng.random(len(row)) < 0.3
    age[row] = np.minimum(age[child] + at_birth, OLDEST)
    too_old = age[child] + 17 > OLDEST
    age[child[too_old]] = OLDEST - 17
    father[child] = np.where(male[row] == 1, row, -1)
    mother[child] = np.where(male[row] == 1, -1, row)
