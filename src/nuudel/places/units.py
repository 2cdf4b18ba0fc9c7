"""Further units from a user's table: baghs, khoroos, or any level that the pack names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from nuudel.base.errors import PlacesError
from nuudel.base.packs import nearest
from nuudel.places.gazetteer import Gazetteer, Place, read_date

REQUIRED = ("code", "level", "parent")
OPTIONAL = ("national_code", "iso_3166_2", "latitude", "longitude", "elevation_m", "valid_from", "valid_to")
NUMBERS = {"latitude": 90.0, "longitude": 180.0, "elevation_m": 9000.0}


def with_units(gazetteer: Gazetteer, frame: pl.DataFrame) -> Gazetteer:
    """The gazetteer with the units of a table.

    Parameters
    ----------
    frame
        Columns code, level, parent and at least one ``name_<language>``; may have national_code,
        latitude, longitude, elevation_m, valid_from and valid_to.

    Raises
    ------
    PlacesError
        ``PLACES-104`` an unknown or missing column; ``PLACES-105`` a doubled code; ``PLACES-106`` an unknown
        parent or one that is not of an upper level; ``PLACES-107`` no name; ``PLACES-108`` a value that is no
        date, no number or out of range. Each says which line.
    """
    names = {f"name_{language}": language for language in gazetteer.languages}
    known = (*REQUIRED, *names, *OPTIONAL)
    for column in frame.columns:
        if column not in known:
            raise PlacesError(
                104, f"column {column!r} is unknown.", f"Use a known one{nearest(column, known)}.", (column,)
            )
    for column in REQUIRED:
        if column not in frame.columns:
            raise PlacesError(104, f"the table of units lacks {column!r}.", "Add the column.", (column,))
    rows = enumerate(frame.iter_rows(named=True), start=2)
    return gazetteer.with_places(read_unit(line, row, names) for line, row in rows)


def read_units(gazetteer: Gazetteer, path: Path) -> Gazetteer:
    """The gazetteer with the units of a CSV file; ``PLACES-109`` it is none; else as ``with_units``."""
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0]
        raise PlacesError(
            109, f"{path.name} cannot be read as CSV ({reason}).", "Give a CSV file in UTF-8."
        ) from None
    return with_units(gazetteer, frame)


def read_unit(line: int, row: Mapping[str, Any], names: Mapping[str, str]) -> Place:
    given = {column: value for column, value in row.items() if value not in (None, "")}
    for column in REQUIRED:
        if column not in given:
            raise PlacesError(108, f"line {line}: {column} is empty.", "Fill it.", (column,))
    texts = {language: given[column] for column, language in names.items() if column in given}
    if not texts:
        raise PlacesError(
            107, f"line {line}: the unit has no name.", "Give it one in any language.", tuple(names)
        )
    return Place(
        code=str(given["code"]),
        names=texts,
        level=str(given["level"]),
        parent=str(given["parent"]),
        latitude=number(line, given, "latitude"),
        longitude=number(line, given, "longitude"),
        elevation_m=number(line, given, "elevation_m"),
        valid_from=read_date(given.get("valid_from"), "valid_from"),
        valid_to=read_date(given.get("valid_to"), "valid_to"),
        national_code=given.get("national_code"),
        iso_3166_2=given.get("iso_3166_2"),
    )


def number(line: int, given: Mapping[str, Any], column: str) -> float | None:
    if column not in given:
        return None
    try:
        value = float(given[column])
    except ValueError:
        value = float("nan")
    if not abs(value) <= NUMBERS[column]:  # false for NaN too
        raise PlacesError(
            108,
            f"line {line}: {given[column]!r} in column {column} is out of range.",
            "Correct it.",
            (column,),
        )
    return value
