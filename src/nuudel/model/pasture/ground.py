"""The soums of a country with their land, their own herds and what their pasture carries.

Soums have no outlines in the installation: a soum is the cell of points nearer to its centre than to any
other, within its aimag (``places.cells``), so its area is an estimate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry.polygon import orient

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack, load_pack, nearest
from nuudel.base.provenance import Quality
from nuudel.model.pasture.parameters import Parameters, parameters_of
from nuudel.model.pasture.units import sheep_units
from nuudel.places.cells import clipped_cells
from nuudel.places.gazetteer import Gazetteer, read_gazetteer
from nuudel.places.outlines import read_outlines
from nuudel.places.region import Region

Floats = NDArray[np.float64]
SEASONS = ("warm", "cold")
WARM_MONTHS = range(6, 12)
SQUARE_METRES = 10_000  # of a hectare
DAYS = 365


@dataclass(frozen=True)
class Ground:
    """The soums of a country on a day; S soums, in the order of the gazetteer.

    Attributes
    ----------
    places, above : (S,) codes of the soums and of their aimags
    latitude, longitude : (S,) degrees
    hectares : (S,) of pasture, estimated
    heads : (S,) animals of the soum's own herders, the last count; NaN where there is none
    resident : (S,) the same in sheep units, by the country's mix of species; NaN
    households : (S,) herder households, the last count; NaN
    hay : (S,) tonnes a year, the last figure; NaN
    capacity : (S, 2) sheep units, in the warm and the cold half of the year
    grown : (S,) sheep units that what grows would feed all year: a check of the level, used nowhere else
    units_per_head
        Sheep units of an average animal.
    counted_in
        Year of the last count.
    """

    places: tuple[str, ...]
    above: tuple[str, ...]
    latitude: Floats
    longitude: Floats
    hectares: Floats
    heads: Floats
    resident: Floats
    households: Floats
    hay: Floats
    capacity: Floats
    grown: Floats
    units_per_head: float
    counted_in: int
    quality: Quality = Quality.ESTIMATED

    @cached_property
    def position(self) -> Mapping[str, int]:
        return {code: index for index, code in enumerate(self.places)}

    def at(self, place: str) -> int:
        """The position of a soum; ``MODEL-765`` where there is none with the code."""
        found = self.position.get(place)
        if found is None:
            near = nearest(place, self.places)
            raise ModelError(765, f"there is no soum with the code {place!r}.", f"Name one there is{near}.")
        return found

    def capacities(self, season: str, overrides: Mapping[str, float] | None = None) -> Floats:
        """Sheep units that each soum carries in a season; ``overrides`` are the administration's own."""
        values: Floats = self.capacity[:, season_index(season)].copy()
        for place, value in (overrides or {}).items():
            values[self.at(place)] = value
        return values


def season_of(day: date) -> str:
    """``warm`` from June to November, ``cold`` from December to May."""
    return "warm" if day.month in WARM_MONTHS else "cold"


def season_index(season: str) -> int:
    if season not in SEASONS:
        raise ModelError(766, f"there is no season {season!r}.", "Name warm or cold.", ("season",))
    return SEASONS.index(season)


def ground_of(pack: Pack, factors: Mapping[str, float], on: date) -> Ground:
    """The ground of a pack, with the values in force on a day; sheep units by the factors given.

    Raises
    ------
    ModelError
        ``MODEL-761``: a parameter has no value on that day; ``MODEL-763``: a species without a factor.
    """
    values, land = parameters_of(pack), land_of(pack.folder)
    herd = values.table("national_herd", on)
    units_per_head = sheep_units(herd, factors) / sum(herd.values())
    counts = last_counts(pack, land.places)
    resident = counts["livestock_head"] * units_per_head
    hectares = land.hectares * values.number("pasture_share", on)
    forage = values.table("forage", on)
    growth = hectares * np.array([forage.get(above, 0.0) for above in land.above])
    carried = growth / growth.sum() * sheep_units(herd, factors) * 1000 / values.number("load_of_country", on)
    seasons = values.table("season_factor", on)
    return Ground(
        places=land.places,
        above=land.above,
        latitude=land.latitude,
        longitude=land.longitude,
        hectares=hectares,
        heads=counts["livestock_head"],
        resident=resident,
        households=counts["herder_households"],
        hay=counts["hay_harvest_tonnes"],
        capacity=np.column_stack([carried * seasons[season] for season in SEASONS]),
        grown=growth * values.number("usable_share", on) / (values.number("forage_need", on) * DAYS),
        units_per_head=units_per_head,
        counted_in=counted_in(pack),
    )


@dataclass(frozen=True)
class Land:
    """Where the soums lie and how large they are; S soums."""

    places: tuple[str, ...]
    above: tuple[str, ...]
    latitude: Floats
    longitude: Floats
    hectares: Floats
    shapes: tuple[Region, ...]


@cache
def land_of(folder: Path) -> Land:
    """The land of the pack in a folder; kept, because the outlines take a second to read."""
    pack = load_pack(folder)
    gazetteer = read_gazetteer(pack)
    regions, _ = read_outlines(pack, gazetteer)
    outlines = {region.codes[0]: region.geometry for region in regions}
    shapes: list[Region] = []
    for code, outline in outlines.items():
        below = [unit.code for unit in gazetteer.children(code, "soum") if unit.valid_to is None]
        shapes += clipped_cells(gazetteer, below, outline) if below else []
    areas = areas_of(shapes)
    found = [unit for unit in gazetteer.units("soum") if unit.code in areas]
    places = tuple(unit.code for unit in found)
    latitude, longitude = gazetteer.coordinates(places)
    hectares = np.array([areas[code] for code in places])
    return Land(places, tuple(above_of(gazetteer, places)), latitude, longitude, hectares, tuple(shapes))


def areas_of(shapes: list[Region]) -> dict[str, float]:
    """Hectares of each soum on the ellipsoid; soums that share a cell have equal parts of it."""
    ellipsoid = Geod(ellps="WGS84")
    areas: dict[str, float] = {}
    for shape in shapes:
        parts = [orient(part) for part in shapely.get_parts(shape.geometry)]
        area = sum(abs(ellipsoid.geometry_area_perimeter(part)[0]) for part in parts)
        for code in shape.codes:
            areas[code] = area / SQUARE_METRES / len(shape.codes)
    return areas


def above_of(gazetteer: Gazetteer, places: tuple[str, ...]) -> list[str]:
    return [gazetteer.get(code).parent or gazetteer.country for code in places]


def last_counts(pack: Pack, places: tuple[str, ...]) -> dict[str, Floats]:
    """The last figure of each soum for animals, herder households and hay; NaN where there is none."""
    frame = pack.table("soum_indicators").frame.sort("year")
    names = ("livestock_head", "herder_households", "hay_harvest_tonnes")
    last = frame.group_by("place").agg(pl.col(name).drop_nulls().last() for name in names)
    rows = {row["place"]: row for row in last.iter_rows(named=True)}
    nothing = dict.fromkeys(names)

    def number(place: str, name: str) -> float:
        value = rows.get(place, nothing)[name]
        return np.nan if value is None else float(value)

    return {name: np.array([number(place, name) for place in places]) for name in names}


def counted_in(pack: Pack) -> int:
    """Year of the last count of animals."""
    frame = pack.table("soum_indicators").frame.filter(pl.col("livestock_head").is_not_null())
    return int(frame.select(pl.col("year").max()).item())


def overview(ground: Ground, parameters: Parameters, on: date) -> dict[str, float]:
    """The country in a few figures: herd, capacity by the level that is set, and by what grows."""
    return {
        "sheep_units": float(np.nansum(ground.resident)),
        "capacity": float(np.nansum(ground.resident)) / parameters.number("load_of_country", on),
        "grown": float(ground.grown.sum()),
    }
