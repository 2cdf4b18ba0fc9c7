"""What a PPML fit says: coefficients with intervals, what was left out and why, how it converged."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import t as student

from nuudel.base.provenance import Quality
from nuudel.model.panel import FlowPanel

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SeparatedCells:
    """Cells that no finite estimate fits: flows of 0 whose fitted value would go to 0.

    Attributes
    ----------
    rows
        Shape (S,): their row numbers in the panel, ascending.
    found_by
        Check to the number of cells that it was the first to find, in the order of the checks; a check that
        was not run is absent.
    proved
        Existence of finite estimates is certain for the cells that are left. False where neither the overlap
        test nor the rectifier was run to its end.
    """

    rows: NDArray[np.int64]
    found_by: Mapping[str, int]
    proved: bool


@dataclass(frozen=True)
class PpmlFit:
    """A Poisson gravity model, estimated.

    Attributes
    ----------
    panel
        The cells that were given, N of them.
    covariates
        Names of the k covariates that have a coefficient; ``intercept`` is one where there are no effects.
    effects
        The groupings with a free level for each group.
    coefficients, standard_errors
        Shape (k,).
    covariance
        Shape (k, k).
    degrees_of_freedom
        Of Student's t in tests and intervals.
    cluster
        The groupings that standard errors allow dependence within; empty: robust.
    clusters
        Grouping to its number of clusters.
    effects_degrees_of_freedom
        Rank of the effects over the cells used, the common level included.
    dropped
        Covariate to the reason why it has no coefficient.
    used
        Shape (N,): the cells that the estimates rest on.
    separated
        The cells left out because of separation.
    fitted
        Shape (N,): expected flow, persons; 0 where separated.
    deviance, null_deviance
        Of the cells used; the null model has a common level only.
    pseudo_r2
        1 − log-likelihood / log-likelihood of the null model, both of Poisson counts (McFadden).
    iterations, passes
        Steps of the estimation, and passes over the data.
    bias
        Shape (k,): what was subtracted from the coefficients (0 where no correction was asked for).
    uncorrected_standard_errors
        Shape (k,): before the correction for estimated effects; the same as ``standard_errors`` without one.
    small_sample_factor
        Factor of the sandwich covariance.
    made_positive
        A multi-way covariance had negative eigenvalues, which were set to 0.
    """

    panel: FlowPanel
    covariates: tuple[str, ...]
    effects: tuple[str, ...]
    coefficients: Floats
    standard_errors: Floats
    covariance: Floats
    degrees_of_freedom: int
    cluster: tuple[str, ...]
    clusters: Mapping[str, int]
    effects_degrees_of_freedom: int
    dropped: Mapping[str, str]
    used: NDArray[np.bool_]
    separated: SeparatedCells
    fitted: Floats
    linear_predictor: Floats
    deviance: float
    null_deviance: float
    pseudo_r2: float
    iterations: int
    passes: int
    bias: Floats
    uncorrected_standard_errors: Floats
    small_sample_factor: float
    made_positive: bool
    quality: Quality = Quality.ESTIMATED

    @property
    def observations(self) -> int:
        """Cells used, after separation."""
        return int(self.used.sum())

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Lower and upper ends of the coefficients' intervals, each of shape (k,)."""
        reach = student.ppf((1 + level) / 2, self.degrees_of_freedom) * self.standard_errors
        return self.coefficients - reach, self.coefficients + reach

    def to_frame(self) -> pl.DataFrame:
        """One row for each covariate that was asked for; a dropped one is empty and says why in ``note``.

        ``change_percent`` is 100 × (exp(coefficient) − 1): how much more (or less) flow goes with one unit
        more of the covariate; ``change_low95`` and ``change_high95`` are the ends of its 95 % interval.
        """
        low, high = self.interval()
        with np.errstate(divide="ignore", invalid="ignore"):
            t = self.coefficients / self.standard_errors
        table = pl.DataFrame(
            {
                "covariate": list(self.covariates),
                "coefficient": self.coefficients,
                "standard_error": self.standard_errors,
                "t": t,
                "p": 2 * student.sf(np.abs(t), self.degrees_of_freedom),
                "low95": low,
                "high95": high,
                "change_percent": percent_change(self.coefficients),
                "change_low95": percent_change(low),
                "change_high95": percent_change(high),
            },
            schema_overrides={"covariate": pl.String},
        ).with_columns(note=pl.lit(None, dtype=pl.String))
        absent = pl.DataFrame(
            {"covariate": list(self.dropped), "note": list(self.dropped.values())},
            schema={"covariate": pl.String, "note": pl.String},
        )
        return pl.concat([table, absent], how="diagonal").with_columns(quality=pl.lit(str(self.quality)))

    def separated_to_frame(self) -> pl.DataFrame:
        """The separated cells: row in the panel, origin, destination and period."""
        panel, rows = self.panel, self.separated.rows
        return pl.DataFrame(
            {
                "row": rows,
                "origin": [panel.origins[code] for code in panel.origin[rows]],
                "destination": [panel.destinations[code] for code in panel.destination[rows]],
                "period": [panel.periods[code] for code in panel.period[rows]],
            },
            schema={"row": pl.Int64, "origin": pl.String, "destination": pl.String, "period": pl.Int64},
        )

    def predict(self, panel: FlowPanel) -> Floats:
        """Expected flows of other cells, in persons; NaN where the effects they need were not estimated."""
        from nuudel.model.ppml.prediction import predicted_flows

        return predicted_flows(self, panel)


def percent_change(coefficients: Floats) -> Floats:
    """100 × (exp(coefficient) − 1), infinite where it is beyond what a number can hold."""
    with np.errstate(over="ignore"):
        return 100.0 * np.expm1(coefficients)
