"""The points of an operation on a day, and one of them. Filters are plain links; no scripts are needed."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import polars as pl
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from nuudel.domains.displacement import models
from nuudel.domains.displacement.points import drawing
from nuudel.domains.displacement.points.day import PointDay, hours_shown, point_day, point_days
from nuudel.domains.displacement.points.listed import Point, points_of
from nuudel.domains.displacement.points.reading import Counted, counted
from nuudel.domains.displacement.points.travellers import profile
from nuudel.domains.displacement.points.words import label
from nuudel.web.access.decisions import visible
from nuudel.web.shell.shown import place_names
from nuudel.web.shell.views.asked import record_or_404, user_of

OPEN = ("new", "seen")


@require_safe
def points(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All points on a day: what was counted, the whole day with its interval, two weeks, who travels."""
    user, operation, day = user_of(request), asked_operation(request, pk), asked_day(request)
    found = counted(user, operation, day)
    shown = point_days(found, points_of(operation))
    most = drawing.most_of(shown)
    content = {
        **common(request, operation, day),
        "points": all_told(shown, most),
        "came": sum(one.came for one in shown),
        "left": sum(one.left for one in shown),
        "observed": sum(one.observed for one in shown),
        "watched": sum(1 for one in shown if one.watches),
        "most": most,
        "last": max((one.last for one in shown if one.last), default=None),
        "map": drawing.map_of(operation.place, shown),
        "profile": profile(user, operation, found),
    }
    return render(request, "displacement/points.html", content)


@require_safe
def point(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One point: its day by hour and vehicle, two weeks, who travels past it."""
    user, operation, day = user_of(request), asked_operation(request, pk), asked_day(request)
    key = request.GET.get("point", "")[:200].replace("\0", "")
    found = counted(user, operation, day, key)
    listed = points_of(operation)
    if key not in listed and not len(found.watches):
        raise Http404
    one = point_day(found, listed.get(key) or Point(key, key))
    most = drawing.most_of([one])
    content = {
        **common(request, operation, day, key),
        "one": all_told([one], most)[0],
        "most": most,
        "modes": modes(found, most),
        "profile": profile(user, operation, found, key),
    }
    return render(request, "displacement/point.html", content)


def asked_operation(request: HttpRequest, pk: UUID) -> models.Operation:
    found: Any = record_or_404(request, "displacement", "operation", pk)[1]
    return found  # type: ignore[no-any-return]


def asked_day(request: HttpRequest) -> date:
    """The day of the address; today where it names none, or one that is still to come."""
    today = timezone.localdate()
    try:
        asked = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return min(asked, today)


def common(request: HttpRequest, operation: models.Operation, day: date, point: str = "") -> dict[str, Any]:
    """What both pages show: the days around, and the alerts that wait for somebody."""
    today, one = timezone.localdate(), timedelta(days=1)
    alerts = visible(
        models.Alert.objects.filter(rule__operation=operation), user_of(request), "displacement.alert"
    )
    if point:
        alerts = alerts.filter(spot=point)
    return {
        "operation": operation,
        "day": day,
        "is_today": day == today,
        "today": query(point=point),
        "before": query(day=day - one, point=point),
        "after": query(day=day + one, point=point) if day < today else "",
        "alerts": alerts.filter(state__in=OPEN).order_by("-pk")[:10],
    }


def query(day: date | None = None, point: str = "") -> str:
    asked = {"day": day.isoformat() if day else "", "point": point}
    return urlencode({name: value for name, value in asked.items() if value})


def all_told(shown: Sequence[PointDay], most: int) -> list[dict[str, Any]]:
    """Points' days with their drawings."""
    names = place_names({one.point.place for one in shown if one.point.place})
    return [
        {
            "day": one,
            "query": query(point=one.point.key),
            "place": names.get(one.point.place, ""),
            "strips": drawing.strips(one.hours, most),
            "bars": drawing.bars(one.days),
        }
        for one in shown
    ]


def modes(found: Counted, most: int) -> list[dict[str, Any]]:
    """What people passed by, the most used first, each with its hours."""
    here = found.passing.filter(pl.col("day") == found.day)
    observed = set(found.hours.filter(pl.col("day") == found.day)["hour"])
    summed = here.group_by("mode").agg(
        pl.col("persons").sum(),
        pl.col("vehicles").sum(),
        *(
            pl.col("persons").filter(pl.col("direction") == direction).sum().alias(direction)
            for direction in ("in", "out")
        ),
    )
    return [
        {
            **row,
            "words": label("mode", row["mode"] or "unknown"),
            "strips": drawing.strips(hours_shown(here.filter(pl.col("mode") == row["mode"]), observed), most),
        }
        for row in summed.sort("persons", descending=True).iter_rows(named=True)
    ]
