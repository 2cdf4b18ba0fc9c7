"""A labelled set: synthetic records of which it is known who is who, and what linkage finds of it.

It is built from the synthetic population and the error model of ``errors``, without the rules of linkage. In
it are also pairs that look alike and are not: twins, brothers and sisters, namesakes, a grandson named after
his grandfather.
"""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from nuudel.people import registration_numbers, synthetic
from nuudel.people.linkage.errors import ALL_ERRORS, Written, can_swap

DUPLICATED = 0.1
WITHOUT_NUMBER = 0.5  # second records of people who came without papers
MOTHER_KNOWN = 0.6
HOUSEHOLD_SIZE = 3.7
COLUMNS = ("given_name", "patronymic", "birth_date", "sex", "number", "mother")


@dataclass(frozen=True)
class Labelled:
    """``records`` as ``linking.link`` reads them; synthetic.

    ``pairs``: ``first``, ``second``, ``kind`` (of error), ``with_number`` of one person; ``alike``:
    ``first``, ``second``, ``kind`` of two.
    """

    records: pl.DataFrame
    pairs: pl.DataFrame
    alike: pl.DataFrame
    synthetic: bool = True


def labelled(n_persons: int, seed: int) -> Labelled:
    """Draw a set from so many persons; one in ten of them is there twice."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    people = base(n_persons, seed)
    records = list(people)
    pairs: list[tuple[int, int, str, bool]] = []
    kinds = list(ALL_ERRORS)
    chosen = rng.sample(range(n_persons), int(n_persons * DUPLICATED))
    for position, original in enumerate(chosen):
        kind = kinds[position % len(kinds)]
        if kind == "day_and_month_swapped" and not can_swap(people[original].birth_date or synthetic.DAY):
            kind = "wrong_day_of_birth"
        again = ALL_ERRORS[kind](people[original], rng)
        with_number = kind == "wrong_digit_in_number" or rng.random() >= WITHOUT_NUMBER
        again = again if with_number else replace(again, number=None)
        again = again if rng.random() < MOTHER_KNOWN else replace(again, mother=None)
        pairs.append((original, len(records), kind, with_number))
        records.append(again)
    alike: list[tuple[int, int, str]] = []
    used = {record.number for record in people}
    for kind, (share, make) in LOOK_ALIKES.items():
        for original in rng.sample(range(n_persons), int(n_persons * share)):
            alike.append((original, len(records), kind))
            records.append(with_free_number(make(people[original], rng), used, rng))
    return Labelled(
        frame_of(records),
        pl.DataFrame(pairs, schema=["first", "second", "kind", "with_number"], orient="row"),
        pl.DataFrame(alike, schema=["first", "second", "kind"], orient="row"),
    )


def base(n_persons: int, seed: int) -> list[Written]:
    drawn = synthetic.persons(n_persons, max(1, int(n_persons / HOUSEHOLD_SIZE)), seed).persons
    columns = drawn.select(*COLUMNS[:-1], pl.col("mother").cast(pl.String))
    return [Written(*row) for row in columns.iter_rows()]


def frame_of(records: list[Written]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": range(len(records)),
            **{name: [getattr(record, name) for record in records] for name in COLUMNS},
        },
        schema_overrides={"birth_date": pl.Date, "mother": pl.String, "number": pl.String},
    )


def number_of(record: Written, born: date, sex: str, rng: random.Random) -> str:
    letters = (record.number or "УБ")[:2]
    return registration_numbers.number_for(
        born, "male" if sex == "male" else "female", letters, rng.randrange(50)
    )


def with_free_number(record: Written, used: set[str | None], rng: random.Random) -> Written:
    """The record with a number that nobody else has."""
    number = record.number or ""
    while number in used:
        sex = int(number[8]) % 2
        number = f"{number[:8]}{2 * rng.randrange(5) + sex}{rng.randrange(10)}"
    used.add(number)
    return replace(record, number=number)


def other_given(name: str | None, rng: random.Random) -> str:
    """Twins are often named alike: the same first part, another second one."""
    start = (name or "Мөнх")[:4].rstrip("-")
    return start + rng.choice(("болд", "баяр", "зул", "туяа", "сүх", "цэцэг", "жаргал"))


def twin(record: Written, rng: random.Random) -> Written:
    born, sex = record.birth_date or date(2000, 1, 1), rng.choice(("female", "male"))
    name = record.given_name
    while name == record.given_name:
        name = other_given(name, rng) if rng.random() < 0.5 else drawn_name(rng)
    return replace(record, given_name=name, sex=sex, number=number_of(record, born, sex, rng))


def sibling(record: Written, rng: random.Random) -> Written:
    born = (record.birth_date or date(2000, 1, 1)) - timedelta(days=rng.randrange(330, 3000))
    sex = rng.choice(("female", "male"))
    return replace(
        record, given_name=other_given(record.given_name, rng), birth_date=born, sex=sex,
        number=number_of(record, born, sex, rng),
    )  # fmt: skip


def namesake(record: Written, rng: random.Random) -> Written:
    """The same two names, born in the same year."""
    born = (record.birth_date or date(2000, 1, 1)).replace(month=rng.randint(1, 12), day=rng.randint(1, 28))
    number = number_of(record, born, record.sex or "male", rng)
    return replace(record, birth_date=born, number=number, mother=None)


def namesake_of_one_day(record: Written, rng: random.Random) -> Written:
    """The same two names, born on the same day elsewhere: nothing but the number tells the two apart."""
    letters = rng.choice(("УС", "ТЗ", "ОЮ", "ЖЕ"))
    number = number_of(
        replace(record, number=letters), record.birth_date or date(2000, 1, 1), record.sex or "male", rng
    )
    return replace(record, number=number, mother=None)


def grandson(record: Written, rng: random.Random) -> Written:
    """Named after his grandfather: one's two names are the father's, the other way round."""
    born, years = record.birth_date or date(2000, 1, 1), timedelta(days=rng.randrange(6500, 13000))
    born = born + years if born + years <= synthetic.DAY else born - years
    return replace(
        record, given_name=record.patronymic, patronymic=record.given_name, birth_date=born, mother=None,
        number=number_of(record, born, record.sex or "male", rng),
    )  # fmt: skip


def drawn_name(rng: random.Random) -> str:
    return rng.choice(("Номин", "Төгөлдөр", "Ариунзаяа", "Дөлгөөн", "Анударь", "Тэмүүжин", "Сарангэрэл"))


# Each with how many there are for each person of the base: far more than in a population.
LOOK_ALIKES = {
    "twins": (0.02, twin),
    "siblings": (0.02, sibling),
    "namesakes_of_one_year": (0.02, namesake),
    "namesakes_of_one_day": (0.002, namesake_of_one_day),
    "named_after_grandfather": (0.02, grandson),
}
