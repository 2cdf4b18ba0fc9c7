"""Watches at a point as minutes of each hour, and what was counted in them."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import StatisticsError
from nuudel.statistics.flow_points.overlaps import disjoint, doubled
from nuudel.statistics.input_tables import CLOCK, need, once

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
DAY_MINUTES = 1440
MANY, FEW = "many", "few"
WATCH = ("watch", "point", "day", "from", "to")
ROW = ("watch", "hour", "direction", "mode", "persons")


@dataclass(frozen=True)
class Watching:
    """What was watched and counted, by point, day and hour.

    Attributes
    ----------
    points
        Codes of the points.
    point, day
        Shape (N,): index of the point and the day of each point-day that was watched.
    minutes, counts, few
        Shape (N, 24): minutes watched (60 at most), passages counted, and of them those of watches in which
        a few passed uncounted. Watches in which many did are left out.
    until
        Shape (N,): minutes after midnight at which the last watch of the day ended.
    groups
        ``point``, ``day``, ``hour``, ``direction``, ``mode``, ``persons`` of the same watches.
    left_out, few_watches
        Shape (P,): passages of the watches that are left out; number of watches with ``few``.
    """

    points: tuple[str, ...]
    point: Integers
    day: NDArray[np.datetime64]
    minutes: Floats
    counts: Floats
    few: Floats
    until: Floats
    groups: pl.DataFrame
    left_out: Floats
    few_watches: Integers


def watching(watches: pl.DataFrame, rows: pl.DataFrame, points: pl.DataFrame | None) -> Watching:
    """Bring watches and what passed onto hours.

    The minutes of a watch are spread evenly over its time: breaks are not placed. Of watches of one point at
    the same time the minutes are a union, and what two counted of one direction is told once (``doubled``).
    A passing outside its watch,
    by a slip of the hour, is counted in the nearest hour of it; one without an hour in the middle of the
    watch.

    Raises
    ------
    StatisticsError
        ``STATISTICS-502``, ``STATISTICS-504``; ``STATISTICS-505`` a clock time or a number of minutes that
        cannot be; ``STATISTICS-506`` a passing whose watch is not there.
    """
    need(watches, "the watches", WATCH)
    need(rows, "the passings", ROW)
    once(watches, "the watches", "watch")
    timed = with_times(watches)
    hours = spread(disjoint(timed.filter(pl.col("usable"))))
    counted = placed(timed, rows)
    used = counted.filter(pl.col("usable"))
    known = set(timed["point"].to_list()) | (set() if points is None else set(points["point"].to_list()))
    codes = tuple(sorted(known))
    keys = (
        pl.concat([hours.select("point", "day"), used.select("point", "day")]).unique().sort("point", "day")
    )
    at = keys.with_row_index("at")

    def dense(table: pl.DataFrame, value: str) -> Floats:
        found = table.join(at, on=["point", "day"])
        whole = np.zeros((keys.height, 24))
        np.add.at(whole, (found["at"].to_numpy(), found["hour"].to_numpy()), found[value].to_numpy())
        return whole

    index = {code: position for position, code in enumerate(codes)}
    lost = counted.filter(~pl.col("usable")).group_by("point").agg(pl.col("persons").sum())
    few = timed.filter(pl.col("usable") & (pl.col("missed") == FEW))["point"]
    left_out = np.zeros(len(codes))
    left_out[[index[code] for code in lost["point"]]] = lost["persons"].to_numpy()
    return Watching(
        points=codes,
        point=np.array([index[code] for code in keys["point"]], dtype=np.int64),
        day=keys["day"].to_numpy(),
        minutes=np.minimum(dense(hours, "minutes"), 60.0),
        counts=dense(used, "persons"),
        few=dense(used.filter(pl.col("missed") == FEW), "persons"),
        until=at.join(
            hours.group_by("point", "day").agg(pl.col("until").max()), on=["point", "day"], how="left"
        )
        .sort("at")["until"]
        .fill_null(0)
        .cast(pl.Float64)
        .to_numpy(),
        groups=used.select("point", "day", "hour", "direction", "mode", "persons"),
        left_out=left_out,
        few_watches=np.bincount([index[code] for code in few], minlength=len(codes)).astype(np.int64),
    )


def clock(name: str) -> pl.Expr:
    """``08:30`` as minutes after midnight."""
    part = pl.col(name).str.split(":")
    return part.list.get(0).cast(pl.Int64) * 60 + part.list.get(1).cast(pl.Int64)


def check_clock(table: pl.DataFrame, called: str, names: tuple[str, ...], key: str) -> None:
    for name in names:
        wrong = table.filter(~pl.col(name).cast(pl.String).str.contains(CLOCK).fill_null(True))
        if wrong.height:
            raise StatisticsError(
                505,
                f"{called}: {name} of {wrong[key][0]!r} is {wrong[name][0]!r}, no time of the day.",
                "Write it like 08:30; midnight at the end of a day is 24:00.",
                (name,),
            )


def with_times(watches: pl.DataFrame) -> pl.DataFrame:
    """Begin and end in minutes, the minutes observed, and whether the watch is used."""
    check_clock(watches, "the watches", ("from", "to"), "watch")
    optional = {
        "break_minutes": pl.Float64,
        "observed_minutes": pl.Float64,
        "missed": pl.String,
        "directions": pl.String,
    }
    missing = [pl.lit(None, kind).alias(n) for n, kind in optional.items() if n not in watches.columns]
    timed = watches.with_columns(missing).with_columns(clock("from").alias("begin"), clock("to").alias("end"))
    later = pl.when(pl.col("end") <= pl.col("begin")).then(DAY_MINUTES).otherwise(0)
    timed = timed.with_columns(pl.col("end") + later).with_columns(
        (pl.col("end") - pl.col("begin")).alias("span")
    )
    worked = pl.col("span") - pl.col("break_minutes").cast(pl.Float64).fill_null(0.0)
    told = pl.coalesce(pl.col("observed_minutes").cast(pl.Float64), worked)
    timed = timed.with_columns(told.alias("observed")).with_columns(pl.col("missed").fill_null("none"))
    wrong = timed.filter(~pl.col("observed").is_between(0, pl.col("span")).fill_null(False))
    if wrong.height:
        first = wrong.row(0, named=True)
        raise StatisticsError(
            505,
            f"the watch {first['watch']!r} has {first['observed']} minutes observed of {first['span']}.",
            "Correct its times, its break or its minutes observed.",
            ("from", "to", "break_minutes", "observed_minutes"),
        )
    usable = (pl.col("missed") != MANY) & (pl.col("observed") > 0)
    return timed.with_columns(usable.alias("usable"), pl.col("point").cast(pl.String))


def spread(timed: pl.DataFrame) -> pl.DataFrame:
    """``point``, ``day``, ``hour``, ``minutes``: the observed minutes of each watch in each hour."""
    first, last = pl.col("begin") // 60, (pl.col("end") + 59) // 60
    hours = timed.with_columns(pl.int_ranges(first, last).alias("hour")).explode("hour")
    low = pl.max_horizontal(pl.col("begin"), pl.col("hour") * 60)
    high = pl.min_horizontal(pl.col("end"), pl.col("hour") * 60 + 60)
    share = pl.col("observed") / pl.col("span")
    until = high - pl.col("hour") // 24 * DAY_MINUTES
    return on_day(hours.with_columns(((high - low) * share).alias("minutes"), until.alias("until"))).select(
        "point", "day", "hour", "minutes", "until"
    )


def undoubled(watches: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Passings without those that another watch of the same direction counted at the same time.

    Parameters
    ----------
    watches, rows
        As of ``estimate``; a watch without times stays as it is.
    """
    timed = with_times(watches.drop_nulls(["from", "to"])).filter(pl.col("usable"))
    told = rows.select(
        "watch", pl.col("hour").cast(pl.Int64), pl.col("direction").cast(pl.String).fill_null("")
    )
    twice = doubled(timed, told.drop_nulls("hour"))
    keyed = rows.with_columns(
        way=pl.col("direction").cast(pl.String).fill_null(""), at=pl.col("hour").cast(pl.Int64)
    )
    twice = twice.rename({"direction": "way", "hour": "at"})
    return keyed.join(twice, on=["watch", "at", "way"], how="anti", maintain_order="left").drop("way", "at")


def placed(timed: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The passings with point, day and hour of their watch."""
    told = rows.join(timed.select(*WATCH[:3], "begin", "end", "missed", "usable"), on="watch", how="left")
    strange = told.filter(pl.col("point").is_null())
    if strange.height:
        raise StatisticsError(
            506,
            f"a passing belongs to the watch {strange['watch'][0]!r}, which is not among the watches.",
            "Add the watch, with its hours.",
            ("watch",),
        )
    first, last = pl.col("begin") // 60, (pl.col("end") - 1) // 60
    middle = ((pl.col("begin") + pl.col("end")) // 2) // 60
    hour = pl.col("hour").cast(pl.Int64)
    night = (hour < first) & (pl.col("end") > DAY_MINUTES)
    hour = pl.coalesce(hour + pl.when(night).then(24).otherwise(0), middle).clip(first, last)
    codes = [pl.col(name).cast(pl.String).fill_null("") for name in ("direction", "mode")]
    persons = pl.col("persons").cast(pl.Float64).fill_null(0.0)
    told = told.with_columns(hour.alias("hour"), persons, *codes)
    twice = doubled(timed.filter(pl.col("usable")), told)
    return on_day(told.join(twice, on=["watch", "hour", "direction"], how="anti", maintain_order="left"))


def on_day(hours: pl.DataFrame) -> pl.DataFrame:
    """Hours of 24 and more are those of the next day."""
    after = pl.duration(days=pl.col("hour") // 24)
    return hours.with_columns((pl.col("day") + after).cast(pl.Date), pl.col("hour") % 24)


def open_minutes(codes: tuple[str, ...], points: pl.DataFrame | None) -> Floats:
    """Shape (P, 24): minutes of each hour in which a point is open; 60 where nothing is said."""
    whole = np.full((len(codes), 24), 60.0)
    if points is None:
        return whole
    need(points, "the points", ("point", "opens", "closes"))
    once(points, "the points", "point")
    check_clock(points, "the points", ("opens", "closes"), "point")
    told = points.drop_nulls(["opens", "closes"]).with_columns(clock("opens"), clock("closes"))
    edges = np.arange(0, 2 * DAY_MINUTES, 60)
    for code, opens, closes in told.select("point", "opens", "closes").iter_rows():
        end = closes if closes > opens else closes + DAY_MINUTES
        each = np.clip(np.minimum(edges + 60, end) - np.maximum(edges, opens), 0, 60)
        whole[codes.index(code)] = each.reshape(2, 24).sum(axis=0)
    return whole


def days_between(first: date, last: date) -> NDArray[np.datetime64]:
    return np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
