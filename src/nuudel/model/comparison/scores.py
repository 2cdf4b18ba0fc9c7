"""Scores of expected flows against observed ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import ModelError

Floats = NDArray[np.float64]

SCORES = ("cpc", "rmse", "mae", "deviance", "deviance_explained")
"""Names of the scores, in the order of all arrays."""
HIGHER_IS_BETTER = ("cpc", "deviance_explained")
SMALLEST_EXPECTED = 0.5
"""Persons: an expected flow below counts as this in the deviance, which else would be infinite at 0."""


@dataclass(frozen=True)
class FlowScores:
    """Scores of N cells.

    Attributes
    ----------
    cpc
        Common part of commuters, 2 Σ min(T, T̂) / (Σ T + Σ T̂): 1 where all agree, 0 where nothing does.
    rmse, mae
        Root mean squared and mean absolute error, persons.
    deviance
        Poisson deviance per cell, 2 Σ (T ln(T / T̂) - T + T̂) / N.
    deviance_explained
        1 - deviance / deviance of the mean flow.
    """

    cpc: float
    rmse: float
    mae: float
    deviance: float
    deviance_explained: float


def flow_scores(observed: ArrayLike, expected: ArrayLike) -> FlowScores:
    """All scores of expected flows.

    Parameters
    ----------
    observed, expected
        Persons, of one shape; at least 0.

    Raises
    ------
    ModelError
        ``MODEL-221``: the shapes differ, a value is negative or not finite, or nobody moved.

    Notes
    -----
    Sources: Lenormand, Bassolas & Ramasco (2016), Journal of Transport Geography 51, 158-169 (CPC);
    McCullagh & Nelder (1989), Generalized Linear Models, section 2.3 (deviance). An expected flow under half
    a person counts as half a person in the deviance.
    """
    sums = contributions(observed, expected).sum(axis=0)
    return FlowScores(*(float(score) for score in scores_of_sums(sums)))


def common_part_of_commuters(observed: ArrayLike, expected: ArrayLike) -> float:
    """2 Σ min(T, T̂) / (Σ T + Σ T̂); raises and source as ``flow_scores``."""
    return flow_scores(observed, expected).cpc


def poisson_deviance(observed: ArrayLike, expected: ArrayLike) -> float:
    """Poisson deviance per cell; raises and source as ``flow_scores``."""
    return flow_scores(observed, expected).deviance


def contributions(observed: ArrayLike, expected: ArrayLike) -> Floats:
    """What each cell adds to the scores, shape (N, 8); any sum over cells gives scores by ``scores_of_sums``.

    The columns are 1, T, T̂, min(T, T̂), (T - T̂)², |T - T̂|, the deviance, and T ln T.
    """
    true = np.asarray(observed, dtype=np.float64).ravel()
    guess = np.asarray(expected, dtype=np.float64).ravel()
    usable = true.shape == guess.shape and np.isfinite(true).all() and np.isfinite(guess).all()
    if not usable or (true < 0).any() or (guess < 0).any() or not true.sum() > 0:
        raise ModelError(
            221,
            "observed and expected flows cannot be compared: one is negative, missing, or nobody moved.",
            "Give as many expected as observed flows, all at least 0, with some above.",
            ("observed", "expected"),
        )
    floor = np.maximum(guess, SMALLEST_EXPECTED)
    logs = true * np.log(np.where(true > 0, true, 1.0))
    deviance = 2.0 * (logs - true * np.log(floor) - true + floor)
    return np.column_stack(
        [
            np.ones(true.shape),
            true,
            guess,
            np.minimum(true, guess),
            (true - guess) ** 2,
            np.abs(true - guess),
            deviance,
            logs,
        ]
    )


def scores_of_sums(sums: Floats) -> Floats:
    """Scores (..., 5), in the order of ``SCORES``, of sums of contributions (..., 8)."""
    cells, true, guess, common, squares, absolute, deviance, logs = np.moveaxis(sums, -1, 0)
    null = 2.0 * (logs - true * np.log(true / cells))
    explained = 1.0 - np.divide(deviance, null, out=np.full_like(deviance, np.nan), where=null > 0)
    return np.stack(
        [
            2.0 * common / (true + guess),
            np.sqrt(squares / cells),
            absolute / cells,
            deviance / cells,
            explained,
        ],
        axis=-1,
    )


def skill(scores: Floats, reference: Floats) -> Floats:
    """Share of what the reference lacks of a perfect score that is gained, shape (..., 5).

    1 - score / reference for errors and deviance; (score - reference) / (1 - reference) for scores whose best
    value is 1. 0 is as good as the reference, 1 perfect, negative worse. NaN where the reference is perfect.

    Notes
    -----
    Source: Murphy (1988), Monthly Weather Review 116, 2417-2424, equation 4.
    """
    best = np.array([1.0 if name in HIGHER_IS_BETTER else 0.0 for name in SCORES])
    gap = best - reference
    gained: Floats = np.divide(scores - reference, gap, out=np.full(np.shape(scores), np.nan), where=gap != 0)
    return gained + 0.0  # no negative zero
