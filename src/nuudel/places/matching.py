"""Which units the polygons of a user's file stand for, by the codes or names among their properties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from nuudel.base.errors import PlacesError
from nuudel.places.gazetteer import SETTLEMENT, Gazetteer, Place
from nuudel.places.search import CERTAIN_SCORE, Hit, search

Properties = Mapping[str, Any]
LEAST_SHARE_BY_CODE = 0.5  # below this share of polygons, a property that looks like a code is none


@dataclass(frozen=True)
class Match:
    """Codes of the units for each polygon (empty: none), the level, and the property that told."""

    level: str
    property_name: str
    codes: tuple[tuple[str, ...], ...]


def match(
    gazetteer: Gazetteer,
    properties: Sequence[Properties],
    geometries: Sequence[shapely.Geometry],
    level: str | None,
) -> Match:
    """The property and level by which most units are found; what codes leave open is tried by name.

    A property may hold a code of the statistics office, an ISO 3166-2 code, a place code, or a list of them
    where one polygon stands for several units. A name that several units bear means the one whose centre
    lies in the polygon.

    Raises
    ------
    PlacesError
        ``PLACES-135`` no property matches any unit.
    """
    levels = (
        [e.name for e in gazetteer.levels if e.name != SETTLEMENT]
        if level is None
        else [gazetteer.level(level).name]
    )
    keys = sorted({key for entry in properties for key in entry})
    best = Match(level="", property_name="", codes=())
    for name in levels:
        by_code = codes_at(gazetteer, name)
        for key in keys:
            coded = Match(name, key, tuple(units_by_code(by_code, entry.get(key)) for entry in properties))
            enough = sum(bool(codes) for codes in coded.codes) >= LEAST_SHARE_BY_CODE * len(properties)
            best = better(best, coded) if enough else best
    # A code that many polygons share is that of the unit above them: their names tell more.
    for name in levels if len(units_of(best)) < len(properties) else ():
        by_name = NameFinder(gazetteer, name)
        for key in keys:
            named = tuple(
                by_name(entry.get(key), shape) for entry, shape in zip(properties, geometries, strict=True)
            )
            best = better(best, Match(name, key, named))
    if not any(best.codes):
        raise PlacesError(
            135,
            f"no polygon could be matched with a unit of {gazetteer.country}; "
            f"the properties are {', '.join(keys) or 'none'}.",
            "Give each polygon a property with the unit's code or name, or name the level: --level.",
        )
    return complete_by_name(gazetteer, best, properties, geometries)


def better(one: Match, other: Match) -> Match:
    """The match with more different units; with as many, the one with fewer doubles, then the first."""

    def worth(found: Match) -> tuple[int, int]:
        return len(units_of(found)), -sum(len(codes) for codes in found.codes)

    return other if worth(other) > worth(one) else one


def units_of(found: Match) -> set[str]:
    return {code for codes in found.codes for code in codes}


def codes_at(gazetteer: Gazetteer, level: str) -> dict[str, str]:
    """Every code by which a unit of a level may be called, to its place code."""
    return {
        code: unit.code
        for unit in gazetteer.units(level)
        for code in (unit.national_code, unit.iso_3166_2, unit.code)
        if code
    }


def units_by_code(known: Mapping[str, str], value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(known[str(v)] for v in values if v is not None and str(v) in known))


@dataclass
class NameFinder:
    """Finds the unit of a level that a name means, each name being searched once."""

    gazetteer: Gazetteer
    level: str

    def __post_init__(self) -> None:
        self.found: dict[str, list[Place]] = {}

    def __call__(self, name: Any, geometry: shapely.Geometry) -> tuple[str, ...]:
        if not isinstance(name, str) or not name.strip() or name.strip().isdigit():
            return ()
        if name not in self.found:
            self.found[name] = self.search(name)
        places = self.found[name]
        if len(places) > 1:
            places = [p for p in places if geometry.intersects(shapely.Point(p.longitude, p.latitude))]
        return (places[0].code,) if len(places) == 1 else ()

    def search(self, name: str) -> list[Place]:
        try:
            hits: tuple[Hit, ...] = search(self.gazetteer, name, level=self.level, limit=30)
        except PlacesError:
            return []
        sure = hits[0].score >= CERTAIN_SCORE
        return [hit.place for hit in hits if hit.score == hits[0].score] if sure else []


def complete_by_name(
    gazetteer: Gazetteer,
    found: Match,
    properties: Sequence[Properties],
    geometries: Sequence[shapely.Geometry],
) -> Match:
    """Polygons without a unit are tried by each of their texts; a unit already drawn is left alone."""
    finder = NameFinder(gazetteer, found.level)
    drawn = units_of(found)
    codes = list(found.codes)
    for i, entry in enumerate(properties):
        for value in entry.values() if not codes[i] else ():
            named = finder(value, geometries[i])
            if named and named[0] not in drawn:
                codes[i] = named
                drawn.update(named)
                break
    return Match(found.level, found.property_name, tuple(codes))
