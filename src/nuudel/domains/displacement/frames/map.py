"""The map of a round: its soums by how they stand, each way one path with a pattern of its own."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from nuudel.base.packs import load_pack
from nuudel.domains.displacement.country import PACK
from nuudel.domains.displacement.frames.frame import DONE, LATE, REFUSED, TO_DO, UNREACHABLE, FrameRow
from nuudel.places.boundaries import Boundaries, boundaries
from nuudel.places.gazetteer import read_gazetteer
from nuudel.publication.charts.maps import Projection

SOUM, UPPER = "soum", "aimag"
WIDTH, TALLEST, EDGE = 640.0, 420.0, 4.0
ROUGH = 0.8
"""Units of the drawing within which outlines are simplified; soums are cells, drawn about."""

FIRST = (LATE, TO_DO, REFUSED, UNREACHABLE, DONE)
"""How a soum with several areas is drawn: as the first of these that one of them is."""


@dataclass(frozen=True)
class Placing:
    """Kilometres of a projection brought into a drawing, y downwards."""

    projection: Projection
    west: float
    north: float
    scale: float

    def __call__(self, points: np.ndarray) -> np.ndarray:
        x, y = (points[:, 0] - self.west) * self.scale, (self.north - points[:, 1]) * self.scale
        return np.column_stack([x + EDGE, y + EDGE])

    def at(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Where a position lies in the drawing."""
        ((x, y),) = self(self.projection.project(np.array([[longitude, latitude]])))
        return float(x), float(y)


@dataclass(frozen=True)
class Shapes:
    """The soums of a place with their codes, and the units above, in units of the drawing, y downwards."""

    width: float
    height: float
    soums: tuple[tuple[tuple[str, ...], BaseGeometry], ...]
    upper: tuple[tuple[tuple[str, ...], BaseGeometry], ...]
    approximate: bool
    placing: Placing


@dataclass(frozen=True)
class Land:
    """The soums of a place, drawn once: codes and path of each shape, and the outlines of the units above."""

    width: float
    height: float
    paths: tuple[tuple[tuple[str, ...], str], ...]
    upper: str
    approximate: bool
    placing: Placing


@dataclass(frozen=True)
class Drawn:
    """A map: the land, and for each way of standing the path of all soums that stand so."""

    view: str
    width: str
    height: str
    groups: tuple[tuple[str, str], ...]
    rest: str
    upper: str
    approximate: bool


def map_of(place: str, rows: Sequence[FrameRow]) -> Drawn | None:
    """The map of a round's place; None where its outlines are not known."""
    land = land_of(place)
    if land is None:
        return None
    standing = standing_of(rows)
    groups: dict[str, list[str]] = defaultdict(list)
    rest: list[str] = []
    for codes, path in land.paths:
        known = [standing[code] for code in codes if code in standing]
        (groups[worst(known)] if known else rest).append(path)
    return Drawn(
        view=f"0 0 {land.width:g} {land.height:g}",
        width=f"{land.width:g}",
        height=f"{land.height:g}",
        groups=tuple((status, "".join(groups[status])) for status in FIRST if groups[status]),
        rest="".join(rest),
        upper=land.upper,
        approximate=land.approximate,
    )


def standing_of(rows: Sequence[FrameRow]) -> dict[str, str]:
    """How each soum stands; an area that is an aimag colours all its soums."""
    below = soums_below()
    found: dict[str, str] = {}
    for row in rows:
        for code in below.get(row.place, (row.place,)):
            found[code] = worst([row.status, found.get(code, DONE)])
    return found


def worst(standing: Sequence[str]) -> str:
    """Of several ways of standing the one that is drawn."""
    return min(standing, key=FIRST.index)


@lru_cache(maxsize=1)
def soums_below() -> dict[str, tuple[str, ...]]:
    """The soums of each aimag and of the country."""
    gazetteer = read_gazetteer(load_pack(PACK))
    found: dict[str, list[str]] = defaultdict(list)
    for unit in gazetteer.units(SOUM):
        for above in gazetteer.ancestors(unit.code):
            found[above.code].append(unit.code)
    return {code: tuple(below) for code, below in found.items()}


@lru_cache(maxsize=1)
def drawn_boundaries() -> tuple[Boundaries, Boundaries]:
    """Soums and aimags; read once a process."""
    pack = load_pack(PACK)
    return boundaries(pack, SOUM), boundaries(pack, UPPER)


@lru_cache(maxsize=32)
def shapes_of(place: str) -> Shapes | None:
    """The soums of a place, projected into the drawing; None where their outlines are not known."""
    soums, upper = drawn_boundaries()
    inside = set(soums_below().get(place, (place,)))
    own = [region for region in soums.regions if inside & set(region.codes)]
    if not own:
        return None
    bounds = shapely.total_bounds(np.array([region.geometry for region in own]))
    projection = Projection.around(bounds[[0, 2]], bounds[[1, 3]])
    shapes = [shapely.transform(region.geometry, projection.project) for region in own]
    west, south, east, north = shapely.total_bounds(np.array(shapes))
    scale = min((WIDTH - 2 * EDGE) / (east - west), (TALLEST - 2 * EDGE) / (north - south))

    placed = Placing(projection, west, north, scale)
    drawn = tuple(
        (tuple(sorted(inside & set(region.codes))), shapely.transform(shape, placed))
        for region, shape in zip(own, shapes, strict=True)
    )
    above = tuple(
        (region.codes, shapely.transform(shapely.transform(region.geometry, projection.project), placed))
        for region in upper.regions
        if any(inside & set(soums_below().get(code, ())) for code in region.codes)
    )
    return Shapes(
        width=round((east - west) * scale + 2 * EDGE, 1),
        height=round((north - south) * scale + 2 * EDGE, 1),
        soums=drawn,
        upper=above,
        approximate=soums.approximate,
        placing=placed,
    )


@lru_cache(maxsize=32)
def land_of(place: str) -> Land | None:
    """The soums of a place as paths."""
    shapes = shapes_of(place)
    if shapes is None:
        return None
    several = len(shapes.soums) > 1
    return Land(
        width=shapes.width,
        height=shapes.height,
        paths=tuple((codes, path_of(shape)) for codes, shape in shapes.soums),
        upper="".join(path_of(shape) for _, shape in shapes.upper) if several else "",
        approximate=shapes.approximate,
        placing=shapes.placing,
    )


def path_of(shape: BaseGeometry) -> str:
    """A shape as the path of an SVG, simplified."""
    parts = shapely.get_parts(shapely.simplify(shape, ROUGH))
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring.coords[:-1]) + "Z"
        for ring in rings
        if len(ring.coords) > 3
    )
