"""Solution of the reduced normal equations by preconditioned conjugate gradients, several at a time."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.ppml.layout import Equations

Floats = NDArray[np.float64]
Linear = Callable[[Floats], Floats]
ROUNDING = 1e-13  # of a column's length: what no projection can remove
MOST = 1_000  # rounds before giving up


@dataclass(frozen=True)
class Solved:
    """Solutions (k, m), the energy v'Av of each (k,), what is left of the residuals (k,), the limits met."""

    vectors: Floats
    energy: Floats
    residual: Floats
    iterations: int
    reached: bool


def conjugate_gradients(apply: Linear, precondition: Linear, rhs: Floats, limits: Floats) -> Solved:
    """Solve A v = rhs for each row of ``rhs`` (k, m), until sqrt(r'P r) of it is under ``limits`` (k,)."""
    vectors, energy = np.zeros_like(rhs), np.zeros(len(rhs))
    residuals = rhs.copy()
    directions = precondition(residuals)
    product = (residuals * directions).sum(axis=1)
    for iteration in range(MOST + 1):
        active = product > limits**2
        if not active.any() or iteration == MOST:
            break
        images = apply(directions)
        curvature = (directions * images).sum(axis=1)
        usable = active & (curvature > 0)
        step = np.divide(product, curvature, out=np.zeros_like(product), where=usable)
        energy += step * product
        vectors += step[:, None] * directions
        residuals -= step[:, None] * images
        preconditioned = precondition(residuals)
        following = (residuals * preconditioned).sum(axis=1)
        ratio = np.divide(following, product, out=np.zeros_like(product), where=usable)
        directions = preconditioned + ratio[:, None] * directions
        product = np.where(usable, following, 0.0)
    return Solved(
        vectors, energy, np.sqrt(np.maximum(product, 0.0)), iteration, not bool((product > limits**2).any())
    )


def residual_columns(
    equations: Equations, columns: Floats, tolerance: float, lengths: Floats | None = None
) -> Floats:
    """Take off columns (k, M), in place, their projection on the effects; returns their lengths (k,) before.

    The tolerance is relative to ``lengths``, or to the columns less the eliminated effect alone.

    Raises
    ------
    ModelError
        ``MODEL-131`` when the tolerance is not reached.
    """
    rhs, cross, raw = equations.moments(columns)
    within = np.sqrt(np.maximum(np.diag(cross), 0.0)) if lengths is None else lengths
    limits = np.maximum(tolerance * within, ROUNDING * raw)
    solved = conjugate_gradients(equations.apply, equations.precondition, rhs, limits)
    if not solved.reached:
        worst = float((solved.residual / np.maximum(within, np.finfo(float).tiny)).max())
        raise ModelError(
            131,
            f"the projection off the effects stopped at a relative error of {worst:.1e} after "
            f"{solved.iterations} steps, above the tolerance of {tolerance:.1e}.",
            "Raise the tolerance, or look for weights that differ by many orders of magnitude.",
            ("tolerance",),
        )
    equations.subtract(columns, solved.vectors)
    return raw
