"""Small made-up countries for the tests of pasture and dzud."""

import numpy as np

from nuudel.model.pasture.ground import Ground

FACTORS = {"camels": 5.0, "horses": 7.0, "cattle": 6.0, "sheep": 1.0, "goats": 0.9}
DEGREE_KM = 111.195  # of latitude on the sphere of places.distances


def ground(resident: list[float], capacity: list[float], households: list[float] | None = None) -> Ground:
    """Soums S0, S1 … on one meridian, a degree of latitude apart; the same capacity in both halves."""
    count = len(resident)
    values = np.array(resident, dtype=np.float64)
    carried = np.array(capacity, dtype=np.float64)
    return Ground(
        places=tuple(f"S{i}" for i in range(count)),
        above=tuple("A0" if i < 2 else "A1" for i in range(count)),
        latitude=np.arange(count, dtype=np.float64) + 40,
        longitude=np.full(count, 100.0),
        hectares=carried * 3,
        heads=values / 2,
        resident=values,
        households=np.array(households or [10.0] * count),
        hay=np.zeros(count),
        capacity=np.column_stack([carried, carried]),
        grown=carried,
        units_per_head=2.0,
        counted_in=2020,
    )
