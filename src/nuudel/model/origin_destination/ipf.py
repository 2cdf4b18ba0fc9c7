"""Iterative proportional fitting: the table with the odds ratios of a seed and with given margins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import ModelError

Floats = NDArray[np.float64]
TOLERANCE = 1e-10  # of the total
SWEEPS = 100_000
BALANCED = 1e-9  # two sums that differ by less, relatively, are the same figure


@dataclass(frozen=True)
class IpfFit:
    """A table fitted to margins.

    Attributes
    ----------
    table
        Shape (n, m).
    deviation
        Largest deviation of a margin, as a share of the total.
    """

    table: Floats
    deviation: float


def iterative_proportional_fitting(
    seed: ArrayLike, rows: ArrayLike, columns: ArrayLike, *, tolerance: float = TOLERANCE
) -> IpfFit:
    """The table a_i s_ij b_j with the given margins.

    It keeps the odds ratios of the seed and, of all tables with the margins, has the least
    Kullback-Leibler divergence from it (Deming & Stephan 1940, Annals of Mathematical Statistics 11, 427-444;
    Ireland & Kullback 1968, Biometrika 55, 179-188).

    Parameters
    ----------
    seed
        Shape (n, m), at least 0; a 0 stays 0.
    rows, columns
        Shapes (n,) and (m,), at least 0, with the same sum.
    tolerance
        Largest deviation of a margin, as a share of the total.

    Raises
    ------
    ModelError
        ``MODEL-311`` a shape or a value is wrong; ``MODEL-312`` rows and columns have different sums;
        ``MODEL-313`` no table has these margins with these zeros; ``MODEL-314`` no convergence.
    """
    start = np.array(seed, dtype=np.float64)
    out, arrived = np.array(rows, dtype=np.float64), np.array(columns, dtype=np.float64)
    check_margins(start, out, arrived)
    tables, deviations = balanced(start[None, None], out[None, None], arrived[None, None], tolerance, SWEEPS)
    columns_off = np.abs(tables[0, 0].sum(axis=0) - arrived).max() / max(arrived.sum(), 1e-300)
    deviation = max(float(deviations[0, 0]), float(columns_off))
    if not deviation <= max(tolerance, BALANCED):
        raise ModelError(
            314,
            f"{SWEEPS} sweeps did not meet the margins: the largest is off by {deviation:.1e} of all.",
            "Look for zeros of the seed that leave a margin no room.",
            ("seed",),
        )
    return IpfFit(tables[0, 0], deviation)


def balanced(
    seeds: Floats, rows: Floats, columns: Floats, tolerance: float, sweeps: int
) -> tuple[Floats, Floats]:
    """Tables (D, T, n, m) and their deviations (D, T) as shares of the total; nothing is checked."""
    from nuudel.model.origin_destination.ipf_kernel import balance_many

    tables = np.empty((*rows.shape, columns.shape[2]))
    deviations = np.empty(rows.shape[:2])
    balance_many(seeds, rows, columns, tolerance, sweeps, tables, deviations)
    return tables, deviations


def check_margins(seed: Floats, rows: Floats, columns: Floats) -> None:
    """``MODEL-311`` to ``MODEL-313`` as far as they can be seen before fitting."""
    if seed.ndim != 2 or rows.shape != seed.shape[:1] or columns.shape != seed.shape[1:]:
        raise ModelError(
            311, "seed and margins do not fit: n x m, n and m are needed.", "Correct the shapes.", ("seed",)
        )
    for name, values in (("seed", seed), ("rows", rows), ("columns", columns)):
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise ModelError(
                311, f"{name} has a value that is negative or no number.", "Correct it.", (name,)
            )
    total = rows.sum()
    if abs(total - columns.sum()) > BALANCED * max(total, 1.0):
        raise ModelError(
            312,
            f"rows add up to {total:.0f} and columns to {columns.sum():.0f}.",
            "Reconcile the two margins first.",
            ("rows", "columns"),
        )
    open_cells = seed > 0
    for side, margin, reach in (
        ("row", rows, open_cells @ columns),
        ("column", columns, rows @ open_cells),
    ):
        short = np.flatnonzero(margin > reach * (1 + BALANCED))
        if short.size:
            k = int(short[0])
            raise ModelError(
                313,
                f"{side} {k + 1} has a margin of {margin[k]:.0f}, but the places that it may exchange with "
                f"have only {reach[k]:.0f} together.",
                "Correct the margins, or allow more cells of the seed.",
                ("seed", f"{side}s"),
            )


def overfull(rows: Floats, columns: Floats) -> NDArray[np.bool_]:
    """Whether some place leaves no room for itself: in- and out-migrants exceed all moves, shape (...,).

    With an empty diagonal a table exists if and only if no place has more out-migrants than all others have
    in-migrants (rows and columns of shape (..., n), equal sums).
    """
    crowded: NDArray[np.bool_] = ((rows + columns) > rows.sum(axis=-1, keepdims=True) * (1 - 1e-6)).any(
        axis=-1
    )
    return crowded
