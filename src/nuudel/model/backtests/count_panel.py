"""A negative-binomial panel of counts ahead, with and without the livestock lost by the origin."""

import numpy as np
from scipy.special import betainc, gammaincinv

from nuudel.model.backtests.history import Floats, History
from nuudel.model.backtests.scores import LEVELS

FIRST = 3
PASSES = 40
TOLERANCE = 1e-8
RIDGE = 1e-3
FEWEST_ROWS = 30
LARGEST_STEP = 5.0
WINDOW = 5
LEAST_DISPERSION = 1e-4


def count_panel(known: History, horizons: int) -> Floats:
    """Quantiles (H, S, K) of the negative-binomial panel without losses."""
    return forecast_counts(known, horizons, with_losses=False)


def count_panel_with_losses(known: History, horizons: int) -> Floats:
    """Quantiles (H, S, K) of the negative-binomial panel with losses of the origin and the year before."""
    return forecast_counts(known, horizons, with_losses=True)


def forecast_counts(known: History, horizons: int, *, with_losses: bool) -> Floats:
    """One NB2 regression per side and horizon (Cameron & Trivedi 2013, *Regression Analysis of Count Data*).

        log E y[i, t + h] = a[i] + b log(1 + y[i, t]) + c log(1 + mean of y[i, t − 4 … t])
                            + d log(1 + losses[i, t]) + e log(1 + losses[i, t − 1])

    with place effects a. The losses are those known at the origin t; those of the target year are not used,
    for the past years as for the forecast; an unknown one counts as usual. A series never counted so far gets
    NaN.
    """
    n = len(known.places)
    quantiles = np.full((horizons, 2 * n, LEVELS.size), np.nan)
    for first in (0, n):
        side = slice(first, first + n)
        counts = known.counts[:, side]
        signs = covariates(counts, known.losses if with_losses else None)
        for ahead in range(1, horizons + 1):
            quantiles[ahead - 1, side] = forecast_side(counts, signs, ahead)
    return quantiles


def covariates(counts: Floats, losses: Floats | None) -> Floats:
    """Shape (T, n, P): what is known at each year, centred by place on the past; gaps keep the last value."""
    now = np.log1p(carried(counts))
    recent = np.stack(
        [carried(counts)[max(0, t - WINDOW + 1) : t + 1].mean(axis=0) for t in range(len(counts))]
    )
    columns = [now, np.log1p(recent)]
    if losses is not None:
        lost = np.log1p(losses)
        columns += [lost, np.vstack([lost[:1], lost[:-1]])]
    return np.stack(columns, axis=-1)


def carried(counts: Floats) -> Floats:
    """Counts with gaps filled by the value before; NaN before the first count."""
    rows = np.where(np.isnan(counts), 0, np.arange(len(counts))[:, None])
    filled: Floats = np.take_along_axis(counts, np.maximum.accumulate(rows, axis=0), axis=0)
    return filled


def forecast_side(counts: Floats, signs: Floats, ahead: int) -> Floats:
    """Quantiles (n, K) of one side, ``ahead`` years after the last row."""
    years, n, width = signs.shape
    made = np.arange(min(FIRST, max(years - ahead, 0)), max(years - ahead, 0))
    target = counts[made + ahead].ravel()
    rows = signs[made].reshape(-1, width)
    place = np.tile(np.arange(n), made.size)
    usable = np.isfinite(target) & np.isfinite(rows).all(axis=1)
    now = signs[-1]
    if usable.sum() < FEWEST_ROWS:
        return np.repeat(np.expm1(now[:, :1]), LEVELS.size, axis=1)
    middle = rows[usable].mean(axis=0)
    now = np.hstack([now[:, :2], np.where(np.isnan(now[:, 2:]), middle[2:], now[:, 2:])])
    effects = np.eye(n)
    design = np.hstack([rows[usable] - middle, effects[place[usable]]])
    slopes, dispersion = fit_negative_binomial(design, target[usable])
    mean = np.exp(np.clip(np.hstack([now - middle, effects]) @ slopes, -20, 20))
    quantiles = np.full((n, LEVELS.size), np.nan)
    seen = np.isfinite(mean)
    quantiles[seen] = negative_binomial_quantiles(mean[seen], dispersion)
    return quantiles


def negative_binomial_quantiles(mean: Floats, dispersion: float) -> Floats:
    """Smallest counts (n, K) whose NB2 distribution function reaches each level.

    The search starts at a gamma variable, stretched to the right variance, and goes in steps of one count;
    a general inverse takes several times as long.
    """
    size, centre = 1 / dispersion, mean[:, None]
    chance = size / (size + centre)
    gamma = gammaincinv(size, LEVELS) / size
    spread = np.sqrt(1 + 1 / (dispersion * centre))
    counts: Floats = np.ceil(np.maximum(centre * (1 + (gamma - 1) * spread), 0.0))
    while True:
        short = betainc(size, counts + 1, chance) < LEVELS
        beyond = (counts > 0) & (betainc(size, np.maximum(counts, 1), chance) >= LEVELS)
        if not (short | beyond).any():
            return counts
        counts = counts + short - beyond


def fit_negative_binomial(design: Floats, counts: Floats) -> tuple[Floats, float]:
    """Slopes by iterated weights with a small ridge, and the NB2 dispersion by moments.

    The columns of the design hold a full set of place effects, so that no constant is wanted.
    """
    ridge = RIDGE * np.eye(design.shape[1])
    start = np.log(counts + 1)
    slopes = np.linalg.solve(design.T @ design + ridge, design.T @ start)
    dispersion = 1.0
    for _ in range(PASSES):
        mean = np.exp(np.clip(design @ slopes, -20, 20))
        weighted = design.T * (mean / (1 + dispersion * mean))
        score = weighted @ ((counts - mean) / mean) - ridge @ slopes
        change = np.linalg.solve(weighted @ design + ridge, score)
        slopes = slopes + np.clip(change, -LARGEST_STEP, LARGEST_STEP)
        moment = ((counts - mean) ** 2 / mean - 1) / mean
        freedom = max(counts.size - design.shape[1], 1)
        dispersion = max(float(moment.sum() / freedom), LEAST_DISPERSION)
        if np.abs(change).max() < TOLERANCE:
            break
    return np.asarray(slopes, dtype=np.float64), dispersion
