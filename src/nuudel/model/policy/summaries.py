"""One number of many draws, and its derivative: means, quantiles and the worst place, all of them smooth."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, logsumexp, softmax

Array = NDArray[np.float64]

# Sharpness of the smooth minimum of relative slacks: it lies below the true one by log(places) / SHARPNESS
# at most, 0.15 % of the limit for 22 places.
SHARPNESS = 500.0


@dataclass(frozen=True)
class Summary:
    """A number of the outputs of all draws.

    Attributes
    ----------
    name
        Of the constraint, or of the objective.
    of
        Outputs (D x O) to the number and its derivative by each output (D x O).
    """

    name: str
    of: Callable[[Array], tuple[float, Array]]


def mean_of(name: str, column: int, scale: float = 1.0, less: float = 0.0) -> Summary:
    """Mean over draws of an output, less something, divided by a scale (negative to turn the sign)."""

    def mean(outputs: Array) -> tuple[float, Array]:
        slopes = np.zeros_like(outputs)
        slopes[:, column] = 1 / (len(outputs) * scale)
        return float((outputs[:, column].mean() - less) / scale), slopes

    return Summary(name, mean)


def quantile_slack(name: str, column: int, side: str, target: float, share: float, scale: float) -> Summary:
    """How far the target is from the quantile that has to reach it; 0 or more where the chance is reached.

    A share of draws has no derivative; the quantile has. "At most the target in 80 % of draws" is the
    same as "the 80 % quantile is at most the target".

    References
    ----------
    Harrell, F. E. and Davis, C. E. (1982), A new distribution-free quantile estimator, Biometrika 69:
    635-640, equation 1: a mean of all order statistics, smooth in each.
    """
    sign = 1.0 if side == "at_most" else -1.0

    def slack(outputs: Array) -> tuple[float, Array]:
        values = sign * outputs[:, column]
        order = np.argsort(values, kind="stable")
        weights = order_weights(len(values), share)
        slopes = np.zeros_like(outputs)
        slopes[order, column] = -sign * weights / scale
        return float((sign * target - weights @ values[order]) / scale), slopes

    return Summary(name, slack)


@lru_cache(maxsize=64)
def order_weights(count: int, share: float) -> Array:
    """Weights of the order statistics in Harrell and Davis's estimator of a quantile."""
    edges = betainc(share * (count + 1), (1 - share) * (count + 1), np.arange(count + 1) / count)
    return np.diff(edges)


def worst_slack(name: str, columns: slice, side: str, limits: Array) -> Summary:
    """Smooth minimum over places of the relative slack of the mean over draws against each place's limit.

    References
    ----------
    Kreisselmeier, G. and Steinhauser, R. (1979), Systematic control design by optimizing a vector
    performance index, IFAC Symposium on Computer Aided Design of Control Systems, Zürich: one smooth
    function below all constraints.
    """
    sign = 1.0 if side == "at_least" else -1.0

    def slack(outputs: Array) -> tuple[float, Array]:
        relative = sign * (outputs[:, columns].mean(axis=0) / limits - 1)
        slopes = np.zeros_like(outputs)
        slopes[:, columns] = sign * softmax(-SHARPNESS * relative) / limits / len(outputs)
        return float(-logsumexp(-SHARPNESS * relative) / SHARPNESS), slopes

    return Summary(name, slack)
