"""Packs: one folder per country with its places, figures and dated parameters, and no code.

``pack.toml`` names each table with its columns, units, key, source and caveats. Reading is strict: an
unknown key or column, a wrong type, a missing value or a doubled key is an error that says where.
The format is described in ``docs/reference/packs.md``.
"""

import difflib
import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from nuudel.base.errors import PackError
from nuudel.base.provenance import Caveat, Effect, Source, Text

COLUMN_TYPES: Mapping[str, Any] = {
    "year": pl.Int32,
    "month": pl.String,
    "date": pl.Date,
    "place": pl.String,
    "code": pl.String,
    "text": pl.String,
    "age": pl.String,
    "count": pl.Int64,
    "number": pl.Float64,
}
PACK_KEYS = {"name", "country", "capital", "title", "languages", "levels", "outlines", "sources", "tables"}
TABLE_KEYS = {"file", "title", "source", "key", "year", "columns", "caveats"}
COLUMN_KEYS = {"type", "unit", "optional", "title", "level"}
CAVEAT_KEYS = {"key", "effect", "text", "columns", "places", "years"}
SOURCE_KEYS = {"institution", "title", "identifier", "licence"}
OUTLINE_KEYS = {"package", "file", "name_property", "level", "licence", "institution"}
PACKS_FOLDER = Path(__file__).parent.parent / "packs"


@dataclass(frozen=True)
class Column:
    """One column of a pack's table: its type (a key of ``COLUMN_TYPES``), unit and title."""

    name: str
    type: str
    unit: str
    optional: bool
    title: Text
    level: str


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
        """SHA-256 of each file of the pack, by its path in the folder."""
        files = sorted(p for p in self.folder.rglob("*") if p.is_file())
        return {
            p.relative_to(self.folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files
        }


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
        manifest = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(102, f"{path.name} of {folder.name} is not TOML ({error}).", "Correct it.") from None
    check_manifest(folder.name, manifest)
    return Pack(folder=folder, manifest=manifest)


def check_manifest(pack: str, manifest: Mapping[str, Any]) -> None:
    required = PACK_KEYS - {"capital", "outlines", "levels"}
    check_keys(f"pack.toml of {pack}", manifest, PACK_KEYS, required)
    languages = manifest["languages"]
    check_text(f"title of {pack}", manifest["title"], languages)
    if "outlines" in manifest:
        check_keys(f"outlines of {pack}", manifest["outlines"], OUTLINE_KEYS, OUTLINE_KEYS)
    for key, source in manifest["sources"].items():
        check_keys(f"source {key} of {pack}", source, SOURCE_KEYS, SOURCE_KEYS)
        check_text(f"institution of source {key}", source["institution"], languages)
        check_text(f"title of source {key}", source["title"], languages)
    for name, table in manifest["tables"].items():
        where = f"table {name} of {pack}"
        check_keys(where, table, TABLE_KEYS, TABLE_KEYS - {"caveats", "year"})
        check_text(f"title of {where}", table["title"], languages)
        check_known(f"source of {where}", table["source"], manifest["sources"])
        for column, entry in table["columns"].items():
            check_keys(f"column {column} of {where}", entry, COLUMN_KEYS, {"type"})
            check_known(f"type of column {column} of {where}", entry["type"], COLUMN_TYPES)
        for column in table["key"]:
            check_known(f"key of {where}", column, table["columns"])
        for caveat in table.get("caveats", ()):
            check_keys(f"caveat of {where}", caveat, CAVEAT_KEYS, {"key", "effect", "text"})
            check_known(f"effect of a caveat of {where}", caveat["effect"], list(Effect))
            check_text(f"caveat {caveat['key']} of {where}", caveat["text"], languages)
            for column in caveat.get("columns", ()):
                check_known(f"caveat {caveat['key']} of {where}", column, table["columns"])


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
    frame = read_csv(pack.folder / entry["file"], f"table {name} of {pack.name}", columns)
    if "year" in entry:
        frame = frame.with_columns(pl.lit(entry["year"], dtype=pl.Int32).alias("year"))
    key = tuple(entry["key"])
    doubled = frame.filter(pl.struct(key).is_duplicated())
    if len(doubled):
        first = ", ".join(f"{k}={doubled[k][0]}" for k in key)
        raise PackError(109, f"table {name} of {pack.name} has {first} twice.", "Keep one row for each key.", key)
    return PackTable(
        name=name,
        title=dict(entry["title"]),
        frame=frame,
        columns=columns,
        key=key,
        source=pack.sources[entry["source"]],
        caveats=tuple(read_caveat(caveat) for caveat in entry.get("caveats", ())),
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


def read_csv(path: Path, where: str, columns: Mapping[str, Column]) -> pl.DataFrame:
    """Read a CSV file strictly: exactly these columns, each value of its column's type."""
    try:
        raw = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except OSError as error:
        raise PackError(
            104, f"{path.name} ({where}) cannot be opened: {error.strerror}.", "Restore the file."
        ) from None
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0]
        raise PackError(105, f"{path.name} ({where}) is not a CSV table: {reason}.", "Restore it.") from None
    for column in raw.columns:
        check_known(f"column of {where}", column, columns, number=106)
    for column in columns:
        if column not in raw.columns:
            raise PackError(106, f"{path.name} ({where}) lacks column {column!r}.", "Add it.", (column,))
    return raw.select(convert(raw[name], column, where) for name, column in columns.items())


def convert(values: pl.Series, column: Column, where: str) -> pl.Series:
    texts = values.replace("", None)
    converted = texts.cast(COLUMN_TYPES[column.type], strict=False)
    bad = texts.is_not_null() & converted.is_null()
    if bad.any():
        row = int(bad.arg_max() or 0)
        raise PackError(
            107,
            f"{where}, line {row + 2}: {texts[row]!r} in column {column.name} is no {column.type}.",
            "Correct the value.",
            (column.name,),
        )
    if not column.optional and converted.null_count():
        row = int(converted.is_null().arg_max() or 0)
        raise PackError(
            108,
            f"{where}, line {row + 2}: column {column.name} is empty.",
            "Fill it, or declare the column optional.",
            (column.name,),
        )
    return converted


def check_keys(where: str, found: Iterable[str], known: set[str], required: set[str]) -> None:
    found = set(found)
    for key in sorted(found):
        check_known(where, key, known)
    for key in sorted(required - found):
        raise PackError(102, f"{where} lacks {key!r}.", "Add it (docs/reference/packs.md).", (key,))


def check_known(where: str, key: str, known: Iterable[str], number: int = 102) -> None:
    names = [str(k) for k in known]
    if key not in names:
        raise PackError(number, f"{where}: {key!r} is unknown.", f"Use a known one{nearest(key, names)}.", (key,))


def check_text(where: str, text: Any, languages: Iterable[str]) -> None:
    for language in languages:
        if not isinstance(text, Mapping) or not text.get(language):
            raise PackError(102, f"{where} has no text in {language!r}.", "Write it in every language.")


def nearest(word: str, known: Iterable[str]) -> str:
    """``: a, b, c``, the known names nearest to a word first (at most five)."""
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    rest = [name for name in names if name not in near]
    return ": " + ", ".join((near + rest)[:5])
