"""A coefficient of a Poisson model as per cent more or fewer persons for a change of its covariate."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
import polars as pl
from scipy.stats import norm
from scipy.stats import t as student

from nuudel.base.errors import ModelError
from nuudel.base.provenance import Quality

Form = Literal["log", "level"]


@dataclass(frozen=True)
class MarginalEffect:
    """What goes with a change of one covariate, the others being equal: an association, not a cause.

    Attributes
    ----------
    covariate
        Its name.
    form
        ``log``: the model has its logarithm, and ``change`` is in per cent of it. ``level``: the model has it
        as it is, and ``change`` is in ``unit``.
    change, unit
        The change considered: one more million animals is 1 of "million animals".
    percent, low, high
        Change of the expected persons in per cent, and its interval.
    level
        Of the interval, e.g. 0.95.
    cluster
        What the standard error allows to be dependent, e.g. "origin and destination".
    """

    covariate: str
    form: Form
    change: float
    unit: str
    percent: float
    low: float
    high: float
    level: float
    cluster: str
    quality: Quality = Quality.ESTIMATED


def marginal_effect(
    coefficient: float,
    standard_error: float,
    *,
    covariate: str,
    change: float,
    unit: str,
    cluster: str,
    form: Form = "level",
    level: float = 0.95,
    degrees_of_freedom: float | None = None,
) -> MarginalEffect:
    """Per cent more persons for a change of a covariate, with its interval.

    Parameters
    ----------
    coefficient, standard_error
        Of the exponential mean model, per unit of the covariate or of its logarithm.
    covariate, unit, cluster
        Words for the result.
    change
        In units (``level``: 100 (exp(b change) - 1)) or in per cent (``log``: 100 ((1 + change/100)^b - 1)).
    form, level
        As in ``MarginalEffect``.
    degrees_of_freedom
        Of Student's t for the interval, e.g. clusters minus 1; None for the normal distribution.

    Raises
    ------
    ModelError
        ``MODEL-231``: a number is not finite, the standard error is negative, the change is zero or takes a
        logarithm's covariate to zero, the level is not between 0 and 1, or there is no degree of freedom.

    Notes
    -----
    The interval is that of the coefficient, carried over by the monotone transformation, so that it never
    goes below -100 %. Source: Wooldridge (2010), Econometric Analysis of Cross Section and Panel Data,
    section 18.2 (exponential means).
    """
    numbers = np.array([coefficient, standard_error, change, level, degrees_of_freedom or 1.0])
    wrong = not np.isfinite(numbers).all() or standard_error < 0 or not 0 < level < 1 or change == 0
    if (
        wrong
        or (form == "log" and change <= -100)
        or (degrees_of_freedom is not None and degrees_of_freedom <= 0)
    ):
        raise ModelError(
            231,
            f"no marginal effect of {covariate!r} follows from these numbers.",
            "Give finite numbers, a standard error of at least 0, a change other than 0 (above -100 % for a "
            "logarithm), a level like 0.95 and at least one degree of freedom.",
            (covariate,),
        )
    tail = (1.0 + level) / 2.0
    quantile = norm.ppf(tail) if degrees_of_freedom is None else student.ppf(tail, degrees_of_freedom)
    step = change if form == "level" else np.log1p(change / 100.0)
    ends = coefficient + np.array([0.0, -1.0, 1.0]) * float(quantile) * standard_error
    percent, *interval = (100.0 * np.expm1(ends * step)).tolist()
    return MarginalEffect(
        covariate, form, change, unit, percent, min(interval), max(interval), level, cluster
    )


def effects_frame(effects: Sequence[MarginalEffect]) -> pl.DataFrame:
    """One row per effect; the columns are the attributes of ``MarginalEffect``."""
    return pl.DataFrame([{**asdict(effect), "quality": str(effect.quality)} for effect in effects])
