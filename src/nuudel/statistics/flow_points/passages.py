"""From observed hours to days and a period: passages with their intervals, or why there is no estimate."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from nuudel.statistics.flow_points.filling import FilledPoint, fill
from nuudel.statistics.flow_points.groups import group_table, strata_table
from nuudel.statistics.flow_points.rates import Rates, draw, fit_rates
from nuudel.statistics.flow_points.watching import (
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
"""Share of a point's opening hours that must have been watched there at least once."""
FEWEST_FREEDOM = 3
WORDS = frozenset(("point", "direction", "mode", "block", "label", "why"))
WHOLE = frozenset(("hour", "days", "observed_days"))
HOURS = "point hour days minutes passages rate low_95 high_95"
DAYS = f"point day minutes open_minutes observed passages label why {' '.join(INTERVALS)}"
TOTALS = f"point direction mode days observed_days observed passages label why {' '.join(INTERVALS)}"
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
        (observed, estimated, not_estimated), ``why``, ``low_80``, ``high_80``, ``low_95``, ``high_95``;
        every day of the period.
    totals
        ``point``, ``direction``, ``mode`` (``""``: all), ``days``, ``observed_days``, ``observed``,
        ``passages``, ``label``, ``why`` and the intervals: of the period.
    strata
        ``point``, ``block``, ``direction``, ``mode``, ``passages``: for weights of a survey, without
        intervals.
    designs
        ``point``, ``days_watched``, ``hours_watched``, ``hours_open``, ``allows``, ``why`` (few_days,
        few_hours, hours_never_watched, nothing_counted), ``left_out`` (passages of watches in which many
        were missed), ``few``.
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

    A watch in which a few passed uncounted misses between none and a tenth of them; one in which many did
    is left out, and its time counts as not watched.

    Parameters
    ----------
    watches
        ``watch``, ``point``, ``day``, ``from``, ``to`` (``08:30``; not after ``from``: past midnight);
        optional ``break_minutes``, ``observed_minutes``, ``missed`` (none, few, many).
    rows
        ``watch``, ``hour`` (0 to 23), ``direction``, ``mode``, ``persons``.
    points
        ``point``, ``opens``, ``closes``; open the whole day where nothing is said.
    period
        First and last day; those of the watches without it.

    Raises
    ------
    StatisticsError
        ``STATISTICS-502``, ``STATISTICS-504`` to ``STATISTICS-506``.
    """
    seen = watching(watches, rows, points)
    opened = open_minutes(seen.points, points)
    first, last = period or (watches["day"].min(), watches["day"].max())
    wanted = days_between(first, last) if watches.height or period else np.array([], "datetime64[D]")  # type: ignore[arg-type]
    rates = fit_rates(seen)
    random = np.random.default_rng(seed)
    table = designs(seen, opened, rates)
    drawn, dispersion = draw(rates, draws, random), rates.variances.dispersion
    found = [
        fill(seen, at, opened[at], wanted, drawn, dispersion, why, random)
        for at, why in enumerate(table["why"].to_list())
    ]
    return Flows(
        hours=pl.concat([empty(HOURS), *(hour_table(seen, filled) for filled in found)]),
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


def designs(seen: Watching, opened: Floats, rates: Rates) -> pl.DataFrame:
    """For each point whether its watches allow an estimate of what was not watched, and if not, why."""
    rows, anywhere = [], seen.minutes.sum(axis=0) > 0
    for at, code in enumerate(seen.points):
        own = seen.point == at
        hours = (seen.minutes[own].sum(axis=0) > 0) & (opened[at] > 0)
        days, is_open = int((seen.minutes[own].sum(axis=1) > 0).sum()), opened[at] > 0
        why = ""
        if days < FEWEST_DAYS or rates.freedom < FEWEST_FREEDOM:
            why = "few_days"
        elif hours.sum() < FEWEST_HOURS * is_open.sum():
            why = "few_hours"
        elif (is_open & ~anywhere).any():
            why = "hours_never_watched"
        elif not seen.counts[own].any():
            why = "nothing_counted"
        rows.append((code, days, int(hours.sum()), int(is_open.sum()), not why, why))
    names = ("point", "days_watched", "hours_watched", "hours_open", "allows", "why")
    kinds = (pl.String, pl.Int64, pl.Int64, pl.Int64, pl.Boolean, pl.String)
    table = pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")
    return table.with_columns(
        pl.Series("left_out", seen.left_out, dtype=pl.Float64),
        pl.Series("few", seen.few_watches, dtype=pl.Int64),
    )


def hour_table(seen: Watching, filled: FilledPoint) -> pl.DataFrame:
    """What was watched and counted in each hour of the day, and the rate that follows."""
    own = seen.point == filled.at
    bands: dict[str, Floats] = dict.fromkeys(("rate", "low_95", "high_95"), np.full(24, np.nan))
    if not filled.why:
        low, high = np.quantile(filled.rates, [0.025, 0.975], axis=0)
        bands = {"rate": filled.rates.mean(axis=0), "low_95": low, "high_95": high}
        bands = {name: np.where(filled.is_open, values, np.nan) for name, values in bands.items()}
    return pl.DataFrame(
        {
            "point": [filled.point] * 24,
            "hour": np.arange(24),
            "days": (seen.minutes[own] > 0).sum(axis=0),
            "minutes": seen.minutes[own].sum(axis=0),
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
            "open_minutes": np.full(days, filled.open_minutes),
            "observed": filled.observed,
            "passages": passages,
            "label": pl.Series(label.tolist(), dtype=pl.String),
            "why": pl.Series([filled.why if some else "" for some in gap], dtype=pl.String),
            **{name: bands[:, at] for at, name in enumerate(INTERVALS)},
        }
    ).fill_nan(None)
