"""Names of the synthetic population, composed of the parts of Mongolian names with their rough weights."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from nuudel.people import name_elements
from nuudel.people.synthetic_families import EPOCH, Families

VOWELS = "аоуөүэеиёюя"
# Of all men, or of all women; from the renewal of the civil register (see ``name_elements``), taking half of
# 2.75 million persons for each sex and three quarters of the Отгонбаяр for men.
MOST_FREQUENT_MEN = {"Бат-Эрдэнэ": 13473 / 1_375_000, "Отгонбаяр": 0.75 * 11083 / 1_375_000}
MOST_FREQUENT_WOMEN = {
    "Алтанцэцэг": 10967 / 1_375_000,
    "Оюунчимэг": 10580 / 1_375_000,
    "Отгонбаяр": 0.25 * 11083 / 1_375_000,
}
MOST_OF_OTHERS = 0.0065
WHOLE_NAMES = 0.16
OLDER_STYLE = 0.45
# Children without a known father have their mother's name as patronymic.
MOTHERS_NAME = 0.2


@dataclass(frozen=True)
class Names:
    """All given names, and for each group of persons the share of each."""

    all: pl.Series
    men: np.ndarray
    women: np.ndarray
    older_men: np.ndarray


def joined(first: str, second: str) -> str:
    """Two parts as one name; with a hyphen where the second begins with a vowel."""
    return f"{first}-{second}" if second[0].lower() in VOWELS else first + second.lower()


def composed(seconds: Mapping[str, float]) -> dict[str, float]:
    names: dict[str, float] = {}
    for first, weight in name_elements.FIRST.items():
        for second, other in seconds.items():
            if first != second:
                name = joined(first, second)
                names[name] = names.get(name, 0) + weight * other
    return names


def shares(*groups: tuple[float, Mapping[str, float]]) -> dict[str, float]:
    """Name -> share, from groups of names with the share of each group."""
    out: dict[str, float] = {}
    for share, names in groups:
        total = sum(names.values())
        for name, weight in names.items():
            out[name] = out.get(name, 0) + share * weight / total
    return out


def with_frequent(names: Mapping[str, float], frequent: Mapping[str, float]) -> dict[str, float]:
    """The counted shares of the most frequent names; none of the others above ``MOST_OF_OTHERS``."""
    others = {name: min(share, MOST_OF_OTHERS) for name, share in names.items() if name not in frequent}
    left = 1 - sum(frequent.values())
    return dict(frequent) | shares((left, others))


@cache
def names() -> Names:
    men = with_frequent(
        shares(
            (1 - WHOLE_NAMES, composed(name_elements.MALE_SECOND)), (WHOLE_NAMES, name_elements.MALE_NAMES)
        ),
        MOST_FREQUENT_MEN,
    )
    women = with_frequent(
        shares(
            (1 - WHOLE_NAMES, composed(name_elements.FEMALE_SECOND)),
            (WHOLE_NAMES, name_elements.FEMALE_NAMES),
        ),
        MOST_FREQUENT_WOMEN,
    )
    older = shares((OLDER_STYLE, name_elements.OLDER_MEN), (1 - OLDER_STYLE, men))
    every = sorted(men.keys() | women.keys() | older.keys())
    return Names(pl.Series(every), *(cumulative(every, group) for group in (men, women, older)))


def cumulative(every: Iterable[str], group: Mapping[str, float]) -> np.ndarray:
    sums = np.cumsum([group.get(name, 0.0) for name in every])
    out: np.ndarray = sums / sums[-1]
    return out


def draw(shares: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Positions of names, by their cumulative shares."""
    return np.searchsorted(shares, rng.random(count), side="right").astype(np.int32)


def draw_names(families: Families, rng: np.random.Generator) -> dict[str, pl.Series]:
    """``family_name``, ``patronymic`` and ``given_name`` of all persons."""
    table = names()
    given = draw_given(families, table, rng)
    return {
        "family_name": draw_family(families, rng),
        "patronymic": table.all.gather(draw_patronymics(families, given, table, rng)),
        "given_name": table.all.gather(given),
    }


def draw_given(families: Families, table: Names, rng: np.random.Generator) -> np.ndarray:
    count = len(families.male)
    young = np.where(families.male == 1, draw(table.men, count, rng), draw(table.women, count, rng))
    old_man = (families.male == 1) & (EPOCH + families.birth < np.datetime64("1955-01-01"))
    given = np.where(old_man, draw(table.older_men, count, rng), young)
    # Brothers and sisters next to each other in age have not the same name.
    same = np.flatnonzero((given[1:] == given[:-1]) & (families.household[1:] == families.household[:-1])) + 1
    given[same] = np.where(
        families.male[same] == 1, draw(table.men, len(same), rng), draw(table.women, len(same), rng)
    )
    return given.astype(np.int32)


def draw_patronymics(
    families: Families, given: np.ndarray, table: Names, rng: np.random.Generator
) -> np.ndarray:
    """The father's given name; where he is not in the household one name for all children of a mother."""
    own = draw(table.older_men, len(given), rng)
    by_household = draw(table.older_men, int(families.household[-1]) + 1, rng)
    mothers_name = rng.random(len(by_household)) < MOTHERS_NAME
    fathers_child = families.father >= 0
    mothers_child = (families.mother >= 0) & ~fathers_child
    # A grown child who lives with the mother had a father with a name of his own.
    grown = mothers_child & (families.role != 2)
    of_mother = np.where(
        mothers_name[families.household], given[families.mother], by_household[families.household]
    )
    out = np.where(fathers_child, given[families.father], np.where(mothers_child & ~grown, of_mother, own))
    return out.astype(np.int32)


def draw_family(families: Families, rng: np.random.Generator) -> pl.Series:
    """The name of the family goes from father to child, else from mother to child."""
    every = list(name_elements.FAMILY)
    drawn = draw(cumulative(every, name_elements.FAMILY), len(families.male), rng)
    for _ in range(2):  # grandparents to parents, parents to children
        drawn = np.where(families.father >= 0, drawn[families.father], drawn)
        lone_mother = (families.father < 0) & (families.mother >= 0)
        drawn = np.where(lone_mother, drawn[families.mother], drawn)
    return pl.Series(every).gather(drawn)
