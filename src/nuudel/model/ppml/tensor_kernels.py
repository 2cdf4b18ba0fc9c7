"""Loops over a table (rows, periods, columns) whose pair effects are concentrated out; columns contiguous.

A slab, the cells of one row, stays in the second-level cache, so that every loop below reads the table from
memory once. Cells that were not observed have weight 0; the last columns may be padding of the same kind.
"""

import numpy as np
from numpy.typing import NDArray

from nuudel.model.compiled import compiled

Floats = NDArray[np.float64]


# Sums may be reordered within a loop, not between threads.
fast = compiled(error_model="numpy", fastmath={"reassoc", "contract", "nsz", "arcp"})


@fast
def fit_pairs(
    base: Floats, rows: Floats, columns: Floats, sums: Floats, mu: Floats, level: Floats
) -> tuple[Floats, Floats]:
    """Expected flows whose sum over periods is given for every pair: mu = base x row x column x level.

    ``base`` and ``mu`` (I, T, J); ``rows`` (I, T) and ``columns`` (T, J) are factors; ``sums`` and ``level``
    (I, J). Returns the sums of mu over columns (I, T) and over rows (T, J).
    """
    size, periods, width = base.shape
    by_row = np.zeros((size, periods))
    by_column = np.zeros((periods, width))
    for i in range(size):
        total = level[i]
        total[:] = 0.0
        for t in range(periods):
            row = rows[i, t]
            for j in range(width):
                value = base[i, t, j] * row * columns[t, j]
                mu[i, t, j] = value
                total[j] += value
        for j in range(width):
            total[j] = sums[i, j] / total[j] if total[j] > 0.0 else 0.0
        for t in range(periods):
            found = 0.0
            for j in range(width):
                value = mu[i, t, j] * total[j]
                mu[i, t, j] = value
                by_column[t, j] += value
                found += value
            by_row[i, t] = found
    return by_row, by_column


@fast
def apply_pairs(weights: Floats, inverse: Floats, rows: Floats, columns: Floats) -> tuple[Floats, Floats]:
    """Reduced normal equations times vectors: ``rows`` (k, I, T) and ``columns`` (k, T, J), as returned.

    Each pair's block is diag(w) - w w' / sum(w): the pair effect is eliminated.
    """
    size, periods, width = weights.shape
    out_rows = np.zeros(rows.shape)
    out_columns = np.zeros(columns.shape)
    mean = np.empty(width)
    for i in range(size):
        for k in range(len(rows)):
            mean[:] = 0.0
            for t in range(periods):
                row = rows[k, i, t]
                for j in range(width):
                    mean[j] += weights[i, t, j] * (row + columns[k, t, j])
            for j in range(width):
                mean[j] *= inverse[i, j]
            for t in range(periods):
                row = rows[k, i, t]
                found = 0.0
                for j in range(width):
                    value = weights[i, t, j] * (row + columns[k, t, j] - mean[j])
                    out_columns[k, t, j] += value
                    found += value
                out_rows[k, i, t] = found
    return out_rows, out_columns


@fast
def pair_moments(
    weights: Floats, inverse: Floats, values: Floats, mean: Floats
) -> tuple[Floats, Floats, Floats]:
    """Right-hand sides (k, I, T) and (k, T, J) of ``values`` (k, I, T, J), and their cross-products (k, k).

    The weighted means of the pairs are left in ``mean`` (k, I, J).
    """
    size, periods, width = weights.shape
    number = len(values)
    out_rows = np.zeros((number, size, periods))
    out_columns = np.zeros((number, periods, width))
    cross = np.zeros((number, number))
    within = np.empty(width)
    for i in range(size):
        for k in range(number):
            average = mean[k, i]
            average[:] = 0.0
            for t in range(periods):
                for j in range(width):
                    average[j] += weights[i, t, j] * values[k, i, t, j]
            for j in range(width):
                average[j] *= inverse[i, j]
        for t in range(periods):
            for k in range(number):
                found = 0.0
                for j in range(width):
                    value = weights[i, t, j] * (values[k, i, t, j] - mean[k, i, j])
                    within[j] = value
                    out_columns[k, t, j] += value
                    found += value
                out_rows[k, i, t] = found
                for other in range(k + 1):
                    product = 0.0
                    for j in range(width):
                        product += within[j] * (values[other, i, t, j] - mean[other, i, j])
                    cross[k, other] += product
    for k in range(number):
        for other in range(k):
            cross[other, k] = cross[k, other]
    return out_rows, out_columns, cross


@fast
def subtract_effects(
    weights: Floats, inverse: Floats, values: Floats, mean: Floats, rows: Floats, columns: Floats
) -> None:
    """Take effects of rows (k, I, T), columns (k, T, J) and pairs off ``values`` (k, I, T, J), in place.

    ``mean`` (k, I, J) holds the pairs' means of the values; the pairs' means of the effects go with them.
    """
    size, periods, width = weights.shape
    shift = np.empty(width)
    for k in range(len(values)):
        for i in range(size):
            shift[:] = 0.0
            for t in range(periods):
                for j in range(width):
                    shift[j] += weights[i, t, j] * (rows[k, i, t] + columns[k, t, j])
            for j in range(width):
                shift[j] = mean[k, i, j] - shift[j] * inverse[i, j]
            for t in range(periods):
                row = rows[k, i, t]
                for j in range(width):
                    values[k, i, t, j] -= row + columns[k, t, j] + shift[j]


@fast
def invert_factors(blocks: Floats) -> Floats:  # noqa: PLR0912 (one loop nest)
    """Inverses of the Cholesky factors of blocks (n, T, T), made regular along what is not estimable.

    A constant over the periods lies in the null space of each block: it is given the block's mean weight.
    """
    number, size, _ = blocks.shape
    out = np.zeros(blocks.shape)
    factor = np.empty((size, size))
    for n in range(number):
        mean = 0.0
        for t in range(size):
            mean += blocks[n, t, t] / size
        if mean <= 0.0:
            for t in range(size):
                out[n, t, t] = 1.0
            continue
        for t in range(size):
            for s in range(t + 1):
                value = blocks[n, t, s] + mean / size
                for r in range(s):
                    value -= factor[t, r] * factor[s, r]
                if t != s:
                    factor[t, s] = value / factor[s, s]
                elif value > 1e-8 * mean:
                    factor[t, t] = np.sqrt(value)
                else:
                    factor[t, t] = np.sqrt(mean)
        for s in range(size):
            out[n, s, s] = 1.0 / factor[s, s]
            for t in range(s + 1, size):
                value = 0.0
                for r in range(s, t):
                    value -= factor[t, r] * out[n, r, s]
                out[n, t, s] = value / factor[t, t]
    return out


@fast
def pair_blocks(weights: Floats, inverse: Floats) -> tuple[Floats, Floats, Floats]:
    """Diagonal blocks of the reduced equations, (I, T, T) and (J, T, T), and the pairs' traces (I, J)."""
    size, periods, width = weights.shape
    of_rows = np.zeros((size, periods, periods))
    of_columns = np.zeros((periods, periods, width))
    trace = np.zeros((size, width))
    share = np.empty((periods, width))
    for i in range(size):
        for t in range(periods):
            diagonal = 0.0
            for j in range(width):
                share[t, j] = weights[i, t, j] * inverse[i, j]
                # a pair seen in one period leaves exactly nothing
                beside = 1.0 - share[t, j]
                own = weights[i, t, j] * beside if beside > 1e-12 else 0.0
                of_columns[t, t, j] += own
                trace[i, j] += own
                diagonal += own
            of_rows[i, t, t] = diagonal
            for s in range(t):
                found = 0.0
                for j in range(width):
                    value = share[t, j] * weights[i, s, j]
                    of_columns[t, s, j] -= value
                    found += value
                of_rows[i, t, s] = -found
                of_rows[i, s, t] = -found
    blocks = np.empty((width, periods, periods))
    for t in range(periods):
        for s in range(t + 1):
            for j in range(width):
                blocks[j, t, s] = of_columns[t, s, j]
                blocks[j, s, t] = of_columns[t, s, j]
    return of_rows, blocks, trace
