"""Boundaries of a level: the user's own where loaded, else the pack's outlines, else approximate cells."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from nuudel.base.errors import PlacesError
from nuudel.base.packs import Pack
from nuudel.base.provenance import Caveat, Effect, Source
from nuudel.places import cells, outlines, user_boundaries
from nuudel.places.gazetteer import Gazetteer, read_gazetteer
from nuudel.places.region import Region

APPROXIMATE = Caveat(
    key="approximate-cells",
    effect=Effect.CONCEPT,
    text={
        "en": "The areas are approximate: each point belongs to the nearest centre, within the upper unit.",
        "mn": "Нутаг нь ойролцоо: цэг бүрийг дээд нэгж дотор хамгийн ойр төвд хамааруулсан.",
    },
)
DIVIDED = Caveat(
    key="divided-outline",
    effect=Effect.DOUBTFUL,
    text={
        "en": "The border between these units is approximate: the outlines at hand draw them as one.",
        "mn": "Эдгээр нэгжийн хоорондын хил ойролцоо: эх зураглалд нэг дүрсээр өгөгдсөн.",
    },
)
SHARED = Caveat(
    key="shared-polygon",
    effect=Effect.CONCEPT,
    text={
        "en": "Some polygons stand for several units; within one, the unit with the nearest centre is meant.",
        "mn": "Зарим дүрс хэд хэдэн нэгжийг хамарна; дотор нь хамгийн ойр төвтэй нэгжийг авна.",
    },
)


@dataclass(frozen=True)
class Boundaries:
    """The boundaries of one level.

    Attributes
    ----------
    regions
        One polygon each, with the codes of the units that it stands for (mostly one).
    source
        Who drew them.
    caveats
        Printed wherever the boundaries are shown; ``approximate`` says whether they are cells.
    centres
        Code to latitude and longitude of the units, to tell units of one polygon apart.
    """

    level: str
    regions: tuple[Region, ...]
    source: Source
    approximate: bool
    caveats: tuple[Caveat, ...]
    centres: Mapping[str, tuple[float, float]] = field(repr=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """The units that have a polygon, alone or together with others."""
        return tuple(code for region in self.regions for code in region.codes)

    def region(self, code: str) -> Region:
        """The region of a unit; ``PLACES-151`` when it has none."""
        found = self._by_code.get(code)
        if found is None:
            raise PlacesError(
                151,
                f"the boundaries of level {self.level} have no polygon for {code}.",
                "Load boundaries that have it: nuudel places boundaries FILE.",
                ("code",),
            )
        return found

    def locate(self, lat: npt.ArrayLike, lon: npt.ArrayLike) -> npt.NDArray[np.object_]:
        """Codes of the units in which points lie, shape (n,); None outside all.

        Parameters
        ----------
        lat, lon
            Degrees, shape (n,).

        Notes
        -----
        A point on a common border belongs to the region that comes first. In a region of several units the
        unit with the nearest centre is returned.
        """
        lats = np.atleast_1d(np.asarray(lat, dtype=np.float64))
        lons = np.atleast_1d(np.asarray(lon, dtype=np.float64))
        if lats.shape != lons.shape or lats.ndim != 1:
            raise PlacesError(
                115, "latitudes and longitudes must be equally long.", "Correct them.", ("latitude",)
            )
        points, hits = self._tree.query(shapely.points(lons, lats), predicate="intersects")
        found = np.full(lats.shape, None, dtype=np.object_)
        order = np.lexsort((-hits, points))  # the last write wins: the first region
        for point, hit in zip(points[order], hits[order], strict=True):
            found[point] = self._nearest(self.regions[hit].codes, float(lats[point]), float(lons[point]))
        return found

    def _nearest(self, codes: tuple[str, ...], lat: float, lon: float) -> str:
        shrink = np.cos(np.radians(lat))

        def squared(code: str) -> float:
            y, x = self.centres[code]
            return float((y - lat) ** 2 + ((x - lon) * shrink) ** 2)

        return codes[0] if len(codes) == 1 else min(codes, key=squared)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree([region.geometry for region in self.regions])

    @cached_property
    def _by_code(self) -> Mapping[str, Region]:
        return {code: region for region in self.regions for code in region.codes}


def boundaries(pack: Pack, level: str, gazetteer: Gazetteer | None = None) -> Boundaries:
    """The best boundaries at hand for a level.

    In this order: the user's own of this level; the user's own of a lower level, joined, where complete; the
    outlines that come with the pack; the outlines joined (for a level above them); cells around the centres,
    clipped to the boundaries of the level above.

    Raises
    ------
    PlacesError
        ``PLACES-102`` no such level; ``PLACES-150`` the outlines that come with the installation are missing;
        ``PLACES-152`` the pack has no outlines and the user has loaded none.
    """
    gazetteer = gazetteer or read_gazetteer(pack)
    wanted = gazetteer.level(level)
    levels = [entry.name for entry in gazetteer.levels]
    for name in levels[wanted.rank :]:
        own = user_boundaries.stored(pack, name)
        if own is not None and (name == level or covers(gazetteer, own.regions, name)):
            return assemble(gazetteer, level, joined(gazetteer, own.regions, level), own.source)
    drawn = pack.manifest.get("outlines")
    if drawn is not None and levels.index(drawn["level"]) >= wanted.rank:
        regions, divided = outlines.read_outlines(pack, gazetteer)
        found = assemble(gazetteer, level, joined(gazetteer, regions, level), outlines.source(pack))
        own_level = divided if level == drawn["level"] else ()
        return (
            replace(found, caveats=(*found.caveats, replace(DIVIDED, places=own_level)))
            if own_level
            else found
        )
    if wanted.rank == 0:
        raise PlacesError(
            152,
            f"pack {pack.name} has no outlines.",
            "Load boundaries of your own: nuudel places boundaries FILE.",
        )
    above = boundaries(pack, levels[wanted.rank - 1], gazetteer)
    regions = cells.cells(gazetteer, level, above.regions)
    return assemble(gazetteer, level, regions, above.source, approximate=True)


def assemble(
    gazetteer: Gazetteer,
    level: str,
    regions: tuple[Region, ...],
    source: Source,
    approximate: bool = False,
) -> Boundaries:
    codes = [code for region in regions for code in region.codes]
    lat, lon = gazetteer.coordinates(codes)
    caveats = (APPROXIMATE,) if approximate else ()
    shared = tuple(code for region in regions if len(region.codes) > 1 for code in region.codes)
    if shared:
        caveats = (*caveats, replace(SHARED, places=shared))
    return Boundaries(
        level=level,
        regions=regions,
        source=source,
        approximate=approximate,
        caveats=caveats,
        centres=dict(zip(codes, zip(lat.tolist(), lon.tolist(), strict=True), strict=True)),
    )


def covers(gazetteer: Gazetteer, regions: tuple[Region, ...], level: str) -> bool:
    """Whether every unit of a level has a polygon."""
    drawn = {code for region in regions for code in region.codes}
    return all(place.code in drawn for place in gazetteer.units(level))


def joined(gazetteer: Gazetteer, regions: tuple[Region, ...], level: str) -> tuple[Region, ...]:
    """Regions of a lower level, joined to those of an upper one; of the same level, as they are."""
    if all(gazetteer.get(code).level == level for region in regions for code in region.codes):
        return regions
    parts: dict[tuple[str, ...], list[shapely.Geometry]] = {}
    for region in regions:
        uppers = {upper.code for code in region.codes if (upper := gazetteer.at_level(code, level))}
        parts.setdefault(tuple(sorted(uppers)), []).append(region.geometry)
    parts.pop((), None)
    return tuple(Region(codes=codes, geometry=shapely.union_all(group)) for codes, group in parts.items())
