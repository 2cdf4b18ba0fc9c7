"""Any effects on a list of cells, sorted by the levels of the largest effect, which is eliminated."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from nuudel.model.ppml import grouped_kernels as kernels
from nuudel.model.ppml.layout import Equations

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
DENSE_LIMIT = 20_000_000  # numbers in the largest matrix that is formed: 160 MB
FACTOR_LIMIT = 3_000  # unknowns in a matrix that is inverted
# Shares of each unknown's weight that keep what is not estimable from being amplified. With one effect beside
# the eliminated one only zero weights make such directions, with two there are as many as places.
DAMPING = {1: 1e-6, 2: 1e-3}


@dataclass(frozen=True)
class Component:
    """Unknowns of the reduced equations that no cell connects to others: their numbers, levels and cells."""

    unknowns: NDArray[np.int64]
    levels: int
    cells: NDArray[np.int64]
    level_of_cell: Codes
    level_numbers: NDArray[np.int64]


class SortedCells:
    """N cells sorted by the largest of their effects.

    Parameters
    ----------
    groups, sizes
        Level codes (N,) of each effect, and the numbers of levels.
    cells
        N, which the groups do not tell where there is no effect.
    """

    def __init__(self, groups: tuple[Codes, ...], sizes: tuple[int, ...], cells: int) -> None:
        self.places, self.passes, self.free = cells, 0, not groups
        largest = int(np.argmax(sizes)) if groups else -1
        rest = [k for k in range(len(groups)) if k != largest]
        top = np.zeros(cells, dtype=np.int32) if self.free else groups[largest]
        self.levels = 1 if self.free else sizes[largest]
        self.order = np.argsort(top, kind="stable")
        self.level = top[self.order]
        self.start = np.concatenate([[0], np.cumsum(np.bincount(top, minlength=self.levels))])
        first = np.concatenate([[0], np.cumsum([sizes[k] for k in rest])]).astype(np.int32)
        self.effect = np.repeat(np.arange(len(rest)), [sizes[k] for k in rest])
        self.unknowns = int(first[-1])
        self.blocks = tuple(slice(int(a), int(b)) for a, b in pairwise(first))
        self.codes = np.empty((len(rest), cells), dtype=np.int32)
        for r, k in enumerate(rest):
            self.codes[r] = groups[k][self.order] + first[r]
        self.components = self._components() if rest else []

    def _components(self) -> list[Component]:
        """Components whose matrices can be formed; none where one of them is too large."""
        links = self.level.astype(np.int64)
        size = self.levels + self.unknowns
        ends = self.codes.astype(np.int64) + self.levels
        graph = coo_array(
            (np.ones(ends.size, dtype=np.int8), (np.tile(links, len(ends)), ends.ravel())), shape=(size, size)
        )
        number, label = connected_components(graph, directed=False)
        of_levels, of_unknowns = label[: self.levels], label[self.levels :]
        levels, unknowns = (
            np.bincount(of_levels, minlength=number),
            np.bincount(of_unknowns, minlength=number),
        )
        if unknowns.max() > FACTOR_LIMIT or (levels * unknowns).max() > DENSE_LIMIT:
            return []
        of_cells = of_levels[self.level]
        by_cell, by_level = np.argsort(of_cells, kind="stable"), np.argsort(of_levels, kind="stable")
        by_unknown = np.argsort(of_unknowns, kind="stable")
        cell_ends = np.cumsum(np.bincount(of_cells, minlength=number))[:-1]
        within = np.empty(self.levels, dtype=np.int32)
        parts = zip(
            np.split(by_unknown, np.cumsum(unknowns)[:-1]),
            np.split(by_level, np.cumsum(levels)[:-1]),
            np.split(by_cell, cell_ends),
            strict=True,
        )
        found = []
        for members, numbers, cells in parts:
            within[numbers] = np.arange(numbers.size, dtype=np.int32)
            found.append(Component(members, numbers.size, cells, within[self.level[cells]], numbers))
        return found

    def arrange(self, values: Floats) -> Floats:
        return values[self.order]

    def restore(self, values: Floats) -> Floats:
        restored = np.empty_like(values)
        restored[self.order] = values
        return restored

    def sums(self, values: Floats) -> tuple[Floats, Floats]:
        reduced = np.zeros(self.unknowns)
        for code in self.codes:
            reduced += np.bincount(code, values, self.unknowns)
        levels: Floats = np.bincount(self.level, values, self.levels).astype(np.float64)
        return levels, reduced

    def fit(self, base: Floats, effects: Floats, levels: Floats, mu: Floats) -> tuple[Floats, Floats]:
        self.passes += 1
        found, by_unknown = kernels.fit_levels(
            base, np.exp(effects), self.codes, self.start, levels, self.free, mu
        )
        with np.errstate(divide="ignore"):
            logs = np.where(levels > 0, np.log(found), 0.0)
        return logs, by_unknown

    def predictor(self, linear: Floats, effects: Floats, logs: Floats) -> Floats:
        self.passes += 1
        total = linear + logs[self.level]
        for code in self.codes:
            total += effects[code]
        return self.restore(total)

    def equations(self, weights: Floats, like: Equations | None = None) -> "LevelEquations":
        return LevelEquations(self, weights, like)


class LevelEquations:
    """Normal equations of the remaining effects for given weights.

    The preconditioner is the inverse of the reduced matrix, component by component, where that is small
    enough to be formed; else its diagonal.
    """

    def __init__(self, cells: SortedCells, weights: Floats, like: Equations | None) -> None:
        self.cells, self.weights = cells, weights
        self.total = np.bincount(cells.level, weights, cells.levels)
        known = self.total > 0 if not cells.free else np.zeros(1, dtype=bool)
        self.inverse = np.divide(1.0, self.total, out=np.zeros_like(self.total), where=known)
        self.mean = np.empty(0)
        self.diagonal: Floats
        self.inverses: list[Floats]
        if isinstance(like, LevelEquations):
            self.diagonal, self.inverses = like.diagonal, like.inverses
            return
        cells.passes += 1
        diagonal = kernels.reduced_diagonal(weights, self.inverse, cells.codes, cells.start, cells.unknowns)
        self.diagonal = np.divide(1.0, diagonal, out=np.ones_like(diagonal), where=diagonal > 0)
        self.inverses = [self._inverse(component) for component in cells.components]

    def _inverse(self, component: Component) -> Floats:
        size = component.unknowns.size
        position = np.empty(self.cells.unknowns, dtype=np.int32)
        position[component.unknowns] = np.arange(size, dtype=np.int32)
        matrix, scaled = np.zeros((size, size)), np.zeros((component.levels, size))
        kernels.reduced_matrix(
            self.weights[component.cells],
            np.ascontiguousarray(self.cells.codes[:, component.cells]),
            component.level_of_cell,
            position,
            np.sqrt(self.inverse[component.level_numbers]),
            matrix,
            scaled,
        )
        scale = np.sqrt(np.maximum(np.diag(matrix), 0.0))
        scale[scale == 0] = 1.0
        matrix -= scaled.T @ scaled
        matrix /= np.outer(scale, scale)
        for effect in range(len(self.cells.codes)):
            # A constant added to all levels of an effect is not estimable: given weight, it stays out.
            constant = np.where(self.cells.effect[component.unknowns] == effect, scale, 0.0)
            matrix += np.outer(constant, constant) / max(constant @ constant, np.finfo(float).tiny)
        matrix[np.diag_indices(size)] += DAMPING[len(self.cells.codes)]
        factor, failed = lapack.dpotrf(matrix, lower=1)
        if failed:
            return np.diag(1.0 / scale**2)
        inverse, _ = lapack.dpotri(factor, lower=1)
        lower = np.tril(inverse)
        whole: Floats = (lower + np.tril(inverse, -1).T) / np.outer(scale, scale)
        return whole

    def moments(self, columns: Floats) -> tuple[Floats, Floats, Floats]:
        cells = self.cells
        cells.passes += 1
        self.mean = np.empty((len(columns), cells.levels))
        rhs, cross = kernels.level_moments(
            self.weights, self.inverse, cells.codes, cells.start, cells.unknowns, columns, self.mean
        )
        return rhs, cross, np.sqrt(np.diag(cross) + self.mean**2 @ self.total)

    def apply(self, effects: Floats) -> Floats:
        self.cells.passes += 1
        return kernels.apply_levels(self.weights, self.inverse, self.cells.codes, self.cells.start, effects)

    def precondition(self, residuals: Floats) -> Floats:
        if not self.inverses:
            return residuals * self.diagonal
        out = np.zeros_like(residuals)
        for component, inverse in zip(self.cells.components, self.inverses, strict=True):
            out[:, component.unknowns] = residuals[:, component.unknowns] @ inverse
        return out

    def subtract(self, columns: Floats, effects: Floats) -> None:
        cells = self.cells
        cells.passes += 1
        kernels.subtract_levels(
            self.weights, self.inverse, cells.codes, cells.start, columns, self.mean, effects
        )
