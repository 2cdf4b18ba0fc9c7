"""Reads a register's folder: ``register.json``, and ``persons`` and ``households`` as Parquet or CSV."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from nuudel.base.errors import RunError
from nuudel.domains.registration.load.columns import FILES, Column, check_names

ABOUT = "register.json"
ABOUT_KEYS = {"day": str, "source": str, "synthetic": bool}


@dataclass(frozen=True)
class About:
    """What a register's files say of themselves.

    Attributes
    ----------
    day
        Since when, at the latest, everybody lives where the files say: the opening of the register.
    source
        Whose register it is.
    synthetic
        Whether nobody of it exists.
    """

    day: date
    source: str
    synthetic: bool


@dataclass(frozen=True)
class Read:
    """A register as it was read, its columns typed and complete, each with its ``line``.

    ``unread`` tells for each file which values could not be read: ``line``, ``column``.
    """

    about: About
    persons: pl.DataFrame
    households: pl.DataFrame
    unread: Mapping[str, pl.DataFrame]


def read_register(folder: Path) -> Read:
    """Read a folder; what stands in its rows is checked by ``checks``.

    Raises
    ------
    RunError
        ``RUN-140`` where a file is missing or cannot be read, ``RUN-141`` for other columns than those of
        ``columns``.
    """
    about = read_about(folder / ABOUT)
    frames, unread = {}, {}
    for file, columns in FILES.items():
        frames[file], unread[file] = typed(read_file(folder, file), columns)
    return Read(about, frames["persons"], frames["households"], unread)


def read_about(path: Path) -> About:
    try:
        told: Any = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        raise unreadable(path.name, "is missing or no JSON") from None
    if not isinstance(told, dict) or {name: type(value) for name, value in told.items()} != ABOUT_KEYS:
        raise unreadable(path.name, f"must say {', '.join(ABOUT_KEYS)} and nothing else")
    try:
        day = date.fromisoformat(told["day"])
    except ValueError:
        raise unreadable(path.name, "names a day that there is not") from None
    return About(day, told["source"], told["synthetic"])


def read_file(folder: Path, file: str) -> pl.DataFrame:
    """One file as it is, every value of CSV as text."""
    parquet, csv = folder / f"{file}.parquet", folder / f"{file}.csv"
    try:
        if parquet.exists():
            frame = pl.read_parquet(parquet)
        else:
            frame = pl.read_csv(csv, infer_schema=False, null_values="")
    except (OSError, pl.exceptions.PolarsError):
        raise unreadable(f"{file}.parquet or {file}.csv", "is missing or damaged") from None
    check_names(file, frame.columns)
    return frame


def typed(frame: pl.DataFrame, columns: Mapping[str, Column]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Columns in their forms, in order; what could not be read is null and listed."""
    given = frame.with_row_index("line", offset=1)
    missing = [pl.lit(None, pl.String).alias(name) for name in columns if name not in frame.columns]
    given = given.with_columns(missing)
    told = given.select("line", *(value_of(name, column, given) for name, column in columns.items()))
    lost = [
        told.filter(told[name].is_null() & given[name].is_not_null()).select(
            "line", pl.lit(name).alias("column")
        )
        for name in columns
    ]
    filled = [
        pl.col(name).fill_null(column.default)
        for name, column in columns.items()
        if column.default is not None
    ]
    return told.with_columns(filled), pl.concat(lost)


def value_of(name: str, column: Column, frame: pl.DataFrame) -> pl.Expr:
    """A column in its form; null where it cannot be read so."""
    value = pl.col(name)
    if name == "number":  # as people.registration_numbers.normalise
        value = value.cast(pl.String).str.replace_all(r"[\s\-‐–]", "").str.to_uppercase()
    if column.form is pl.String:
        return value.cast(pl.String).str.strip_chars().replace("", None)
    if frame.schema[name] == column.form:
        return value
    text = value.cast(pl.String, strict=False)
    if column.form is pl.Date:
        return text.str.to_date("%Y-%m-%d", strict=False)
    if column.form is pl.Boolean:
        return text.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    return text.cast(column.form, strict=False)


def unreadable(file: str, what: str) -> RunError:
    return RunError(140, f"{file} {what}.", "See the guide to loading a register.", (file,))
