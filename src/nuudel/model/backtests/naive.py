"""Naive rivals: the last value, and means of the last few."""

import numpy as np

from nuudel.model.backtests.history import Floats, History


def mean_of_last(known: History, horizons: int, years: int) -> Floats:
    """Mean of each series' last counted values, (H, S) persons; of fewer where fewer were counted."""
    counted = ~np.isnan(known.counts)
    newest = counted & (np.cumsum(counted[::-1], axis=0)[::-1] <= years)
    number = newest.sum(axis=0)
    total = np.where(newest, known.counts, 0.0).sum(axis=0)
    mean = np.where(number > 0, total / np.maximum(number, 1), np.nan)
    return np.tile(mean, (horizons, 1))


def last_value(known: History, horizons: int) -> Floats:
    """The last counted value, the forecast that every model has to beat."""
    return mean_of_last(known, horizons, 1)


def mean_of_three(known: History, horizons: int) -> Floats:
    """The mean of the last three counted values."""
    return mean_of_last(known, horizons, 3)


def mean_of_five(known: History, horizons: int) -> Floats:
    """The mean of the last five counted values."""
    return mean_of_last(known, horizons, 5)
