"""Pair, origin-year and destination-year effects on a full table: pairs eliminated, years kept apart.

With the pair effects eliminated, the normal equations of origin-year and destination-year effects have for
each pair (i, j) one periods x periods block M_ij = diag(w_ij) - w_ij w_ij' / sum(w_ij), which stands in the
origin's diagonal block, in the destination's, and between the two.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from nuudel.model.ppml import tensor_kernels as kernels
from nuudel.model.ppml.layout import Equations

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
PADDING = 8  # columns per vector instruction
DAMPING = 1e-3  # of the coupling: bounds what is amplified between places hardly connected


class PairTable:
    """Cells as a table (rows, periods, columns), rows being the places of the shorter list.

    Parameters
    ----------
    origin, destination, period
        Codes of the N cells, without gaps.
    """

    def __init__(self, origin: Codes, destination: Codes, period: Codes) -> None:
        sizes = int(origin.max()) + 1, int(destination.max()) + 1
        row, column = (origin, destination) if sizes[0] <= sizes[1] else (destination, origin)
        rows, columns = min(sizes), max(sizes)
        self.shape = (rows, int(period.max()) + 1, -(-columns // PADDING) * PADDING)
        self.cell = (row * np.int64(self.shape[1]) + period) * self.shape[2] + column
        self.places = int(np.prod(self.shape))
        self.rows = rows * self.shape[1]
        self.unknowns = self.rows + self.shape[1] * self.shape[2]
        self.blocks: tuple[slice, ...] = slice(0, self.rows), slice(self.rows, self.unknowns)
        self.passes, self.free = 0, False

    def arrange(self, values: Floats) -> Floats:
        places = np.zeros(self.places)
        places[self.cell] = values
        return places

    def restore(self, values: Floats) -> Floats:
        restored: Floats = values[self.cell]
        return restored

    def sums(self, values: Floats) -> tuple[Floats, Floats]:
        table = values.reshape(self.shape)
        reduced = np.concatenate([table.sum(axis=2).ravel(), table.sum(axis=0).ravel()])
        return table.sum(axis=1), reduced

    def split(self, effects: Floats) -> tuple[Floats, Floats]:
        """Vectors (k, m) as those of rows (k, I, T) and of columns (k, T, J)."""
        size, periods, width = self.shape
        rows = np.ascontiguousarray(effects[:, : self.rows]).reshape(-1, size, periods)
        return rows, np.ascontiguousarray(effects[:, self.rows :]).reshape(-1, periods, width)

    def join(self, rows: Floats, columns: Floats) -> Floats:
        return np.concatenate([rows.reshape(len(rows), -1), columns.reshape(len(columns), -1)], axis=1)

    def fit(self, base: Floats, effects: Floats, levels: Floats, mu: Floats) -> tuple[Floats, Floats]:
        self.passes += 1
        rows, columns = self.split(np.exp(effects)[None])
        found = np.empty((self.shape[0], self.shape[2]))
        by_row, by_column = kernels.fit_pairs(
            base.reshape(self.shape), rows[0], columns[0], levels, mu.reshape(self.shape), found
        )
        with np.errstate(divide="ignore"):
            logs = np.where(levels > 0, np.log(found), 0.0)
        return logs, np.concatenate([by_row.ravel(), by_column.ravel()])

    def predictor(self, linear: Floats, effects: Floats, logs: Floats) -> Floats:
        self.passes += 1
        rows, columns = self.split(effects[None])
        table = linear.reshape(self.shape) + rows[0][:, :, None]
        table += columns[0]
        table += logs[:, None, :]
        return self.restore(table.ravel())

    def equations(self, weights: Floats, like: Equations | None = None) -> "PairEquations":
        return PairEquations(self, weights, like)


class PairEquations:
    """Normal equations of the effects of rows and columns by year, for given weights.

    The preconditioner takes M_ij for trace(M_ij) times one matrix common to all pairs, after scaling by the
    Cholesky factors of the diagonal blocks; it is exact where all pairs have the same course over time.
    """

    def __init__(self, table: PairTable, weights: Floats, like: Equations | None) -> None:
        self.table = table
        self.weights = weights.reshape(table.shape)
        self.total = self.weights.sum(axis=1)
        self.inverse = np.divide(1.0, self.total, out=np.zeros_like(self.total), where=self.total > 0)
        self.mean = np.empty(0)
        self.factors: tuple[Floats, Floats]
        self.share: Floats
        self.between: Floats
        table.passes += 1
        if isinstance(like, PairEquations):
            self.factors, self.share, self.between = like.factors, like.share, like.between
            return
        table.passes += 1
        rows, columns, trace = kernels.pair_blocks(self.weights, self.inverse)
        self.factors = kernels.invert_factors(rows), kernels.invert_factors(columns)
        self.share, self.between = couple(trace)

    def moments(self, columns: Floats) -> tuple[Floats, Floats, Floats]:
        size, _, width = self.table.shape
        self.mean = np.empty((len(columns), size, width))
        self.table.passes += 1
        tables = columns.reshape(-1, *self.table.shape)
        by_row, by_column, cross = kernels.pair_moments(self.weights, self.inverse, tables, self.mean)
        raw = np.sqrt(np.diag(cross) + (self.mean**2 * self.total).sum(axis=(1, 2)))
        return self.table.join(by_row, by_column), cross, raw

    def apply(self, effects: Floats) -> Floats:
        self.table.passes += 1
        by_row, by_column = kernels.apply_pairs(self.weights, self.inverse, *self.table.split(effects))
        return self.table.join(by_row, by_column)

    def precondition(self, residuals: Floats) -> Floats:
        rows, columns = self.table.split(residuals)
        of_rows, of_columns = self.factors
        k, size, periods = rows.shape
        left = np.matmul(of_rows, rows.transpose(1, 2, 0)).reshape(size, -1)
        right = np.matmul(of_columns, columns.transpose(2, 1, 0)).reshape(self.table.shape[2], -1)
        right = self.between @ (right - self.share.T @ left)
        left -= self.share @ right
        back = np.matmul(of_rows.transpose(0, 2, 1), left.reshape(size, periods, k))
        forth = np.matmul(of_columns.transpose(0, 2, 1), right.reshape(-1, periods, k))
        return self.table.join(back.transpose(2, 0, 1), forth.transpose(2, 1, 0))

    def subtract(self, columns: Floats, effects: Floats) -> None:
        self.table.passes += 1
        tables = columns.reshape(-1, *self.table.shape)
        kernels.subtract_effects(self.weights, self.inverse, tables, self.mean, *self.table.split(effects))


def couple(trace: Floats) -> tuple[Floats, Floats]:
    """Scaled coupling of rows and columns (I, J), and the inverse of what it leaves of the columns (J, J)."""
    of_rows, of_columns = trace.sum(axis=1), trace.sum(axis=0)
    scale = np.sqrt(np.outer(of_rows, of_columns))
    share = np.divide(trace * (1.0 - DAMPING), scale, out=np.zeros_like(scale), where=scale > 0)
    constant = np.sqrt(of_columns / max(float(of_columns.sum()), np.finfo(float).tiny))
    left = np.eye(share.shape[1]) - share.T @ share + np.outer(constant, constant)
    factor, _ = lapack.dpotrf(left, lower=1)
    inverse, _ = lapack.dpotri(factor, lower=1)
    lower = np.tril(inverse)
    return share, lower + np.tril(inverse, -1).T
