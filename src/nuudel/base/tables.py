"""Strict reading of a pack's CSV tables: every column declared, every value of its column's type."""

import csv
import difflib
import errno
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from nuudel.base.errors import PackError
from nuudel.base.provenance import Text

COLUMN_TYPES: Mapping[str, Any] = {
    "year": pl.Int32,
    "month": pl.String,
    "date": pl.Date,
    "place": pl.String,
    "code": pl.String,
    "text": pl.String,
    "age": pl.String,
    "count": pl.Int64,
    "number": pl.Float64,
}
"""Type of a column, as ``pack.toml`` names it -> type in the frame."""

PATTERNS: Mapping[str, str] = {
    "year": r"^\d{4}$",
    "month": r"^\d{4}-(0[1-9]|1[0-2])$",
    "date": r"^\d{4}-\d{2}-\d{2}$",
    "place": r"^\S+$",
    "code": r"^\S+$",
    "age": r"^\d{1,3}(-\d{1,3}|\+)?$",
    "count": r"^\d+$",
}
"""How a value of a type is written; ``number`` is any finite decimal number, ``text`` is free."""


@dataclass(frozen=True)
class Column:
    """One column of a pack's table: its type (a key of ``COLUMN_TYPES``), unit and title."""

    name: str
    type: str
    unit: str
    optional: bool
    title: Text
    level: str


def read_csv(path: Path, where: str, columns: Mapping[str, Column]) -> pl.DataFrame:
    """Read a CSV file strictly: exactly these columns, each value of its column's type.

    Parameters
    ----------
    path
        The file: UTF-8, comma-separated, one header line, one row for each line.
    where
        What the table is called in messages, e.g. ``table internal_migration of mongolia``.
    columns
        The declared columns by name; the frame has them in this order.

    Raises
    ------
    PackError
        ``PACK-104`` cannot be opened, ``PACK-105`` not a UTF-8 CSV table, ``PACK-106`` unknown or missing
        column, ``PACK-107`` value of another type, ``PACK-108`` empty value.
    """
    try:
        if not path.is_file():
            raise FileNotFoundError(errno.ENOENT, "there is no such ordinary file")
        content = path.read_bytes()
    except OSError as error:
        raise PackError(
            104, f"{path.name} ({where}) cannot be opened: {error.strerror or error}.", "Restore the file."
        ) from None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PackError(
            105, f"{path.name} ({where}), line {line} is not UTF-8.", "Save the file as UTF-8."
        ) from None
    try:
        raw = pl.read_csv(content, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise PackError(105, f"{path.name} ({where}) is not a CSV table: {reason}.", "Correct it.") from None
    for column in raw.columns:
        check_known(f"column of {where}", column, columns, number=106)
    for column in columns:
        if column not in raw.columns:
            raise PackError(106, f"{path.name} ({where}) lacks column {column!r}.", "Add it.", (column,))
    if raw.height and raw.columns and raw[raw.columns[-1]].null_count():
        check_widths(content.decode("utf-8-sig"), path.name, where)
    return pl.DataFrame([convert(raw[name], column, where) for name, column in columns.items()])


def check_widths(content: str, name: str, where: str) -> None:
    """Refuse a line with too few values, which the fast reader would fill up in silence."""
    csv.field_size_limit(max(len(content), csv.field_size_limit()))
    reader = csv.reader(io.StringIO(content))
    width = len(next(reader))
    for row in reader:
        if len(row) != width:
            raise PackError(
                105,
                f"{name} ({where}), line {reader.line_num} has {len(row)} values instead of {width}.",
                "Correct the line.",
            )


def convert(values: pl.Series, column: Column, where: str) -> pl.Series:
    """The texts of a column as its type; the first bad or empty one is an error with its line."""
    texts = values.replace("", None)
    converted = parse(texts, column.type)
    bad = texts.is_not_null() & converted.is_null()
    if bad.any():
        row = int(bad.arg_max() or 0)
        raise PackError(
            107,
            f"{where}, line {row + 2}: {texts[row]!r} in column {column.name} is no {column.type}.",
            "Correct the value.",
            (column.name,),
        )
    if not column.optional and converted.null_count():
        row = int(converted.is_null().arg_max() or 0)
        raise PackError(
            108,
            f"{where}, line {row + 2}: column {column.name} is empty.",
            "Fill it, or declare the column optional.",
            (column.name,),
        )
    return converted


def parse(texts: pl.Series, kind: str) -> pl.Series:
    """Texts as a column type; what does not fit becomes null."""
    if kind in PATTERNS:
        fits = texts.str.contains(PATTERNS[kind])
        texts = (
            texts.to_frame("text").select(pl.when(fits).then(pl.col("text")).alias(texts.name)).to_series()
        )
    if kind == "date":
        return texts.str.to_date("%Y-%m-%d", strict=False)
    converted = texts.cast(COLUMN_TYPES[kind], strict=False)
    if kind == "number":
        finite = converted.is_finite()
        return converted.to_frame("n").select(pl.when(finite).then(pl.col("n")).alias(texts.name)).to_series()
    return converted


def check_known(where: str, key: Any, known: Iterable[str], number: int = 102) -> None:
    """Refuse a name that is not among the known ones, naming the nearest of them."""
    key, names = str(key), [str(k) for k in known]
    if key not in names:
        raise PackError(
            number, f"{where}: {key!r} is unknown.", f"Use a known one{nearest(key, names)}.", (key,)
        )


def nearest(word: str, known: Iterable[str]) -> str:
    """``: a, b, c``, the known names nearest to a word first (at most five)."""
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    rest = [name for name in names if name not in near]
    return ": " + ", ".join((near + rest)[:5])
