"""The main job as a user starts it, and the distances between all soum centres."""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from pyproj import Geod

from nuudel.bench.harness import Figure, timed, timed_pair
from nuudel.bench.startup import run_quietly
from nuudel.places.distances import EARTH_RADIUS_KM, great_circle

PLACES = 343
ROUNDS = 15


def measure() -> dict[str, Figure]:
    """``distances_seconds`` and ``run_seconds``."""
    return {"distances_seconds": distances(), "run_seconds": main_job()}


def distances() -> Figure:
    """343 x 343 great-circle distances; the rival solves the same geodesics on the same sphere.

    The floor is the square root and the arcsine that any such formula takes once for each pair.
    """
    random = np.random.default_rng(1)
    lat, lon = random.uniform(41.6, 52.1, PLACES), random.uniform(87.8, 119.9, PLACES)
    sphere = Geod(a=EARTH_RADIUS_KM * 1000, b=EARTH_RADIUS_KM * 1000)
    from_lat, to_lat = np.meshgrid(lat, lat, indexing="ij")
    from_lon, to_lon = np.meshgrid(lon, lon, indexing="ij")
    ours, rival = timed_pair(
        lambda: great_circle(lat, lon),
        lambda: sphere.inv(from_lon, from_lat, to_lon, to_lat),
        ROUNDS,
    )
    pairs = random.uniform(0, 0.04, (PLACES, PLACES))
    floor = timed(lambda: np.arcsin(np.sqrt(pairs)), ROUNDS)
    return Figure(value=ours, unit="seconds", rival="pyproj geodesics", ratio=ours / rival, floor=floor)


def main_job() -> Figure:
    """``nuudel run`` into an empty folder, once: a whole process, from its start to the finished report."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        run_quietly([sys.executable, "-m", "nuudel", "run", "--out", str(Path(folder) / "out")])
        return Figure(value=time.perf_counter() - start, unit="seconds")
