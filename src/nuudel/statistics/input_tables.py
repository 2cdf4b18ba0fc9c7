"""Tables that others hand in: their columns and values checked, with the column and the row named."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from nuudel.base.errors import StatisticsError
from nuudel.base.tables import nearest, parse

CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$"
KINDS: Mapping[str, pl.DataType] = {
    "text": pl.String(),
    "count": pl.Int64(),
    "number": pl.Float64(),
    "date": pl.Date(),
    "clock": pl.String(),
}


@dataclass(frozen=True)
class InputColumn:
    """A column of a table that is handed in.

    Attributes
    ----------
    kind
        ``text``, ``count`` (0, 1, 2 …), ``number``, ``date`` (2026-11-22) or ``clock`` (08:30, 24:00).
    needed
        The column must be there; ``filled``: it must have a value in every row.
    codes
        The values that it may have; empty where any will do.
    highest
        The largest value of a count.
    """

    name: str
    kind: str = "text"
    needed: bool = False
    filled: bool = False
    codes: tuple[str, ...] = ()
    highest: int | None = None


def read_input(file: Path, columns: Iterable[InputColumn], *, others: bool = False) -> pl.DataFrame:
    """A CSV or Parquet file with these columns; those that it lacks are added, empty.

    Parameters
    ----------
    others
        Whether further columns are kept as text. If not, one that is unknown is an error.

    Raises
    ------
    StatisticsError
        ``STATISTICS-501`` cannot be read; ``STATISTICS-502`` a column is missing or unknown;
        ``STATISTICS-503`` a value does not fit its column, with the column and the row.
    """
    raw, known = read_raw(file), {column.name: column for column in columns}
    strange = [name for name in raw.columns if name not in known]
    if strange and not others:
        raise StatisticsError(
            502,
            f"{file.name} has a column {strange[0]!r} that is unknown.",
            f"Rename it, or leave it out{nearest(strange[0], known)}.",
            (strange[0],),
        )
    for column in known.values():
        if column.needed and column.name not in raw.columns:
            near = difflib.get_close_matches(column.name, raw.columns, n=1)
            raise StatisticsError(
                502,
                f"{file.name} has no column {column.name!r}.",
                f"Rename {near[0]!r}." if near else "Add it.",
                (column.name,),
            )
    made = [convert(raw, column, file.name) for column in known.values()]
    return pl.DataFrame(made).with_columns(raw[name] for name in strange)


def read_raw(file: Path) -> pl.DataFrame:
    """All columns as text; what is empty is null."""
    why = "it ends neither in .csv nor in .parquet"
    try:
        if file.suffix.lower() == ".csv":
            table = pl.read_csv(file.read_bytes(), infer_schema=False)
        elif file.suffix.lower() == ".parquet":
            table = pl.read_parquet(file, glob=False)
        else:
            table = None
        if table is not None:
            texts = table.with_columns(pl.all().cast(pl.String).str.strip_chars())
            return texts.with_columns(pl.when(pl.all() != "").then(pl.all()))
    except OSError as error:
        why = error.strerror or "there is no such file"
    except pl.exceptions.PolarsError:
        why = f"it is empty, damaged or no {file.suffix[1:].lower()} file in UTF-8"
    raise StatisticsError(
        501, f"{file.name} cannot be read: {why}.", "Name another file, or repair it.", ("file",)
    )


def convert(raw: pl.DataFrame, column: InputColumn, where: str) -> pl.Series:
    """One column as its kind; the first value that does not fit is told with its row."""
    if column.name not in raw.columns:
        return pl.Series(column.name, [None] * raw.height, dtype=KINDS[column.kind])
    texts = raw[column.name]
    if column.kind == "clock":
        fits = texts.str.contains(CLOCK)
        values = pl.select(pl.when(fits).then(texts)).to_series().alias(column.name)
    else:
        values = parse(texts, column.kind)
    bad = texts.is_not_null() & values.is_null()
    wanted = {"count": "a whole number of 0 or more", "number": "a number", "date": "a day like 2026-11-22"}
    says = wanted.get(column.kind, "a time like 08:30")
    if column.codes:
        bad, says = texts.is_not_null() & ~texts.is_in(column.codes), f"one of {', '.join(column.codes)}"
    if column.highest is not None:
        bad, says = bad | (values > column.highest).fill_null(False), f"{says}, at most {column.highest}"
    if column.filled:
        bad = bad | values.is_null()
    if bad.any():
        row = int(bad.arg_max() or 0)
        found = "is empty" if texts[row] is None else f"is {texts[row]!r}"
        says = "filled" if column.kind == "text" and not column.codes else says
        raise StatisticsError(
            503,
            f"{where}, row {row + 2}: column {column.name} {found}.",
            f"It must be {says}; the header is row 1.",
            (column.name,),
        )
    return values.alias(column.name)


def need(table: pl.DataFrame, called: str, columns: Iterable[str]) -> None:
    """Refuse a frame that lacks a column: ``STATISTICS-502``."""
    for name in columns:
        if name not in table.columns:
            raise StatisticsError(502, f"{called} has no column {name!r}.", "Add it.", (name,))


def once(table: pl.DataFrame, called: str, key: str) -> None:
    """Refuse a frame in which a key stands twice: ``STATISTICS-504``."""
    twice = table.filter(pl.col(key).is_duplicated())
    if twice.height:
        raise StatisticsError(
            504,
            f"{called}: {key} {twice[key][0]!r} stands more than once.",
            "Keep one row of it; several reports of one area are brought together first.",
            (key,),
        )
