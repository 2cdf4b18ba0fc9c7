"""The gazetteer: the places of a country, their codes over time, names, levels and coordinates."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nuudel.base.errors import PlacesError
from nuudel.base.packs import Pack, PackTable, nearest
from nuudel.base.provenance import Text
from nuudel.places.spelling import close_key, key

PLACE_COLUMNS = (
    "code",
    "national_code",
    "iso_3166_2",
    "level",
    "parent",
    "latitude",
    "longitude",
    "elevation_m",
    "valid_from",
    "valid_to",
)
SETTLEMENT = "settlement"
CHANGES = {"date": pl.Date, "old": pl.String, "new": pl.String, "share": pl.Float64, "basis": pl.String}


@dataclass(frozen=True)
class Level:
    """A level of the administrative order.

    ``words`` may follow a name (*aimag*, *сум*); ``plural`` is what several units are called in a text.
    """

    name: str
    rank: int
    title: Text
    words: tuple[str, ...]
    plural: Text


@dataclass(frozen=True)
class Place:
    """One place: a country, an administrative unit or a settlement.

    ``valid_from`` is the first day on which it exists, ``valid_to`` the first on which it no longer does;
    None means without a known end. ``kind`` is given for settlements only (city, town, village, locality).
    """

    code: str
    names: Text
    level: str
    parent: str | None
    latitude: float | None
    longitude: float | None
    elevation_m: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    national_code: str | None = None
    iso_3166_2: str | None = None
    kind: str = ""

    def name(self, language: str) -> str:
        """The name in a language, or in the first in which the place has one."""
        return self.names.get(language) or next(iter(self.names.values()))

    def exists(self, on: date | None) -> bool:
        """Whether the place exists on a day; None asks about no day and is always true."""
        if on is None:
            return True
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on < self.valid_to
        )


class Spelling(NamedTuple):
    """A name or alias of a place, with its keys (``spelling.key`` and ``close_key``)."""

    key: str
    close_key: str
    name: str
    place: Place
    alias: bool


@dataclass(frozen=True)
class Gazetteer:
    """The places of one pack, by code.

    Attributes
    ----------
    places
        Code to place, in the order of the pack: upper levels first, settlements last.
    levels
        From the country down.
    aliases
        Further names: pairs of name and code.
    changes
        What becomes of units: columns date, old, new, share, basis (see ``crosswalk``).
    """

    country: str
    languages: tuple[str, ...]
    levels: tuple[Level, ...]
    places: Mapping[str, Place]
    aliases: tuple[tuple[str, str], ...]
    changes: pl.DataFrame

    def get(self, code: str) -> Place:
        """The place with a code; ``PLACES-101`` when there is none."""
        place = self.places.get(code)
        if place is None:
            near = difflib.get_close_matches(code, list(self.places), n=3, cutoff=0.5)
            hint = f"; the nearest are {', '.join(near)}" if near else ""
            raise PlacesError(
                101,
                f"there is no place with the code {code!r} in {self.country}{hint}.",
                "Correct the code, or look it up: nuudel places search NAME.",
                ("code",),
            )
        return place

    def level(self, name: str) -> Level:
        """A level by its name; ``PLACES-102`` when the country has none of this name."""
        for level in self.levels:
            if level.name == name:
                return level
        near = nearest(name, [level.name for level in self.levels])
        raise PlacesError(
            102, f"{self.country} has no level {name!r}.", f"Name one it has{near}.", ("level",)
        )

    def units(self, level: str, on: date | None = None) -> tuple[Place, ...]:
        """The units of a level that exist on a day (None: those of today), in the order of the pack."""
        day = on or date.today()
        name = self.level(level).name
        return tuple(p for p in self.places.values() if p.level == name and p.exists(day))

    def children(self, code: str, level: str | None = None, on: date | None = None) -> tuple[Place, ...]:
        """The places directly under one, of all levels or of one, that exist on a day (None: any day)."""
        self.get(code)
        below = (self.places[child] for child in self._children.get(code, ()))
        return tuple(p for p in below if level in (None, p.level) and p.exists(on))

    def ancestors(self, code: str) -> tuple[Place, ...]:
        """The places in which one lies, from its parent up to the country, as they are today."""
        found = []
        parent = self.get(code).parent
        while parent is not None:
            found.append(self.get(parent))
            parent = found[-1].parent
        return tuple(found)

    def at_level(self, code: str, level: str) -> Place | None:
        """The place itself, or the one of its ancestors, that is of a level."""
        wanted = self.level(level).name
        line = (self.get(code), *self.ancestors(code))
        return next((p for p in line if p.level == wanted), None)

    def coordinates(self, codes: Iterable[str]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Latitudes and longitudes, each of shape (n,), in degrees; ``PLACES-103`` where a place has none."""
        found = [self.get(code) for code in codes]
        for place in found:
            if place.latitude is None or place.longitude is None:
                raise PlacesError(
                    103,
                    f"{place.code} has no coordinates.",
                    "Add latitude and longitude to the file it was loaded from.",
                    ("latitude", "longitude"),
                )
        lat = np.array([p.latitude for p in found], dtype=np.float64)
        return lat, np.array([p.longitude for p in found], dtype=np.float64)

    def path(self, code: str, language: str) -> str:
        """``Tes, Zavkhan``: the name with those of its ancestors below the country."""
        line = (self.get(code), *(p for p in self.ancestors(code) if p.parent is not None))
        return ", ".join(p.name(language) for p in line)

    def with_places(self, places: Iterable[Place]) -> "Gazetteer":
        """The same gazetteer with further places, each checked; errors as ``read_gazetteer``."""
        more = dict(self.places)
        for place in places:
            if place.code in more:
                raise PlacesError(105, f"the code {place.code} is there twice.", "Keep one.", ("code",))
            more[place.code] = place
        grown = replace(self, places=more)
        check_order(grown)
        return grown

    @cached_property
    def spellings(self) -> "tuple[Spelling, ...]":
        """Every name and alias with its search keys."""
        own = [(name, place, False) for place in self.places.values() for name in place.names.values()]
        further = [(name, self.places[code], True) for name, code in self.aliases]
        return tuple(
            Spelling(key(name), close_key(name), name, place, alias) for name, place, alias in own + further
        )

    @cached_property
    def _children(self) -> Mapping[str, list[str]]:
        below: dict[str, list[str]] = {}
        for place in self.places.values():
            if place.parent is not None:
                below.setdefault(place.parent, []).append(place.code)
        return below


def read_gazetteer(pack: Pack) -> Gazetteer:
    """Build the gazetteer of a pack from its place tables (docs/reference/packs-places.md).

    Raises
    ------
    PlacesError
        ``PLACES-112`` the pack has no places or levels; ``PLACES-104`` a column is unknown or missing;
        ``PLACES-105`` a doubled code; ``PLACES-106`` a parent that is unknown or not of an upper level.
    PackError
        A table cannot be read.
    """
    levels = read_levels(pack)
    if not pack.has("places"):
        raise PlacesError(112, f"pack {pack.name} has no table 'places'.", "Add it (packs-places.md).")
    frame = pack.table("places").frame
    names = {f"name_{language}": language for language in pack.languages}
    for column in frame.columns:
        if column not in (*PLACE_COLUMNS, *names):
            near = nearest(column, [*names, *PLACE_COLUMNS])
            raise PlacesError(
                104, f"table places has a column {column!r}.", f"Use a known one{near}.", (column,)
            )
    for column in (*PLACE_COLUMNS, *names):
        if column not in frame.columns:
            raise PlacesError(104, f"table places lacks {column!r}.", "Add the column.", (column,))
    units = [read_place(row, names) for row in frame.iter_rows(named=True)]
    gazetteer = Gazetteer(
        country=pack.country,
        languages=pack.languages,
        levels=levels,
        places={},
        aliases=read_aliases(pack),
        changes=read_changes(pack),
    )
    codes = {unit.code for unit in units}
    for field, code in (("country", pack.country), ("capital", pack.capital)):
        if code is not None and code not in codes:
            raise PlacesError(
                113,
                f"{field} {code!r} of pack {pack.name} is not in its table of places.",
                "Correct pack.toml or add the place.",
                (field,),
            )
    return gazetteer.with_places(units + read_settlements(pack, names))


def check_levels(gazetteer: Gazetteer, table: PackTable) -> None:
    """Refuse a table whose place columns hold another level than the one declared (``PLACES-114``).

    A total in a table of its parts would be counted twice.
    """
    for column in table.columns.values():
        if column.type != "place" or not column.level:
            continue
        for line, code in enumerate(table.frame[column.name], start=2):
            if code is not None and gazetteer.get(code).level != column.level:
                raise PlacesError(
                    114,
                    f"table {table.name}, line {line}: {code} in column {column.name} is no {column.level}.",
                    "Keep one level in the table, totals out of it.",
                    (column.name,),
                )


def read_levels(pack: Pack) -> tuple[Level, ...]:
    entries: Mapping[str, Any] = pack.manifest.get("levels", {})
    if not entries:
        raise PlacesError(
            112, f"pack {pack.name} names no levels.", "Add [levels.…] to pack.toml.", ("levels",)
        )
    return tuple(
        Level(
            name,
            rank,
            dict(entry.get("title", {})),
            tuple(entry.get("words", ())),
            dict(entry.get("plural", entry.get("title", {}))),
        )
        for rank, (name, entry) in enumerate(entries.items())
    )


def read_place(row: Mapping[str, Any], names: Mapping[str, str], **fixed: Any) -> Place:
    given = {column: row[column] for column in PLACE_COLUMNS if column in row}
    for column in ("valid_from", "valid_to"):
        given[column] = read_date(given.get(column), column)
    texts = {language: row[column] for column, language in names.items() if row.get(column)}
    if not texts:
        raise PlacesError(
            107, f"place {row['code']} has no name.", "Give it one in any language.", tuple(names)
        )
    for column, limit in (("latitude", 90), ("longitude", 180)):
        if given.get(column) is not None and abs(given[column]) > limit:
            raise PlacesError(
                108,
                f"place {row['code']}: {column} {given[column]} is out of range.",
                "Correct it.",
                (column,),
            )
    return Place(**{**given, **fixed}, names=texts)


def read_date(value: Any, column: str) -> date | None:
    """A date given as such or as ISO 8601; ``PLACES-108`` for anything else."""
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise PlacesError(
            108, f"{value!r} in column {column} is no date.", "Write it as 1994-05-31.", (column,)
        ) from None


def read_settlements(pack: Pack, names: Mapping[str, str]) -> list[Place]:
    if not pack.has("settlements"):
        return []
    rows = pack.table("settlements").frame.iter_rows(named=True)
    return [read_place(row, names, level=SETTLEMENT, kind=row["kind"]) for row in rows]


def read_aliases(pack: Pack) -> tuple[tuple[str, str], ...]:
    if not pack.has("place_aliases"):
        return ()
    frame = pack.table("place_aliases").frame
    return tuple(zip(frame["name"], frame["place"], strict=True))


def read_changes(pack: Pack) -> pl.DataFrame:
    if not pack.has("place_changes"):
        return pl.DataFrame(schema=CHANGES)
    frame = pack.table("place_changes").frame
    days = [read_date(value, "date") for value in frame["date"]]
    return frame.with_columns(pl.Series("date", days, dtype=pl.Date)).select(list(CHANGES))


def check_order(gazetteer: Gazetteer) -> None:
    """Every parent exists and is of an upper level, there is one country, and aliases name known places."""
    ranks = {level.name: level.rank for level in gazetteer.levels}
    for place in gazetteer.places.values():
        gazetteer.level(place.level)
        if place.parent is None:
            if place.code != gazetteer.country:
                raise PlacesError(
                    106, f"place {place.code} has no parent.", "Name the unit it lies in.", ("parent",)
                )
            continue
        parent = gazetteer.places.get(place.parent)
        if parent is None or ranks[parent.level] >= ranks[place.level]:
            why = "is unknown" if parent is None else f"is of level {parent.level}"
            raise PlacesError(
                106,
                f"place {place.code} of level {place.level} has the parent {place.parent}, which {why}.",
                "Name a unit of an upper level.",
                ("parent",),
            )
    for name, code in gazetteer.aliases:
        if code not in gazetteer.places:
            raise PlacesError(
                106, f"alias {name!r} names the unknown place {code}.", "Correct the code.", ("place",)
            )
