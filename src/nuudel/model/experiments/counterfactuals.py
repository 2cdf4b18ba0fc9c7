"""Stated models of what a series would have been, each fitted on the years before only.

All take a history of shape (T, k), k series without gaps, and give ``horizon`` further years, (horizon, k).
None looks at the years it forecasts; those that use other series' values of these years say so.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counterfactual = Callable[[Floats, int], Floats]
TREND_YEARS = 10
FEWEST_YEARS = TREND_YEARS
SMALLEST = 0.5
"""Stands for 0 where a logarithm is taken."""


def level(history: Floats, horizon: int, years: int, skip: int = 0) -> Floats:
    """The mean of the last ``years``, without the very last ``skip``."""
    last = len(history) - skip
    return np.repeat(history[last - years : last].mean(axis=0)[None], horizon, axis=0)


def last_value(history: Floats, horizon: int) -> Floats:
    """The last year goes on."""
    return level(history, horizon, 1)


def mean_3(history: Floats, horizon: int) -> Floats:
    """The mean of the last three years."""
    return level(history, horizon, 3)


def mean_3_without_last(history: Floats, horizon: int) -> Floats:
    """The mean of three years, the last left out: people may have acted on a rule before it began."""
    return level(history, horizon, 3, skip=1)


def mean_5(history: Floats, horizon: int) -> Floats:
    """The mean of the last five years."""
    return level(history, horizon, 5)


def mean_10(history: Floats, horizon: int) -> Floats:
    """The mean of the last ten years."""
    return level(history, horizon, 10)


def line(values: Floats, horizon: int) -> Floats:
    """Least squares through ``values`` (T, k), carried on."""
    time = np.arange(len(values)) - (len(values) - 1) / 2
    slope = time @ (values - values.mean(axis=0)) / (time @ time)
    ahead = time[-1] + 1 + np.arange(horizon)
    return np.asarray(values.mean(axis=0) + ahead[:, None] * slope)


def trend_10(history: Floats, horizon: int) -> Floats:
    """The linear trend of the last ten years, not below 0."""
    return np.maximum(line(history[-TREND_YEARS:], horizon), 0.0)


def log_trend_10(history: Floats, horizon: int) -> Floats:
    """The trend of the logarithm over the last ten years: a constant growth rate."""
    return np.exp(line(np.log(np.maximum(history[-TREND_YEARS:], SMALLEST)), horizon))


def smoothed(values: Floats, weights: Floats, growth: Floats, damping: Floats, horizon: int) -> Floats:
    """Damped-trend smoothing with the parameters (g,) of least one-step squared error for each series.

    Level l and trend b of series y: error e = y - l - f b; l' = l + f b + a e; b' = f b + a g e
    (Gardner & McKenzie 1985, *Management Science* 31, in the error-correction form of Hyndman et al. 2008,
    *Forecasting with Exponential Smoothing*, table 2.1).
    """
    a, g, f = (array[:, None] for array in (weights, growth, damping))
    now = np.repeat(values[:1], len(weights), axis=0)
    trend = np.where(g > 0, np.mean(np.diff(values[:5], axis=0), axis=0), 0.0)
    loss = np.zeros_like(now)
    for value in values[1:]:
        error = value - now - f * trend
        loss += error**2
        now = now + f * trend + a * error
        trend = f * trend + a * g * error
    best = loss.argmin(axis=0)
    series = np.arange(values.shape[1])
    share = np.cumsum(damping[best][None] ** np.arange(1, horizon + 1)[:, None], axis=0)
    found: Floats = now[best, series] + share * trend[best, series]
    return found


def exponential_smoothing(history: Floats, horizon: int) -> Floats:
    """Simple smoothing of the logarithm; the weight of least squared one-step error is used."""
    weights = np.linspace(0.02, 1.0, 50)
    none = np.zeros_like(weights)
    return np.exp(smoothed(np.log(np.maximum(history, SMALLEST)), weights, none, none, horizon))


def damped_trend(history: Floats, horizon: int) -> Floats:
    """Damped trend of the logarithm; the three parameters of least squared one-step error are used."""
    grid = np.meshgrid(np.linspace(0.05, 1.0, 20), np.linspace(0.05, 0.5, 6), [0.8, 0.85, 0.9, 0.95, 0.98])
    weights, growth, damping = (axis.ravel() for axis in grid)
    return np.exp(smoothed(np.log(np.maximum(history, SMALLEST)), weights, growth, damping, horizon))


COUNTERFACTUALS: Mapping[str, Counterfactual] = MappingProxyType(
    {
        model.__name__: model
        for model in (
            last_value,
            mean_3,
            mean_3_without_last,
            mean_5,
            mean_10,
            trend_10,
            log_trend_10,
            exponential_smoothing,
            damped_trend,
        )
    }
)
