"""A user's own boundaries: read from GeoJSON, matched with the units, kept, and used from then on."""

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import shapely

from nuudel.base.errors import PlacesError
from nuudel.base.packs import Pack
from nuudel.base.provenance import Source
from nuudel.base.settings import data_folder
from nuudel.places.gazetteer import Gazetteer
from nuudel.places.geojson import Features, Note, read_features
from nuudel.places.matching import Match, match
from nuudel.places.region import Region

FAR_DEGREES = 1.0  # farther than this from its polygon, a unit's centre says that one of the two is wrong


@dataclass(frozen=True)
class UserBoundaries:
    """Boundaries of one level as kept for a user."""

    level: str
    regions: tuple[Region, ...]
    source: Source


@dataclass(frozen=True)
class LoadReport:
    """What came of a file: what was matched, by which property, what was not, and what was mended.

    ``missing`` are units of the level without a polygon, ``unmatched`` the features (from 1) without a unit.
    """

    level: str
    property_name: str
    regions: tuple[Region, ...]
    missing: tuple[str, ...]
    unmatched: tuple[int, ...]
    notes: tuple[Note, ...]

    @property
    def units(self) -> int:
        return sum(len(region.codes) for region in self.regions)


def read_boundaries(path: Path, gazetteer: Gazetteer, level: str | None = None) -> LoadReport:
    """Read a GeoJSON file and match its polygons with units, without keeping it.

    Raises
    ------
    PlacesError
        ``PLACES-130`` to ``PLACES-132`` the file cannot be read; ``PLACES-133`` the polygons lie elsewhere
        than the units; ``PLACES-135`` nothing matched.
    """
    features = read_features(path)
    found = match(gazetteer, features.properties, features.geometries, level)
    regions, doubled = regions_of(features, found)
    far = far_regions(gazetteer, regions)
    if len(far) == len(regions):
        raise PlacesError(
            133,
            f"no polygon of {path.name} lies near its unit.",
            "See whether latitude and longitude are exchanged, and whether it is the right country.",
        )
    drawn = {code for region in regions for code in region.codes}
    missing = tuple(unit.code for unit in gazetteer.units(found.level) if unit.code not in drawn)
    unmatched = tuple(n for n, codes in zip(features.numbers, found.codes, strict=True) if not codes)
    numbers = {code: n for n, codes in zip(features.numbers, found.codes, strict=True) for code in codes}
    further = (
        Note("PLACES-143", "match no unit and were left out", unmatched),
        Note(
            "PLACES-144", "stand for a unit that another one stands for too, and were joined with it", doubled
        ),
        Note("PLACES-145", "lie far from the centre of their unit", tuple(numbers[r.codes[0]] for r in far)),
    )
    notes = (*features.notes, *(note for note in further if note.features))
    return LoadReport(found.level, found.property_name, regions, missing, unmatched, notes)


def load_boundaries(path: Path, pack: Pack, gazetteer: Gazetteer, level: str | None = None) -> LoadReport:
    """Read a GeoJSON file (``read_boundaries``) and keep it; ``PLACES-140`` the folder cannot be written."""
    report = read_boundaries(path, gazetteer, level)
    keep(pack, report, path.name)
    return report


def regions_of(features: Features, found: Match) -> tuple[tuple[Region, ...], tuple[int, ...]]:
    """One region for each set of units; polygons that share a unit are joined. And which were joined."""
    groups: list[tuple[set[str], list[shapely.Geometry]]] = []
    doubled = []
    for codes, geometry, number in zip(found.codes, features.geometries, features.numbers, strict=True):
        if not codes:
            continue
        common = [group for group in groups if group[0] & set(codes)]
        if common:
            doubled.append(number)
        units, shapes = set(codes), [geometry]
        for group in common:
            units |= group[0]
            shapes += group[1]
            groups.remove(group)
        groups.append((units, shapes))
    regions = tuple(
        Region(tuple(sorted(units)), shapes[0] if len(shapes) == 1 else shapely.union_all(shapes))
        for units, shapes in groups
    )
    return regions, tuple(doubled)


def far_regions(gazetteer: Gazetteer, regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """Regions far from the centre of each of their units."""
    far = []
    for region in regions:
        lat, lon = gazetteer.coordinates(region.codes)
        if float(shapely.distance(region.geometry, shapely.points(lon, lat)).min()) > FAR_DEGREES:
            far.append(region)
    return tuple(far)


def store_path(pack: Pack, level: str) -> Path:
    return data_folder() / "boundaries" / pack.name / f"{level}.geojson"


def keep(pack: Pack, report: LoadReport, name: str) -> None:
    """Write the matched regions in one stroke: a file is there whole or not at all."""
    path = store_path(pack, report.level)
    features = [
        {
            "type": "Feature",
            "properties": {"codes": list(region.codes)},
            "geometry": json.loads(shapely.to_geojson(region.geometry)),
        }
        for region in report.regions
    ]
    document = {"type": "FeatureCollection", "file": name, "features": features}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as part:
            try:
                json.dump(document, part)
                part.close()
                os.replace(part.name, path)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise PlacesError(
            140,
            f"the boundaries cannot be kept in {path.parent}: {error.strerror}.",
            "Name a writable folder in NUUDEL_DATA.",
            ("NUUDEL_DATA",),
        ) from None


def stored(pack: Pack, level: str) -> UserBoundaries | None:
    """The boundaries kept for a level, or None; ``PLACES-146`` when the file is broken."""
    path = store_path(pack, level)
    if not path.is_file():
        return None
    try:
        document = json.loads(path.read_text("utf-8"))
        regions = tuple(
            Region(
                tuple(feature["properties"]["codes"]), shapely.from_geojson(json.dumps(feature["geometry"]))
            )
            for feature in document["features"]
        )
        name = str(document["file"])
    except (OSError, ValueError, KeyError, TypeError, shapely.errors.ShapelyError):
        raise PlacesError(
            146,
            f"the kept boundaries of level {level} are broken.",
            "Load them again, or forget them: nuudel places boundaries --forget.",
        ) from None
    title = {"en": f"Boundaries of the user ({name})", "mn": f"Хэрэглэгчийн хил ({name})"}
    source = Source(
        key="user-boundaries",
        institution={language: title.get(language, title["en"]) for language in pack.languages},
        title={language: title.get(language, title["en"]) for language in pack.languages},
        identifier=name,
        licence="",
    )
    return UserBoundaries(level=level, regions=regions, source=source)


def forget(pack: Pack, level: str) -> bool:
    """Remove the boundaries kept for a level; whether there were any."""
    path = store_path(pack, level)
    there = path.is_file()
    path.unlink(missing_ok=True)
    return there


def fingerprint(pack: Pack) -> dict[str, str]:
    """SHA-256 of each file of boundaries kept for a pack, by its name."""
    folder = data_folder() / "boundaries" / pack.name
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.geojson"))
    }
