"""Reading a user's GeoJSON (RFC 7946): polygons on WGS 84, repaired where they cross themselves."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from nuudel.base.errors import PlacesError
from nuudel.places.region import only_polygons

WGS_84 = ("CRS84", "4326", "OGC:CRS84", "WGS84", "WGS 84")


@dataclass(frozen=True)
class Note:
    """Something that was mended or left out: a code, what it is, and the features concerned (from 1)."""

    code: str
    problem: str
    features: tuple[int, ...]


@dataclass(frozen=True)
class Features:
    """The polygons of a file, with their properties, their places in it, and what was mended."""

    properties: tuple[Mapping[str, Any], ...]
    geometries: tuple[shapely.Geometry, ...]
    numbers: tuple[int, ...]
    notes: tuple[Note, ...]


def read_features(path: Path) -> Features:
    """The polygons of a GeoJSON file.

    Raises
    ------
    PlacesError
        ``PLACES-130`` the file cannot be opened or is no JSON; ``PLACES-131`` it is no GeoJSON with polygons;
        ``PLACES-132`` its coordinates are projected, not degrees of longitude and latitude on WGS 84.
    """
    document = read_json(path)
    if document.get("type") != "FeatureCollection" or not isinstance(document.get("features"), list):
        raise PlacesError(
            131, f"{path.name} is no GeoJSON FeatureCollection.", "Export it as GeoJSON (RFC 7946)."
        )
    check_crs(path, document)
    properties, geometries, numbers = [], [], []
    no_polygon, repaired = [], []
    for number, feature in enumerate(document["features"], start=1):
        geometry = read_geometry(feature)
        if geometry is None:
            no_polygon.append(number)
            continue
        if not geometry.is_valid:
            geometry = only_polygons(shapely.make_valid(geometry))
            repaired.append(number)
        if geometry.is_empty:
            no_polygon.append(number)
            continue
        given = feature.get("properties")
        properties.append(given if isinstance(given, dict) else {})
        geometries.append(geometry)
        numbers.append(number)
    if not geometries:
        raise PlacesError(
            131, f"{path.name} has no polygon.", "Give a file with Polygon or MultiPolygon features."
        )
    check_degrees(path, geometries)
    notes = (
        Note("PLACES-141", "are no polygons and were left out", tuple(no_polygon)),
        Note("PLACES-142", "cross themselves and were repaired", tuple(repaired)),
    )
    return Features(
        properties=tuple(properties),
        geometries=tuple(geometries),
        numbers=tuple(numbers),
        notes=tuple(note for note in notes if note.features),
    )


def read_json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise PlacesError(
            130, f"{path.name} cannot be opened: {error.strerror}.", "Name a file that exists."
        ) from None
    except (ValueError, RecursionError):
        raise PlacesError(130, f"{path.name} is no JSON.", "Give a GeoJSON file (RFC 7946).") from None
    if not isinstance(document, dict):
        raise PlacesError(
            131, f"{path.name} is no GeoJSON FeatureCollection.", "Export it as GeoJSON (RFC 7946)."
        )
    return document


def read_geometry(feature: Any) -> shapely.Geometry | None:
    """The polygon of a feature, in two dimensions; None where it has none or a broken one."""
    try:
        entry = feature["geometry"]
        if entry["type"] not in ("Polygon", "MultiPolygon"):
            return None
        geometry = shapely.force_2d(shape(entry))
    except (TypeError, KeyError, ValueError, IndexError, shapely.errors.ShapelyError):
        return None
    finite = bool(np.isfinite(shapely.get_coordinates(geometry)).all())
    return geometry if finite and not geometry.is_empty else None


def check_crs(path: Path, document: Mapping[str, Any]) -> None:
    """The old ``crs`` member is accepted where it names WGS 84."""
    crs = document.get("crs")
    if crs is None:
        return
    text = json.dumps(crs)
    if not any(name in text for name in WGS_84):
        raise PlacesError(
            132,
            f"{path.name} is in another coordinate system than WGS 84.",
            "Reproject it to EPSG:4326.",
            ("crs",),
        )


def check_degrees(path: Path, geometries: list[shapely.Geometry]) -> None:
    west, south, east, north = shapely.total_bounds(geometries)
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise PlacesError(
            132,
            f"the coordinates of {path.name} are no degrees (up to {max(abs(east), abs(north)):.0f}).",
            "Reproject it to EPSG:4326; GeoJSON writes longitude before latitude.",
        )
