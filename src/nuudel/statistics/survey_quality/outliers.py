"""Figures of areas that are unusual: beside the last round, the register, neighbours, or by themselves."""

import math

import polars as pl

from nuudel.statistics.survey_quality.flags import DOUBTFUL, NOTE, beyond, flags, together
from nuudel.statistics.survey_quality.limits import Limits
from nuudel.statistics.survey_quality.robust import log_ratio, robust_z
from nuudel.statistics.survey_quality.tables import Tables

COMPARED = ("persons", "displaced")


def outliers(tables: Tables, limits: Limits) -> pl.DataFrame:
    """The figures of whole areas against the last ones, the register and the neighbours."""
    return together(
        [
            *(against_last(tables, name, limits) for name in COMPARED),
            against_register(tables, limits),
            unlike_neighbours(tables, limits),
        ]
    )


def against_last(tables: Tables, name: str, limits: Limits) -> pl.DataFrame:
    """A figure against the one of the same area in the last round."""
    if tables.last is None:
        return together(())
    last = tables.last.group_by("area").agg(pl.col(name).last().alias("last"))
    pairs = tables.known.join(last, on="area").filter(pl.col("last").is_not_null())
    return flags(
        strange(pairs.with_columns(now=pl.col(name)), "last", limits),
        f"jump_{name}",
        DOUBTFUL,
        pl.col("score_of"),
        now="now",
        last="last",
    )


def against_register(tables: Tables, limits: Limits) -> pl.DataFrame:
    """The persons of an area against its population in the register."""
    if tables.register is None:
        return together(())
    pairs = tables.known.join(tables.register, on="area").filter(pl.col("population") > 0)
    found = strange(pairs.with_columns(now=pl.col("persons")), "population", limits)
    return flags(found, "unlike_register", NOTE, pl.col("score_of"), now="now", population="population")


def unlike_neighbours(tables: Tables, limits: Limits) -> pl.DataFrame:
    """The share of newcomers against the median of the neighbours' shares."""
    if tables.neighbours is None:
        return together(())
    came = pl.sum_horizontal("displaced", "returned", "migrants")
    rows = tables.known.with_columns(now=came).filter(pl.col("persons") > 0)
    shares = rows.group_by("area").agg(share=(pl.col("now") / pl.col("persons")).median())
    beside = tables.neighbours.join(shares, left_on="neighbour", right_on="area")
    usual = beside.group_by("area").agg(share=pl.col("share").median(), count=pl.len())
    pairs = rows.join(usual.filter(pl.col("count") >= limits["neighbours_least"]), on="area")
    pairs = pairs.with_columns(expected=pl.col("share") * pl.col("persons"))
    found = strange(pairs, "expected", limits)
    return flags(found, "unlike_neighbours", NOTE, pl.col("score_of"), now="now", expected="expected")


def strange(pairs: pl.DataFrame, base: str, limits: Limits) -> pl.DataFrame:
    """Rows whose ``now`` differs from a base more than others differ from theirs, and by enough persons."""
    rows = pairs.with_columns(ratio=log_ratio(pl.col("now"), pl.col(base)))
    difference = (pl.col("now") - pl.col(base)).abs() >= limits["jump_persons"]
    if len(rows) < limits["few_areas"]:
        least = math.log(limits["few_ratio"])
        rows = rows.with_columns(score_of=beyond(pl.col("ratio").abs(), least))
        return rows.filter(difference & (pl.col("ratio").abs() >= least))
    rows = rows.with_columns(z=robust_z(pl.col("ratio"), limits["least_spread"]).abs())
    large = pl.col("ratio").abs() >= math.log(limits["jump_ratio"])
    # What all areas have in common, such as a count in another season, makes none an outlier; and an area
    # that stays as it was is none either, however much all others change.
    rows = rows.with_columns(score_of=beyond(pl.col("z"), limits["jump_z"]))
    return rows.filter(difference & large & (pl.col("z") >= limits["jump_z"]))


def household_size(tables: Tables, limits: Limits) -> pl.DataFrame:
    """Persons in a household on average, where there are households enough."""
    rows = tables.now.filter((pl.col("households") >= 10) & (pl.col("persons") >= pl.col("households")))
    rows = rows.with_columns(size=pl.col("persons") / pl.col("households"))
    low, high = limits["household_least"], limits["household_most"]
    found = rows.filter((pl.col("size") < low) | (pl.col("size") > high))
    score = (
        pl.when(pl.col("size") < low)
        .then(low / (low + pl.col("size")))
        .otherwise(beyond(pl.col("size"), high))
    )
    return flags(
        found,
        "household_size",
        NOTE,
        score,
        persons="persons",
        households="households",
    )


def informants_apart(tables: Tables, limits: Limits) -> pl.DataFrame:
    """Informants of one area whose figures are far apart."""
    least, most = pl.col("least_said"), pl.col("most_said")
    ratio = (most + 0.5) / (least + 0.5)
    found = tables.now.filter(
        (ratio >= limits["informants_ratio"]) & (most - least >= limits["informants_persons"])
    )
    score = beyond(ratio, limits["informants_ratio"])
    return flags(found, "informants_apart", DOUBTFUL, score, least="least_said", most="most_said")
