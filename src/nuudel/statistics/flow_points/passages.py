"""From observed hours to days and a period: passages with their intervals, or why there is no estimate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from nuudel.statistics.flow_points.filling import FilledPoint, fill, hours_in_words, own_hours
from nuudel.statistics.flow_points.groups import group_table, strata_table
from nuudel.statistics.flow_points.rates import Rates, draw, fit_rates
from nuudel.statistics.flow_points.sides import point_of, sided, together
from nuudel.statistics.flow_points.watching import (
    DAY_MINUTES,
    Floats,
    Watching,
    days_between,
    open_minutes,
    watching,
)
from nuudel.statistics.intervals import INTERVALS, OBSERVED, limits

FEWEST_DAYS = 3
"""Days watched at a point below which nothing is extrapolated."""
FEWEST_HOURS = 1 / 3
"""Share of a point's opening hours that must have been watched there, each on two days."""
FEWEST_FREEDOM = 3
WORDS = frozenset(("point", "direction", "mode", "block", "label", "why", "of_hours", "until"))
WHOLE = frozenset(("hour", "days", "observed_days"))
HOURS = "point hour days minutes passages rate low_95 high_95"
DAYS = f"point day minutes open_minutes observed passages label why of_hours until {' '.join(INTERVALS)}"
TOTALS = f"point direction mode days observed_days observed passages label why of_hours {' '.join(INTERVALS)}"
STRATA = "point block direction mode passages"


@dataclass(frozen=True)
class Flows:
    """Passages at points. One person may pass many times: they are no persons, and no migrants.

    Attributes
    ----------
    hours
        ``point``, ``hour``, ``days`` (watched in it), ``minutes``, ``passages`` (counted), ``rate`` (an
        hour, on an average day), ``low_95``, ``high_95``; the rate is null where the design allows none.
    days
        ``point``, ``day``, ``minutes`` watched, ``open_minutes``, ``observed``, ``passages``, ``label``
        (observed, estimated, not_estimated), ``why``, ``of_hours`` (``08–16``: the hours that ``passages``
        is of; empty: all opening hours), ``until`` (``12:00``: of the day so far; empty: of the whole day),
        ``low_80``, ``high_80``, ``low_95``, ``high_95``; every day of the period on which the point was open.
    totals
        ``point``, ``direction``, ``mode`` (``""``: all), ``days``, ``observed_days``, ``observed``,
        ``passages``, ``label``, ``why``, ``of_hours`` and the intervals: of the days of the period on which
        the point was open.
    strata
        ``point``, ``block``, ``direction``, ``mode``, ``passages``: for weights of a survey, without
        intervals.
    designs
        ``point``, ``days_watched``, ``hours_watched``, ``hours_open``, ``allows``, ``why`` (few_days,
        few_hours, one_direction, nothing_counted), ``left_out`` (passages of watches in which many were
        missed), ``few``, ``of_hours``.
    dispersion, days_variance
        Variance of counts by their mean; variance of days about their mean of 1.
    """

    hours: pl.DataFrame
    days: pl.DataFrame
    totals: pl.DataFrame
    strata: pl.DataFrame
    designs: pl.DataFrame
    dispersion: float
    days_variance: float


def estimate(
    watches: pl.DataFrame,
    rows: pl.DataFrame,
    *,
    points: pl.DataFrame | None = None,
    period: tuple[date, date] | None = None,
    so_far: date | None = None,
    draws: int = 1000,
    seed: int = 1,
) -> Flows:
    """Passages of every day of a period and of the period, with intervals.

    What was counted stays as it is. For the minutes in which a point was open and nobody watched, passages
    are drawn from ``fit_rates``: an hourly rate from its gamma posterior, the weekday, the day (given what
    was counted on it), the level of the point (known from so many days only), and a negative binomial
    count. Figures are means of the draws, intervals their quantiles. Direction and mode of unwatched
    passages are drawn from those counted in the same six hours of the day. The model of rates uses all
    watches, also those outside the period.

    Nothing is said of days before a point's first watch or after its last one, nor of hours of the day that
    were watched there on fewer than two days: other points say nothing about them.

    A watch in which a few passed uncounted misses between none and a tenth of them; one in which many did
    is left out, and its time counts as not watched.

    Parameters
    ----------
    watches
        ``watch``, ``point``, ``day``, ``from``, ``to`` (``08:30``; not after ``from``: past midnight);
        optional ``break_minutes``, ``observed_minutes``, ``missed`` (none, few, many), ``directions`` (both,
        in, out: those that the watch counted; both where nothing is said).
    rows
        ``watch``, ``hour`` (0 to 23), ``direction``, ``mode``, ``persons``.
    points
        ``point``, ``opens``, ``closes``; open the whole day where nothing is said. Optional ``first_day``,
        ``last_day``: that it was open on days before its first watch or after its last one.
    period
        First and last day; those of the watches without it.
    so_far
        A day that is not over: its figure goes up to the end of its last watch.

    Raises
    ------
    StatisticsError
        ``STATISTICS-502``, ``STATISTICS-504`` to ``STATISTICS-506``.
    """
    told = watches.with_columns(pl.col("point").cast(pl.String))
    watches, rows, points = sided(told, rows, points)
    seen = watching(watches, rows, points)
    opened = open_minutes(seen.points, points)
    first, last = period or (watches["day"].min(), watches["day"].max())
    wanted = days_between(first, last) if watches.height or period else np.array([], "datetime64[D]")  # type: ignore[arg-type]
    rates = fit_rates(seen)
    random = np.random.default_rng(seed)
    parts: dict[str, list[int]] = {}
    for at, code in enumerate(seen.points):
        parts.setdefault(point_of(code), []).append(at)
    table, used = designs(seen, opened, rates, parts)
    spans = open_days(seen, watches, points, wanted, parts)
    drawn, dispersion = draw(rates, draws, random), rates.variances.dispersion
    found = []
    for own, why, hours, span in zip(parts.values(), table["why"], used, spans, strict=True):
        days = wanted[span]
        until = ends_of(seen, own, days, so_far)
        each = [fill(seen, at, opened[at], days, drawn, dispersion, why, random, hours, until) for at in own]
        found.append(together(each))
    return Flows(
        hours=pl.concat([empty(HOURS), *(hour_table(seen, filled, parts[filled.point]) for filled in found)]),
        days=pl.concat([empty(DAYS), *(day_table(filled) for filled in found)]),
        totals=pl.concat([empty(TOTALS), *(group_table(filled) for filled in found)]),
        strata=pl.concat([empty(STRATA), *(strata_table(filled) for filled in found)]),
        designs=table,
        dispersion=dispersion,
        days_variance=rates.variances.days,
    )


def empty(names: str) -> pl.DataFrame:
    """A table without rows: where there is no point, the columns are there all the same."""
    special = dict.fromkeys(WORDS, pl.String()) | dict.fromkeys(WHOLE, pl.Int64()) | {"day": pl.Date()}
    return pl.DataFrame(schema={name: special.get(name, pl.Float64()) for name in names.split()})


def ends_of(seen: Watching, own: list[int], days: np.ndarray, so_far: date | None) -> Floats:
    """Shape (T,): minutes after midnight up to which the figures go: of the day so far, its last watch."""
    last = np.isin(seen.point, own) & (seen.day == np.datetime64(so_far or "NaT", "D"))
    ended = float(seen.until[last].max(initial=0.0))
    return np.where(days == np.datetime64(so_far or "NaT", "D"), ended, float(DAY_MINUTES))


def designs(
    seen: Watching, opened: Floats, rates: Rates, parts: Mapping[str, list[int]]
) -> tuple[pl.DataFrame, list[np.ndarray]]:
    """For each point whether its watches allow an estimate of what was not watched, and if not, why.

    And the hours that its figure is of: those watched at the point in each direction.
    """
    each = part_designs(seen, opened, rates)
    rows, chosen = [], []
    for code, own in parts.items():
        mine = [each[at] for at in own]
        whys = [one[3] for one in mine]
        used = np.logical_and.reduce([own_hours(seen, at, opened[at]) for at in own])
        is_open = opened[own[0]] > 0
        bad = [why for why in whys if why not in ("", "nothing_counted")]
        why = "" if "" in whys else whys[0]
        if bad:
            why = bad[0] if len(bad) == len(whys) else "one_direction"
        elif not why and used.sum() < FEWEST_HOURS * is_open.sum():
            why = "few_hours"
        of_hours = "" if why or (used == is_open).all() else hours_in_words(used)
        days, hours = (min(one[at] for one in mine) for at in (0, 1))
        rows.append((code, days, hours, mine[0][2], not why, why, of_hours))
        chosen.append(is_open if why else used)
    names = ("point", "days_watched", "hours_watched", "hours_open", "allows", "why", "of_hours")
    kinds = (pl.String, pl.Int64, pl.Int64, pl.Int64, pl.Boolean, pl.String, pl.String)
    table = pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")
    sums = [
        [float(values[own].sum()) for own in parts.values()] for values in (seen.left_out, seen.few_watches)
    ]
    table = table.with_columns(
        pl.Series("left_out", sums[0], dtype=pl.Float64), pl.Series("few", sums[1]).cast(pl.Int64)
    )
    return table, chosen


def part_designs(seen: Watching, opened: Floats, rates: Rates) -> list[tuple[int, int, int, str]]:
    """Days and hours watched, hours open, and why there is no estimate, of each point or its direction."""
    rows = []
    for at in range(len(seen.points)):
        own = seen.point == at
        hours = (seen.minutes[own].sum(axis=0) > 0) & (opened[at] > 0)
        days, is_open = int((seen.minutes[own].sum(axis=1) > 0).sum()), opened[at] > 0
        why = ""
        if days < FEWEST_DAYS or rates.freedom < FEWEST_FREEDOM:
            why = "few_days"
        elif own_hours(seen, at, opened[at]).sum() < FEWEST_HOURS * is_open.sum():
            why = "few_hours"
        elif not seen.counts[own].any():
            why = "nothing_counted"
        rows.append((days, int(hours.sum()), int(is_open.sum()), why))
    return rows


def open_days(
    seen: Watching,
    watches: pl.DataFrame,
    points: pl.DataFrame | None,
    days: np.ndarray,
    parts: Mapping[str, list[int]],
) -> list[np.ndarray]:
    """For each point which of the days lie between its first and its last watch, or where it is said open."""
    watched = watches.select(pl.col("point").cast(pl.String), "day")
    names = [name for name in ("first_day", "last_day") if points is not None and name in points.columns]
    told = [watched, *(said_open(points, name) for name in names if points is not None)]
    each = pl.concat([table.with_columns(pl.col("day").cast(pl.Date)) for table in told]).drop_nulls()
    spans = {
        row[0]: row[1:]
        for row in each.group_by("point")
        .agg(pl.col("day").min().alias("first"), pl.col("day").max().alias("last"))
        .iter_rows()
    }
    found = []
    for mine in parts.values():
        own = seen.day[np.isin(seen.point, mine)].astype("datetime64[D]")
        said = [day for at in mine for day in spans.get(seen.points[at], ())]
        ends = [*(np.datetime64(day, "D") for day in said), *own]
        found.append((days >= min(ends)) & (days <= max(ends)) if ends else np.zeros(len(days), bool))
    return found


def said_open(points: pl.DataFrame, name: str) -> pl.DataFrame:
    return points.select(pl.col("point").cast(pl.String), pl.col(name).cast(pl.Date).alias("day"))


def clock_of(minutes: float) -> str:
    """Minutes after midnight as a clock time; nothing at the end of the day."""
    return "" if minutes >= DAY_MINUTES else f"{int(minutes) // 60:02}:{int(minutes) % 60:02}"


def hour_table(seen: Watching, filled: FilledPoint, parts: list[int]) -> pl.DataFrame:
    """What was watched and counted in each hour of the day, and the rate that follows."""
    own = np.isin(seen.point, parts)
    bands: dict[str, Floats] = dict.fromkeys(("rate", "low_95", "high_95"), np.full(24, np.nan))
    if not filled.why:
        low, high = np.quantile(filled.rates, [0.025, 0.975], axis=0)
        bands = {"rate": filled.rates.mean(axis=0), "low_95": low, "high_95": high}
        bands = {name: np.where(filled.is_open, values, np.nan) for name, values in bands.items()}
    return pl.DataFrame(
        {
            "point": [filled.point] * 24,
            "hour": np.arange(24),
            "days": np.max([(seen.minutes[seen.point == at] > 0).sum(axis=0) for at in parts], axis=0),
            "minutes": np.max([seen.minutes[seen.point == at].sum(axis=0) for at in parts], axis=0),
            "passages": seen.counts[own].sum(axis=0),
            **bands,
        }
    ).fill_nan(None)


def day_table(filled: FilledPoint) -> pl.DataFrame:
    """Each day of the period."""
    days = len(filled.days)
    gap = filled.gap
    label = np.where(gap, filled.label, OBSERVED)
    passages = np.where(gap, np.nan, filled.observed)
    bands = np.full((days, 4), np.nan)
    if not filled.why:
        passages = filled.observed + filled.drawn.mean(axis=0)
        bands = np.where(gap[:, None], filled.observed[:, None] + limits(filled.drawn), np.nan)
    return pl.DataFrame(
        {
            "point": pl.Series([filled.point] * days, dtype=pl.String),
            "day": pl.Series(filled.days, dtype=pl.Date),
            "minutes": filled.minutes,
            "open_minutes": filled.open_minutes,
            "observed": filled.all_observed,
            "passages": passages,
            "label": pl.Series(label.tolist(), dtype=pl.String),
            "why": pl.Series([filled.why if some else "" for some in gap], dtype=pl.String),
            "of_hours": pl.Series([filled.of_hours] * days, dtype=pl.String),
            "until": pl.Series([clock_of(minutes) for minutes in filled.until], dtype=pl.String),
            **{name: bands[:, at] for at, name in enumerate(INTERVALS)},
        }
    ).fill_nan(None)
