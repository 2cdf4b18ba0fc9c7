"""Rounding to a base: to the nearest, at random without bias, or so that the sums hold."""

import numpy as np

from nuudel.base.errors import StatisticsError
from nuudel.statistics.disclosure.policies import RoundingMethod
from nuudel.statistics.disclosure.tables import CountTable, Floats

CONTROLLED_CELLS = 10_000


def round_nearest(values: Floats, base: int) -> Floats:
    """The nearest multiple of the base, halves upwards (4 -> 3 and 5 -> 6 with base 3)."""
    return np.asarray(np.floor(values / base + 0.5) * base)


def round_random(values: Floats, base: int, uniform: Floats) -> Floats:
    """The multiple above with probability remainder / base, else the one below: unbiased.

    Parameters
    ----------
    uniform
        A number in [0, 1) for each cell, from its key: the same cell is rounded the same way everywhere.
    """
    remainder = values % base
    return np.asarray(values - remainder + base * (uniform * base < remainder))


def round_controlled(table: CountTable, base: int, uniform: Floats) -> Floats:
    """The multiple above or below each cell such that every sum holds; multiples stay as they are.

    Among those, the one that is nearest to random rounding (Causey, Cox & Ernst 1985, who show that it
    exists for every two-way table; three-way tables may have none).

    Raises
    ------
    StatisticsError
        ``STATISTICS-317`` there is none; ``STATISTICS-316`` the table is too large.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    if table.values.size > CONTROLLED_CELLS:
        raise StatisticsError(
            316,
            f"the table has {table.values.size} cells, too many for controlled rounding.",
            "Round at random, or use the default policy.",
        )
    values = table.values.ravel()
    remainder = values % base
    floor = values - remainder
    wanted_up = uniform.ravel() * base < remainder
    up = (remainder > 0).astype(float)
    sums = []
    if table.equations.shape[0]:
        need = -(table.equations @ floor) / base
        sums = [LinearConstraint(table.equations, need, need)]
    found = milp(
        np.where(wanted_up, -1.0, 1.0),
        integrality=np.ones(values.size, dtype=np.int64),
        bounds=Bounds(np.zeros(values.size), up),
        constraints=sums,
    )
    if not found.success:
        raise StatisticsError(
            317,
            "no rounding to neighbouring multiples keeps the sums of this table.",
            "Round at random without keeping the sums, or use the default policy.",
        )
    return np.asarray((floor + base * np.rint(found.x)).reshape(table.values.shape))


def rounding_interval(values: Floats, base: int, method: RoundingMethod) -> tuple[Floats, Floats]:
    """The smallest and largest count that can be rounded to each value."""
    if method is RoundingMethod.NEAREST:
        return np.maximum(np.ceil(values - base / 2), 0), np.ceil(values + base / 2) - 1
    return np.maximum(values - base + 1, 0), values + base - 1
