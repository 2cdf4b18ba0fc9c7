"""A query that is too large is asked in parts: halves along its longest dimension, until each is granted."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Selection = tuple[tuple[int, ...], ...]
"""For each dimension of a table the positions of the categories that are asked for."""


class TooManyValues(Exception):  # noqa: N818 - an answer of the server, met by asking for less
    """The server refuses a query because of its size."""


def whole(shape: tuple[int, ...]) -> Selection:
    """All categories of each dimension."""
    return tuple(tuple(range(size)) for size in shape)


def cells(selection: Selection) -> int:
    """How many cells a selection has."""
    count = 1
    for positions in selection:
        count *= len(positions)
    return count


def halves(selection: Selection) -> tuple[Selection, Selection]:
    """A selection in two parts along its longest dimension; it needs at least two cells."""
    axis = max(range(len(selection)), key=lambda i: len(selection[i]))
    middle = (len(selection[axis]) + 1) // 2
    first, second = selection[axis][:middle], selection[axis][middle:]
    return (
        (*selection[:axis], first, *selection[axis + 1 :]),
        (*selection[:axis], second, *selection[axis + 1 :]),
    )


def gather(
    shape: tuple[int, ...],
    ask: Callable[[Selection], NDArray[np.float64]],
    progress: Callable[[int, int], None],
) -> NDArray[np.float64]:
    """Ask for a whole table, in as many parts as the server wants.

    Parameters
    ----------
    shape
        Number of categories of each dimension.
    ask
        Gives the values of a selection in its shape, or raises ``TooManyValues``.
    progress
        Told after each part how many cells are there, and of how many.

    Returns
    -------
    ndarray
        float64 in ``shape``; NaN where the source has no value.

    Raises
    ------
    TooManyValues
        Even a single cell is refused.
    """
    values = np.full(shape, np.nan)
    total = cells(whole(shape))
    waiting = [whole(shape)] if total else []
    done, size = 0, total
    while waiting:
        selection = waiting.pop()
        if cells(selection) > size:  # a part of this size was refused before
            waiting += reversed(halves(selection))
            continue
        try:
            values[np.ix_(*selection)] = ask(selection)
        except TooManyValues:
            if cells(selection) == 1:
                raise
            size = cells(selection) - 1
            waiting.append(selection)
            continue
        done += cells(selection)
        progress(done, total)
    return values
