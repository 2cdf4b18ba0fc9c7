"""Robust z-scores: differences from a median by the median of such differences."""

import polars as pl

NORMAL = 1.4826
"""Makes the median absolute deviation comparable with a standard deviation (Hampel 1974)."""


def robust_z(value: pl.Expr, least_spread: float, within: str | None = None) -> pl.Expr:
    """How many robust standard deviations a value is from the median.

    Parameters
    ----------
    least_spread
        The spread is taken to be at least this.
    within
        The column by which the medians are taken apart.
    """

    def median(of: pl.Expr) -> pl.Expr:
        return of.median().over(within) if within else of.median()

    centre = median(value)
    spread = (NORMAL * median((value - centre).abs())).clip(lower_bound=least_spread)
    return (value - centre) / spread


def log_ratio(value: pl.Expr, base: pl.Expr) -> pl.Expr:
    """Logarithm of the ratio of two counts, each with one half added, so that 0 has one too."""
    return ((value + 0.5) / (base + 0.5)).log()
