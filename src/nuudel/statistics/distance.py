"""How far people move: mean and median distance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nuudel.statistics.flow_tables import (
    FloatArray,
    FlowsOrMargins,
    check_distances,
    check_flows,
    off_diagonal,
)


@dataclass(frozen=True)
class MigrationDistance:
    """Distance of migration between the places.

    Attributes
    ----------
    mean_km
        Σ m d / Σ m.
    median_km
        Distance that half of the migrants do not exceed; midway when exactly half of them stop at one
        distance.
    """

    mean_km: float
    median_km: float


def migration_distance(flows: FlowsOrMargins, distances: ArrayLike) -> MigrationDistance:
    """Mean and median distance of the migrants between places.

    Parameters
    ----------
    flows
        Full table ``(n, n)``, persons.
    distances
        Distances in km, shape ``(n, n)``, by origin and destination; the diagonal is ignored.

    Raises
    ------
    StatisticsError
        101 to 105, 108; 109 when only margins are given.

    Notes
    -----
    Source: Bell et al. (2002), J. R. Statist. Soc. A 165, 435-464, table 6. The distances are those between
    the centres of places, so that short moves over a boundary count as long.
    """
    table = check_flows(flows, "Migration distance")
    km = check_distances(distances, len(table))
    moves, lengths = off_diagonal(table).ravel(), off_diagonal(km).ravel()
    return MigrationDistance(float(moves @ lengths / moves.sum()), weighted_median(lengths, moves))


def weighted_median(values: FloatArray, weights: FloatArray) -> float:
    """Value up to which half of the weight lies; midway between two values that halve it exactly."""
    held = weights > 0
    values, weights = values[held], weights[held]
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    half = below[-1] / 2.0
    lower = int(np.searchsorted(below, half, side="left"))
    upper = int(np.searchsorted(below, half, side="right"))
    return float((values[order[lower]] + values[order[upper]]) / 2.0)
