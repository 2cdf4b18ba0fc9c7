"""Exponential levels of many series at once, for many parameters, and how well each did so far."""

import numpy as np

from nuudel.model.backtests.history import Floats

SCALE_RATE = 0.1
"""Rate at which a series' usual change is followed."""
MOST = 1e6


def levels(z: Floats, rates: Floats, clips: Floats | None = None) -> Floats:
    """Levels l[t] = l[t-1] + rate·ψ(z[t] − l[t-1]) from the first count on; a gap leaves them unchanged.

    ψ clips a surprise at ``clip`` times the series' usual absolute change, itself followed in the same way
    (robust exponential smoothing; Gelper, Fried & Croux 2010, *Journal of Forecasting* 29, 285-300).

    Parameters
    ----------
    z
        Shape (T, S), NaN where not counted.
    rates, clips
        Shape (G,); clips in usual changes, infinite (or None) for no clipping.

    Returns
    -------
    Shape (G, T, S); NaN before a series' first count.
    """
    size, periods, series = len(rates), *z.shape
    rate = rates[:, None]
    clip = np.full((size, 1), np.inf) if clips is None else clips[:, None]
    level = np.full((size, series), np.nan)
    usual = np.broadcast_to(usual_change(z), (size, series)).copy()
    path = np.empty((size, periods, series))
    for t, row in enumerate(z):
        counted = ~np.isnan(row - level)
        surprise = np.where(counted, row - level, 0.0)
        bound = clip * usual if clips is not None else np.inf
        level = np.where(np.isnan(level), row, level + rate * np.clip(surprise, -bound, bound))
        if clips is not None:
            usual += np.where(counted, SCALE_RATE * (np.minimum(np.abs(surprise), 3 * usual) - usual), 0.0)
        path[:, t] = level
    return path


def usual_change(z: Floats) -> float:
    """Median absolute change from one year to the next over all series, where the usual change starts."""
    change = np.abs(np.diff(z, axis=0))
    change = change[~np.isnan(change)]
    found = float(np.median(change)) if change.size else 0.0
    return found if found > 0 else 1.0


def errors_so_far(paths: Floats, z: Floats, half_life: float, skip: int) -> tuple[Floats, Floats]:
    """Sums of absolute errors of forecasts whose target year is known, newer ones counting more.

    Parameters
    ----------
    paths
        Shape (G, T, H, S): forecast made at t for t + 1 … t + H, by each of G parameter sets.
    z
        Shape (T, S).
    half_life
        Years after which an error counts half.
    skip
        Number of first origins that are left out, while levels settle.

    Returns
    -------
    (G, S) weighted sums and (S,) weights: a mean is their quotient.
    """
    total = np.zeros((paths.shape[0], z.shape[1]))
    weight = np.zeros(z.shape[1])
    last = len(z) - 1
    for ahead in range(1, paths.shape[2] + 1):
        made = np.arange(skip, last - ahead + 1)
        if not made.size:
            continue
        gap = np.abs(paths[:, made, ahead - 1] - z[made + ahead])
        fresh = 0.5 ** ((last - ahead - made) / half_life)
        known = ~np.isnan(gap).any(axis=0)
        total += np.einsum("t,gts->gs", fresh, np.where(known, gap, 0.0))
        weight += fresh @ known
    return total, weight


def best_of(paths: Floats, z: Floats, half_life: float, skip: int) -> Floats:
    """The forecasts (H, S) from the last year by the parameters that did best over all series so far."""
    total, _ = errors_so_far(paths, z, half_life, skip)
    best: Floats = paths[int(np.argmin(total.sum(axis=1))), -1]
    return best


def averaged(
    paths: Floats, z: Floats, *, half_life: float, skip: int, sharpness: float, pooled_years: float
) -> Floats:
    """The forecasts (H, S) from the last year, averaged over the parameters by how well they did so far.

    Weights are exp(−sharpness · r), r = error relative to the best (the exponentially weighted average
    forecaster; Cesa-Bianchi & Lugosi 2006, *Prediction, Learning, and Games*, section 2.1). For a series, r
    is the mean of its own and that of all series, in which the latter counts ``pooled_years`` years: places
    with a short history take what holds for the others.
    """
    total, weight = errors_so_far(paths, z, half_life, skip)
    pooled = relative(total.sum(axis=1, keepdims=True) / max(weight.sum(), 1e-9))
    own = np.where(weight > 0, relative(total / np.maximum(weight, 1e-9)), 1.0)
    years = weight / paths.shape[2]
    ratio = (pooled_years * pooled + years * own) / (pooled_years + years)
    share = np.exp(-sharpness * (ratio - ratio.min(axis=0)))
    result: Floats = np.einsum("gs,ghs->hs", share / share.sum(axis=0), paths[:, -1])
    return result


def relative(error: Floats) -> Floats:
    """Errors (G, ·) as multiples of the best, at most a million; 1 for all where none erred."""
    least = error.min(axis=0)
    floor = np.where(least > 0, least, np.where(error.max(axis=0) > 0, error.max(axis=0) / MOST, 1.0))
    found: Floats = np.clip(error / floor, 1.0, MOST)
    return found
