"""Records of persons made ready to be compared: skeletons, clean numbers, one row each."""

import polars as pl

from nuudel.base.errors import PeopleError
from nuudel.people.names import skeleton
from nuudel.people.registration_numbers import FORM, normalise

TEXTS = ("given_name", "patronymic", "sex", "number")
REQUIRED = ("id", "given_name", "patronymic", "birth_date", "sex", "number", "mother")

MOST_WITH_A_NUMBER = 10
MOST_CHILDREN = 30
# So large a share of the records has no day of birth and no pair of names in common, if they are real.
FEW, MANY = 1000, 0.005


def prepared(persons: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """``row``, ``given``, ``patronymic``, ``birth``, ``number``, ``mother``, ``sex``; and unreadable names.

    Raises
    ------
    PeopleError
        ``PEOPLE-131``, ``PEOPLE-132``.
    """
    check(persons)
    persons = persons.with_columns(pl.col(TEXTS).cast(pl.String), pl.col("birth_date").cast(pl.Date))
    names = pl.concat([persons["given_name"], persons["patronymic"].rename("given_name")]).drop_nulls()
    skeletons, unreadable = skeletons_of(names)
    numbers = {text: clean(text) for text in persons["number"].drop_nulls().unique()}
    records = (
        persons.lazy()
        .select(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("row"),
            replaced("given_name", skeletons).alias("given"),
            replaced("patronymic", skeletons),
            pl.col("birth_date").alias("birth"),
            replaced("number", numbers),
            pl.col("mother").cast(pl.String),
            pl.col("sex"),
        )
        .pipe(without_stand_ins)
        .collect()
    )
    return records, unreadable


def without_stand_ins(records: pl.LazyFrame) -> pl.LazyFrame:
    """Values that so many records share that they stand for "unknown" become missing.

    They are no evidence, and the pairs that share them would be too many to look at.
    """
    many = pl.max_horizontal(pl.lit(FEW), pl.len() * MANY)
    nameless = pl.col("patronymic").is_not_null() & (pl.len().over("given", "patronymic") > many)
    return records.with_columns(
        pl.when(pl.len().over("number") <= MOST_WITH_A_NUMBER).then("number").alias("number"),
        pl.when(pl.len().over("mother") <= MOST_CHILDREN).then("mother").alias("mother"),
        pl.when(pl.len().over("birth") <= many).then("birth").alias("birth"),
        *(pl.when(~nameless).then(name).alias(name) for name in ("given", "patronymic")),
    )


def replaced(column: str, values: dict[str, str | None]) -> pl.Expr:
    return pl.col(column).replace_strict(values, default=None, return_dtype=pl.String)


def skeletons_of(names: pl.Series) -> tuple[dict[str, str | None], int]:
    """Each name's skeleton, None where it cannot be read; and how many of all are so."""
    found: dict[str, str | None] = {}
    unreadable = 0
    for name, count in names.value_counts().iter_rows():
        try:
            found[name] = skeleton(name)
        except PeopleError:
            found[name] = None
            unreadable += count
    return found, unreadable


def clean(text: str) -> str | None:
    """A registration number in one way of writing; None where it has not the form."""
    number = normalise(text)
    return number if FORM.fullmatch(number) else None


def check(persons: pl.DataFrame) -> None:
    missing = [column for column in REQUIRED if column not in persons.columns]
    wrong = [
        column
        for column in TEXTS
        if column in persons.columns and persons.schema[column] not in (pl.String, pl.Null, pl.Categorical)
    ]
    if "birth_date" in persons.columns and persons.schema["birth_date"] not in (pl.Date, pl.Null):
        wrong.append("birth_date")
    if missing or wrong:
        raise PeopleError(
            131,
            "the records have not the columns that linkage reads.",
            "Give id, given_name, patronymic, birth_date, sex, number and mother; all but id may be null.",
            (*missing, *wrong),
        )
    ids = persons["id"]
    if ids.null_count() or ids.n_unique() < len(ids):
        raise PeopleError(
            132, "ids are missing or not unique.", "Give each record an id of its own.", ("id",)
        )
