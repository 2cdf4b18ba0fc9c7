"""What may hold back or further moves between two places: the candidates, each a table (n, n)."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nuudel.model.origin_destination.evidence import Geography

Floats = NDArray[np.float64]


def log_distance(where: Geography) -> Floats:
    """ln d: flows fade as a power of distance."""
    return np.log(where.distances + np.eye(len(where.places)))


def distance(where: Geography) -> Floats:
    """d over the country's mean distance: flows fade exponentially, at a pace in proportion to its size."""
    n = len(where.places)
    relative: Floats = where.distances * (n * (n - 1) / where.distances.sum())
    return relative


def borders(where: Geography) -> Floats:
    """1 where the two share a border."""
    return where.contiguity.astype(np.float64)


def distance_by_size(where: Geography) -> Floats:
    """ln d times the sum of both sizes: distance counts less, or more, between large places."""
    return log_distance(where) * (where.sizes[:, None] + where.sizes[None, :])


def intervening_opportunities(where: Geography) -> Floats:
    """ln of the share of all in-migrants that go to places nearer than the other, mean of both directions.

    Opportunities are counted as arrivals, and half of the destination's own are passed on the way (Stouffer
    1940, American Sociological Review 5, 845-867).
    """
    km, share = where.distances, where.opportunities
    nearer = km[:, :, None] > km[:, None, :]
    n = len(share)
    nearer[np.arange(n), :, np.arange(n)] = False
    passed = nearer @ share + share[None, :] / 2
    logs = np.log(np.maximum(passed, 1e-6))
    middle: Floats = (logs + logs.T) / 2
    return middle


def largest_place(where: Geography) -> Floats:
    """ln d where one of the two is the largest place: distance to the capital counts apart."""
    first = int(np.argmax(where.sizes))
    either = np.zeros((len(where.places),) * 2)
    either[first, :] = either[:, first] = 1.0
    return either * log_distance(where)


FEATURES: Mapping[str, Callable[[Geography], Floats]] = {
    "log distance": log_distance,
    "distance": distance,
    "borders": borders,
    "log distance x size": distance_by_size,
    "intervening opportunities": intervening_opportunities,
    "log distance to the largest place": largest_place,
}

CANDIDATES: tuple[tuple[str, ...], ...] = (
    ("log distance",),
    ("distance",),
    ("intervening opportunities",),
    ("log distance", "borders"),
    ("distance", "borders"),
    ("intervening opportunities", "borders"),
    ("log distance", "log distance x size"),
    ("log distance", "log distance to the largest place"),
    ("log distance", "borders", "intervening opportunities"),
    ("log distance", "borders", "log distance x size"),
    ("intervening opportunities", "borders", "log distance x size"),
    ("intervening opportunities", "borders", "log distance to the largest place"),
)
"""Sets of features that compete between countries."""


def feature_tables(names: Sequence[str], where: Geography) -> Floats:
    """Shape (K, n, n): the named features, 0 on the diagonal."""
    tables = np.array([FEATURES[name](where) for name in names])
    tables[:, np.eye(len(where.places), dtype=bool)] = 0.0
    return tables
