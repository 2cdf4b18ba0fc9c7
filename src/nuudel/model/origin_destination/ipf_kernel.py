"""Compiled: tables of given odds ratios and given margins, many at a time."""

import numpy as np
from numpy.typing import NDArray

from nuudel.model.compiled import compiled

Floats = NDArray[np.float64]


@compiled()
def weighted_sum(tables: Floats, weights: Floats, sums: Floats) -> None:
    """``sums`` = Σ_k ``weights[k]`` ``tables[k]``: along rows in memory, so that it is vectorised."""
    sums[:] = 0.0
    for k in range(tables.shape[0]):
        for i in range(tables.shape[1]):
            sums[i] += tables[k, i] * weights[k]


@compiled()
def divide(margins: Floats, sums: Floats, factors: Floats) -> None:
    """``factors`` = margins / sums, 0 where a margin is 0 or out of reach."""
    for i in range(margins.size):
        factors[i] = margins[i] / sums[i] if margins[i] > 0.0 and sums[i] > 0.0 else 0.0


@compiled()
def balance(
    seed: Floats, rows: Floats, columns: Floats, tolerance: float, sweeps: int
) -> tuple[Floats, Floats, float]:
    """Factors a (n,), b (m,) of one table and the largest deviation of a row, as a share of the total."""
    turned = seed.T.copy()
    a, b = np.ones(rows.size), np.ones(columns.size)
    over_columns, over_rows = np.empty(rows.size), np.empty(columns.size)
    total, off = rows.sum(), np.inf
    for sweep in range(sweeps):
        weighted_sum(turned, b, over_columns)
        if sweep > 0:
            off = np.abs(a * over_columns - rows).max()
            if off <= tolerance * total:
                break
        divide(rows, over_columns, a)
        weighted_sum(seed, a, over_rows)
        divide(columns, over_rows, b)
    return a, b, off / total if total > 0.0 else 0.0


@compiled()
def balance_many(
    seeds: Floats,
    rows: Floats,
    columns: Floats,
    tolerance: float,
    sweeps: int,
    tables: Floats,
    deviations: Floats,
) -> None:
    """Fill ``tables[d, t]`` = a ``seeds[d, t]`` b with margins ``rows[d, t]`` and ``columns[d, t]``.

    ``seeds`` has shape (D, S, n, m) where S is 1 (one seed for all t) or T; ``rows`` (D, T, n) and
    ``columns`` (D, T, m) hold zeros where a place has no margin; ``deviations`` (D, T) gets the largest
    deviation of a row from its margin, as a share of the total.
    """
    one = seeds.shape[1] == 1
    for d in range(rows.shape[0]):
        for t in range(rows.shape[1]):
            seed = seeds[d, 0 if one else t]
            a, b, deviations[d, t] = balance(seed, rows[d, t], columns[d, t], tolerance, sweeps)
            for i in range(a.size):
                for j in range(b.size):
                    tables[d, t, i, j] = a[i] * seed[i, j] * b[j]
