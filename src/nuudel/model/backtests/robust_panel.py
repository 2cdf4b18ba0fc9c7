"""A robust panel regression of changes ahead on how far each series stands from its levels."""

import numpy as np

from nuudel.model.backtests.history import Floats, History
from nuudel.model.backtests.levels import levels

HALF_LIFE = 10.0
RIDGE = 5.0
FIRST = 3
PASSES = 15
FEWEST_ROWS = 20


def robust_panel(known: History, horizons: int) -> Floats:
    """Change from the level to h years ahead = a (last − level) + b (level − slow level), on cube roots.

    One regression for each horizon over all series and past years, newer ones counting more; coefficients
    are shrunk towards 0 (no change) and fitted nearly by least absolute deviations (iterated weights), so
    that single years like a mass departure do not set them.
    """
    z = np.cbrt(known.counts)
    level, slow, last = levels(z, np.array([0.5, 0.1, 1.0]))
    signs = np.stack([last - level, level - slow], axis=-1)  # (T, S, 2)
    found = []
    for ahead in range(1, horizons + 1):
        made = np.arange(FIRST, len(z) - ahead)
        change = (z[made + ahead] - level[made]).ravel() if made.size else np.empty(0)
        rows = signs[made].reshape(-1, signs.shape[-1])
        fresh = np.repeat(0.5 ** ((made.size - 1 - np.arange(made.size)) / HALF_LIFE), z.shape[1])
        usable = np.isfinite(change) & np.isfinite(rows).all(axis=1)
        slopes = robust_slopes(rows[usable], change[usable], fresh[usable])
        found.append(level[-1] + signs[-1] @ slopes)
    forecast: Floats = np.maximum(np.array(found), 0.0) ** 3
    return forecast


def robust_slopes(rows: Floats, change: Floats, weight: Floats) -> Floats:
    """Ridge slopes near least absolute deviations, by iterated weights; 0 from fewer than 20 rows."""
    if len(change) < FEWEST_ROWS:
        return np.zeros(rows.shape[1])
    size = np.sqrt((rows**2).mean(axis=0)) + 1e-9
    scaled = rows / size
    used, slopes = weight, np.zeros(rows.shape[1])
    for _ in range(PASSES):
        weighted = scaled.T * used
        slopes = np.linalg.solve(weighted @ scaled + RIDGE * np.eye(len(size)), weighted @ change)
        gap = np.abs(change - scaled @ slopes)
        middle = float(np.median(gap))
        used = weight / np.maximum(gap / middle, 0.3) if middle > 0 else weight
    unscaled: Floats = slopes / size
    return unscaled
