"""The chance of a dzud in an aimag, from what is known before the winter: a regularised logistic regression.

The coefficients have normal priors with mean 0 and a standard deviation set beforehand (the intercept a wide
one), so the estimate is that of Le Cessie & van Houwelingen 1992, Applied Statistics 41: ridge logistic
regression. Nothing is tuned on the years that are forecast.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from nuudel.base.errors import ModelError
from nuudel.model.dzud.history import History

Floats = NDArray[np.float64]
NAMES = (
    "lost_last_year",
    "lost_two_years_ago",
    "neighbours_last_year",
    "country_last_year",
    "own_past",
    "winter",
)
PRIOR, PRIOR_INTERCEPT = 0.5, 10.0
SMALLEST = 0.05  # of relative losses, before their logarithm
PAST_WEIGHT = 10.0  # years of the country's frequency that an aimag's own frequency begins with
STEPS, TOLERANCE = 50, 1e-10


@dataclass(frozen=True)
class Chance:
    """A fitted regression; K predictors.

    Attributes
    ----------
    names : (K,)
    mean, spread : (K,) of the predictors in the years that it learnt from
    coefficients : (K + 1,) the intercept first; per standard deviation of the predictor
    learnt_from
        How many aimags and years.
    """

    names: tuple[str, ...]
    mean: Floats
    spread: Floats
    coefficients: Floats
    learnt_from: int

    def of(self, predictors: Floats) -> Floats:
        """Chances, shape (n,), from predictors of shape (n, K)."""
        scaled = (predictors - self.mean) / self.spread
        chances: Floats = expit(self.coefficients[0] + scaled @ self.coefficients[1:])
        return chances


def predictors(history: History) -> Floats:
    """What is known before the winter of each year and of the one after the last, shape (T + 1, A, K).

    Row t holds nothing of year t itself. What is not known counts as an average year.
    """
    log = np.log(np.maximum(history.relative, SMALLEST))
    years, aimags = log.shape
    known = np.nan_to_num(log, nan=0.0)
    rows = np.zeros((years + 1, aimags, len(NAMES)))
    beside = history.beside / np.maximum(history.beside.sum(axis=1, keepdims=True), 1)
    rows[1:, :, 0] = known
    rows[2:, :, 1] = known[:-1]
    rows[1:, :, 2] = known @ beside.T
    rows[1:, :, 3] = known.mean(axis=1, keepdims=True)
    rows[:, :, 4] = past_frequency(history.severe)
    rows[:, :, 5] = history.winter[None, :]
    return rows


def past_frequency(severe: Floats) -> Floats:
    """Each aimag's share of dzuds in the years before, drawn towards the country's, shape (T + 1, A)."""
    hits = np.vstack([np.zeros(severe.shape[1]), np.nancumsum(severe, axis=0)])
    seen = np.vstack([np.zeros(severe.shape[1]), np.cumsum(np.isfinite(severe), axis=0)])
    country = country_frequency(severe)[:, None]
    return (hits + PAST_WEIGHT * country) / (seen + PAST_WEIGHT)


def country_frequency(severe: Floats) -> Floats:
    """Share of dzuds among all aimags and years before each, shape (T + 1,); half where none is known."""
    hits = np.concatenate([[0.0], np.cumsum(np.nansum(severe, axis=1))])
    seen = np.concatenate([[0.0], np.cumsum(np.isfinite(severe).sum(axis=1))])
    return (hits + 0.5) / (seen + 1.0)


def fit(rows: Floats, severe: Floats, weights: Floats | None = None) -> Chance:
    """Fit the regression.

    Parameters
    ----------
    rows : (n, K) predictors
    severe : (n,) 1 or 0
    weights : (n,) how often each counts; once where left out

    Raises
    ------
    ModelError
        ``MODEL-774``: there is nothing to learn from; ``MODEL-775``: the estimate does not settle.
    """
    if not len(severe) or severe.min() == severe.max():
        raise ModelError(774, "there are no years with and without dzud to learn from.", "Give more years.")
    often = np.ones(len(severe)) if weights is None else weights
    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    design = np.column_stack([np.ones(len(rows)), (rows - mean) / spread])
    penalty = np.array([PRIOR_INTERCEPT**-2, *[PRIOR**-2] * rows.shape[1]])
    beta = np.zeros(design.shape[1])
    for _ in range(STEPS):
        chance = expit(design @ beta)
        slope = design.T @ (often * (severe - chance)) - penalty * beta
        curve = (design * (often * chance * (1 - chance))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        beta = beta + step
        if np.abs(step).max() < TOLERANCE:
            return Chance(NAMES[: rows.shape[1]], mean, spread, beta, len(severe))
    raise ModelError(775, "the estimate does not settle.", "Report this as a fault.")


def learn(
    history: History, rows: Floats, before: int, years: Sequence[float] | Floats | None = None
) -> Chance:
    """The regression learnt from the years before position ``before``; ``years`` weighs them, shape (T,)."""
    known = np.isfinite(history.severe[:before])
    weights = np.ones(before) if years is None else np.asarray(years, dtype=np.float64)[:before]
    each = np.broadcast_to(weights[:, None], known.shape)
    return fit(rows[:before][known], history.severe[:before][known], each[known])
