"""Separation: cells without flow that no finite estimate fits (Correia, Guimarães & Zylkin 2021)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, identity

from nuudel.base.errors import ModelError
from nuudel.model.panel import FlowPanel
from nuudel.model.ppml.effects import EffectSpace
from nuudel.model.ppml.separation_directions import FreeDirections, free_directions
from nuudel.model.ppml.solver import solve_ppml

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
SeparationCheck = Literal["fe", "simplex", "relu", "mu"]

RECTIFIER_TOLERANCE = 1e-6
RECTIFIER_ROUNDS = 500
# The programme's rows have unit length: with multiples up to this, rounding stays far below what counts.
LARGEST_MULTIPLE = 1e4
SEPARATED_FROM = 1e-3
TRACE = 1e-9


@dataclass(frozen=True)
class SeparationFindings:
    """What the checks before the estimation found.

    Attributes
    ----------
    kept
        Shape (N,): cells that are not separated.
    found_by
        Check to the number of cells that it found first.
    proved
        Finite estimates are certain to exist for the cells kept.
    collinear
        Some combination of covariates and effects is zero in all cells kept; ``None`` where not examined.
    rank
        Of the effects over the cells kept; ``None`` where the search did not have to determine it.
    """

    kept: Flags
    found_by: dict[str, int]
    proved: bool
    collinear: bool | None = None
    rank: int | None = None


def find_separated(
    panel: FlowPanel, columns: Floats, space: EffectSpace, checks: Sequence[SeparationCheck]
) -> SeparationFindings:
    """Run the checks ``fe``, ``simplex`` and ``relu``, in this order, as far as they are asked for.

    A cell without flow is separated where a combination z of covariates and effects exists with z = 0 in all
    cells with a flow, z ≥ 0 in all cells without, and z > 0 in this cell: the likelihood then rises for ever
    as the combination goes to minus infinity, and the cell's fitted value goes to 0.

    Parameters
    ----------
    columns
        Shape (N, k): covariates, without an intercept.
    space
        The effects of the same cells.
    checks
        ``fe``: levels of an effect without any flow. ``simplex``: separation by covariates where the effects
        follow from the positive flows, by linear programming. ``relu``: all separation, by the iterative
        rectifier.

    Sources
    -------
    Correia, Guimarães & Zylkin (2021), "Verifying the existence of maximum likelihood estimates for
    generalized linear models", arXiv:1903.01633, propositions 1 and 2 and section 3; the linear programme as
    in Konis (2007), "Linear programming algorithms for detecting separated data in binary logistic regression
    models".
    """
    positive = panel.flow > 0
    kept = np.ones(positive.size, dtype=bool)
    linked = in_levels_with_flow(space, positive)
    found: dict[str, int] = {}
    if "fe" in checks:
        kept = linked
        found["fe"] = int((~kept).sum())
    if "simplex" not in checks and "relu" not in checks:
        return SeparationFindings(kept, found, bool(positive[kept].all()))

    # the elimination needs a positive flow in each level; without "fe" such cells are the rectifier's
    if "relu" not in checks and not (linked | ~kept).all():
        return SeparationFindings(kept, found | {"simplex": 0}, False)
    idle = int((kept & ~linked).sum())
    kept = linked
    directions = _directions(panel, columns, space, kept, positive)
    separated = np.zeros(directions.matrix.shape[0], dtype=bool)
    decided = not directions.matrix.shape[1]
    if "simplex" in checks:
        if not decided and not directions.moves_effects:
            separated, decided = separated_by_programme(directions.matrix), True
        found["simplex"] = int(separated.sum())
    if "relu" in checks:
        before = int(separated.sum())
        if not decided:
            separated, decided = separated_by_rectifier(directions.matrix), True
        found["relu"] = idle + int(separated.sum()) - before
    rows = np.flatnonzero(kept & ~positive)
    kept = kept.copy()
    kept[rows[separated]] = False
    # what separation took away may have been all that told two covariates apart
    collinear = None if separated.any() else directions.collinear
    return SeparationFindings(kept, found, decided, collinear, directions.rank)


def in_levels_with_flow(space: EffectSpace, positive: Flags) -> Flags:
    """Shape (N,): cells all of whose levels have some flow (the check ``fe``)."""
    kept = np.ones(positive.size, dtype=bool)
    for codes, size in zip(space.groups, space.sizes, strict=True):
        some = np.zeros(size, dtype=bool)
        some[codes[positive]] = True
        kept &= some[codes]
    return kept


def _directions(
    panel: FlowPanel, columns: Floats, space: EffectSpace, kept: Flags, positive: Flags
) -> FreeDirections:
    if kept.all():
        cells = (panel.origin, panel.destination, panel.period)
        return free_directions(space.effects, space.groups, cells, columns, positive)
    # levels without any cell left keep their code: they are never asked for
    cells = (panel.origin[kept], panel.destination[kept], panel.period[kept])
    groups = [codes[kept] for codes in space.groups]
    return free_directions(space.effects, groups, cells, columns[kept], positive[kept])


def separated_by_programme(matrix: Floats) -> Flags:
    """Rows that some combination of the columns makes positive while making none negative.

    Parameters
    ----------
    matrix
        Shape (Z, d), as in :class:`FreeDirections`.

    Returns
    -------
    Flags
        Shape (Z,): the largest such set, from: maximise the sum of s, 0 ≤ s ≤ 1, s ≤ matrix c.
    """
    rows, back = _distinct(matrix)
    count, width = rows.shape
    if not count:
        return np.zeros(matrix.shape[0], dtype=bool)
    constraint = hstack([csr_array(-rows), identity(count, format="csr")], format="csr")
    answer = linprog(
        np.concatenate([np.zeros(width), -np.ones(count)]),
        A_ub=constraint,
        b_ub=np.zeros(count),
        bounds=[(-LARGEST_MULTIPLE, LARGEST_MULTIPLE)] * width + [(0, 1)] * count,
        method="highs",
    )
    if answer.x is None or answer.status != 0:
        raise ModelError(
            159,
            "the linear programme that looks for separated cells did not finish.",
            "Leave out the checks 'simplex' and 'relu', or give covariates of similar scale.",
            ("separation",),
        )
    return np.append(answer.x[width:] > SEPARATED_FROM, False)[back]


def separated_by_rectifier(matrix: Floats) -> Flags:
    """The same set by the iterative rectifier: project on the columns, set negative values to 0, repeat.

    Each pass finds at least one cell of each set that a combination separates, so passes go on without these
    cells until one finds nothing (proposition 2 of the source in :func:`find_separated`). Positive flows need
    no large weight here, since all columns are 0 there. Where a pass does not settle, the linear programme
    decides.
    """
    rows, back = _distinct(matrix)
    separated = np.zeros(rows.shape[0], dtype=bool)
    open_rows = np.arange(rows.shape[0])
    while open_rows.size:
        usable, lengths, _ = _principal(rows[open_rows])
        verdict = _rectify(rows[open_rows] @ (usable / lengths))
        if verdict is None:
            separated[open_rows] = separated_by_programme(rows[open_rows])
            break
        separated[open_rows[verdict > 0]] = True
        overlapping = open_rows[verdict < 0]
        if overlapping.size:
            # what no certificate moves is as good as a positive flow
            rows = rows @ _principal(rows[overlapping])[2]
        open_rows = open_rows[(verdict == 0) & (np.abs(rows[open_rows]) > RECTIFIER_TOLERANCE).any(axis=1)]
    return np.append(separated, False)[back]


def _principal(rows: Floats) -> tuple[Floats, Floats, Floats]:
    """Directions (d, m) along which the rows differ from 0, how much (m,), and the others (d, d − m)."""
    sizes, directions = np.linalg.eigh(rows.T @ rows)
    usable = sizes > RECTIFIER_TOLERANCE**2 * max(1.0, float(sizes[-1]))
    return directions[:, usable], np.sqrt(sizes[usable]), directions[:, ~usable]


def _rectify(basis: Floats) -> NDArray[np.int8] | None:
    """One pass over the rows of an orthonormal basis: 1 separated, −1 certainly not, 0 not known yet.

    The residual is orthogonal to each certificate, which is not negative: so where no residual is negative,
    the certificates are 0 in the rows where it is positive.
    """
    target = np.ones(basis.shape[0])
    for _ in range(RECTIFIER_ROUNDS):
        value = basis @ (basis.T @ target)
        residual = target - value
        if value.max(initial=0.0) <= RECTIFIER_TOLERANCE:
            return np.full(value.size, -1, dtype=np.int8)
        if value.min() >= -RECTIFIER_TOLERANCE * 1e-3:
            return (value > RECTIFIER_TOLERANCE).astype(np.int8)
        if residual.min() >= -RECTIFIER_TOLERANCE * 1e-6:
            return -(residual > RECTIFIER_TOLERANCE).astype(np.int8)
        target = value.clip(0.0)
    return None


def _distinct(matrix: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Rows of unit length, each once, and the number of each row among them; a zero row has the last + 1."""
    length = np.sqrt((matrix**2).sum(axis=1))
    moved = length > 0
    unit = matrix[moved] / length[moved][:, None]
    _, first, number = np.unique(np.round(unit, 9) + 0.0, axis=0, return_index=True, return_inverse=True)
    back = np.full(matrix.shape[0], first.size, dtype=np.int64)
    back[moved] = number.ravel()
    return unit[first], back


def vanishing(flow: Floats, columns: Floats, space: EffectSpace, tolerance: float) -> Flags:
    """Shape (N,): cells without flow whose fitted value goes to nothing (the check ``mu``).

    A finite estimate exists once a trace of flow stands in each cell. A separated cell's fitted value then
    stays next to the trace, 10⁻⁹ of the mean flow; up to 100 times that counts as separated. Unlike the other
    checks this is a guess: a cell that should have hardly any flow looks the same.
    """
    trace = TRACE * float(flow.mean())
    fitted = solve_ppml(np.maximum(flow, trace), columns, space, tolerance=tolerance).fitted
    low: Flags = (flow == 0) & (fitted < 100.0 * trace)
    return low
