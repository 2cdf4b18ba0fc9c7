"""What is wrong with the rows of a register's files: line, column and reason, never a value.

The checks are whole columns at a time; that of registration numbers says the same as
``people.registration_numbers`` (a test compares them).
"""

from collections.abc import Collection, Iterator, Mapping

import polars as pl

from nuudel.base.errors import PeopleError
from nuudel.domains.registration.load.columns import FILES
from nuudel.domains.registration.load.reading import Read
from nuudel.people.names import skeleton
from nuudel.people.registration_numbers import LATER_CENTURY, LETTERS

REJECTS = {"file": pl.String, "line": pl.UInt32, "column": pl.String, "reason": pl.String}
OLDEST = 130  # years
YOUNGEST_PARENT = 10  # years
MOST_IN_DWELLING = 10_000
NAMES = ("family_name", "patronymic", "given_name", "patronymic_latin", "given_latin")
CONTROL = r"[\x00-\x1f\x7f]"

Wrong = tuple[str, str, pl.Expr]
"""A column, the reason, and which rows of the file it holds for."""


def rejects(read: Read, places: Collection[str]) -> pl.DataFrame:
    """All that is wrong, in the order of files and lines; empty where nothing is.

    Parameters
    ----------
    places
        The codes of soums and districts in which people may live.
    """
    found = []
    for file, frame in (("households", read.households), ("persons", read.persons)):
        unread = read.unread[file].with_columns(reason=pl.lit("cannot be read"))
        found.append(named(file, unread))
        known = unread.select("line", "column")
        for column, reason, expression in (
            *of_columns(file),
            *(of_persons(read) if file == "persons" else of_households(places)),
        ):
            wrong = frame.filter(expression).select("line", column=pl.lit(column), reason=pl.lit(reason))
            # What could not be read is not said to be missing too.
            found.append(named(file, wrong.join(known, on=["line", "column"], how="anti")))
    return pl.concat(found).sort("file", "line", "column", "reason")


def named(file: str, wrong: pl.DataFrame) -> pl.DataFrame:
    return wrong.select(
        pl.lit(file).alias("file"), pl.col("line").cast(pl.UInt32), pl.col("column"), pl.col("reason")
    )


def of_columns(file: str) -> Iterator[Wrong]:
    """What the list of columns says of each value by itself."""
    for name, column in FILES[file].items():
        value = pl.col(name)
        if column.required:
            yield name, "is missing", value.is_null()
        if column.codes:
            yield name, "is none of the codes", value.is_not_null() & ~value.is_in(column.codes)
        elif column.form is pl.String:
            yield name, "is too long", value.str.len_chars() > column.longest
            yield name, "has a control letter", value.str.contains(CONTROL)


def of_households(places: Collection[str]) -> Iterator[Wrong]:
    place = pl.col("place")
    yield (
        "household",
        "is there twice",
        pl.col("household").is_duplicated() & pl.col("household").is_not_null(),
    )
    yield "place", "is no soum or district", place.is_not_null() & ~place.is_in(list(places))
    yield "capacity", "is out of range", ~pl.col("capacity").is_between(1, MOST_IN_DWELLING)
    yield "latitude", "is out of range", ~pl.col("latitude").is_between(-90, 90)
    yield "longitude", "is out of range", ~pl.col("longitude").is_between(-180, 180)


def of_persons(read: Read) -> Iterator[Wrong]:
    """What holds for persons: birth, number, household, and that parents are of the same file and older."""
    day, born = read.about.day, pl.col("birth_date")
    yield "person", "is there twice", pl.col("person").is_duplicated() & pl.col("person").is_not_null()
    yield "birth_date", "is after the day of the register", born > day
    yield "birth_date", f"is more than {OLDEST} years ago", born < day.replace(year=day.year - OLDEST, day=1)
    yield "number", "is no registration number", wrong_number()
    yield "number", "is there twice", pl.col("number").is_duplicated() & pl.col("number").is_not_null()
    for name in NAMES:
        no_names = [text for text in read.persons[name].drop_nulls().unique() if not is_name(text)]
        yield name, "is no name", pl.col(name).is_in(no_names)
    known = read.households["household"].drop_nulls().implode()
    household = pl.col("household")
    yield "household", "is not in the file of households", household.is_not_null() & ~household.is_in(known)
    is_head = pl.col("role") == "head"
    yield "role", "is that of a second head", is_head & (is_head.sum().over("household") > 1)
    births = dict(zip(read.persons["person"], read.persons["birth_date"], strict=True))
    for parent in ("mother", "father"):
        if read.persons[parent].null_count() < len(read.persons):
            yield from of_parent(parent, births)


def is_name(text: str) -> bool:
    """Whether names are found by it: letters of one script, as ``people.names`` reads them."""
    try:
        skeleton(text)
    except PeopleError:
        return False
    return True


def of_parent(parent: str, births: Mapping[str, object]) -> Iterator[Wrong]:
    named_one = pl.col(parent).is_not_null()
    theirs = pl.col(parent).replace_strict(births, default=None, return_dtype=pl.Date)
    yield parent, "is not in the file of persons", named_one & ~pl.col(parent).is_in(list(births))
    too_young = theirs.dt.offset_by(f"{YOUNGEST_PARENT}y") > pl.col("birth_date")
    yield parent, f"is not {YOUNGEST_PARENT} years older", too_young


def wrong_number() -> pl.Expr:
    """Whether a number has no number's form, or tells a day that there is not."""
    number = pl.col("number")
    month = number.str.slice(4, 2).cast(pl.Int32, strict=False)
    later = month > LATER_CENTURY
    told = pl.concat_str(
        pl.when(later).then(pl.lit("20")).otherwise(pl.lit("19")),
        number.str.slice(2, 2),
        (month - pl.when(later).then(LATER_CENTURY).otherwise(0)).cast(pl.String).str.zfill(2),
        number.str.slice(6, 2),
    )
    fits = number.str.contains(f"^[{LETTERS}]{{2}}[0-9]{{8}}$")
    return number.is_not_null() & ~(fits & told.str.to_date("%Y%m%d", strict=False).is_not_null())
