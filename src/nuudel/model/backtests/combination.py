"""Combinations of models: the plain average, and one with weights from past performance only."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import nnls

from nuudel.model.backtests.history import Floats, History

HALF_LIFE = 10.0
SHRINKAGE = 20.0
"""How many past forecasts the wish for equal weights counts."""
SUM_PENALTY = 1e3
PASSES = 5


def equal_mix(members: Sequence[Mapping[int, Floats]], known: History, origin: int) -> Floats:
    """Mean of the members' cube roots, (H, S) persons: medians are averaged, not densities."""
    roots = np.cbrt([member[origin] for member in members])
    mean: Floats = roots.mean(axis=0) ** 3
    return mean


def stacked_mix(members: Sequence[Mapping[int, Floats]], known: History, origin: int) -> Floats:
    """The members' cube roots, weighted so that past forecasts would have been best, (H, S) persons.

    Weights are at least 0 and add up to 1 (Breiman 1996, "Stacked regressions", *Machine Learning* 24), are
    fitted to errors whose target year is known at the origin, newer ones counting more, and lean towards
    equal weights.
    """
    forecasts, targets, fresh = [], [], []
    for made in (year for year in members[0] if year < origin):
        for step in range(min(len(members[0][made]), origin - made)):
            target = np.cbrt(known.counts[known.row(made + step + 1)])
            roots = np.cbrt([member[made][step] for member in members]).T
            usable = np.isfinite(target) & np.isfinite(roots).all(axis=1)
            forecasts.append(roots[usable])
            targets.append(target[usable])
            fresh.append(np.full(usable.sum(), 0.5 ** ((origin - made - step - 1) / HALF_LIFE)))
    now = np.cbrt([member[origin] for member in members])
    weights = np.full(len(members), 1 / len(members))
    if forecasts and sum(map(len, targets)):
        weights = stacking_weights(np.vstack(forecasts), np.concatenate(targets), np.concatenate(fresh))
    mixed: Floats = np.maximum(np.einsum("m,mhs->hs", weights, now), 0.0) ** 3
    return mixed


def stacking_weights(forecasts: Floats, targets: Floats, fresh: Floats) -> Floats:
    """Weights (M,), at least 0 with sum 1, of nearly least absolute deviations (iterated weights).

    Parameters
    ----------
    forecasts, targets, fresh
        Shapes (N, M), (N,) and (N,): members' forecasts, what came, how much each counts.
    """
    size = forecasts.shape[1]
    equal = np.full(size, 1 / size)
    weights: Floats = equal
    for _ in range(PASSES):
        gap = np.abs(targets - forecasts @ weights)
        middle = float(np.median(gap))
        if middle <= 0:
            break
        root = np.sqrt(fresh / np.maximum(gap / middle, 0.3))
        used = forecasts * root[:, None]
        total = SUM_PENALTY * np.sqrt((used**2).mean(axis=1).sum())
        lean = np.sqrt(SHRINKAGE * (root**2).mean())
        left = np.vstack([used, np.full(size, total), lean * np.eye(size)])
        weights, _ = nnls(left, np.concatenate([targets * root, [total], lean * equal]))
        weights = weights / weights.sum() if weights.sum() > 0 else equal
    return weights
