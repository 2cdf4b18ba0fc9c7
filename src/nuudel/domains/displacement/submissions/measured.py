"""Figures of submissions as tables, without opening answers: rounds, checks and points are made of them."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from django.db.models import QuerySet

from nuudel.domains.displacement import models
from nuudel.ledger.schema import Field, Form
from nuudel.surveys.layouts import LAYOUTS
from nuudel.surveys.measures import Measured, as_json

MEASURED = ("layout", "area", "day", "began_at", "ended_at", "measures")
UNCOUNTED = ("replaced", "rejected")
"""States of submissions that count nowhere: another stands for them, or they were refused."""

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
COLUMNS = ("pk", "round_id", "assignment_id", "place", "area", "day", "began_at", "ended_at")
CLOCKS = ("created_at", "device_at")


def keep_measures(row: models.Submission, told: Measured | None) -> None:
    """Put the figures into the record; those of a submission that gives none are empty."""
    if told is None:
        row.layout, row.area, row.day, row.began_at, row.ended_at, row.measures = (
            "",
            "",
            None,
            None,
            None,
            None,
        )
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
    known = LAYOUTS[layout].values
    found = (
        (*(str(one) for one in head[:3]), *head[3:], *(values["values"].get(name) for name in known))
        for *head, values in told(rows, layout, (*COLUMNS, *CLOCKS))
    )
    return pl.DataFrame(list(found), schema=HEAD | types(known), orient="row")


def measured_rows(rows: "QuerySet[models.Submission]", layout: str, name: str) -> pl.DataFrame:
    """What submissions of a layout tell several times: one row for each.

    Returns
    -------
    polars.DataFrame
        ``submission``, ``area``, ``day``, and each column of the rows; null where it was not answered.
    """
    known = LAYOUTS[layout].rows[name]
    found = (
        (str(pk), area, day, *(row.get(column) for column in known))
        for pk, area, day, values in told(rows, layout, ("pk", "area", "day"))
        for row in values["rows"].get(name, ())
    )
    return pl.DataFrame(list(found), schema=ROW_HEAD | types(known), orient="row")


def told(
    rows: "QuerySet[models.Submission]", layout: str, columns: tuple[str, ...]
) -> Iterator[tuple[Any, ...]]:
    chosen = counting(rows).filter(layout=layout).order_by("pk")
    yield from chosen.values_list(*columns, "measures")


def types(known: Mapping[str, Field]) -> dict[str, Any]:
    return {name: TYPES.get(column.form, pl.String()) for name, column in known.items()}
