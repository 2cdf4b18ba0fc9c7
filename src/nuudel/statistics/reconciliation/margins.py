"""In-migrants and out-migrants of a country's parts should be the same moves; where they are not, say so."""

from dataclasses import dataclass, fields

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import t as student

from nuudel.base.errors import StatisticsError
from nuudel.base.provenance import Quality

Floats = NDArray[np.float64]
PRIOR_YEARS = 4.0
"""Weight, in years, of the usual error against a year's own discrepancy."""
FEWEST_YEARS = 3


@dataclass(frozen=True)
class ReconciledMargins:
    """The mismatch of two national totals and an adjusted total, by year; arrays have shape (Y,).

    Attributes
    ----------
    in_totals, out_totals
        Moves, as counted at arrival and at departure.
    discrepancy, discrepancy_percent
        In minus out; per cent of the adjusted total.
    lowest, highest
        The smaller and the larger of the two counts: the range between the sources themselves.
    total
        Adjusted total, moves: the geometric mean of the two counts.
    low80, high80, low95, high95
        Moves; nan in balanced years.
    balanced
        Years in which both counts are the same figure: the source made them agree, so their agreement says
        nothing about their error.
    error_percent
        The usual error of one count, estimated from the years that disagree.
    differential_percent
        By how much in exceeds out on the average of those years (geometric), a lasting difference.
    """

    years: tuple[int, ...]
    in_totals: Floats
    out_totals: Floats
    discrepancy: Floats
    discrepancy_percent: Floats
    lowest: Floats
    highest: Floats
    total: Floats
    low80: Floats
    high80: Floats
    low95: Floats
    high95: Floats
    balanced: NDArray[np.bool_]
    error_percent: float
    differential_percent: float
    quality: Quality = Quality.ESTIMATED

    def to_frame(self) -> pl.DataFrame:
        """One row per year."""
        names = [f.name for f in fields(self) if isinstance(getattr(self, f.name), np.ndarray)]
        columns = {name: getattr(self, name) for name in names}
        frame = pl.DataFrame({"year": list(self.years), **columns}).fill_nan(None)
        return frame.with_columns(pl.lit(str(self.quality)).alias("quality"))


def reconcile_margins(years: ArrayLike, in_totals: ArrayLike, out_totals: ArrayLike) -> ReconciledMargins:
    """An explicit model of national in- and out-totals that differ although they count the same moves.

    Both counts are the true total T times an error, log I = log T + e, log O = log T + f, with e and f
    independent N(0, s[t]²) and s[t]² ~ scaled-inverse-χ²(4, s²): years differ in how bad they are. The
    discrepancy then tells the error and the mean of the logarithms tells T: log T is Student's t with 5
    degrees of freedom about it (Gelman et al. 2013, *Bayesian Data Analysis*, section 3.2, applied to each
    year). s² is that of largest likelihood. Symmetric errors are an assumption: if moves are only ever
    missed, T is at least ``highest``.

    Parameters
    ----------
    years, in_totals, out_totals
        Shape (Y,); moves, above 0.

    Raises
    ------
    StatisticsError
        ``STATISTICS-343`` shapes differ or a total is not above 0; ``STATISTICS-344`` fewer than three years
        disagree, so the error cannot be estimated.
    """
    when = [int(y) for y in np.asarray(years).ravel()]
    arrived, left = np.asarray(in_totals, dtype=float), np.asarray(out_totals, dtype=float)
    if (
        arrived.shape != (len(when),)
        or left.shape != (len(when),)
        or not (np.minimum(arrived, left) > 0).all()
    ):
        raise StatisticsError(
            343,
            "the totals must be above 0, one of each for every year.",
            "Leave out the years in which one of them is missing.",
            ("in_totals", "out_totals"),
        )
    gap = np.log(arrived / left)
    balanced = arrived == left
    if (~balanced).sum() < FEWEST_YEARS:
        raise StatisticsError(
            344,
            f"fewer than {FEWEST_YEARS} years disagree, too few to estimate the error.",
            "Give more years, or report the two totals as they are.",
            ("years",),
        )
    usual = usual_variance(gap[~balanced])
    freedom = PRIOR_YEARS + 1
    # One discrepancy carries one degree of freedom: gap ~ N(0, 2 s²).
    spread = np.sqrt((PRIOR_YEARS * usual + gap**2 / 2) / freedom / 2)
    spread = np.where(balanced, np.nan, spread)
    centre = np.log(arrived * left) / 2
    wide, narrow = student.ppf(0.975, freedom), student.ppf(0.9, freedom)
    total = np.where(balanced, arrived, np.exp(centre))
    return ReconciledMargins(
        years=tuple(when),
        in_totals=arrived,
        out_totals=left,
        discrepancy=arrived - left,
        discrepancy_percent=100 * (arrived - left) / total,
        lowest=np.minimum(arrived, left),
        highest=np.maximum(arrived, left),
        total=total,
        low80=np.exp(centre - narrow * spread),
        high80=np.exp(centre + narrow * spread),
        low95=np.exp(centre - wide * spread),
        high95=np.exp(centre + wide * spread),
        balanced=balanced,
        error_percent=float(np.expm1(np.sqrt(usual)) * 100),
        differential_percent=float(np.expm1(gap[~balanced].mean()) * 100),
    )


def usual_variance(gap: Floats) -> float:
    """s² of largest likelihood: each discrepancy is Student's t with 4 degrees of freedom and scale √2 s."""

    def loss(log_variance: float) -> float:
        scale = np.sqrt(2 * np.exp(log_variance))
        return -float(student.logpdf(gap, PRIOR_YEARS, scale=scale).sum())

    start = float(np.log(np.mean(gap**2) / 2))
    found = minimize_scalar(loss, bounds=(start - 8, start + 2), method="bounded")
    return float(np.exp(found.x))
