"""The outlines that come with the installation, matched by the gazetteer's own search."""

import json

from nuudel.base.errors import PlacesError
from nuudel.base.packs import Pack
from nuudel.base.provenance import Source
from nuudel.places.gazetteer import Gazetteer
from nuudel.places.region import Region, only_polygons
from nuudel.places.search import resolve
from nuudel.places.topojson import read_topology


def read_outlines(pack: Pack, gazetteer: Gazetteer) -> tuple[Region, ...]:
    """The outlines of a pack, one region for each unit, in the order of the gazetteer.

    Raises
    ------
    PlacesError
        ``PLACES-150`` the file is missing or broken; ``PLACES-110`` and ``PLACES-111`` a name in it cannot be
        matched.
    """
    spec = pack.manifest["outlines"]
    path = pack.folder / "built" / spec["file"].rsplit("/", 1)[-1]
    try:
        shapes = read_topology(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        raise PlacesError(
            150,
            f"the outlines of pack {pack.name} ({path.name}) are missing or broken.",
            "Install Nuudel again, for example with: uv sync --reinstall-package nuudel.",
        ) from None
    found = {}
    for properties, geometry in shapes:
        place = resolve(gazetteer, str(properties[spec["name_property"]]), level=spec["level"])
        # Quantisation can fold a narrow spit over itself.
        found[place.code] = geometry if geometry.is_valid else only_polygons(geometry.buffer(0))
    order = [place.code for place in gazetteer.places.values() if place.code in found]
    return tuple(Region(codes=(code,), geometry=found[code]) for code in order)


def source(pack: Pack) -> Source:
    spec = pack.manifest["outlines"]
    return Source(
        key="outlines",
        institution=dict.fromkeys(pack.languages, spec["institution"]),
        title={"en": "Outlines", "mn": "Хил зааг", **dict.fromkeys(set(pack.languages) - {"en", "mn"}, "Outlines")},
        identifier=spec["package"],
        licence=spec["licence"],
    )
