"""Intervals from a model's own past errors: adaptive, weighted conformal prediction."""

from collections.abc import Mapping

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.backtests.history import Floats, History
from nuudel.model.backtests.scores import LEVELS

HALF_LIFE = 5.0
"""Years after which an error counts half."""
POOLED_YEARS = 2.0
"""Years that the size of all series' errors counts against a series' own."""
LEAST_SIZE = 1e-6


def conformal_values(centres: Mapping[int, Floats], known: History, origin: int) -> Floats:
    """The forecast of an origin as equally likely values, from the errors known by then.

    Errors are differences of cube roots, on which a gamma variable, and so an overdispersed count, is nearly
    symmetric (Wilson & Hilferty 1931, *PNAS* 17). For each horizon, errors with a target year up to the
    origin are divided by their series' mean absolute error (shrunk to that of all series), pooled over series
    and weighted towards the newest (weighted conformal prediction for series that drift; Barber, Candès,
    Ramdas & Tibshirani 2023, *Annals of Statistics* 51). The pooled sizes are laid on both sides of the
    centre, which stays the median.

    Parameters
    ----------
    centres
        Origin to forecast, (H, S) persons, for this origin and earlier ones.
    known
        The history until the origin.

    Returns
    -------
    Shape (H, S, K) persons, ascending; NaN where the centre is.

    Raises
    ------
    ModelError
        ``MODEL-503``: no error of a horizon is known yet.
    """
    centre = centres[origin]
    values = np.empty((*centre.shape, LEVELS.size))
    for step in range(len(centre)):
        made = [year for year in sorted(centres) if year + step + 1 <= origin]
        target = known.counts[[known.row(year + step + 1) for year in made]]
        past = np.array([centres[year][step] for year in made]).reshape(target.shape)
        fresh = 0.5 ** ((origin - step - 1 - np.array(made)) / HALF_LIFE)
        size, pool, weight = scaled_errors(np.cbrt(target) - np.cbrt(past), fresh)
        reach = np.sign(LEVELS - 0.5) * weighted_quantile(pool, weight, np.abs(2 * LEVELS - 1))
        root = np.cbrt(centre[step])[:, None] + size[:, None] * reach
        values[step] = np.maximum(root, 0.0) ** 3
    return values


def scaled_errors(error: Floats, fresh: Floats) -> tuple[Floats, Floats, Floats]:
    """Usual size of each series' errors (S,), and the pooled absolute errors in that size with weights.

    Parameters
    ----------
    error
        Shape (m, S), NaN where unknown.
    fresh
        Shape (m,): weight of each year.
    """
    absolute = np.abs(error)
    known = ~np.isnan(absolute)
    weight = fresh[:, None] * known
    if not weight.sum() > 0:
        raise ModelError(
            503,
            "no past forecast can be compared with a count, so the width of intervals is unknown.",
            "Start at a later year, or give a longer series.",
            ("origins",),
        )
    total = (weight * np.where(known, absolute, 0.0)).sum(axis=0)
    pooled = total.sum() / weight.sum()
    size = (total + POOLED_YEARS * pooled) / (weight.sum(axis=0) + POOLED_YEARS)
    size = np.maximum(size, LEAST_SIZE)
    return size, (absolute / size)[known], weight[known]


def weighted_quantile(values: Floats, weight: Floats, levels: Floats) -> Floats:
    """Quantiles of weighted values, linear between the middles of their weights."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    return np.interp(levels, (reached - weight[order] / 2) / reached[-1], values[order])
