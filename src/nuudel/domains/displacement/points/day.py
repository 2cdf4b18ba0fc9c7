"""The figures of one day, point by point, as a page tells them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import polars as pl

from nuudel.domains.displacement.points.listed import Point
from nuudel.domains.displacement.points.reading import SHOWN_DAYS, Counted
from nuudel.publication.charts.style import known_decimals

HOURS = range(24)
DIRECTIONS = ("in", "out")
NO_FIGURE = "no_watch"


@dataclass(frozen=True)
class Hour:
    """An hour of a day at a point; counts are None where nobody observed it."""

    hour: int
    came: int | None
    left: int | None

    @property
    def observed(self) -> bool:
        return self.came is not None


@dataclass(frozen=True)
class Whole:
    """The whole day: observed throughout, extrapolated with an interval, or neither and why.

    Attributes
    ----------
    of_hours
        The hours that it is of, where the others were not watched on two days: ``08–16``.
    until
        Of a day that is not over, the end of its last watch.
    """

    label: str
    passages: float | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""
    of_hours: str = ""
    until: str = ""


@dataclass(frozen=True)
class Dayed:
    """A day in the timeline of a point."""

    day: date
    observed: int
    minutes: float
    whole: Whole


@dataclass(frozen=True)
class PointDay:
    """A point on a day.

    Attributes
    ----------
    observed, came, left
        Passages that were counted: all, inward and outward.
    hours, minutes
        The 24 hours, and how many minutes were observed.
    last
        When the last watch of the day was received.
    doubted
        Watches in which many passed uncounted; they are not extrapolated from.
    """

    point: Point
    watches: int
    observed: int
    came: int
    left: int
    minutes: float
    hours: Sequence[Hour]
    whole: Whole
    days: Sequence[Dayed]
    last: datetime | None
    doubted: int


def point_days(found: Counted, points: Mapping[str, Point]) -> list[PointDay]:
    """Each point that is listed or was watched lately, by name."""
    watched = set(found.watches["point"].unique())
    named = [*points.values(), *(Point(key, key) for key in sorted(watched - points.keys()))]
    shown = [point for point in named if point.is_open or point.key in watched]
    return [point_day(found, point) for point in sorted(shown, key=lambda point: point.name)]


def point_day(found: Counted, point: Point) -> PointDay:
    here = (pl.col("point") == point.key) & (pl.col("day") == found.day)
    watches, passing = found.watches.filter(here), found.passing.filter(here)
    hours = found.hours.filter(here)
    came, left = (persons_of(passing, direction) for direction in DIRECTIONS)
    days = timeline(found, point.key)
    place = point.place or next(iter(found.watches.filter(pl.col("point") == point.key)["area"]), "")
    last: datetime | None = watches["received_at"].max()  # type: ignore[assignment]
    return PointDay(
        point=replace(point, place=place),
        watches=len(watches),
        observed=int(passing["persons"].sum()),
        came=came,
        left=left,
        minutes=60 * float(hours["share"].sum()),
        hours=hours_shown(passing, set(hours["hour"])),
        whole=days[-1].whole,
        days=days,
        last=last,
        doubted=int((watches["missed"] == "many").sum()),
    )


def persons_of(passing: pl.DataFrame, direction: str) -> int:
    return int(passing.filter(pl.col("direction") == direction)["persons"].sum())


def hours_shown(passing: pl.DataFrame, observed: set[int]) -> list[Hour]:
    """The hours of a day; one in which somebody was counted was observed."""
    counts = {
        (hour, direction): persons
        for hour, direction, persons in passing.group_by("hour", "direction")
        .agg(pl.col("persons").sum())
        .iter_rows()
    }
    seen = observed | {hour for hour, _ in counts}
    return [
        Hour(hour, counts.get((hour, "in"), 0), counts.get((hour, "out"), 0))
        if hour in seen
        else Hour(hour, None, None)
        for hour in HOURS
    ]


def timeline(found: Counted, point: str) -> list[Dayed]:
    """The days shown, the chosen one last."""
    days = found.flows.days.filter(pl.col("point") == point).sort("day") if found.flows else pl.DataFrame()
    told = {
        row["day"]: Dayed(row["day"], int(row["observed"] or 0), float(row["minutes"] or 0), whole_of(row))
        for row in days.iter_rows(named=True)
    }
    first = SHOWN_DAYS if found.flows else 1
    shown = (found.day - timedelta(days=back) for back in reversed(range(first)))
    return [told.get(day) or Dayed(day, 0, 0, Whole("not_estimated", why=NO_FIGURE)) for day in shown]


def whole_of(row: Mapping[str, object]) -> Whole:
    """The figure of a whole day; never without its interval, and no more exact than that.

    A day on which nobody watched has none: the point may have been shut.
    """
    label, low, high = str(row["label"]), row["low_95"], row["high_95"]
    of_hours, until = (str(row.get(name) or "") for name in ("of_hours", "until"))
    if not row.get("minutes", row["observed"]) and not row["observed"]:
        return Whole("not_estimated", why=NO_FIGURE)
    if label == "observed":
        return Whole(label, number_of(row["passages"]), of_hours=of_hours, until=until)
    if label != "estimated" or low is None or high is None:
        return Whole("not_estimated", why=str(row["why"] or NO_FIGURE))
    ends = number_of(low), number_of(high)
    known = min(known_decimals(*ends), 0)
    low_end, high_end = (round(end, known) for end in ends)
    return Whole(
        label, round(number_of(row["passages"]), known), low_end, high_end, of_hours=of_hours, until=until
    )


def number_of(value: object) -> float:
    return float(str(value))
