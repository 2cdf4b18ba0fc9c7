"""Clocks and days that cannot be right, and areas to which nobody was sent."""

import polars as pl

from nuudel.statistics.survey_quality.flags import DOUBTFUL, IMPOSSIBLE, NOTE, beyond, flags, together
from nuudel.statistics.survey_quality.interviews import ZONE
from nuudel.statistics.survey_quality.limits import Limits
from nuudel.statistics.survey_quality.tables import Tables


def clocks(tables: Tables, limits: Limits) -> pl.DataFrame:
    """The phone's clock against ours, the end before the beginning, days to come and days long gone."""
    now = tables.now
    off = (pl.col("device_at") - pl.col("received_at")).dt.total_seconds() / 60
    wrong = now.with_columns(off=off).filter(pl.col("off").abs() > limits["clock_minutes"])
    took = (pl.col("ended_at") - pl.col("began_at")).dt.total_seconds() / 60
    turned = now.with_columns(took=took).filter(pl.col("took") < 0)
    came = pl.col("received_at").dt.convert_time_zone(ZONE).dt.date()
    ago = now.with_columns(days=(came - pl.col("day")).dt.total_days())
    old = limits["old_days"]
    return together(
        [
            flags(wrong, "clock", NOTE, beyond(pl.col("off").abs(), limits["clock_minutes"]), minutes="off"),
            flags(turned, "times_turned", IMPOSSIBLE, minutes=-pl.col("took")),
            flags(ago.filter(pl.col("days") < 0), "day_ahead", IMPOSSIBLE, days=-pl.col("days")),
            flags(
                ago.filter(pl.col("days") > old),
                "day_old",
                DOUBTFUL,
                beyond(pl.col("days"), old),
                days="days",
            ),
        ]
    )


def outside(tables: Tables) -> pl.DataFrame:
    """Areas that do not lie where the enumerator was sent."""
    if tables.uppers is None:
        return together(())
    known = tables.now.join(tables.uppers, on="area")
    return flags(known.filter(~pl.col("uppers").list.contains(pl.col("place"))), "outside", DOUBTFUL)
