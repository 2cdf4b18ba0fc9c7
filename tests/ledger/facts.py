"""Facts for the tests of this room."""

from datetime import date, datetime
from typing import Any

import polars as pl

PLACES = ("MN11", "MN81", "MN82", "MN83", "CN")


def movement(**given: Any) -> dict[str, Any]:
    """A movement that keeps every rule, with what is given instead."""
    row: dict[str, Any] = {
        "id": None,
        "series": "register",
        "source": "Civil register",
        "institution": "Registration office",
        "kind": "residence",
        "start": date(2020, 5, 1),
        "end": None,
        "recorded_at": datetime(2020, 5, 3, 12),
        "supersedes": None,
        "persons": 1,
        "households": None,
        "sex": "female",
        "age_from": None,
        "age_to": None,
        "weight": 1.0,
        "quality": "observed",
        "origin": "MN81",
        "destination": "MN11",
        "duration": "12_months_and_more",
        "pseudonym": None,
    }
    unknown = given.keys() - row.keys()
    assert not unknown, unknown
    return row | given


SCHEMA = {
    "id": pl.String,
    "end": pl.Date,
    "supersedes": pl.String,
    "households": pl.Int64,
    "age_from": pl.Int64,
    "age_to": pl.Int64,
    "weight": pl.Float64,
    "persons": pl.Int64,
    "pseudonym": pl.String,
    "origin": pl.String,
    "destination": pl.String,
    "recorded_at": pl.Datetime("us"),
}


def movements(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([movement(**row) for row in rows], schema_overrides=SCHEMA, infer_schema_length=None)


def uuid7(number: int) -> str:
    """A UUIDv7-shaped id that tests can tell apart."""
    return f"0190{number:04x}-0000-7000-8000-{number:012x}"
