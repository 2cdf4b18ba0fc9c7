"""Directions that leave all positive flows as they are: only along these can an estimate run to infinity."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from nuudel.base.errors import ModelError

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Codes = NDArray[np.int32]

# Entries of a direction below this are rounding; covariates have unit variance before.
ROUNDING = 1e-9
MOST_ENTRIES = 100_000_000
"""Numbers (of 8 bytes) that the search may hold at once."""


@dataclass(frozen=True)
class FreeDirections:
    """A basis of what effects and covariates can add to the cells without flow and not to the others.

    Attributes
    ----------
    matrix
        Shape (Z, d): the change of the linear predictor of the Z cells without flow along each direction.
        With d = 0 nothing is separated and no covariate is collinear.
    moves_effects
        Whether some direction exists without any covariate.
    collinear
        Some combination of covariates and effects is zero in all cells.
    rank
        Of the effects over any cells that include all positive ones, where the search has determined it.
    """

    matrix: Floats
    moves_effects: bool
    collinear: bool
    rank: int | None


def free_directions(
    effects: Sequence[str],
    groups: Sequence[Codes],
    cells: tuple[Codes, Codes, Codes],
    columns: Floats,
    positive: NDArray[np.bool_],
) -> FreeDirections:
    """Solve z = 0 on all positive flows, by elimination along the structure of the effects.

    Where all levels but one of a positive cell are expressed by the parameters, the last one follows. Without
    loss of generality some levels are 0 (they are the reference of the others); where the elimination stalls,
    a level becomes a parameter of its own. Positive cells whose levels are all expressed are equations on the
    parameters, and their solution is what is left. Time grows with the number of cells.

    Parameters
    ----------
    effects
        Names of the effects; none stands for a common level.
    groups
        One (N,) array of level codes per effect; each level has at least one positive flow.
    cells
        Origin, destination and period of each cell, each of shape (N,).
    columns
        Shape (N, k).
    positive
        Shape (N,): cells with a flow.

    Raises
    ------
    ModelError
        ``MODEL-158``: so few positive flows that the directions do not fit into memory.
    """
    if not groups:
        effects, groups = ("level",), (np.zeros(len(positive), dtype=np.int32),)
    present = [np.bincount(codes) > 0 for codes in groups]
    references = reference_levels(effects, groups, cells, positive)
    known = [flags | ~own for flags, own in zip(references, present, strict=True)]
    search = _Elimination(list(groups), [flags.copy() for flags in known], _standardised(columns))
    rows = np.flatnonzero(positive)
    # a few cells often express all levels and leave no parameter: then the others have nothing to add
    few = few_cells(groups, known, rows)
    waiting = search.spread(few)
    if waiting.size or not search.settled:
        waiting = search.spread(rows)
    # all levels follow from the references: then no more of them are free over the positive cells
    rank = sum(int((~flags).sum()) for flags in known) if not waiting.size else None
    while waiting.size:
        search.add_parameter(waiting)
        waiting = search.spread(waiting)
    if search.settled:
        return FreeDirections(np.zeros((positive.size - rows.size, 0)), False, False, rank)
    live = ~np.array(search.free, dtype=bool)
    part = search.covariate_part[:, live]
    covariates_only = bool(np.linalg.matrix_rank(part, tol=ROUNDING) == part.shape[1]) if part.size else False
    matrix = search.change_of(np.flatnonzero(~positive))[:, live]
    matrix[np.abs(matrix) < ROUNDING * 100] = 0.0
    # a covariate that moves without moving any cell
    idle = part @ null_space(matrix) if part.any() else part
    collinear = bool(np.abs(idle).max(initial=0.0) > 1e3 * ROUNDING)
    return FreeDirections(matrix[:, matrix.any(axis=0)], not covariates_only, collinear, rank)


def reference_levels(
    effects: Sequence[str],
    groups: Sequence[Codes],
    cells: tuple[Codes, Codes, Codes],
    positive: NDArray[np.bool_],
) -> list[NDArray[np.bool_]]:
    """Levels that can be set to 0 because shifting them against the others changes no cell."""
    known = [np.zeros(int(codes.max()) + 1, dtype=bool) for codes in groups]
    if len(groups) == 2:
        sizes = [flags.size for flags in known]
        links = (np.ones(groups[0].size, dtype=bool), (groups[0], groups[1] + sizes[0]))
        _, part = connected_components(coo_array(links, shape=(sum(sizes), sum(sizes))), directed=False)
        frequency = np.bincount(groups[0][positive], minlength=sizes[0])
        # the last one wins: the level with the most flows of each connected part
        order = np.argsort(frequency, kind="stable")
        best = np.zeros(int(part.max()) + 1, dtype=np.int64)
        best[part[: sizes[0]][order]] = order
        known[0][best[np.unique(part[: sizes[0]])]] = True
    elif len(groups) == 3:
        origin, destination, period = cells
        at_origin = origin == _commonest(origin[positive])
        if "pair" in effects:
            common = _commonest(period[positive])
            reference = {
                "origin-year": at_origin | (period == _base_period(origin, period, positive, common)),
                "destination-year": period == _base_period(destination, period, positive, common),
            }
        else:
            reference = {
                "origin": at_origin,
                "destination": destination == _commonest(destination[positive]),
            }
        for name, rows in reference.items():
            number = list(effects).index(name)
            known[number][groups[number][rows]] = True
    return known


def _base_period(places: Codes, period: Codes, positive: NDArray[np.bool_], common: int) -> Codes:
    """Shape (N,): the period that a cell's place is compared with: the common one if it has a flow then."""
    base = np.full(int(places.max()) + 1, -1, dtype=np.int32)
    base[places[positive]] = period[positive]
    base[places[positive & (period == common)]] = common
    return base[places]


def few_cells(groups: Sequence[Codes], known: Sequence[NDArray[np.bool_]], rows: Rows) -> Rows:
    """One positive cell of each level, and those with all levels but one among the references."""
    chosen = np.zeros(int(rows[-1]) + 1, dtype=bool)
    references = np.zeros(rows.size, dtype=np.int8)
    for codes, flags in zip(groups, known, strict=True):
        own = codes[rows]
        one = np.full(flags.size, -1)
        one[own] = rows
        chosen[one[one >= 0]] = True
        references += flags[own]
    chosen[rows[references >= max(1, len(groups) - 1)]] = True
    return np.flatnonzero(chosen)


class _Elimination:
    """Levels as linear functions of parameters, which begin as the k covariates' coefficients.

    ``covariate_part`` (k, d) and ``levels`` (one (levels, d) array per effect) hold these functions; columns
    of parameters that were eliminated are 0 and used again.
    """

    def __init__(self, groups: list[Codes], known: list[NDArray[np.bool_]], columns: Floats) -> None:
        self.groups = groups
        self.known = known
        self.columns = columns
        self.covariate_part: Floats = np.eye(columns.shape[1])
        self.levels: list[Floats] = [np.zeros((flags.size, columns.shape[1])) for flags in known]
        self.free = [False] * columns.shape[1]

    @property
    def settled(self) -> bool:
        """All levels are expressed, and no parameter is left."""
        return all(self.free) and all(flags.all() for flags in self.known)

    def change_of(self, rows: Rows, without: int = -1) -> Floats:
        """Shape (rows, d): linear predictor by parameter, leaving out one effect if asked."""
        if rows.size * len(self.free) > MOST_ENTRIES:
            raise ModelError(
                158,
                f"the positive flows leave {len(self.free)} directions of the effects open, "
                "too many to check the other cells for separation.",
                "Choose fewer effects, leave out places with hardly any flow, or leave out the checks "
                "'simplex' and 'relu'.",
                ("separation", "effects"),
            )
        change = self.columns[rows] @ self.covariate_part
        for number, (codes, values) in enumerate(zip(self.groups, self.levels, strict=True)):
            if number != without:
                change += values[codes[rows]]
        return change

    def spread(self, rows: Rows) -> Rows:
        """Express what follows from these positive cells; returns those with levels still unknown."""
        waiting = rows
        moved = True
        while moved and waiting.size:
            moved = False
            for number, codes in enumerate(self.groups):
                follows = ~self.known[number][codes[waiting]]
                for other, others in enumerate(self.groups):
                    if other != number:
                        follows &= self.known[other][others[waiting]]
                new = waiting[follows]
                if new.size:
                    new = new[np.unique(codes[new], return_index=True)[1]]
                    self.levels[number][codes[new]] = -self.change_of(new, without=number)
                    self.known[number][codes[new]] = True
                    moved = True
            complete = np.ones(waiting.size, dtype=bool)
            for flags, codes in zip(self.known, self.groups, strict=True):
                complete &= flags[codes[waiting]]
            self._impose(waiting[complete])
            waiting = waiting[~complete]
        return waiting

    def _impose(self, rows: Rows) -> None:
        """Eliminate parameters until the linear predictor of these cells is 0, largest pivots first."""
        if not rows.size or all(self.free):
            return
        change = self.change_of(rows)
        least = ROUNDING * float(np.abs(change).max(initial=1.0))
        while not all(self.free):
            row, pivot = np.unravel_index(int(np.abs(change).argmax()), change.shape)
            if abs(change[row, pivot]) <= least:
                break
            equation = change[row] / change[row, pivot]
            touched = np.flatnonzero(equation)
            for part in (change, self.covariate_part, *self.levels):
                part[:, touched] -= np.outer(part[:, pivot], equation[touched])
                part[:, pivot] = 0.0
            self.free[pivot] = True

    def add_parameter(self, waiting: Rows) -> None:
        """Make the unknown level with the most waiting cells a parameter."""
        best, number, level = -1, 0, 0
        for effect, (flags, codes) in enumerate(zip(self.known, self.groups, strict=True)):
            frequency = np.where(flags, -1, np.bincount(codes[waiting], minlength=flags.size))
            top = int(frequency.argmax())
            if frequency[top] > best:
                best, number, level = int(frequency[top]), effect, top
        if True not in self.free:
            more = ((0, 0), (0, 8 + len(self.free)))
            self.covariate_part = np.pad(self.covariate_part, more)
            self.levels = [np.pad(values, more) for values in self.levels]
            self.free += [True] * more[1][1]
        parameter = self.free.index(True)
        self.free[parameter] = False
        self.levels[number][level, parameter] = 1.0
        self.known[number][level] = True


def null_space(matrix: Floats) -> Floats:
    """Orthonormal basis (d, m) of what the rows of (n, d) send to 0."""
    width = matrix.shape[1]
    triangle = np.linalg.qr(matrix, mode="r") if matrix.shape[0] > width else matrix
    _, sizes, vectors = np.linalg.svd(triangle)
    rank = int((sizes > ROUNDING * float(np.abs(matrix).max(initial=1.0))).sum())
    return vectors[rank:].T


def _standardised(columns: Floats) -> Floats:
    if not columns.shape[1]:
        return columns
    centred = columns - columns.mean(axis=0)
    spread = np.sqrt((centred**2).mean(axis=0))
    standardised: Floats = centred / np.where(spread > 0, spread, 1.0)
    return standardised


def _commonest(codes: Codes) -> int:
    return int(np.bincount(codes).argmax())
