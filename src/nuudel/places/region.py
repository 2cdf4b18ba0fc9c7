"""A polygon and the units for which it stands."""

from dataclasses import dataclass, field

import shapely


@dataclass(frozen=True)
class Region:
    """A polygon or multipolygon (longitude, latitude on WGS 84) and the codes of its units."""

    codes: tuple[str, ...]
    geometry: shapely.Geometry = field(repr=False)


def only_polygons(geometry: shapely.Geometry) -> shapely.Geometry:
    """The polygons of a geometry as one geometry; empty where it has none."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in ("Polygon", "MultiPolygon")]
    nested = [part for part in shapely.get_parts(geometry) if part.geom_type == "GeometryCollection"]
    parts += [only_polygons(part) for part in nested]
    return shapely.union_all(parts) if len(parts) != 1 else parts[0]
