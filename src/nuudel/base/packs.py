"""Packs: one folder per country with its places, figures and dated parameters, and no code.

``pack.toml`` names each table with its columns, units, key, source and caveats. Reading is strict: an
unknown key or column, a wrong type, a missing value or a doubled key is an error that says where.
The format is described in ``docs/reference/packs.md``.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from nuudel.base.errors import PackError
from nuudel.base.manifest import check_manifest
from nuudel.base.provenance import Caveat, Effect, Source, Text
from nuudel.base.tables import COLUMN_TYPES, Column, check_known, nearest, read_csv

__all__ = [
    "COLUMN_TYPES",
    "Column",
    "Pack",
    "PackTable",
    "check_known",
    "load_pack",
    "nearest",
    "pack_names",
    "read_csv",
]

PACKS_FOLDER = Path(__file__).parent.parent / "packs"


@dataclass(frozen=True)
class PackTable:
    """A table as read: the frame (one row per key), and what it is, counts and lacks."""

    name: str
    title: Text
    frame: pl.DataFrame
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    source: Source
    caveats: tuple[Caveat, ...]

    def caveats_for(self, **figure: Any) -> tuple[Caveat, ...]:
        """The caveats that cover a figure (``column``, ``place``, ``year``)."""
        return tuple(c for c in self.caveats if c.covers(**figure))


@dataclass(frozen=True)
class Pack:
    """A country's folder, read from ``pack.toml``; tables are read when asked for."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.manifest["name"])

    @property
    def country(self) -> str:
        """Place code of the country, e.g. ``MN``."""
        return str(self.manifest["country"])

    @property
    def capital(self) -> str | None:
        """Place code of the capital, where it is a unit of its own."""
        return self.manifest.get("capital")

    @property
    def title(self) -> Text:
        return dict(self.manifest["title"])

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.manifest["languages"])

    @property
    def table_names(self) -> tuple[str, ...]:
        return tuple(self.manifest["tables"])

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        return {key: Source(key=key, **entry) for key, entry in self.manifest["sources"].items()}

    def has(self, table: str) -> bool:
        return table in self.manifest["tables"]

    def table(self, name: str) -> PackTable:
        """Read one table; errors ``PACK-103`` … ``PACK-109``."""
        if not self.has(name):
            near = nearest(name, self.table_names)
            raise PackError(103, f"pack {self.name} has no table {name!r}.", f"Ask for one it has{near}.")
        return read_table(self, name)

    def file_hashes(self) -> dict[str, str]:
        """SHA-256 of each file of the pack, by its path in the folder; links are not followed."""
        files = sorted(p for p in self.folder.rglob("*") if p.is_file() and not p.is_symlink())
        return {
            p.relative_to(self.folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files
        }


def inside(pack: Pack, name: str) -> Path:
    """The path of a table's file; a link that leads out of the pack is refused (``PACK-104``)."""
    path = pack.folder / name
    if not path.resolve().is_relative_to(pack.folder.resolve()):
        raise PackError(104, f"{path.name} leads out of pack {pack.name}.", "Put the file into the pack.")
    return path


def pack_names() -> tuple[str, ...]:
    """The packs that come with the installation."""
    return tuple(sorted(p.parent.name for p in PACKS_FOLDER.glob("*/pack.toml")))


def load_pack(name: str | Path) -> Pack:
    """Read a pack by its name, or from a folder of the user's own.

    Raises
    ------
    PackError
        ``PACK-101`` unknown pack, ``PACK-102`` pack.toml cannot be read or has an unknown or missing key.
    """
    folder = Path(name) if Path(name).joinpath("pack.toml").is_file() else PACKS_FOLDER / name
    path = folder / "pack.toml"
    if not path.is_file():
        near = nearest(str(name), pack_names())
        raise PackError(101, f"there is no pack {str(name)!r}.", f"Name a pack folder or one of: {near[2:]}.")
    try:
        manifest = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        reason = error.strerror or error
        raise PackError(
            102, f"{path.name} of {folder.name} cannot be read: {reason}.", "Restore it."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(102, f"{path.name} of {folder.name} is not TOML ({error}).", "Correct it.") from None
    try:
        check_manifest(folder.name, manifest)
    except (TypeError, ValueError, AttributeError) as error:
        raise PackError(
            102, f"{path.name} of {folder.name} has a value of the wrong kind ({error}).", "Correct it."
        ) from None
    return Pack(folder=folder, manifest=manifest)


def read_table(pack: Pack, name: str) -> PackTable:
    entry = pack.manifest["tables"][name]
    columns = {
        column: Column(
            name=column,
            type=spec["type"],
            unit=spec.get("unit", ""),
            optional=spec.get("optional", False),
            title=spec.get("title", {}),
            level=spec.get("level", ""),
        )
        for column, spec in entry["columns"].items()
    }
    frame = read_csv(inside(pack, entry["file"]), f"table {name} of {pack.name}", columns)
    if "year" in entry:
        frame = frame.with_columns(pl.lit(entry["year"], dtype=pl.Int32).alias("year"))
    key = tuple(entry["key"])
    check_unique(f"table {name} of {pack.name}", frame, key)
    return PackTable(
        name=name,
        title=dict(entry["title"]),
        frame=frame,
        columns=columns,
        key=key,
        source=pack.sources[entry["source"]],
        caveats=tuple(read_caveat(caveat) for caveat in entry.get("caveats", ())),
    )


def check_unique(where: str, frame: pl.DataFrame, key: tuple[str, ...]) -> None:
    if not key or frame.select(key).n_unique() == frame.height:
        return
    row = int(frame.select(~pl.struct(key).is_first_distinct()).to_series().arg_max() or 0)
    first = ", ".join(f"{k}={frame[k][row]}" for k in key)
    raise PackError(
        109, f"{where}, line {row + 2}: {first} is there twice.", "Keep one row for each key.", key
    )


def read_caveat(entry: Mapping[str, Any]) -> Caveat:
    years = entry.get("years")
    return Caveat(
        key=entry["key"],
        effect=Effect(entry["effect"]),
        text=dict(entry["text"]),
        columns=tuple(entry.get("columns", ())),
        places=tuple(entry.get("places", ())),
        years=(years[0], years[1]) if years else None,
    )
