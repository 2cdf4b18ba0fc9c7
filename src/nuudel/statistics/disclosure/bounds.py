"""What can be concluded about hidden cells from what is known of them and the sums that bind them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from nuudel.base.errors import StatisticsError
from nuudel.statistics.disclosure.tables import Floats

FAR = 2.0**40
"""Stands for "no upper bound": a power of two, so that sums and differences of counts with it are exact."""
WITNESSES = 12
"""Random tables tried first, before a linear programme for each cell."""
LINEAR_LIMIT = 4000
"""Cells up to which bounds are found by linear programming; larger systems are bounded by propagation."""
CLOSE = 1e-6
"""Solver tolerance: HiGHS keeps constraints to 1e-7, counts differ by 1."""


def linear_bounds(
    lower: Floats,
    upper: Floats,
    equations: csr_array,
    targets: Floats,
    *,
    order: csr_array | None = None,
    integer: bool = False,
) -> tuple[Floats, Floats]:
    """Smallest and largest value of linear combinations of the cells.

    Parameters
    ----------
    lower, upper
        What is known of each cell, shape (n,); ``FAR`` where there is no upper bound.
    equations
        Sums, shape (m, n): ``equations @ x = 0``.
    targets
        Combinations to bound, shape (k, n).
    order
        Further knowledge ``order @ x >= 0``, shape (r, n).
    integer
        Use that counts are whole numbers (slower; gives nothing more on two-way tables).

    Returns
    -------
    low, high
        Shape (k,); ``inf`` where nothing bounds the combination from above.
    """
    known: dict[str, Any] = {
        "lower": lower,
        "upper": upper,
        "equations": equations,
        "order": order,
        "integer": integer,
    }
    low = np.array([target @ extreme_point(target, **known) for target in targets])
    high = np.array([target @ extreme_point(-target, **known) for target in targets])
    return np.where(low <= -FAR / 2, -np.inf, low), np.where(high >= FAR / 2, np.inf, high)


def sharpen(
    low: Floats, high: Floats, equations: csr_array, enough: Floats, *, integer: bool = False
) -> tuple[Floats, Floats]:
    """Exact bounds, in whole numbers, of the cells whose interval is narrower than ``enough``.

    Every solution of a linear programme is a table that the attacker cannot exclude; a cell that differs
    by ``enough`` between two of them needs no programme of its own. Its given bounds are returned.

    Parameters
    ----------
    low, high
        Valid bounds, shape (n,), finite.
    enough
        Width that is wide enough, shape (n,); 0 for cells of no interest.
    """
    low, high = low.copy(), high.copy()
    least, most = np.full(len(low), np.inf), np.full(len(low), -np.inf)
    generator = np.random.default_rng(0)  # which tables are tried changes the time, not the answer
    directions = generator.choice([-1.0, 1.0], size=(WITNESSES, len(low))) * (enough > 0)
    directions = directions if enough.any() else directions[:0]
    known: dict[str, Any] = {"equations": equations, "order": None, "integer": integer}
    for direction in directions:
        point = extreme_point(direction, lower=low, upper=high, **known)
        least, most = np.minimum(least, point), np.maximum(most, point)
    for cell in np.flatnonzero(enough):
        if most[cell] - least[cell] >= enough[cell]:
            continue
        target = np.zeros(len(low))
        target[cell] = 1.0
        bottom = extreme_point(target, lower=low, upper=high, **known)
        top = extreme_point(-target, lower=low, upper=high, **known)
        least, most = np.minimum(least, np.minimum(bottom, top)), np.maximum(most, np.maximum(bottom, top))
        low[cell], high[cell] = np.ceil(bottom[cell] - CLOSE) + 0.0, np.floor(top[cell] + CLOSE)
    return low, np.where(high >= FAR / 2, np.inf, high)


def extreme_point(
    target: Floats,
    *,
    lower: Floats,
    upper: Floats,
    equations: csr_array,
    order: csr_array | None,
    integer: bool,
) -> Floats:
    if integer:
        # Opened where it solves: it is slow to open, and tables enter many pages.
        from scipy.optimize import Bounds, LinearConstraint, milp

        constraints = [LinearConstraint(equations, 0, 0)] if equations.shape[0] else []
        if order is not None:
            constraints.append(LinearConstraint(order, 0, np.inf))
        whole = np.ones(len(target), dtype=np.int64)
        found: Any = milp(target, integrality=whole, bounds=Bounds(lower, upper), constraints=constraints)
    else:
        found = linear_programme(target, lower, upper, equations, order)
    if not found.success:
        raise StatisticsError(
            308,
            "the published figures contradict each other.",
            "Give tables of one series and release whose margins belong together.",
        )
    return np.asarray(found.x, dtype=np.float64)


def linear_programme(
    target: Floats, lower: Floats, upper: Floats, equations: csr_array, order: csr_array | None = None
) -> Any:
    """Least ``target @ x`` with ``equations @ x = 0``, ``order @ x >= 0`` and the bounds: HiGHS's answer."""
    from scipy.optimize import linprog

    sums: dict[str, Any] = {}
    if equations.shape[0]:
        sums |= {"A_eq": equations, "b_eq": np.zeros(equations.shape[0])}
    if order is not None:
        sums |= {"A_ub": -order, "b_ub": np.zeros(order.shape[0])}
    programme: Any = linprog
    return programme(target, bounds=np.column_stack([lower, upper]), method="highs", **sums)


def propagated_bounds(
    lower: Floats, upper: Floats, equations: csr_array, *, rounds: int = 50
) -> tuple[Floats, Floats]:
    """Bounds of every cell by passing them along each sum until nothing changes.

    Valid but sometimes wider than those of linear programming; a table of 100 000 cells takes
    milliseconds. (The "shuttle" of Buzzigoli & Giusti 1999.)

    Returns
    -------
    low, high
        Shape (n,), clipped to whole numbers.
    """
    low, high = lower.copy(), np.minimum(upper, FAR)
    entries = equations.tocoo()
    row, cell, sign = entries.coords[0], entries.coords[1], entries.data
    sums = equations.shape[0]
    for _ in range(rounds):
        least, most = contributions(low, high, cell, sign)
        # Each sum is 0: a cell's share is minus that of the others.
        others_least = np.bincount(row, least, sums)[row] - least
        others_most = np.bincount(row, most, sums)[row] - most
        new_low, new_high = low.copy(), high.copy()
        np.maximum.at(new_low, cell, np.where(sign > 0, -others_most, others_least))
        np.minimum.at(new_high, cell, np.where(sign > 0, -others_least, others_most))
        if (new_low > new_high + CLOSE).any():
            raise StatisticsError(
                308,
                "the published figures contradict each other.",
                "Give tables of one series and release whose margins belong together.",
            )
        if np.array_equal(new_low, low) and np.array_equal(new_high, high):
            break
        low, high = new_low, new_high
    return low, np.where(high >= FAR / 2, np.inf, high)


def contributions(low: Floats, high: Floats, cell: NDArray[Any], sign: Floats) -> tuple[Floats, Floats]:
    """Smallest and largest signed share of each entry in its sum."""
    positive = sign > 0
    return np.where(positive, low[cell], -high[cell]), np.where(positive, high[cell], -low[cell])
