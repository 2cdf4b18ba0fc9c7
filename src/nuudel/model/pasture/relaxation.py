"""What would have to give so that every herd finds a host: capacity, distance, or both."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

Floats = NDArray[np.float64]
FARTHEST_CEILING = 100.0


@dataclass(frozen=True)
class Relaxation:
    """The least that must give, each alone, while all else stays; herds may be split, so it is a lower bound.

    Attributes
    ----------
    lacking
        Sheep units for which there is no room within reach.
    ceiling
        Load up to which hosts would have to take herds, times their capacity; None: no ceiling helps.
    reach_km
        How far herds would have to walk; None: no distance helps.
    """

    lacking: int
    ceiling: float | None
    reach_km: float | None


def placed_units(supply: Floats, allowed: NDArray[np.bool_], room: Floats) -> int:
    """Most sheep units that can be placed, split or whole: a maximum flow from G groups to J hosts."""
    groups, hosts = allowed.shape
    group, host = np.nonzero(allowed & (room >= 1)[None, :] & (supply >= 1)[:, None])
    source, sink = groups + hosts, groups + hosts + 1
    start = np.concatenate([np.full(groups, source), group, groups + np.arange(hosts)])
    end = np.concatenate([np.arange(groups), groups + host, np.full(hosts, sink)])
    many = np.minimum(supply[group], room[host])
    capacity = np.minimum(np.concatenate([supply, many, room]), np.iinfo(np.int32).max).astype(np.int32)
    graph = csr_array((capacity, (start, end)), shape=(sink + 1, sink + 1))
    return int(maximum_flow(graph, source, sink).flow_value)


def least_relaxation(
    supply: Floats,
    kilometres: Floats,
    reach: Floats,
    closed: NDArray[np.bool_],
    present: Floats,
    capacity: Floats,
    ceiling: float,
) -> Relaxation | None:
    """What must give, or None where nothing must.

    Parameters
    ----------
    supply : (G,) sheep units of each group
    kilometres : (G, J) distances
    reach : (G,) how far a group can walk, km
    closed : (G, J) pairs that no relaxation opens
    present, capacity : (J,) sheep units at the hosts, and what they carry
    ceiling
        Load up to which hosts take herds, times their capacity.
    """
    total = int(supply.sum())

    def placed(limit: float, farther: float | None) -> int:
        near = (
            np.isfinite(kilometres) if farther is None else kilometres <= np.maximum(reach, farther)[:, None]
        )
        return placed_units(supply, near & ~closed, np.floor(np.maximum(limit * capacity - present, 0)))

    now = placed(ceiling, 0.0)
    if now >= total:
        return None
    higher = None
    if placed(FARTHEST_CEILING, 0.0) >= total:
        higher = search_up(ceiling, FARTHEST_CEILING, lambda limit: placed(limit, 0.0) >= total)
    farther = None
    if placed(ceiling, None) >= total:
        steps = np.unique(np.ceil(kilometres[np.isfinite(kilometres)]))
        farther = first_of(steps, lambda km: placed(ceiling, km) >= total)
    return Relaxation(total - now, higher, farther)


def search_up(low: float, high: float, enough: Callable[[float], bool]) -> float:
    """The smallest value in hundredths at which something holds that holds at ``high`` and not at ``low``."""
    first, last = round(low * 100), round(high * 100)
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (first, middle) if enough(middle / 100) else (middle, last)
    return last / 100


def first_of(steps: Floats, enough: Callable[[float], bool]) -> float:
    """The first of rising steps at which something holds that holds at the last one."""
    low, high = 0, len(steps) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(float(steps[middle])) else (middle + 1, high)
    return float(steps[low])
