"""Counts of individuals by cell."""

import numpy as np
from numpy.typing import NDArray

from nuudel.model.compiled import compiled


@compiled()
def count_cells(
    place: NDArray[np.uint16], sex: NDArray[np.uint8], age: NDArray[np.uint8], counts: NDArray[np.int64]
) -> None:
    """Add each individual to its cell of R x 2 x 101."""
    for i in range(place.size):
        counts[place[i], sex[i], age[i]] += 1


@compiled()
def count_with_parents(
    household: NDArray[np.uint32], age: NDArray[np.uint8], child: NDArray[np.bool_]
) -> tuple[int, int]:
    """Of people in order of households: children with an adult 16 to 50 years older, and all children."""
    matched, children, begin = 0, 0, 0
    for end in range(1, household.size + 1):
        if end < household.size and household[end] == household[begin]:
            continue
        for i in range(begin, end):
            if not child[i]:
                continue
            children += 1
            for j in range(begin, end):
                older = np.int64(age[j]) - np.int64(age[i])
                if not child[j] and 16 <= older <= 50:
                    matched += 1
                    break
        begin = end
    return matched, children
