"""The outlines that come with the installation, matched by the gazetteer's own search.

Where a file draws a unit wrongly, the pack's table ``outline_units`` says which units an outline stands for;
one that stands for several is divided by the cells around the centres of their subunits.
"""

import json
from typing import Any

import shapely

from nuudel.base.errors import PlacesError
from nuudel.base.packs import Pack
from nuudel.base.provenance import Source
from nuudel.places.cells import divide
from nuudel.places.gazetteer import Gazetteer
from nuudel.places.region import Region, only_polygons
from nuudel.places.search import resolve
from nuudel.places.topojson import read_topology


def read_outlines(pack: Pack, gazetteer: Gazetteer) -> tuple[tuple[Region, ...], tuple[str, ...]]:
    """The outlines of a pack, one region for each unit, in the order of the gazetteer.

    Returns
    -------
    The regions, and the codes of those units whose outline is divided from a common one, so approximate.

    Raises
    ------
    PlacesError
        ``PLACES-150`` the file is missing or broken; ``PLACES-110`` and ``PLACES-111`` a name in it cannot be
        matched.
    """
    spec = pack.manifest["outlines"]
    corrected = outline_units(pack)
    drawn: dict[str, list[shapely.Geometry]] = {}
    divided: list[str] = []
    for properties, geometry in read_shapes(pack):
        name = str(properties[spec["name_property"]])
        codes = corrected.get(name) or (resolve(gazetteer, name, level=spec["level"]).code,)
        # Quantisation can fold a narrow spit over itself.
        region = Region(codes, geometry if geometry.is_valid else only_polygons(geometry.buffer(0)))
        parts = (region,) if len(codes) == 1 else divide(gazetteer, region)
        divided += codes if len(codes) > 1 else ()
        for part in parts:
            drawn.setdefault(part.codes[0], []).append(part.geometry)
    order = [code for code in gazetteer.places if code in drawn]
    regions = tuple(Region((code,), shapely.union_all(drawn[code])) for code in order)
    return regions, tuple(divided)


def read_shapes(pack: Pack) -> list[tuple[dict[str, Any], shapely.Geometry]]:
    path = pack.folder / "built" / pack.manifest["outlines"]["file"].rsplit("/", 1)[-1]
    try:
        return read_topology(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        raise PlacesError(
            150,
            f"the outlines of pack {pack.name} ({path.name}) are missing or broken.",
            "Install Nuudel again, for example with: uv sync --reinstall-package nuudel.",
        ) from None


def outline_units(pack: Pack) -> dict[str, tuple[str, ...]]:
    """The units of each outline whose name does not tell them."""
    units: dict[str, tuple[str, ...]] = {}
    if pack.has("outline_units"):
        for row in pack.table("outline_units").frame.iter_rows(named=True):
            units[row["outline"]] = (*units.get(row["outline"], ()), row["place"])
    return units


def source(pack: Pack) -> Source:
    spec = pack.manifest["outlines"]
    return Source(
        key="outlines",
        institution=dict.fromkeys(pack.languages, spec["institution"]),
        title={
            "en": "Outlines",
            "mn": "Хил зааг",
            **dict.fromkeys(set(pack.languages) - {"en", "mn"}, "Outlines"),
        },
        identifier=spec["package"],
        licence=spec["licence"],
    )
