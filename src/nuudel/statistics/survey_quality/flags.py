"""What a check finds: a submission, a finding's code, how grave it is, and the figures that were compared."""

from collections.abc import Iterable

import polars as pl

NOTE, DOUBTFUL, IMPOSSIBLE = 1, 2, 3
"""How grave: worth knowing; to be asked about; cannot be as it was sent."""

VALUE = pl.Struct({"name": pl.String(), "value": pl.Float64()})
FLAGS = {
    "submission": pl.String(),
    "finding": pl.String(),
    "severity": pl.Int8(),
    "score": pl.Float64(),
    "other": pl.String(),
    "values": pl.List(VALUE),
}


def flags(
    found: pl.DataFrame,
    finding: str,
    severity: int,
    score: pl.Expr | float = 1.0,
    other: pl.Expr | str = "",
    **values: pl.Expr | str,
) -> pl.DataFrame:
    """Rows of a frame as flags.

    Parameters
    ----------
    score
        From 0 to 1: how far beyond the limit.
    other
        The other submission that a duplicate is one of.
    **values
        The figures that were compared, by the names that the message has for them: expressions or columns.
    """
    told = [
        pl.struct(pl.lit(name).alias("name"), as_expression(value).cast(pl.Float64).alias("value"))
        for name, value in values.items()
    ]
    return found.select(
        pl.col("submission"),
        pl.lit(finding).alias("finding"),
        pl.lit(severity, pl.Int8).alias("severity"),
        (pl.lit(score) if isinstance(score, float) else score).cast(pl.Float64).clip(0, 1).alias("score"),
        (pl.lit(other) if isinstance(other, str) else other).alias("other"),
        (pl.concat_list(told) if told else pl.lit([], pl.List(VALUE))).alias("values"),
    )


def as_expression(value: pl.Expr | str) -> pl.Expr:
    return pl.col(value) if isinstance(value, str) else value


def together(several: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Several tables of flags; of one finding about one submission the highest score."""
    rows = pl.concat([pl.DataFrame(schema=FLAGS), *several])
    return rows.sort("submission", "finding", "score", descending=[False, False, True]).unique(
        ["submission", "finding"], keep="first", maintain_order=True
    )


def beyond(value: pl.Expr, limit: float) -> pl.Expr:
    """A score from how far a value is beyond its limit: 0.5 at the limit, 1 far from it."""
    return value / (value + limit)
