"""The intervals and labels that tables of estimates have in common."""

import numpy as np
from numpy.typing import NDArray

from nuudel.base.provenance import Quality

OBSERVED, ESTIMATED = str(Quality.OBSERVED), str(Quality.ESTIMATED)
NOT_ESTIMATED = "not_estimated"
INTERVALS = {"low_80": 0.1, "high_80": 0.9, "low_95": 0.025, "high_95": 0.975}
"""Column -> quantile of the draws."""


def limits(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """The quantiles of ``INTERVALS`` of draws (D, N), shape (N, 4)."""
    return np.asarray(np.quantile(drawn, list(INTERVALS.values()), axis=0).T)
