"""Smoothing of logarithms, the damped trend, and shares of a smoothed national total."""

from itertools import product

import numpy as np

from nuudel.model.backtests.history import Floats, History
from nuudel.model.backtests.levels import best_of, levels

HALF_LIFE = 10.0
SKIP = 2
RATES = np.arange(1, 21) / 20


def flat(level: Floats, horizons: int) -> Floats:
    """The same forecast for each horizon: (…, T, S) to (…, T, H, S)."""
    return np.repeat(level[..., None, :], horizons, axis=-2)


def log_smoothing(known: History, horizons: int) -> Floats:
    """Simple exponential smoothing of log(1 + count); one rate for all series, that of least past error."""
    z = np.log1p(known.counts)
    return np.expm1(best_of(flat(levels(z, RATES), horizons), z, HALF_LIFE, SKIP))


def log_smoothing_half(known: History, horizons: int) -> Floats:
    """The same with a rate of one half, nothing estimated."""
    level = levels(np.log1p(known.counts), np.array([0.5]))
    forecast: Floats = np.expm1(flat(level, horizons)[0, -1])
    return forecast


def damped_trend(known: History, horizons: int) -> Floats:
    """Damped trend of log(1 + count) (Gardner & McKenzie 1985, *Management Science* 31, 1237-1246).

    Level rate, trend rate and damping are the same for all series: those of least past error.
    """
    z = np.log1p(known.counts)
    grid = np.array(list(product((0.3, 0.5, 0.7, 0.9), (0.05, 0.1, 0.2, 0.3), (0.7, 0.8, 0.9, 0.98))))
    rate, turn, damping = (column[:, None] for column in grid.T)
    steps = np.cumsum(damping ** np.arange(1, horizons + 1), axis=1)
    level = np.full((len(grid), z.shape[1]), np.nan)
    trend = np.zeros_like(level)
    paths = np.empty((len(grid), len(z), horizons, z.shape[1]))
    for t, row in enumerate(z):
        ahead = level + damping * trend
        surprise = np.where(np.isnan(row - ahead), 0.0, row - ahead)
        level = np.where(np.isnan(level), row, ahead + rate * surprise)
        trend = damping * trend + turn * surprise
        paths[:, t] = level[:, None] + steps[:, :, None] * trend[:, None]
    return np.maximum(np.expm1(best_of(paths, z, HALF_LIFE, SKIP)), 0.0)


def shares_of_total(known: History, horizons: int) -> Floats:
    """National total of a side times each place's share of it, both smoothed on logarithms.

    Total and shares each have a rate, the same for both sides: the pair of least past error.
    """
    grid = np.array(list(product((0.2, 0.4, 0.6, 0.8, 1.0), repeat=2)))
    n = len(known.places)
    forecasts = []
    for side in (known.counts[:, :n], known.counts[:, n:]):
        sums = np.nansum(side, axis=1)
        total = np.log1p(np.where(np.isnan(side).all(axis=1), np.nan, sums))[:, None]
        z = np.log1p(side)
        both = levels(total, grid[:, 0]) + levels(z - total, grid[:, 1])
        forecasts.append(best_of(flat(both, horizons), z, HALF_LIFE, SKIP))
    return np.maximum(np.expm1(np.hstack(forecasts)), 0.0)
