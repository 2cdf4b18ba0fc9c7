"""What travellers say, as a share of all who passed: a sample, weighted to the counts."""

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from nuudel.domains.displacement import models
from nuudel.domains.displacement.alerts.spots import PERCENT, Reached, by_spot, window
from nuudel.domains.displacement.points.travellers import interviews
from nuudel.statistics import flow_points
from nuudel.statistics.flow_points import Weighted

if TYPE_CHECKING:
    from nuudel.domains.displacement.alerts.figures import Figures

ANSWERED = ("reason", "citizenship")
"""What travellers are asked; the rest is seen in counts."""


def answered(rule: models.AlertRule, figures: "Figures", day: date, trait: str, code: str) -> list[Reached]:
    """A share in per cent, with the lower end of its 95 % interval; it is that end that reaches a limit."""
    days = window(rule, day)
    asked = interviews(figures.travellers(days)).filter(pl.col(trait).is_not_null())
    rows = by_spot(rule, asked, rule.alert_direction)
    found = []
    for (spot,), own in rows.sort("interview").group_by(["spot"], maintain_order=True):
        # Counts are read only where the share can be one.
        if len(own) < max(rule.cases, 1) or not (own[trait] == code).any():
            continue
        strata = figures.strata(days).filter(pl.col("point").is_in(own["point"].unique().implode()))
        if rule.alert_direction:
            strata = strata.filter(pl.col("direction") == rule.alert_direction)
        one = share_of(own, strata, trait, code)
        if one is not None and one[2] >= rule.cases:
            found.append(reached_at(str(spot), own, *one))
    return found


def share_of(
    own: pl.DataFrame, strata: pl.DataFrame, trait: str, code: str
) -> tuple[float, float, int] | None:
    """A share, its lower end, and of how many interviews; None where nobody of weight said it.

    Where nothing was counted, all interviews weigh the same.
    """
    weighted = flow_points.weigh(own, strata)
    if weighted.unweighted == len(own):
        weighted = evenly(own)
    told = flow_points.shares(weighted, trait)
    one = told.filter(pl.col("key") == code)
    if one.is_empty():
        return None
    share, low, number = one["share"][0], one["low_95"][0], int(told["interviews"].sum())
    return PERCENT * share, PERCENT * low, number


def evenly(own: pl.DataFrame) -> Weighted:
    rows = own.with_columns(weight=pl.lit(1.0))
    return Weighted(rows, pl.DataFrame(), len(own), 1.0, 0, 0.0)


def reached_at(spot: str, own: pl.DataFrame, share: float, low: float, number: int) -> Reached:
    last: date = own["day"].max()  # type: ignore[assignment]
    return Reached(
        spot=spot,
        place=str(own["place"][0] or ""),
        day=last,
        hour=None,
        value=share,
        cases=number,
        submissions=tuple(sorted(own["interview"])),
        low=low,
    )
