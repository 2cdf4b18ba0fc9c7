"""Which report of an area tells all but how many are there: displaced people, sex and age, arrivals, needs.

The figure of an area is the median of its reports (``statistics.assessment_rounds``). All else comes from one
of them, the nearest to that figure, and what is part of the people present is brought to the figure: so that
persons and their parts are the same people.
"""

import numpy as np
import polars as pl

from nuudel.domains.displacement.submissions.measured import PRESENT
from nuudel.statistics.assessment_rounds import GROUPS, triangulate

ASSESSED = ("assessed", "empty")
PARTS = tuple(name for name in PRESENT if name != "persons")
KEY = ("area", "part")


def assessed(told: pl.DataFrame) -> pl.DataFrame:
    """Reports that tell how many are present; where the whole area was told, not those of its parts too."""
    outcome = pl.col("outcome").is_null() | pl.col("outcome").is_in(ASSESSED)
    rows = told.filter(pl.col("area") != "", outcome, pl.col("persons").is_not_null())
    rows = rows.with_columns(pl.col("part").str.to_lowercase())
    whole = pl.col("part").is_null()
    return rows.filter(whole | ~whole.any().over("area"))


def nearest(told: pl.DataFrame) -> pl.DataFrame:
    """One report of each area, or of each part of it: the nearest to its figure, the newest of several.

    Parameters
    ----------
    told
        Reports as ``measured`` gives them, the oldest first.

    Returns
    -------
    polars.DataFrame
        The same columns; ``persons`` is the figure, and the other counts of people present are in proportion.
    """
    rows = assessed(told)
    keys = pl.concat_str("area", pl.col("part").fill_null(""), separator="\t").alias("key")
    rows = rows.with_columns(keys).with_row_index("order")
    figures = triangulate(rows.select(pl.col("key").alias("area"), "persons", "informants"))
    rows = rows.join(figures.select(key="area", figure="persons"), on="key", how="left")
    apart = (pl.col("persons") - pl.col("figure")).abs()
    chosen = rows.sort(apart, -pl.col("order").cast(pl.Int64)).unique("key", keep="first").sort("order")
    factor = pl.when(pl.col("persons") > 0).then(pl.col("figure") / pl.col("persons")).otherwise(1.0)
    scaled = chosen.with_columns((pl.col(name) * factor).alias(name) for name in PARTS)
    scaled = scaled.with_columns(
        pl.col("figure").cast(pl.Int64).alias("persons"),
        *(pl.col(name).round().cast(pl.Int64) for name in PARTS if name not in GROUPS),
    )
    return whole_groups(scaled).select(told.columns)


def whole_groups(rows: pl.DataFrame) -> pl.DataFrame:
    """Groups by sex and age as whole people: their sum is that of the exact ones, rounded, too."""
    exact = rows.select(GROUPS).to_numpy().astype(float)
    steps = np.rint(np.cumsum(np.nan_to_num(exact), axis=1))
    made = np.diff(steps, axis=1, prepend=0.0)
    told = [
        pl.Series(name, np.where(np.isnan(exact[:, place]), np.nan, made[:, place]))
        for place, name in enumerate(GROUPS)
    ]
    return rows.with_columns(one.fill_nan(None).cast(pl.Int64) for one in told)


def by_area(reports: pl.DataFrame) -> pl.DataFrame:
    """The reports of an area's parts added up; a count that no part told stays untold. One row an area."""
    counts = [name for name, kind in reports.schema.items() if kind == pl.Int64]
    told = [pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name) for name in counts]
    rest = [pl.col(name).last() for name in reports.columns if name not in (*counts, "area")]
    return reports.group_by("area", maintain_order=True).agg(*told, *rest).select(reports.columns)
