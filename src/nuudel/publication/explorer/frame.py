"""The drawing frame of all maps of a bundle: places and shapes projected once, in pixels."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from nuudel.places.boundaries import Boundaries
from nuudel.publication.charts.maps import Projection
from nuudel.publication.report.material import Material

WIDTH, PADDING = 960, 4
# Room round the outermost places of a country without outlines, as a share of its width.
MARGIN = 0.06
Points = NDArray[np.float64]


@dataclass(frozen=True)
class Frame:
    """Longitude and latitude to pixels of one frame, the y axis downwards.

    Attributes
    ----------
    west, north
        Kilometres of the frame's top left corner on the projected plane.
    scale
        Pixels a kilometre.
    width, height
        Pixels.
    """

    projection: Projection
    west: float
    north: float
    scale: float
    width: int
    height: int

    def project(self, points: Points) -> Points:
        """Shape (n, 2), longitude and latitude in degrees, to (n, 2) pixels."""
        plane = self.projection.project(points)
        return np.column_stack([(plane[:, 0] - self.west), (self.north - plane[:, 1])]) * self.scale


def frame_of(material: Material, drawn: Boundaries | None) -> Frame:
    """The frame around a country's outlines, or around its places where it has none."""
    if drawn is None:
        places = [place for place in material.gazetteer.places.values() if place.longitude is not None]
        corners = np.array([(place.longitude, place.latitude) for place in places], dtype=float)
    else:
        corners = shapely.get_coordinates(np.array([region.geometry for region in drawn.regions]))
    projection = Projection.around(corners[:, 0], corners[:, 1])
    plane = projection.project(corners)
    (west, south), (east, north) = plane.min(axis=0), plane.max(axis=0)
    room = 0.0 if drawn is not None else MARGIN * max(east - west, north - south, 1.0)
    west, east, south, north = west - room, east + room, south - room, north + room
    scale = (WIDTH - 2 * PADDING) / (east - west)
    edge = PADDING / scale
    height = int(np.ceil((north - south) * scale)) + 2 * PADDING
    return Frame(projection, west - edge, north + edge, scale, WIDTH, height)


def path_of(shape: BaseGeometry) -> str:
    """An area in pixels as SVG path data of whole pixels; what is smaller than one is a square of one."""
    parts = []
    for polygon in shapely.get_parts(shape):
        oriented = shapely.geometry.polygon.orient(polygon)
        for ring in (oriented.exterior, *oriented.interiors):
            points = ring_of(shapely.get_coordinates(ring))
            if len(points) > 2:
                parts.append("M" + " ".join(f"{x},{y}" for x, y in points) + "Z")
    if parts:
        return "".join(parts)
    x, y = np.rint(shapely.get_coordinates(shape)[0]).astype(int)
    return f"M{x},{y} {x + 1},{y} {x + 1},{y + 1} {x},{y + 1}Z"


def ring_of(points: Points) -> list[tuple[int, int]]:
    """Whole pixels of a ring without its closing point, none twice in a row nor amid a straight line."""
    whole = [(int(x), int(y)) for x, y in np.rint(points)]
    kept: list[tuple[int, int]] = []
    for point in whole:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and straight(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return kept[:-1] if len(kept) > 1 and kept[0] == kept[-1] else kept


def straight(one: tuple[int, int], two: tuple[int, int], three: tuple[int, int]) -> bool:
    """Whether the middle point lies between the others on one line."""
    across = (two[0] - one[0]) * (three[1] - two[1]) - (two[1] - one[1]) * (three[0] - two[0])
    along = (two[0] - one[0]) * (three[0] - two[0]) + (two[1] - one[1]) * (three[1] - two[1])
    return across == 0 and along > 0


def shapes_of(frame: Frame, drawn: Boundaries) -> dict[str, object]:
    """The content of ``shapes-<level>.json``; areas that stand for several units are there once for each."""
    units: list[dict[str, object]] = []
    for region in drawn.regions:
        shape = shapely.transform(region.geometry, frame.project)
        path, centre = path_of(shape), label_point(shape)
        units += [{"code": code, "d": path, "c": centre} for code in region.codes]
    return {"width": frame.width, "height": frame.height, "approximate": drawn.approximate, "units": units}


def label_point(shape: BaseGeometry) -> list[int]:
    """The point of an area that is farthest from its border."""
    circle = shapely.maximum_inscribed_circle(shape, tolerance=1)
    return [int(v) for v in np.rint(shapely.get_coordinates(circle)[0])]


def pixels_of(frame: Frame, places: Iterable[tuple[float, float]]) -> list[list[float]]:
    """Places given by longitude and latitude in pixels, with a tenth."""
    points = np.array(list(places), dtype=float).reshape(-1, 2)
    return [[round(float(x), 1), round(float(y), 1)] for x, y in frame.project(points)]
