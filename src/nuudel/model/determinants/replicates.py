"""Poisson fits of a place panel with other weights: the replicates of an estimate.

Place effects have a closed form, so only year effects and slopes are iterated, from the estimate itself.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError

Floats = NDArray[np.float64]
STEPS, HALVINGS, TOLERANCE, SMALLEST_PIVOT = 50, 20, 1e-6, 1e-10


@dataclass(frozen=True)
class PlaceRegression:
    """Counts by place and year with slopes; year effects are columns like the others.

    Attributes
    ----------
    counts : (N,)
    columns : (N, K) slopes first, then year effects
    place : (N,) codes from 0 to G-1
    shown : how many of the columns are slopes of interest
    """

    counts: Floats
    columns: Floats
    place: NDArray[np.int_]
    shown: int

    @cached_property
    def member(self) -> Floats:
        """Shape (G, N): 1 where a row belongs to a place."""
        return np.asarray(np.arange(int(self.place.max()) + 1)[:, None] == self.place, dtype=float)

    @cached_property
    def totals(self) -> Floats:
        """Shape (G,): migrants of each place."""
        return np.asarray(self.member @ self.counts)

    def solve(self, weights: Floats, start: Floats) -> tuple[Floats, Floats, Floats]:
        """Slopes (K,), fitted counts (N,) and information (K, K), with a weight (G,) for each place.

        Newton steps on the likelihood with the place effects concentrated out (Cameron & Trivedi 2013,
        *Regression Analysis of Count Data*, section 9.3), halved where a step would lose likelihood.

        Raises
        ------
        ModelError
            ``MODEL-421``: the slopes cannot be told apart; ``MODEL-422``: the steps do not settle.
        """
        heavy = weights[self.place]
        slopes, (value, fitted) = start, self._expected(heavy, start)
        for _ in range(STEPS):
            information = self._information(heavy, fitted)
            step = direction(information, self.columns.T @ (heavy * (self.counts - fitted)), self.shown)
            for _ in range(HALVINGS):
                trial, expected = self._expected(heavy, slopes + step)
                if trial >= value - 1e-9 * abs(value):
                    break
                step = step / 2
            slopes, value, fitted = slopes + step, trial, expected
            if np.abs(step).max() < TOLERANCE * (1 + np.abs(slopes).max()):
                return slopes, fitted, information
        raise ModelError(
            422,
            f"the estimate did not settle within {STEPS} steps.",
            "Leave out covariates that hardly vary, or places with very few migrants.",
        )

    def _expected(self, heavy: Floats, slopes: Floats) -> tuple[float, Floats]:
        """Log-likelihood without constants, and fitted counts (N,)."""
        linear = self.columns @ slopes
        odds = np.exp(linear - linear.max())
        shares = odds / (self.member @ odds)[self.place]
        value = float(heavy @ (self.counts * np.log(np.maximum(shares, 1e-300))))
        return value, self.totals[self.place] * shares

    def _information(self, heavy: Floats, fitted: Floats) -> Floats:
        share = fitted * heavy
        scaled = self.columns * share[:, None]
        totals = self.member @ share
        within = (self.member @ scaled) / np.sqrt(np.where(totals > 0, totals, 1.0))[:, None]
        return np.asarray(self.columns.T @ scaled - within.T @ within)

    def scores(self, fitted: Floats) -> Floats:
        """Each place's contribution (G, K) to the score."""
        return np.asarray(self.member @ (self.columns * (self.counts - fitted)[:, None]))


def one_thread() -> AbstractContextManager[object]:
    """The linear algebra on one thread: its matrices are small, and threads that wait cost a hundredfold."""
    limits: AbstractContextManager[object] = thread_pools().limit(limits=1)
    return limits


@cache
def thread_pools() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def direction(information: Floats, score: Floats, shown: int) -> Floats:
    """The Newton step; ``MODEL-421`` where the first ``shown`` slopes are not told by the information.

    Directions without information among the other columns (a trend of a place that is left out) stay as they
    are.
    """
    scale = np.sqrt(np.maximum(np.diag(information), 0.0))
    scale = np.where(scale > 0, scale, 1.0)
    scaled = information / np.outer(scale, scale)
    try:
        factor = np.linalg.cholesky(scaled)
    except np.linalg.LinAlgError:
        factor = np.zeros_like(scaled)
    if np.diag(factor).min() ** 2 > SMALLEST_PIVOT:
        return np.asarray(np.linalg.solve(scaled, score / scale) / scale)
    values, vectors = np.linalg.eigh(scaled)
    kept = values > SMALLEST_PIVOT
    if (np.abs(vectors[:shown, ~kept]) > 1e-4).any():
        raise ModelError(
            421,
            "some covariates cannot be told apart from each other or from the effects of place and year.",
            "Leave out one of them, or give more places or years.",
            ("covariates",),
        )
    along = vectors[:, kept].T @ (score / scale) / values[kept]
    return np.asarray(vectors[:, kept] @ along / scale)
