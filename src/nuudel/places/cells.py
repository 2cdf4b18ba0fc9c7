"""Approximate areas: the cell of points nearer to a unit's centre than to any other, within the unit above.

Okabe, Boots, Sugihara & Chiu 2000, Spatial Tessellations, definition V1 (ordinary Voronoi diagram). Distances
are taken on a plane whose longitudes are shrunk by the cosine of the middle latitude of the upper unit.
"""

import numpy as np
import shapely
from shapely import affinity

from nuudel.places.gazetteer import Gazetteer
from nuudel.places.region import Region, only_polygons


def cells(gazetteer: Gazetteer, level: str, above: tuple[Region, ...]) -> tuple[Region, ...]:
    """One region for each unit of a level that lies in one of the regions above, in their order.

    A unit whose cell would be empty, because its centre lies beyond its neighbours outside the outline,
    shares the cell of the nearest unit.
    """
    found: list[Region] = []
    for region in above:
        units = [
            unit.code
            for code in region.codes
            for unit in gazetteer.children(code, level)
            if unit.valid_to is None
        ]
        if units:
            found += clipped_cells(gazetteer, units, region.geometry)
    return tuple(found)


def clipped_cells(gazetteer: Gazetteer, codes: list[str], outline: shapely.Geometry) -> list[Region]:
    lat, lon = gazetteer.coordinates(codes)
    shrink = float(np.cos(np.radians(outline.centroid.y)))
    plane = affinity.scale(outline, xfact=shrink, origin=(0, 0))
    centres = np.column_stack([lon * shrink, lat])
    owners: dict[tuple[float, float], list[str]] = {}
    for code, (x, y) in zip(codes, centres.tolist(), strict=True):
        owners.setdefault((x, y), []).append(code)
    if len(owners) == 1:
        return [Region(codes=tuple(codes), geometry=outline)]
    points = list(owners)
    diagram = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=plane, ordered=True)
    pieces = [only_polygons(shapely.intersection(cell, plane)) for cell in shapely.get_parts(diagram)]
    filled = [i for i, piece in enumerate(pieces) if not piece.is_empty]
    members = {i: list(owners[points[i]]) for i in filled}
    for i in range(len(points)):
        if i not in members:
            gaps = [float(np.hypot(*np.subtract(points[i], points[j]))) for j in filled]
            members[filled[int(np.argmin(gaps))]] += owners[points[i]]
    return [
        Region(codes=tuple(members[i]), geometry=affinity.scale(pieces[i], xfact=1 / shrink, origin=(0, 0)))
        for i in filled
    ]


def divide(gazetteer: Gazetteer, region: Region) -> tuple[Region, ...]:
    """A region of several units divided among them, by the cells around the centres of their subunits."""
    below = [[unit.code for unit in gazetteer.children(code)] or [code] for code in region.codes]
    owner = {sub: code for code, subs in zip(region.codes, below, strict=True) for sub in subs}
    parts: dict[str, list[shapely.Geometry]] = {code: [] for code in region.codes}
    for cell in clipped_cells(gazetteer, list(owner), region.geometry):
        parts[owner[cell.codes[0]]].append(cell.geometry)
    return tuple(Region((code,), shapely.union_all(cells)) for code, cells in parts.items() if cells)
