"""A synthetic population with the look of Mongolia's: nobody in it exists, and every row says so.

For loading and timing a register and for measuring record linkage. Sizes and shares are believable, not
estimated: never use it for statistics. What is drawn from where is said in ``synthetic_families`` and
``synthetic_names``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np
import polars as pl

from nuudel.base.errors import PeopleError
from nuudel.people import registration_numbers
from nuudel.people.synthetic_families import EPOCH, ROLES, SEXES, draw_families
from nuudel.people.synthetic_names import draw_names

DAY = date(2025, 12, 31)
LARGEST_HOUSEHOLDS = 8.0
PERSONS_A_BAGH = 900
MOST_BAGHS = 43
# Dates of birth before this year were often given by the year alone when papers were first written.
DOCUMENTED_SINCE = np.datetime64("1960-01-01", "D")
ESTIMATED_SHARE = 0.4
PAIRS_OF_LETTERS = tuple(
    first + second
    for first in "АБВГДЕЖЗИЙКЛМНОПРСТУФХ"
    for second in registration_numbers.LETTERS
    if second not in "ЪЫЬЩЁ"
)
ANYWHERE: Mapping[str, float] = MappingProxyType({"MN": 1.0})


@dataclass(frozen=True)
class Population:
    """Synthetic persons and households.

    Attributes
    ----------
    persons
        One row each, ordered by household: ``number``, ``family_name``, ``patronymic``, ``given_name``,
        ``birth_date``, ``birth_estimated``, ``sex``, ``household``, ``role``, ``mother``, ``father`` (row
        numbers of persons of the same household, null where not there), ``place``, ``bagh``, ``synthetic``.
    households
        One row each: ``place``, ``bagh``, ``persons``, ``synthetic``; its row number is its number.
    seed
        What it was drawn with; the same seed gives the same population.
    """

    persons: pl.DataFrame
    households: pl.DataFrame
    seed: int
    synthetic: bool = True


def persons(
    n_persons: int,
    n_households: int,
    seed: int,
    places: Mapping[str, float] = ANYWHERE,
    day: date = DAY,
) -> Population:
    """Draw a population.

    Parameters
    ----------
    places
        Place -> its persons, or any other weight; households are shared out in this proportion.
    day
        Nobody is born after it.

    Raises
    ------
    PeopleError
        ``PEOPLE-141`` where the persons do not fit the households (one to eight persons each on average),
        ``PEOPLE-142`` where the places have no weight.
    """
    if not 1 <= n_households <= n_persons <= LARGEST_HOUSEHOLDS * n_households:
        raise PeopleError(
            141,
            "these persons do not fit into these households.",
            "Ask for one to eight persons in a household on average.",
            ("n_persons", "n_households"),
        )
    rng = np.random.default_rng(seed)
    families = draw_families(n_persons, n_households, day, rng)
    births, estimated = with_estimated_dates(families.birth, rng)
    place, bagh, place_names = draw_places(n_households, n_persons, places, rng)
    frame = pl.DataFrame(
        {
            "number": numbers(births, families.male, place[families.household], len(place_names), rng),
            **draw_names(families, rng),
            "birth_date": births,
            "birth_estimated": estimated,
            "sex": pl.Series(SEXES).gather(families.male),
            "household": families.household,
            "role": pl.Series(ROLES).gather(families.role),
            "mother": nullable(families.mother),
            "father": nullable(families.father),
            "place": place_names.gather(place[families.household]),
            "bagh": bagh.gather(families.household),
            "synthetic": pl.repeat(True, n_persons, eager=True),
        }
    )
    households = pl.DataFrame(
        {
            "place": place_names.gather(place),
            "bagh": bagh,
            "persons": np.bincount(families.household, minlength=n_households),
            "synthetic": pl.repeat(True, n_households, eager=True),
        }
    )
    return Population(frame, households, seed)


def nullable(rows: np.ndarray) -> pl.Series:
    """Row numbers, null where they are -1."""
    series = pl.Series(rows, dtype=pl.Int32)
    return pl.select(pl.when(series >= 0).then(series)).to_series()


def with_estimated_dates(birth: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Dates from days since 1970; part of the old ones become 1 January or 1 July of their year."""
    births = EPOCH + birth.astype("timedelta64[D]")
    estimated = (births < DOCUMENTED_SINCE) & (rng.random(len(births)) < ESTIMATED_SHARE)
    years = births.astype("datetime64[Y]")
    first_of_july = (years.astype("datetime64[M]") + 6).astype("datetime64[D]")
    stated = np.where(rng.random(len(births)) < 0.7, years.astype("datetime64[D]"), first_of_july)
    return np.where(estimated, stated, births), estimated


def draw_places(
    n_households: int, n_persons: int, places: Mapping[str, float], rng: np.random.Generator
) -> tuple[np.ndarray, pl.Series, pl.Series]:
    """The place of each household (a position in the names), its bagh, and the names of the places."""
    weights = np.array(list(places.values()), float)
    if not len(weights) or not np.isfinite(weights).all() or (weights < 0).any() or not weights.sum():
        raise PeopleError(
            142, "the places have no weight.", "Give at least one place with a positive weight.", ("places",)
        )
    shares = weights / weights.sum()
    counts = np.floor(shares * n_households).astype(int)
    rest = np.argsort(counts - shares * n_households, kind="stable")[: n_households - counts.sum()]
    counts[rest] += 1
    place = rng.permutation(np.repeat(np.arange(len(counts), dtype=np.int32), counts))
    baghs = np.clip(np.rint(shares * n_persons / PERSONS_A_BAGH), 1, MOST_BAGHS)
    bagh = 1 + np.floor(rng.random(n_households) * baghs[place]).astype(np.int32)
    return place, pl.Series(bagh).cast(pl.String), pl.Series(list(places), dtype=pl.String)


def numbers(
    births: np.ndarray, male: np.ndarray, place: np.ndarray, n_places: int, rng: np.random.Generator
) -> pl.Series:
    """Registration numbers, each once: a place has some pairs of letters, a pair 50 numbers a day and sex."""
    pairs = len(PAIRS_OF_LETTERS)
    share = np.bincount(place, minlength=n_places) / len(place)
    start = np.floor(np.concatenate([[0.0], np.cumsum(share)[:-1]]) * pairs)
    width = np.maximum(np.floor(share * pairs), 1)
    pair = (start[place] + np.floor(rng.random(len(place)) * width[place])).astype(np.int32) % pairs
    day = births.astype("datetime64[D]").astype(np.int64)
    same = ((day - day.min()) * 2 + male) * pairs + pair
    pair = (pair + serials(same) // registration_numbers.SERIALS) % pairs
    group = ((day - day.min()) * 2 + male) * pairs + pair
    serial = (serials(group) + scrambled(group)) % registration_numbers.SERIALS
    later = pl.col("birth").dt.year() >= 2000
    month = pl.col("birth").dt.month() + pl.when(later).then(registration_numbers.LATER_CENTURY).otherwise(0)
    return (
        pl.DataFrame({"pair": pair, "birth": births, "male": male.astype(np.int32), "serial": serial})
        .lazy()
        .select(
            pl.concat_str(
                pl.lit(pl.Series(PAIRS_OF_LETTERS)).gather(pl.col("pair")),
                (pl.col("birth").dt.year() % 100).cast(pl.String).str.pad_start(2, "0"),
                month.cast(pl.String).str.pad_start(2, "0"),
                pl.col("birth").dt.day().cast(pl.String).str.pad_start(2, "0"),
                (2 * (pl.col("serial") // 10) + pl.col("male")).cast(pl.String),
                (pl.col("serial") % 10).cast(pl.String),
            )
        )
        .collect()
        .to_series()
    )


def scrambled(group: np.ndarray) -> np.ndarray:
    """A number that looks random but is the same for the same group: serials do not all begin at 0."""
    return (group.astype(np.uint64) * np.uint64(11400714819323198485) >> np.uint64(40)).astype(np.int64)


def serials(group: np.ndarray) -> np.ndarray:
    """The position of each element among those of its group, 0 first."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    starts = np.flatnonzero(first)
    position = np.arange(len(group)) - np.repeat(starts, np.diff(np.append(starts, len(group))))
    out = np.empty(len(group), np.int64)
    out[order] = position
    return out
