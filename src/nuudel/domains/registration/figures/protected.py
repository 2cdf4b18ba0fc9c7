"""What of a table of the register's changes may be shown: no count from which few persons can be told.

Two things keep small counts in. Units with a count of 1 to 4 are shown together with others (recoding), so
that hardly anything has to be left out; then the table goes through the platform's own disclosure control.
Whatever that leaves out takes the row's other changes with it: opening and closing alone tell their sum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nuudel.domains.registration.figures.counts import FLOWS, Change, total
from nuudel.statistics.disclosure import CountTable, Dimension, Suppression, protect
from nuudel.statistics.disclosure.policies import THRESHOLD

ALL = "total"
COLUMNS = ("opening", *FLOWS, "closing")
ADDITIVE = ("opening", "births", "deaths", "closing")
"""Counts that add up over units; who enters one unit may leave another."""


@dataclass(frozen=True)
class Row:
    """Units that are shown together, and their counts by ``COLUMNS``; None where one is left out."""

    units: tuple[str, ...]
    cells: tuple[int | None, ...]


@dataclass(frozen=True)
class Protected:
    """A table that may be shown: its rows, the whole, and how many counts were left out of it."""

    rows: tuple[Row, ...]
    whole: Row
    left_out: int


def protected(series: str, changes: Mapping[str, Change], whole: Change) -> Protected:
    """Protect the changes of units and of all of them together.

    Parameters
    ----------
    whole
        The changes across the border of the whole; moves between units are none.
    """
    groups = recoded(changes)
    sums = [total({unit: changes[unit] for unit in group}) for group in groups]
    kept = suppressed(series, sums, whole)
    rows = [
        row_of(group, change, kept[index])
        for index, (group, change) in enumerate(zip(groups, sums, strict=True))
    ]
    last = row_of((), whole, kept[-1])
    left_out = sum(cell is None for row in (*rows, last) for cell in row.cells)
    return Protected(tuple(rows), last, left_out)


def recoded(changes: Mapping[str, Change]) -> list[tuple[str, ...]]:
    """Each unit by itself where all its counts may be shown; the others as one, the smallest joining them."""
    alone = [unit for unit, change in changes.items() if is_safe(change)]
    together = [unit for unit in changes if unit not in alone]
    by_size = sorted(alone, key=lambda unit: changes[unit].closing)
    while together and by_size and not is_safe(total({unit: changes[unit] for unit in together})):
        joining = by_size.pop(0)
        alone.remove(joining)
        together.append(joining)
    groups: list[tuple[str, ...]] = [(unit,) for unit in alone]
    return [*groups, tuple(sorted(together))] if together else groups


def is_safe(change: Change) -> bool:
    """Whether every count is 0 or large enough."""
    return all(not 0 < getattr(change, name) < THRESHOLD for name in COLUMNS)


def suppressed(series: str, rows: Sequence[Change], whole: Change) -> list[bool]:
    """Which rows keep all their counts, the whole last."""
    names = [str(number) for number in range(len(rows))]
    places = Dimension.with_total("place", names, ALL)
    everything = [*rows, whole]
    values = np.array([[getattr(row, name) for name in ADDITIVE] for row in everything], float)
    values[-1] = values[:-1].sum(axis=0)
    table = CountTable(series, values, (places, Dimension("what", ADDITIVE)))
    hidden = protect(table, Suppression()).suppressed.any(axis=1)
    moves = np.array([[row.entered, row.left] for row in everything], float)
    across = CountTable(
        series, moves, (Dimension("place", (*names, ALL)), Dimension("what", ("entered", "left")))
    )
    hidden |= protect(across, Suppression()).suppressed.any(axis=1)
    return [not one for one in np.atleast_1d(hidden)]


def row_of(units: tuple[str, ...], change: Change, is_kept: bool) -> Row:
    """The counts of a row; where one is left out, so are all changes, and a stock below the threshold."""
    cells: list[int | None] = []
    for name in COLUMNS:
        value = getattr(change, name)
        stock_shown = name not in FLOWS and not 0 < value < THRESHOLD
        cells.append(value if is_kept or stock_shown else None)
    return Row(units, tuple(cells))
