"""Whether more passed than days differ anyway."""

import numpy as np
import polars as pl

FORMER_DAYS = 5
"""An hour has a usual figure where it was observed on so many of the same weekdays before."""
FEWEST_HOURS = 3.0
"""Hours watched on a day, below which it is not compared: a convoy is not a day."""
SURE = 0.995
"""Level of the upper end of what a usual day may have."""


def most_usual(expected: np.ndarray, spread: np.ndarray, days: np.ndarray) -> np.ndarray:
    """The most that passes on a usual day.

    The upper end of Student's prediction interval from so many former days whose ratios to the expected have
    this variance; counts of people who come alone vary at least as much as their mean.
    """
    from scipy.special import stdtrit

    variance = np.maximum(spread, 1 / np.maximum(expected, 1e-9)) * (1 + 1 / days)
    return np.asarray(expected * (1 + stdtrit(np.maximum(days - 1, 1), SURE) * np.sqrt(variance)))


def expected_of(rates: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """For each spot what is expected in the hours watched now, and the most that is usual.

    Parameters
    ----------
    rates
        ``spot``, ``point``, ``day``, ``hour``, ``share`` of the hour that was observed, ``persons``: of
        former days.
    now
        ``spot``, ``point``, ``hour``, ``share``, ``usual`` an hour.
    """
    expected = now.group_by("spot").agg(
        (pl.col("usual") * pl.col("share")).sum().alias("expected"), pl.col("share").sum().alias("hours")
    )
    former = rates.join(now.select("point", "hour", "usual"), on=["point", "hour"])
    days = former.group_by("spot", "day").agg(
        pl.col("persons").fill_null(0).sum(), (pl.col("usual") * pl.col("share")).sum().alias("of")
    )
    days = days.join(expected, on="spot").filter(pl.col("of") >= pl.col("expected") / 2, pl.col("of") > 0)
    spread = days.group_by("spot").agg(
        (pl.col("persons") / pl.col("of")).var().alias("spread"), pl.len().alias("days")
    )
    found = expected.join(spread, on="spot").filter(
        pl.col("hours") >= FEWEST_HOURS, pl.col("days") >= FORMER_DAYS, pl.col("expected") > 0
    )
    return found.with_columns(
        most=pl.Series(
            most_usual(
                found["expected"].to_numpy(),
                found["spread"].fill_null(0).to_numpy(),
                found["days"].to_numpy(),
            ),
            dtype=pl.Float64,
        )
    )
