"""Clocks of phones that are wrong: when it really was, by the moment at which we received it."""

from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl
from django.db.models import F, Q
from django.utils.timezone import get_current_timezone_name, make_aware

HOUR = 60
MOVED = {"off": pl.Float64(), "told_day": pl.Date()}


def wrong(limit: float, since: date) -> Q:
    """Submissions received since a day from phones whose clock is off by more than so many minutes.

    Either the phone told its clock when it sent, or a form was finished after it came.
    """
    most = timedelta(minutes=limit)
    off = Q(device_at__gt=F("created_at") + most) | Q(device_at__lt=F("created_at") - most)
    first: datetime = make_aware(datetime.combine(since, time.min))
    return Q(created_at__gte=first) & (off | Q(ended_at__gt=F("created_at") + most))


def local(moment: pl.Expr) -> pl.Expr:
    return moment.dt.convert_time_zone(get_current_timezone_name())


def righted(rows: pl.DataFrame, limit: float) -> pl.DataFrame:
    """Rows of ``measured`` with their real ``day``; beside it ``told_day``, and ``off`` in minutes.

    A clock that is right changes nothing, whatever day was chosen. No day lies after the one of receipt.
    """
    told = (pl.col("device_at") - pl.col("received_at")).dt.total_seconds() / HOUR
    # Without the phone's clock only what lies ahead can be known: by so much at least.
    ahead = (pl.col("ended_at") - pl.col("received_at")).dt.total_seconds() / HOUR
    off = pl.coalesce(
        pl.when(told.abs() > limit).then(told), pl.when(told.is_null() & (ahead > limit)).then(ahead)
    )
    rows = rows.with_columns(told_day=pl.col("day"), off=off.fill_null(0.0))
    began = local(pl.col("began_at")).dt.date()
    really = local(pl.col("began_at") - minutes(pl.col("off"))).dt.date()
    moved = pl.min_horizontal(pl.col("day") + (really - began), local(pl.col("received_at")).dt.date())
    return rows.with_columns(
        day=pl.when((pl.col("off") != 0) & began.is_not_null()).then(moved).otherwise("day")
    )


def minutes(number: pl.Expr) -> pl.Expr:
    return pl.duration(minutes=number.round().cast(pl.Int64))


def righted_hours(hours: pl.DataFrame, watches: pl.DataFrame) -> pl.DataFrame:
    """Rows with a ``submission``, the ``day`` and the ``hour`` that were told: when it really was.

    Parameters
    ----------
    watches
        As of ``righted``.
    """
    known: dict[str, Any] = {"clock_off": pl.col("off"), "right_day": pl.col("day")}
    came = watches.select("submission", "received_at", **known)
    rows = hours.join(came, on="submission", how="left", maintain_order="left")
    back = (pl.col("clock_off") / HOUR).round().cast(pl.Int64)
    received = local(pl.col("received_at")).dt.replace_time_zone(None).dt.truncate("1h")
    moment = pl.col("day").cast(pl.Datetime("us")) + pl.duration(hours=pl.col("hour") - back)
    bound = pl.min_horizontal(moment, received.cast(pl.Datetime("us")))
    is_off = pl.col("clock_off").fill_null(0) != 0
    timed = is_off & pl.col("hour").is_not_null()
    return rows.with_columns(
        day=pl.when(timed).then(bound.dt.date()).when(is_off).then("right_day").otherwise("day"),
        hour=pl.when(timed).then(bound.dt.hour().cast(pl.Int64)).otherwise("hour"),
    ).drop("received_at", *known)
