"""What was counted at the points of an operation in the days that a page shows; nothing older is read."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256

import polars as pl
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone

from nuudel.domains.displacement import models
from nuudel.domains.displacement.points.hours import hours_of
from nuudel.domains.displacement.submissions.measured import measured, measured_rows
from nuudel.statistics.flow_points import Flows, estimate, undoubled
from nuudel.web.access.decisions import visible
from nuudel.web.accounts.models import User

SHOWN_DAYS = 14
"""Days of the timeline, the chosen one last."""

DRAWS = 300
"""Draws of the interval: enough for two figures, few enough for a page."""

KEPT_SECONDS = 6 * 3600
OF_WATCHES = (
    "watch",
    "point",
    "day",
    "from",
    "to",
    "break_minutes",
    "observed_minutes",
    "missed",
    "directions",
)
OF_PASSING = ("watch", "hour", "direction", "mode", "persons")

FIGURES = 2
"""Changed with what the figures mean, so that none kept from before is shown."""

LEARNED_DAYS = 28
"""Days of watches from which a day is extrapolated."""


@dataclass(frozen=True)
class Counted:
    """The watches of the last days, what passed in them, and what follows for whole days.

    Attributes
    ----------
    watches, passing
        One row a watch; one row for what passed in an hour, a direction and a mode.
    hours
        Hours that were observed, point by point and day by day, with the share of the hour.
    flows
        The extrapolation of the days shown; None where nothing was watched.
    """

    day: date
    watches: pl.DataFrame
    passing: pl.DataFrame
    hours: pl.DataFrame
    flows: Flows | None


def counted(user: User, operation: models.Operation, day: date, point: str = "") -> Counted:
    """What the user may see of an operation's points, up to a day; of one point as among all of them."""
    found = counted_all(user, operation, day)
    return only(found, point) if point else found


def only(found: Counted, point: str) -> Counted:
    """What was counted at one point. Its whole days are those that the page of all points tells too."""
    here = pl.col("point") == point
    tables = {name: getattr(found, name).filter(here) for name in ("watches", "passing", "hours")}
    flows = found.flows
    if flows is not None:
        told = ("hours", "days", "totals", "strata", "designs")
        flows = replace(flows, **{name: getattr(flows, name).filter(here) for name in told})
    return replace(found, flows=flows, **tables)


def counted_all(user: User, operation: models.Operation, day: date) -> Counted:
    rows = models.Submission.objects.filter(
        round__operation=operation, day__gt=day - timedelta(days=LEARNED_DAYS), day__lte=day
    )
    rows = visible(rows, user, "displacement.submission")
    watches = measured(rows, "watch").filter(pl.col("point").is_not_null())
    watches = watches.rename({"submission": "watch"})
    passing = measured_rows(rows, "watch", "passing").drop("area", "day").rename({"submission": "watch"})
    passing = passing.join(watches.select("watch", "point", "day"), on="watch")
    passing = undoubled(watches, passing)
    timed = watches.filter(pl.col("from").is_not_null() & pl.col("to").is_not_null())
    shown = (day - timedelta(days=SHOWN_DAYS - 1), day)
    told = passing.filter(pl.col("persons").is_not_null())
    flows = whole_days(timed, told, opening(rows), shown) if len(timed) else None
    return Counted(day, watches, passing, hours_of(watches.rename({"watch": "submission"})), flows)


def whole_days(
    watches: pl.DataFrame, told: pl.DataFrame, points: pl.DataFrame | None, shown: tuple[date, date]
) -> Flows:
    """The extrapolation; kept for a while under what it is made of, since each point's rates are fitted.

    Of today it says what passed until the last watch, and nothing of the hours to come.
    """
    so_far = shown[1] if shown[1] == timezone.localdate() else None
    made_of = sha256(f"{FIGURES} {shown} {so_far}".encode())
    for frame in (watches.select(OF_WATCHES), told.select(OF_PASSING), points):
        made_of.update(b"" if frame is None else frame.write_csv().encode())
    key = f"displacement-flows-{made_of.hexdigest()}"
    kept: Flows | None = cache.get(key)
    if kept is None:
        kept = estimate(watches, told, points=points, period=shown, so_far=so_far, draws=DRAWS)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def opening(rows: "QuerySet[models.Submission]") -> pl.DataFrame | None:
    """When points are open, by the newest profile of each; the whole day where none tells it."""
    profiles = measured(rows, "point").filter(pl.col("point").is_not_null()).sort("received_at")
    return profiles.unique("point", keep="last").select("point", "opens", "closes") if len(profiles) else None
