"""The likelihood as the solver holds it: checked, in the layout's order, covariates clear of the effects."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nuudel.base.errors import ModelError
from nuudel.model.ppml.collinearity import DEPENDENT, dependent
from nuudel.model.ppml.layout import Equations, Floats, Layout
from nuudel.model.ppml.projection import residual_columns

ROUGHLY = 1e-3  # error of the covariates' projection: good steps need no more
SUSPECT = 1e-2  # what a column has left after the rough projection, relative to itself: look closer
CLOSELY = 1e-10


@dataclass
class Problem:
    """The likelihood in the layout's order: M places, m unknown effects, k covariates.

    Attributes
    ----------
    columns
        Shape (k, M): covariates, roughly projected off the effects; 0 where no cell is.
    weights
        Shape (M,): the cells' weights; 0 where no cell is.
    flows
        Shape (M,): weight x flow.
    by_column, by_unknown, by_level
        Sums of weight x flow: with the covariates (k,), by unknown (m,), by eliminated level.
    total
        Sum of weight x flow.
    saturated
        Sum of weight x (y log y - y): minus the least value of the objective.
    """

    layout: Layout
    columns: Floats
    weights: Floats
    flows: Floats
    by_column: Floats
    by_unknown: Floats
    by_level: Floats
    total: float
    saturated: float


def checked(
    flow: ArrayLike, columns: ArrayLike, weights: ArrayLike | None, cells: int
) -> tuple[Floats, Floats, Floats | None]:
    """Flows (N,), covariates (N, k) and weights (N,) as arrays.

    Raises
    ------
    ModelError
        ``MODEL-123`` flows, ``MODEL-124`` covariates, ``MODEL-125`` weights that cannot be used.
    """
    y = np.asarray(flow, dtype=np.float64)
    if y.shape != (cells,) or not np.isfinite(y).all() or (y < 0).any() or not (y > 0).any():
        raise ModelError(
            123,
            "the flows are not one number, at least 0, for each cell, or all are 0.",
            "Give the flows of the cells from which the effects were made.",
            ("flow",),
        )
    x = np.asarray(columns, dtype=np.float64)
    if x.ndim != 2 or len(x) != cells or not np.isfinite(x).all():
        raise ModelError(
            124,
            "the covariates are not a finite table with one row for each cell.",
            "Give an array of shape (cells, covariates); (cells, 0) for none.",
            ("columns",),
        )
    if weights is None:
        return y, x, None
    omega = np.asarray(weights, dtype=np.float64)
    if omega.shape != y.shape or not np.isfinite(omega).all() or (omega <= 0).any():
        raise ModelError(
            125,
            "the weights are not one positive number for each cell.",
            "Leave out the cells that are to have no weight.",
            ("weights",),
        )
    return y, x, omega


def checked_start(coefficients: Floats, wanted: int) -> Floats:
    """The coefficients to begin with; ``MODEL-128`` if they are of other covariates."""
    if coefficients.shape != (wanted,):
        raise ModelError(
            128,
            f"the start has {coefficients.size} coefficients for {wanted} covariates.",
            "Start from a solution with the same covariates.",
            ("start",),
        )
    return coefficients


def arrange(y: Floats, x: Floats, omega: Floats | None, layout: Layout) -> tuple[Problem, Floats]:
    """The problem in the layout's order, and the scale (k,) by which each covariate is divided.

    Raises
    ------
    ModelError
        ``MODEL-127`` when a level of an effect has no flow at all: no finite value fits it.
    """
    weighted = y if omega is None else y * omega
    present = layout.arrange(np.ones(y.size))
    weights = present if omega is None else layout.arrange(omega)
    flows = layout.arrange(weighted)
    by_level, by_unknown = layout.sums(flows)
    _refuse_empty_levels(layout, weights, by_level, by_unknown)
    columns = np.empty((x.shape[1], layout.places))
    scale = np.ones(x.shape[1])
    centre = np.zeros(x.shape[1]) if layout.free else x.mean(axis=0)
    for k, column in enumerate(x.T):
        columns[k] = layout.arrange(column)
        columns[k] -= centre[k] * present
        scale[k] = np.sqrt(columns[k] @ columns[k] / y.size) or 1.0
        columns[k] /= scale[k]
    logs = np.log(y, out=np.zeros_like(y), where=y > 0)
    total = float(weighted.sum())
    saturated = float(weighted @ logs) - total
    problem = Problem(
        layout, columns, weights, flows, columns @ flows, by_unknown, by_level, total, saturated
    )
    return problem, scale


def _refuse_empty_levels(layout: Layout, weights: Floats, by_level: Floats, by_unknown: Floats) -> None:
    if layout.free or ((by_level > 0).all() and (by_unknown > 0).all()):
        return
    cells_of_level, cells_of_unknown = layout.sums(weights)
    empty = int(((by_level == 0) & (cells_of_level > 0)).sum())
    empty += int(((by_unknown == 0) & (cells_of_unknown > 0)).sum())
    if empty:
        raise ModelError(
            127,
            f"{empty} levels of the effects have no flow in any of their cells: no finite effect fits them.",
            "Leave out the separated cells first.",
            ("flow",),
        )


def project(problem: Problem, equations: Equations) -> None:
    """Project the covariates roughly off the effects, at the weights of ``equations``.

    The coefficients stay what they are; the steps get shorter, and no exponential overflows for a covariate
    that mostly follows the effects.

    Raises
    ------
    ModelError
        ``MODEL-126`` when effects and earlier covariates span a covariate.
    """
    columns = problem.columns
    if not len(columns):
        return
    raw = residual_columns(equations, columns, ROUGHLY)
    _, cross, _ = equations.moments(columns)
    if dependent(cross, raw, SUSPECT):
        residual_columns(equations, columns, CLOSELY, raw)
        _, cross, _ = equations.moments(columns)
        spanned = dependent(cross, raw, DEPENDENT)
        if spanned:
            listed = ", ".join(str(k + 1) for k in spanned)
            raise ModelError(
                126,
                f"the effects and the covariates before it span covariate {listed}: it has no coefficient.",
                "Leave it out, or leave out the effect that it repeats.",
                ("columns",),
            )
    columns *= problem.weights > 0
    problem.by_column = columns @ problem.flows
