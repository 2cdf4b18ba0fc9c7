"""How fast all indicators of a country's soums are: a synthetic 343 x 343 table."""

import numpy as np
from numpy.typing import NDArray

from nuudel.bench.harness import Figure, timed, timed_pair
from nuudel.statistics.gini import migration_gini
from nuudel.statistics.indicators import all_indicators

PLACES = 343
PLACES_FOR_RIVAL = 60  # the pairs of all flows of 343 places are 14 thousand million: no rival does them
SEED = 20221231

Array = NDArray[np.float64]


def measure() -> dict[str, Figure]:
    """Seconds for all indicators, and for the Gini family against the pairwise definition in NumPy."""
    flows, population, distances = synthetic_system(PLACES)
    cells = flows[~np.eye(PLACES, dtype=bool)]
    countryside = np.arange(PLACES) > PLACES // 10
    family = timed(
        lambda: all_indicators(flows, population, distances, capital=0, countryside=countryside), rounds=9
    )
    small, _, _ = synthetic_system(PLACES_FOR_RIVAL)
    ours, pairwise = timed_pair(lambda: migration_gini(small), lambda: gini_by_pairs(small))
    return {
        "indicators_seconds": Figure(
            value=family,
            unit="seconds",
            # the family of Gini indices cannot do with less than one sort of all flows
            floor=timed(lambda: np.sort(cells), rounds=9),
        ),
        "gini_60_places_seconds": Figure(
            value=ours,
            unit="seconds",
            rival="all pairs of flows, vectorised by rows (60 places: 343 are out of its reach)",
            ratio=ours / pairwise,
        ),
    }


def synthetic_system(places: int) -> tuple[Array, Array, Array]:
    """Flows of a gravity model with Poisson counts, populations, and distances in km; synthetic."""
    generator = np.random.default_rng(SEED)
    points = generator.uniform(0.0, 1500.0, (places, 2))
    distances = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    population = np.sort(generator.lognormal(8.0, 0.8, places))[::-1].copy()
    expected = np.outer(population, population) / (distances + np.eye(places)) ** 1.3
    np.fill_diagonal(expected, 0.0)
    flows = generator.poisson(expected * (80_000.0 / expected.sum())).astype(np.float64)
    return flows, population, distances


def gini_by_pairs(flows: Array) -> tuple[float, float, float]:
    """Total, row and column Gini by their definition: every flow against every other."""
    n, moves = len(flows), flows.sum()
    cells = flows[~np.eye(n, dtype=bool)]
    scale = 2.0 * n * (n - 1) * moves
    total = sum(float(np.abs(cells - cell).sum()) for cell in cells)
    rows = sum(pairwise_differences(np.delete(flows[i], i)) for i in range(n))
    columns = sum(pairwise_differences(np.delete(flows[:, j], j)) for j in range(n))
    return total / scale, rows / scale, columns / scale


def pairwise_differences(values: Array) -> float:
    return float(np.abs(values[:, None] - values[None, :]).sum())
