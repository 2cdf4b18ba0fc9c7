"""Gradient boosting: what a flexible learner without a theory of migration reaches on the same input."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.gravity.protocol import (
    Floats,
    Margins,
    covariate,
    log_covariate,
    same_pairs,
)
from nuudel.model.panel import FlowPanel

SMALLEST_LAG = 0.01  # of the mean flow: what is added before the logarithm, so that zeros have one
LEAF_CELLS = 20


@dataclass(frozen=True)
class GradientBoosting:
    """Boosted trees with Poisson loss on log masses, log distance, further covariates and earlier flows.

    Attributes
    ----------
    logs
        Covariates that enter as logarithms.
    levels
        Covariates that enter as they are.
    history
        Whether a pair's last flow and the mean of its earlier flows enter; not for places never observed.
    decreasing
        Covariates with which flows may only fall.
    rounds, rate, leaves, penalty
        Number of trees, shrinkage of each, leaves of each, L2 penalty.
    seed
        Of the learner; the result does not depend on the number of threads, since one is used.

    Notes
    -----
    scikit-learn, ``HistGradientBoostingRegressor`` (Ke et al. 2017, LightGBM, for the method). Flows are
    divided by their mean first, so that the unit of the flows does not matter.
    """

    logs: tuple[str, ...] = ("origin_population", "destination_population", "distance_km")
    levels: tuple[str, ...] = ()
    history: bool = True
    decreasing: tuple[str, ...] = ("distance_km",)
    rounds: int = 200
    rate: float = 0.05
    leaves: int = 15
    penalty: float = 1.0
    seed: int = 20_240
    name: str = "gradient boosting"

    def fit(self, panel: FlowPanel) -> "FittedGradientBoosting":
        """Grow the trees on all cells of the panel.

        Raises
        ------
        ModelError
            ``MODEL-201``, ``MODEL-202``; ``MODEL-208`` where nobody moved.
        """
        from sklearn.ensemble import HistGradientBoostingRegressor
        from threadpoolctl import threadpool_limits

        mean = float(panel.flow.mean())
        if not mean > 0:
            raise ModelError(208, "nobody moved in the known cells.", "Give cells with migrants.", ("flow",))
        features = self.features(panel)
        if self.history:
            features = np.column_stack([features, lags(panel.tensor() / mean)[cell_numbers(panel)]])
        signs = [-1 if name in self.decreasing else 0 for name in (*self.logs, *self.levels)]
        learner = HistGradientBoostingRegressor(
            loss="poisson",
            learning_rate=self.rate,
            max_iter=self.rounds,
            max_leaf_nodes=self.leaves,
            min_samples_leaf=min(LEAF_CELLS, max(3, panel.flow.size // 20)),
            l2_regularization=self.penalty,
            monotonic_cst=signs + [0] * (features.shape[1] - len(signs)),
            early_stopping=False,
            random_state=self.seed,
        )
        with threadpool_limits(1):
            learner.fit(features, panel.flow / mean)
        return FittedGradientBoosting(self, learner, panel, mean)

    def features(self, panel: FlowPanel) -> Floats:
        columns = [log_covariate(panel, name) for name in self.logs]
        columns += [covariate(panel, name) for name in self.levels]
        return np.column_stack(columns)


@dataclass(frozen=True)
class FittedGradientBoosting:
    """Grown trees, and the known flows that the history is read from; ``mean``: the mean known flow."""

    model: GradientBoosting
    learner: Any
    known: FlowPanel
    mean: float

    def predict(self, cells: FlowPanel, margins: Margins | None = None) -> Floats:
        """Expected flows, shape (N,), persons. All cells take the history up to the last known year."""
        from threadpoolctl import threadpool_limits

        features = self.model.features(cells)
        if self.model.history:
            ahead = lags(
                np.concatenate([self.known.tensor() / self.mean, np.full((1, *self.known.shape[1:]), np.nan)])
            )
            last = ahead[-1].reshape(-1, 2)
            number = same_pairs(self.known, cells)
            features = np.column_stack([features, np.where(number[:, None] >= 0, last[number], np.nan)])
        with threadpool_limits(1):
            return np.asarray(self.learner.predict(features), dtype=np.float64) * self.mean


def cell_numbers(panel: FlowPanel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return panel.period, panel.origin, panel.destination


def lags(flows: Floats) -> Floats:
    """Shape (periods, origins, destinations, 2): logs of the last flow before each period, and of their mean.

    NaN where a pair was not observed before.
    """
    periods = len(flows)
    out = np.full((*flows.shape, 2), np.nan)
    last = np.full(flows.shape[1:], np.nan)
    total, count = np.zeros(flows.shape[1:]), np.zeros(flows.shape[1:])
    for period in range(periods):
        out[period, ..., 0] = np.log(last + SMALLEST_LAG)
        mean = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
        out[period, ..., 1] = np.log(mean + SMALLEST_LAG)
        seen = ~np.isnan(flows[period])
        last = np.where(seen, flows[period], last)
        total, count = total + np.where(seen, flows[period], 0.0), count + seen
    return out
