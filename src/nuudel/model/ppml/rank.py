"""How many free parameters sets of dummies take up."""

from itertools import combinations

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
    ``EXACT_LIMIT`` levels; beyond that ``rank_bound``.
    """
    if not sizes:
        return 0
    if len(sizes) < 3:
        return rank_bound(groups, sizes)
    largest = int(np.argmax(sizes))
    rest = [k for k in range(len(sizes)) if k != largest]
    if sum(sizes[k] for k in rest) <= EXACT_LIMIT:
        return sizes[largest] + _rank_beside(groups, sizes, largest, rest)
    return rank_bound(groups, sizes)


def rank_bound(groups: tuple[Codes, ...], sizes: tuple[int, ...]) -> int:
    """An upper bound of the rank: levels less the redundancies that connected components show.

    For every two effects, a constant per component of their graph can move from one to the other; for three,
    the constants per component of all three together are so counted once too often. Exact for one and two
    effects, and for pair, origin-year and destination-year effects where every pair is seen in every period;
    never above reghdfe's count (Correia 2016), which compares later effects with the first alone.
    """
    levels = sum(sizes)
    for one, other in combinations(range(len(sizes)), 2):
        levels -= components(groups, sizes, (one, other))
    return levels + (components(groups, sizes, (0, 1, 2)) if len(sizes) == 3 else 0)


def components(groups: tuple[Codes, ...], sizes: tuple[int, ...], chosen: tuple[int, ...]) -> int:
    """Connected components of the graph whose nodes are the chosen effects' levels, joined by cells."""
    first = np.concatenate([[0], np.cumsum([sizes[k] for k in chosen])])
    nodes = [groups[k].astype(np.int64) + first[r] for r, k in enumerate(chosen)]
    starts, ends = np.tile(nodes[0], len(nodes) - 1), np.concatenate(nodes[1:])
    size = int(first[-1])
    links = coo_array((np.ones(ends.size, dtype=np.int8), (starts, ends)), shape=(size, size))
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
