"""How long interviews took, and when: too fast, at night."""

import math

import polars as pl

from nuudel.statistics.survey_quality.flags import DOUBTFUL, NOTE, beyond, flags, together
from nuudel.statistics.survey_quality.limits import Limits
from nuudel.statistics.survey_quality.robust import robust_z
from nuudel.statistics.survey_quality.tables import Tables

ZONE = "Asia/Ulaanbaatar"
FAST = {
    "area": "fast_area",
    "subarea": "fast_area",
    "traveller": "fast_traveller",
    "event": "fast_event",
    "point": "fast_point",
}
"""Limits of layouts whose form is open while somebody is asked; that of a watch is as long as the watch."""
NIGHT = ("area", "subarea", "point")
"""Layouts for which there is no reason to ask at night; emergencies and travellers do not wait."""
LEAST_MINUTES = 0.05


def minutes(rows: pl.DataFrame) -> pl.DataFrame:
    """Interviews that were held, with the minutes from the form's opening to its end."""
    held = rows
    if "outcome" in rows.columns:
        held = held.filter(pl.col("outcome").fill_null("assessed") == "assessed")
    if "agreed" in rows.columns:
        held = held.filter(pl.col("agreed").fill_null("yes") == "yes")
    took = (pl.col("ended_at") - pl.col("began_at")).dt.total_seconds() / 60
    return held.with_columns(minutes=took).filter(pl.col("minutes") >= 0)


def too_fast(tables: Tables, layout: str, limits: Limits) -> pl.DataFrame:
    """Interviews shorter than a floor, and those far shorter than others with the same form."""
    if layout not in FAST:
        return together(())
    floor = limits[FAST[layout]]
    length = pl.col("minutes").clip(lower_bound=LEAST_MINUTES)
    rows = minutes(tables.now).with_columns(
        usual=pl.col("minutes").median().over("form"),
        held=pl.len().over("form"),
        z=robust_z(length.log(), limits["least_spread"], "form"),
    )
    unusual = (
        (pl.col("held") >= limits["fast_least"])
        & (pl.col("z") <= -limits["fast_z"])
        & (pl.col("minutes") < limits["fast_share"] * pl.col("usual"))
    )
    found = rows.filter((pl.col("minutes") < floor) | unusual)
    under = floor / (floor + pl.col("minutes"))
    score = pl.max_horizontal(
        pl.when(pl.col("minutes") < floor).then(under),
        beyond(-pl.col("z").clip(upper_bound=0), limits["fast_z"]),
    )
    return flags(found, "too_fast", DOUBTFUL, score, minutes="minutes", usual="usual")


def at_night(tables: Tables, layout: str, limits: Limits) -> pl.DataFrame:
    """Interviews that were begun at night, by the time of the capital."""
    if layout not in NIGHT:
        return together(())
    hour = pl.col("began_at").dt.convert_time_zone(ZONE).dt.hour()
    start, end = limits["night_from"], limits["night_to"]
    night = (hour >= start) | (hour < end)
    rows = minutes(tables.now).with_columns(hour=hour).filter(night)
    # The middle of the night is the farthest from any doubt.
    middle = start + ((end - start) % 24) / 2
    away = ((pl.col("hour") + 0.5 - middle + 12) % 24 - 12).abs()
    score = 1 - away / math.ceil((end - start) % 24)
    return flags(rows, "at_night", NOTE, score, hour="hour")
