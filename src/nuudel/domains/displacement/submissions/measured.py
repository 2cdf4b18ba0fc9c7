"""Figures of submissions as tables, without opening answers: rounds, checks and points are made of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from django.db.models import BigIntegerField, F, Func, QuerySet, TextField
from django.db.models.functions import Cast

from nuudel.domains.displacement import models
from nuudel.ledger.schema import Field, Form
from nuudel.statistics.assessment_rounds.breakdowns import GROUPS
from nuudel.surveys.layouts import LAYOUTS
from nuudel.surveys.measures import Measured, as_json

MEASURED = ("layout", "area", "day", "began_at", "ended_at", "measures")
UNCOUNTED = ("replaced", "rejected")
"""States of submissions that count nowhere: another stands for them, or they were refused."""

PRESENT = ("persons", "households", "displaced", "returned", "migrants", *GROUPS)
"""Counts of those present in an area."""

TYPES = {Form.COUNT: pl.Int64(), Form.DATE: pl.Date()}
MOMENT = pl.Datetime("us", "UTC")
HEAD = {
    "submission": pl.String(),
    "round": pl.String(),
    "assignment": pl.String(),
    "place": pl.String(),
    "area": pl.String(),
    "day": pl.Date(),
    "began_at": MOMENT,
    "ended_at": MOMENT,
    "received_at": MOMENT,
    "device_at": MOMENT,
}
ROW_HEAD = {name: HEAD[name] for name in ("submission", "area", "day")}


class Micros(Func):
    """A moment as microseconds since 1970: a number is read many times as fast as a text."""

    template = "(EXTRACT(EPOCH FROM %(expressions)s) * 1000000)::bigint"
    output_field = BigIntegerField()


def text(name: str) -> Cast:
    """A column as the database writes it: ids and JSON are read many times as fast."""
    return Cast(F(name), TextField())


COLUMNS = (*(text(name) for name in ("pk", "round_id", "assignment_id")), "place", "area", "day")
MOMENTS = tuple(Micros(name) for name in ("began_at", "ended_at", "created_at", "device_at"))
"""In the order of ``HEAD``."""
VALUES, ROWS = "measures__values", "measures__rows"
"""The database hands over no more of the figures than is asked for: rows are many times the values."""
FIGURES = "figures"


def keep_measures(row: models.Submission, told: Measured | None) -> None:
    """Put the figures into the record; those of a submission that gives none are empty."""
    if told is None:
        row.layout, row.area, row.day = "", "", None
        row.began_at, row.ended_at, row.measures = None, None, None
        return
    row.layout, row.area, row.day = told.layout, told.area, told.day
    row.began_at, row.ended_at, row.measures = told.began, told.ended, as_json(told)


def counting(rows: "QuerySet[models.Submission]") -> "QuerySet[models.Submission]":
    """Those that count: neither replaced by a correction nor rejected."""
    return rows.exclude(state__in=UNCOUNTED)


def measured(rows: "QuerySet[models.Submission]", layout: str) -> pl.DataFrame:
    """One row for each submission of a layout that counts, oldest first.

    Returns
    -------
    polars.DataFrame
        ``submission``, ``round``, ``assignment`` (ids as texts), ``place`` (of the assignment), ``area`` and
        ``day`` (of the answers), ``began_at``, ``ended_at``, ``device_at`` (the phone's clock),
        ``received_at`` (ours), and each value of the layout; null where it was not answered.
    """
    known = types(LAYOUTS[layout].values)
    found = framed(told(rows, layout, (*COLUMNS, *MOMENTS, text(VALUES))), HEAD | {FIGURES: pl.String()})
    return emptied(found.with_columns(pl.col(FIGURES).str.json_decode(pl.Struct(known))).unnest(FIGURES))


def framed(rows: Sequence[tuple[Any, ...]], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Rows with moments as ``Micros`` as a table."""
    moments = [name for name, kind in schema.items() if kind == MOMENT]
    numbers = {name: pl.Int64() if name in moments else kind for name, kind in schema.items()}
    table = pl.DataFrame(rows, schema=numbers, orient="row")
    return table.with_columns(pl.from_epoch(name, "us").dt.replace_time_zone("UTC") for name in moments)


def emptied(told: pl.DataFrame) -> pl.DataFrame:
    """Areas that were found empty have nobody: forms do not ask how many."""
    if "outcome" not in told.columns:
        return told
    nobody = pl.col("outcome") == "empty"
    return told.with_columns(
        pl.when(nobody).then(pl.col(name).fill_null(0)).otherwise(pl.col(name)).alias(name)
        for name in PRESENT
    )


def measured_rows(rows: "QuerySet[models.Submission]", layout: str, name: str) -> pl.DataFrame:
    """What submissions of a layout tell several times: one row for each.

    Returns
    -------
    polars.DataFrame
        ``submission``, ``area``, ``day``, and each column of the rows; null where it was not answered.
    """
    known = types(LAYOUTS[layout].rows[name])
    columns = (text("pk"), "area", "day", text(f"{ROWS}__{name}"))
    found = framed(told(rows, layout, columns), ROW_HEAD | {FIGURES: pl.String()}).drop_nulls(FIGURES)
    several = pl.col(FIGURES).str.json_decode(pl.List(pl.Struct(known)))
    return found.with_columns(several).filter(pl.col(FIGURES).list.len() > 0).explode(FIGURES).unnest(FIGURES)


def told(rows: "QuerySet[models.Submission]", layout: str, columns: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    return list(counting(rows).filter(layout=layout).order_by("pk").values_list(*columns))


def types(known: Mapping[str, Field]) -> dict[str, Any]:
    return {name: TYPES.get(column.form, pl.String()) for name, column in known.items()}
