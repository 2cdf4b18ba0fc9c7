"""Levels that shrug off single odd years and drift back to the long-run mean, averaged over parameters."""

from itertools import product

import numpy as np

from nuudel.model.backtests.history import Floats, History
from nuudel.model.backtests.levels import averaged, levels

RATES = (0.3, 0.5, 0.7, 0.9)
CLIPS = (1.0, 1.5, 2.0, 3.0, np.inf)
RETURNS = (0.8, 0.85, 0.9, 0.95, 1.0)
MEAN_RATES = (0.05, 0.1, 0.2)
HALF_LIFE = 10.0
SHARPNESS = 10.0
POOLED_YEARS = 10.0
SKIP = 2


def reverting_level(known: History, horizons: int) -> Floats:
    """A local level with heavy-tailed surprises that returns to a slow mean; hierarchical, averaged.

    On the scale of cube roots, for each parameter set g,

        forecast[t + h] = m[t] + φ^h (l[t] − m[t]),

    l a level with clipped surprises, m a slow one. No set is picked: forecasts are averaged over all of them
    with weights from past errors, a series' own and all series' together (:func:`levels.averaged`), so that
    nothing is tuned on the years that are forecast.
    """
    z = np.cbrt(known.counts)
    quick = list(product(RATES, CLIPS))
    fast = levels(z, np.array([rate for rate, _ in quick]), np.array([clip for _, clip in quick]))
    slow = levels(z, np.array(MEAN_RATES))
    back = np.array(RETURNS)[:, None] ** np.arange(1, horizons + 1)
    away = fast[:, None] - slow[None]  # (quick, slow, T, S)
    paths = slow[None, :, None, :, None] + back[None, None, :, None, :, None] * away[:, :, None, :, None]
    paths = paths.reshape(-1, len(z), horizons, z.shape[1])
    found = averaged(paths, z, half_life=HALF_LIFE, skip=SKIP, sharpness=SHARPNESS, pooled_years=POOLED_YEARS)
    return np.maximum(found, 0.0) ** 3
