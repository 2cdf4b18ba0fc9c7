"""Covariates that effects and other covariates already span."""

import numpy as np
from numpy.typing import ArrayLike

from nuudel.model.ppml.effects import EffectSpace
from nuudel.model.ppml.layout import Floats

DEPENDENT = 1e-7  # what is left of a column, relative to its length, that counts as nothing
ROUNDING = 1e-12  # of a squared length: what elimination among covariates cannot tell from nothing


def dependent(cross: Floats, lengths: Floats, tolerance: float) -> tuple[int, ...]:
    """Positions of the columns that earlier ones span.

    Parameters
    ----------
    cross
        Shape (k, k): cross-products of the columns after projection off the effects.
    lengths
        Shape (k,): the columns' lengths before.
    tolerance
        A column is spanned if less than this share of its length is left.
    """
    left = cross.copy()
    found: list[int] = []
    for k in range(len(left)):
        pivot = left[k, k]
        if pivot <= max(tolerance**2 * lengths[k] ** 2, ROUNDING * cross[k, k]):
            found.append(k)
            continue
        left -= np.outer(left[:, k], left[k]) / pivot
    return tuple(found)


def collinear_columns(
    weights: ArrayLike, columns: ArrayLike, space: EffectSpace, *, tolerance: float = DEPENDENT
) -> tuple[int, ...]:
    """Positions of the covariates that the effects and earlier covariates span.

    Parameters
    ----------
    weights
        Shape (N,): which cells count, and how much; any positive weights give the same answer.
    columns
        Shape (N, k).
    space
        Effects of the same cells; without any, a constant is spanned by nothing.
    tolerance
        A column is spanned if less than this share of its length is left (of the length about its mean,
        where there are effects).

    Raises
    ------
    ModelError
        ``MODEL-131`` when the projection off the effects does not converge.
    """
    w = np.asarray(weights, dtype=np.float64)
    x = np.asarray(columns, dtype=np.float64).reshape(w.size, -1)
    if space.effects:
        x = x - x.mean(axis=0)
    lengths = np.sqrt(w @ x**2)
    left = space.residualise(w, x, tolerance * 1e-3)
    return dependent(left.T @ (left * w[:, None]), lengths, tolerance)
