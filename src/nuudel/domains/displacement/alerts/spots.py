"""Where figures reach a limit: rows put together spot by spot, with when and by which submissions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from nuudel.domains.displacement import models
from nuudel.web.access.decisions import path_of

PERCENT = 100
ALL = "all"
"""The spot of all points together."""


@dataclass(frozen=True)
class Reached:
    """A figure that reached a rule's limit.

    Attributes
    ----------
    spot
        A point's id, a place's code, or ``all``.
    place
        The place where it is, as far as it is known.
    day, hour
        Of the figure; of several days the last one with something counted.
    value, cases
        The figure, and how many it was counted from.
    submissions
        Ids of the submissions that made it.
    kind
        Of an emergency, where the rule watches all kinds: two kinds at one place are two causes.
    low
        Of a share that a sample tells: the lower end of its 95 % interval.
    """

    spot: str
    place: str
    day: date
    hour: int | None
    value: float
    cases: int
    submissions: tuple[str, ...]
    kind: str = ""
    low: float | None = None

    @property
    def surely(self) -> float:
        """What is held against the limit: the lower end where the figure has an interval."""
        return self.value if self.low is None else self.low

    def cause(self, direction: str) -> str:
        """What tells causes of one rule apart."""
        hour = "" if self.hour is None else str(self.hour)
        return "|".join((self.spot, direction, self.day.isoformat(), hour, self.kind))


COMMON = (pl.col("place").first(), pl.col("day").max(), pl.col("submission").unique())


def window(rule: models.AlertRule, day: date) -> list[date]:
    """The days that are put together, the last one first."""
    return [day - timedelta(days=back) for back in range(max(rule.days, 1))]


def by_spot(rule: models.AlertRule, rows: pl.DataFrame, direction: str) -> pl.DataFrame:
    """Rows of points with the spot to which they belong: the point, or all together."""
    if direction:
        rows = rows.filter(pl.col("direction") == direction)
    if rule.point == ALL:
        return rows.with_columns(spot=pl.lit(ALL), place=pl.lit(""))
    if rule.point:
        rows = rows.filter(pl.col("point") == rule.point)
    return rows.filter(pl.col("point").is_not_null()).with_columns(spot=pl.col("point"), place=pl.col("area"))


def by_area(rule: models.AlertRule, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of areas with the spot: each area, or the named place with all below it."""
    if not rule.area:
        return rows.filter(pl.col("area") != "").with_columns(spot=pl.col("area"), place=pl.col("area"))
    inside = [area for area in rows["area"].unique() if is_inside(area, rule.area)]
    return rows.filter(pl.col("area").is_in(inside)).with_columns(
        spot=pl.lit(rule.area), place=pl.lit(rule.area)
    )


def total(rows: pl.DataFrame, by: Iterable[str], value: pl.Expr) -> pl.DataFrame:
    """A figure for each group, with where, when and by which submissions."""
    keys = list(by)
    return rows.group_by(keys).agg(
        value.alias("value"),
        pl.len().alias("cases"),
        *(one for one in COMMON if one.meta.output_name() not in keys),
    )


def as_reached(rows: pl.DataFrame) -> list[Reached]:
    return [
        Reached(
            spot=str(one["spot"]),
            place=str(one["place"] or ""),
            day=one["day"],
            hour=one.get("hour"),
            value=float(one["value"] or 0),
            cases=int(one["cases"] or 0),
            submissions=tuple(sorted(set(one["submission"]))),
            kind=str(one.get("kind") or ""),
        )
        for one in rows.sort("spot", "day").iter_rows(named=True)
    ]


def is_inside(area: str, place: str) -> bool:
    """Whether an area is a place, or lies in it; a bagh lies in the soum whose code it begins with."""
    return place == area or place in path_of(area.partition("-")[0])
