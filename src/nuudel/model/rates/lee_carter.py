"""Lee and Carter's one direction in which the logarithms of death rates move together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import ModelError

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LeeCarter:
    """log m(t, x) = level(x) + response(x) index(t) + error.

    Attributes
    ----------
    level
        (cells) mean of the logarithm over the years.
    response
        (cells) change of the logarithm for one unit of the index; its mean over all cells is 1.
    index
        T values with mean 0.
    explained
        Share of the variance about the level that the one direction explains.
    """

    level: Floats
    response: Floats
    index: Floats
    explained: float


def lee_carter(log_rates: ArrayLike) -> LeeCarter:
    """Fit by singular value decomposition (Lee & Carter 1992, *Journal of the American Statistical
    Association* 87:419, equation 1; several sexes share one index, as in Li & Lee 2005).

    Parameters
    ----------
    log_rates
        T x (any shape of cells) logarithms of death rates, T at least 3.

    Raises
    ------
    ModelError
        ``MODEL-617`` fewer than three years, values that are not finite, rates that do not change, or
        changes that cancel out over the ages, so that no scale can be given to them.
    """
    logs = np.asarray(log_rates, float)
    flat = logs.reshape(len(logs), -1) if logs.ndim > 1 and len(logs) > 2 else np.full((1, 1), np.nan)
    if not np.all(np.isfinite(flat)):
        raise ModelError(
            617,
            "Lee and Carter's model needs death rates above zero in three years or more.",
            "Give more years, or join ages at which nobody dies.",
            ("log_rates",),
        )
    level = flat.mean(axis=0)
    left, strength, right = np.linalg.svd(flat - level, full_matrices=False)
    mean = right[0].mean()
    if strength[0] < 1e-9 or abs(mean) < 1e-6:
        raise ModelError(
            617,
            "The death rates do not change over the years, or their changes cancel out over the ages.",
            "Give years between which mortality rose or fell.",
            ("log_rates",),
        )
    cells = logs.shape[1:]
    return LeeCarter(
        level.reshape(cells),
        (right[0] / mean).reshape(cells),
        left[:, 0] * strength[0] * mean,
        float(strength[0] ** 2 / (strength**2).sum()),
    )
