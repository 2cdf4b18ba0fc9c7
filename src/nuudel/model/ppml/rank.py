"""How many free parameters sets of dummies take up."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Codes = NDArray[np.int32]
EXACT_LIMIT = 2_000  # columns of dummies whose rank is computed from a decomposition


def rank_of_effects(groups: tuple[Codes, ...], sizes: tuple[int, ...]) -> int:
    """Rank of the matrix of all dummies; codes (N,) and numbers of levels of each effect.

    One effect: its levels. Two: levels less the connected components of the graph that joins levels which
    share a cell (Abowd, Creecy & Kramarz 2002), exact. Three: the largest is eliminated and the rank of what
    is left is taken from its eigenvalues, exact up to rounding, where the others have no more than
    ``EXACT_LIMIT`` levels; beyond that, each effect after the first loses as many levels as it has components
    with the first, as reghdfe counts (Correia 2016), which never gives less than the rank.
    """
    if not sizes:
        return 0
    if len(sizes) <= 2:
        return sum(sizes) - sum(
            components(groups[0], group, sizes[0], size)
            for group, size in zip(groups[1:], sizes[1:], strict=True)
        )
    largest = int(np.argmax(sizes))
    rest = [k for k in range(len(sizes)) if k != largest]
    if sum(sizes[k] for k in rest) <= EXACT_LIMIT:
        return sizes[largest] + _rank_beside(groups, sizes, largest, rest)
    others = (components(groups[0], groups[k], sizes[0], sizes[k]) for k in range(1, len(sizes)))
    return sum(sizes) - sum(others)


def components(one: Codes, other: Codes, first: int, second: int) -> int:
    """Connected components of the graph of two effects' levels."""
    size = first + second
    links = coo_array(
        (np.ones(one.size, dtype=np.int8), (one, other.astype(np.int64) + first)), shape=(size, size)
    )
    return int(connected_components(links, directed=False)[0])


def _rank_beside(groups: tuple[Codes, ...], sizes: tuple[int, ...], largest: int, rest: list[int]) -> int:
    """Rank of the other effects' dummies less their means over the levels of the largest effect."""
    ends = np.concatenate([[0], np.cumsum([sizes[k] for k in rest])])
    cells = groups[0].size
    columns = np.concatenate([groups[k].astype(np.int64) + ends[r] for r, k in enumerate(rest)])
    rows = np.tile(np.arange(cells), len(rest))
    dummies = coo_array((np.ones(columns.size), (rows, columns)), shape=(cells, int(ends[-1]))).tocsr()
    levels = coo_array(
        (np.ones(cells), (groups[largest], np.arange(cells))), shape=(sizes[largest], cells)
    ).tocsr()
    sums = levels @ dummies
    counts = np.bincount(groups[largest], minlength=sizes[largest])
    scaled = sums.multiply(1.0 / np.sqrt(counts)[:, None]).tocsr()
    left = (dummies.T @ dummies - scaled.T @ scaled).toarray()
    scale = np.sqrt(np.maximum(np.diag((dummies.T @ dummies).toarray()), 1.0))
    values = np.linalg.eigvalsh(left / np.outer(scale, scale))
    return int((values > 1e-9).sum())
