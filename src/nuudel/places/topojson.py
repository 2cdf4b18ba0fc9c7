"""Reading TopoJSON: shared arcs, quantised and delta-coded, back to polygons.

Format: Bostock & Metcalf 2014, The TopoJSON Format Specification, version 1.0.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Array = npt.NDArray[np.float64]


def read_topology(topology: Mapping[str, Any]) -> list[tuple[dict[str, Any], shapely.Geometry]]:
    """Properties and geometry of every polygon and multipolygon of a topology, in the file's order.

    Raises
    ------
    ValueError, KeyError, IndexError, TypeError
        The file is no topology, or an arc is missing.
    """
    if topology.get("type") != "Topology":
        raise ValueError("not a topology")
    arcs = [decode(arc, topology.get("transform")) for arc in topology["arcs"]]
    return [
        (dict(geometry.get("properties") or {}), polygon(geometry, arcs))
        for entry in topology["objects"].values()
        for geometry in entry.get("geometries", [entry])
        if geometry["type"] in ("Polygon", "MultiPolygon")
    ]


def decode(arc: Sequence[Sequence[float]], transform: Mapping[str, Any] | None) -> Array:
    """Positions of one arc in degrees, shape (n, 2)."""
    positions: Array = np.asarray(arc, dtype=np.float64)[:, :2]
    if transform is None:
        return positions
    scaled: Array = np.cumsum(positions, axis=0) * np.asarray(transform["scale"]) + np.asarray(
        transform["translate"]
    )
    return scaled


def polygon(geometry: Mapping[str, Any], arcs: Sequence[Array]) -> shapely.Geometry:
    parts = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    polygons = []
    for rings in parts:
        shell, *holes = [ring(indexes, arcs) for indexes in rings]
        polygons.append(shapely.Polygon(shell, holes))
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def ring(indexes: Sequence[int], arcs: Sequence[Array]) -> Array:
    """Arcs joined end to end; a negative index ``~i`` is arc ``i`` backwards."""
    pieces = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indexes]
    # The last position of an arc is the first of the next one.
    return np.concatenate([piece if n == 0 else piece[1:] for n, piece in enumerate(pieces)])
