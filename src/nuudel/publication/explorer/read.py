"""Reading a bundle: the index at once, everything else when asked for."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from nuudel.base.errors import PublicationError
from nuudel.base.packs import nearest
from nuudel.base.provenance import Text

# Number of the format of the files (docs/reference/explorer-bundle.md).
FORMAT = 1
# Key of the values that belong to no year.
UNDATED = "all"


@dataclass(frozen=True)
class BundlePlace:
    """A place of the index; ``xy`` are pixels of the drawing frame."""

    code: str
    level: str
    parent: str | None
    names: Text
    xy: tuple[float, float]
    lat: float
    lon: float

    def name(self, lang: str) -> str:
        return self.names[lang]


@dataclass(frozen=True)
class Bundle:
    """A bundle on the disk; its parts are read when they are first asked for, and kept.

    Attributes
    ----------
    folder
        Where the files lie.
    index
        The content of ``index.json``.
    beside
        Contents of files that are not in the folder, by name.
    """

    folder: Path
    index: Mapping[str, Any]
    beside: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def build(self) -> str:
        """Hash of the content: the same figures and words have the same build."""
        return str(self.index["build"])

    @property
    def capital(self) -> str | None:
        found: str | None = self.index["capital"]
        return found

    @property
    def country_code(self) -> str:
        return str(self.index["country_code"])

    @property
    def years(self) -> tuple[int, ...]:
        """The years of arrivals and departures."""
        return tuple(self.index["years"])

    @property
    def unit_level(self) -> str:
        """Key of the level whose units migration is counted between."""
        return str(self.index["levels"][0]["key"])

    @cached_property
    def places(self) -> Mapping[str, BundlePlace]:
        """The places by code, upper levels first."""
        return {
            entry["code"]: BundlePlace(
                entry["code"], entry["level"], entry["parent"], entry["name"], tuple(entry["xy"]),
                entry["lat"], entry["lon"],
            )
            for entry in self.index["places"]
        }  # fmt: skip

    def place(self, code: str) -> BundlePlace:
        """A place; ``PUBLICATION-323`` where the bundle has none of this code."""
        found = self.places.get(code)
        if found is None:
            near = nearest(code, tuple(self.places))
            raise PublicationError(
                323, f"the explorer has no place {code!r}.", f"Name one that it has{near}.", ("place",)
            )
        return found

    def name(self, code: str, lang: str) -> str:
        """The name of a place or of the country."""
        return str(self.index["country"][lang]) if code == self.country_code else self.place(code).name(lang)

    def units(self, level: str = "") -> tuple[BundlePlace, ...]:
        """The places of a level; of the one that migration is counted between where none is named."""
        wanted = level or self.unit_level
        return tuple(place for place in self.places.values() if place.level == wanted)

    @cached_property
    def indicators(self) -> Mapping[str, Mapping[str, Any]]:
        """The index's entry of each indicator, by key."""
        return {entry["key"]: entry for entry in self.index["indicators"]}

    @cached_property
    def series(self) -> Mapping[str, Any]:
        """The content of ``series.json``."""
        return self._kept("series.json")

    def flows(self, year: int) -> Mapping[str, Any]:
        """The routes of a year; ``PUBLICATION-324`` where the bundle has none."""
        if year not in self.index["flows"]["years"]:
            raise PublicationError(
                324, f"the explorer has no routes of {year}.", "Choose a year that it shows.", ("year",)
            )
        return self._kept(f"flows-{year}.json")

    def indicator(self, key: str) -> Mapping[str, Any]:
        """Level to year to place to value; ``PUBLICATION-324`` where the bundle has no such indicator."""
        if key not in self.indicators:
            near = nearest(key, tuple(self.indicators))
            raise PublicationError(
                324, f"the explorer has no indicator {key!r}.", f"Name one that it has{near}.", ("indicator",)
            )
        return self._kept(f"indicator-{key}.json")

    def shapes(self, level: str) -> Mapping[str, Any] | None:
        """The shapes of a level, None where the bundle has none."""
        drawn = {entry["key"] for entry in self.index["levels"] if entry["shapes"]}
        return self._kept(f"shapes-{level}.json") if level in drawn else None

    def details(self, code: str) -> Mapping[str, Any]:
        """The numbers of a place's page; ``PUBLICATION-323`` where the bundle has no such place."""
        found: Mapping[str, Any] = read_file(self.folder / f"place-{self.place(code).code}.json")
        return found

    def with_indicators(
        self,
        entries: Sequence[Mapping[str, Any]],
        values: Mapping[str, Mapping[str, Any]],
        sources: Sequence[Mapping[str, Any]],
        stamp: str,
    ) -> "Bundle":
        """The same bundle with further indicators, last in the list, and their sources.

        Parameters
        ----------
        entries, sources
            As ``index.json`` has them.
        values
            By key of the indicator: level to year to place to value.
        stamp
            Tells these values from all others: the build of the bundle follows from it.
        """
        build = hashlib.sha256(f"{self.build} {stamp}".encode()).hexdigest()[: len(self.build)]
        index = {
            **self.index,
            "build": build,
            "indicators": [*self.index["indicators"], *entries],
            "sources": [*self.index["sources"], *sources],
        }
        return Bundle(self.folder, index, {f"indicator-{key}.json": levels for key, levels in values.items()})

    @cached_property
    def _files(self) -> dict[str, Any]:
        return dict(self.beside)

    def _kept(self, name: str) -> Mapping[str, Any]:
        if name not in self._files:
            self._files[name] = read_file(self.folder / name)
        found: Mapping[str, Any] = self._files[name]
        return found


def read_bundle(folder: Path) -> Bundle:
    """The bundle in a folder.

    Raises
    ------
    PublicationError
        ``PUBLICATION-322``: there is none, it is broken, or of another format.
    """
    index = read_file(folder / "index.json")
    if not isinstance(index, dict) or index.get("format") != FORMAT:
        raise PublicationError(
            322, "the explorer's bundle is of another version of Nuudel.", "Write it again: nuudel run."
        )
    return Bundle(folder, index)


def read_file(path: Path) -> Any:
    """The content of one file; ``PUBLICATION-322`` where it is missing or broken."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        raise PublicationError(
            322, f"{path.name} of the explorer's bundle is missing or broken.", "Write it again: nuudel run."
        ) from None
