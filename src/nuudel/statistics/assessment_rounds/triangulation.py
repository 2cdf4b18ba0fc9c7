"""Several reports of one area: one figure by a stated rule, and how far apart they are."""

import polars as pl

from nuudel.statistics.input_tables import need

UNKNOWN = 3.0
"""Credibility where nobody said: like hearsay."""


def triangulate(said: pl.DataFrame) -> pl.DataFrame:
    """One figure for each area from what was said about it.

    The figure is the weighted median: the value at which half of the weight is reached, or the middle of two
    values where it is reached exactly between them, rounded to whole persons. The weight of a report is the
    number of its informants (1 where not told) divided by its credibility (1 best, 3 where not told). A
    median is not moved by one wild figure, as a mean would be.

    Reports may each be of a part of the area, such as a bagh of a soum: then each part has a figure, and the
    area has their sum. Where there are reports of the whole area too, only these count.

    Parameters
    ----------
    said
        ``area``, ``persons`` (rows without are left out); optional ``part`` (null: the whole area),
        ``credibility``, ``informants``, ``least_said``, ``most_said``.

    Returns
    -------
    polars.DataFrame
        ``area``, ``persons``, ``lowest``, ``highest`` (also of what was said, where told), ``cv`` (weighted
        standard deviation by weighted mean; null with a single report or a mean of 0), ``submissions``,
        ``informants`` (null where no report told), ``parts`` (1 where the area was told as a whole), in the
        order of areas.

    Raises
    ------
    StatisticsError
        ``STATISTICS-502``.

    Notes
    -----
    Source of the weighted median: Edgeworth (1888), Philosophical Magazine 25, 184-191.
    """
    need(said, "reports", ("area", "persons"))
    told = with_weights(said).sort("area", "part", "persons")
    by = ["area", "part"]
    told = told.with_columns(
        pl.col("weight").cum_sum().over(by).alias("reached"),
        (pl.col("weight").sum().over(by) / 2).alias("half"),
    )
    # A reached weight that equals the half does so up to rounding.
    near = 1e-9 * pl.col("half")
    lower = pl.col("persons").filter(pl.col("reached") >= pl.col("half") - near).first()
    upper = pl.col("persons").filter(pl.col("reached") > pl.col("half") + near).first()
    mean = (pl.col("weight") * pl.col("persons")).sum() / pl.col("weight").sum()
    square = (pl.col("weight") * pl.col("persons") ** 2).sum() / pl.col("weight").sum()
    parts = told.group_by(by, maintain_order=True).agg(
        ((lower + upper) / 2).round().alias("persons"),
        pl.min_horizontal(pl.col("persons").min(), pl.col("least_said").min()).alias("lowest"),
        pl.max_horizontal(pl.col("persons").max(), pl.col("most_said").max()).alias("highest"),
        mean.alias("mean"),
        pl.when(pl.len() > 1).then((square - mean**2).clip(lower_bound=0)).alias("variance"),
        pl.len().cast(pl.Int64).alias("submissions"),
        pl.col("informants").sum().alias("informants"),
        pl.col("informants").is_not_null().any().alias("named"),
    )
    varies = pl.col("variance").is_not_null().any() & (pl.col("mean").sum() > 0)
    return (
        parts.group_by("area", maintain_order=True)
        .agg(
            pl.col("persons", "lowest", "highest").sum(),
            pl.when(varies).then(pl.col("variance").sum().sqrt() / pl.col("mean").sum()).alias("cv"),
            pl.col("submissions").sum(),
            pl.when(pl.col("named").any())
            .then(pl.col("informants").sum())
            .cast(pl.Int64)
            .alias("informants"),
            pl.len().cast(pl.Int64).alias("parts"),
        )
        .sort("area")
    )


def with_weights(said: pl.DataFrame) -> pl.DataFrame:
    """The reports that tell a figure, with the columns that may be missing and their weight."""
    optional = ("credibility", "informants", "least_said", "most_said")
    missing = [pl.lit(None, dtype=pl.Float64).alias(name) for name in optional if name not in said.columns]
    missing += [pl.lit(None, dtype=pl.String).alias("part")] if "part" not in said.columns else []
    numbers = pl.col("persons", *optional).cast(pl.Float64)
    told = said.with_columns(missing).with_columns(numbers).drop_nulls("persons")
    whole = pl.col("part").is_null()
    told = told.filter(whole | ~whole.any().over("area"))
    heads = pl.col("informants").fill_null(1.0).clip(lower_bound=1.0)
    trust = pl.col("credibility").fill_null(UNKNOWN).clip(lower_bound=1.0)
    return told.with_columns((heads / trust).alias("weight"))
