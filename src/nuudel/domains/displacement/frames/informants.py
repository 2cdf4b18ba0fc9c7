"""Key informants: how many agreed and how well they know their area."""

from dataclasses import dataclass

import polars as pl
from django.db.models import QuerySet

from nuudel.domains.displacement import models
from nuudel.domains.displacement.submissions.measured import measured_rows

LAYOUT, ROWS, AGREED = "area", "informants", "yes"
CREDIBILITY = {"list": 1, "direct": 2, "hearsay": 3}
"""From a list (the best) to hearsay, as the shipped instruments ask for it."""


@dataclass(frozen=True)
class Agreed:
    """How many informants of an area were asked and agreed, and how credible those who did were.

    ``credibility``: mean of 1 (keeps a list) to 3 (heard from others); None where nobody agreed.
    """

    area: str
    asked: int
    agreed: int
    credibility: float | None


def said_in(rows: "QuerySet[models.Submission]") -> pl.DataFrame:
    """What each informant said: ``submission``, ``area``, ``agreed``, ``credible``, ``persons_said``."""
    told = measured_rows(rows, LAYOUT, ROWS)
    return told.with_columns(
        # Forms without a question of consent ask only those who agree.
        agreed=pl.col("consent").fill_null(AGREED) == AGREED,
        credibility=pl.col("credible").replace_strict(CREDIBILITY, default=None, return_dtype=pl.Int64),
    )


def agreed_of(rows: "QuerySet[models.Submission]") -> dict[str, Agreed]:
    """How many agreed, by area; of the submissions that count among those given."""
    found = (
        said_in(rows)
        .group_by("area")
        .agg(
            asked=pl.len(),
            agreed=pl.col("agreed").sum(),
            credibility=pl.col("credibility").filter(pl.col("agreed")).mean(),
        )
    )
    return {row["area"]: Agreed(**row) for row in found.iter_rows(named=True)}
