"""Scores of forecasts given as 200 equally likely values: CRPS, coverage, width, absolute error."""

import numpy as np

from nuudel.model.backtests.history import Floats

DRAWS = 200
LEVELS: Floats = (np.arange(DRAWS) + 0.5) / DRAWS
"""Probability levels of the values of a forecast, lowest first."""
COVERAGES = (50, 80, 95)
KEPT = np.array([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
"""Levels of the quantiles that are kept: both ends of each interval, and the median."""


def crps(values: Floats, observed: Floats) -> Floats:
    """Continuous ranked probability score of a forecast of equally likely values; lower is better.

    For m sorted values this is E|X − y| − E|X − X'| / 2 exactly (Gneiting & Raftery 2007, *JASA* 102,
    equation 21), computed as twice the mean quantile loss at the levels (k − 1/2)/m, which is the same number
    (Laio & Tamea 2007, *Hydrology and Earth System Sciences* 11).

    Parameters
    ----------
    values
        Shape (…, m), ascending, in the unit of ``observed`` of shape (…).

    Returns
    -------
    Shape (…), in the unit of ``observed``; NaN where anything is.
    """
    size = values.shape[-1]
    levels = (np.arange(size) + 0.5) / size
    gap = observed[..., None] - values
    score: Floats = 2 * np.maximum(levels * gap, (levels - 1) * gap).mean(axis=-1)
    return score


def kept_quantiles(values: Floats) -> Floats:
    """Shape (…, 7): quantiles at :data:`KEPT`, each midway between the two values beside it."""
    right = np.round(KEPT * DRAWS).astype(int)
    middle: Floats = (values[..., right - 1] + values[..., right]) / 2
    return middle


def covered(kept: Floats, observed: Floats) -> Floats:
    """Shape (…, 3): 1 where the 50, 80 and 95 % interval holds the observation, 0 where not, NaN unknown."""
    low, high = interval(kept)
    inside = (low <= observed[..., None]) & (observed[..., None] <= high)
    return np.where(np.isnan(observed[..., None] + low), np.nan, inside)


def interval(kept: Floats) -> tuple[Floats, Floats]:
    """Lower and upper ends, each (…, 3), of the 50, 80 and 95 % intervals."""
    return kept[..., [2, 1, 0]], kept[..., [4, 5, 6]]


def median(kept: Floats) -> Floats:
    """The forecasts' medians, (…)."""
    middle: Floats = kept[..., 3]
    return middle
