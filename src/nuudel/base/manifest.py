"""Strict checks of a ``pack.toml``: an unknown or missing key, name or language is ``PACK-102``."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nuudel.base.errors import PackError
from nuudel.base.provenance import Effect
from nuudel.base.tables import COLUMN_TYPES, check_known

PACK_KEYS = {"name", "country", "capital", "title", "languages", "levels", "outlines", "sources", "tables"}
TABLE_KEYS = {"file", "title", "source", "key", "year", "columns", "caveats"}
COLUMN_KEYS = {"type", "unit", "optional", "title", "level"}
CAVEAT_KEYS = {"key", "effect", "text", "columns", "places", "years"}
SOURCE_KEYS = {"institution", "title", "identifier", "licence"}
LEVEL_KEYS = {"title", "words", "plural"}
OUTLINE_KEYS = {"package", "file", "name_property", "level", "licence", "institution"}


def check_manifest(pack: str, manifest: Mapping[str, Any]) -> None:
    """Check every key and name of a ``pack.toml``; the first fault is ``PACK-102``."""
    required = PACK_KEYS - {"capital", "outlines", "levels"}
    check_keys(f"pack.toml of {pack}", manifest, PACK_KEYS, required)
    languages = manifest["languages"]
    check_kind(f"languages of {pack}", languages, list, "a list")
    if not languages or not all(isinstance(language, str) for language in languages):
        raise PackError(
            102, f"languages of {pack} names none.", 'Write a list such as ["en"].', ("languages",)
        )
    for key in {"name", "country", "capital"} & set(manifest):
        check_kind(f"{key} of {pack}", manifest[key], str, "a text")
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", manifest["name"]):
        raise PackError(
            102, f"the name of {pack} is no word.", "Use small letters, digits, _ and - only.", ("name",)
        )
    check_text(f"title of {pack}", manifest["title"], languages)
    if "outlines" in manifest:
        check_keys(f"outlines of {pack}", manifest["outlines"], OUTLINE_KEYS, OUTLINE_KEYS)
    check_kind(f"levels of {pack}", manifest.get("levels", {}), Mapping, "a table")
    for name, level in manifest.get("levels", {}).items():
        check_keys(f"level {name} of {pack}", level, LEVEL_KEYS, {"title"})
        for key in ("title", "plural"):
            if key in level:
                check_text(f"{key} of level {name} of {pack}", level[key], languages)
    check_kind(f"sources of {pack}", manifest["sources"], Mapping, "a table")
    for key, source in manifest["sources"].items():
        where = f"source {key} of {pack}"
        check_keys(where, source, SOURCE_KEYS, SOURCE_KEYS)
        check_text(f"institution of {where}", source["institution"], languages)
        check_text(f"title of {where}", source["title"], languages)
        if not source["licence"]:
            raise PackError(102, f"{where} has an empty licence.", "Write the licence.", ("licence",))
    check_kind(f"tables of {pack}", manifest["tables"], Mapping, "a table")
    for name, table in manifest["tables"].items():
        check_table(f"table {name} of {pack}", table, manifest)


def check_table(where: str, table: Mapping[str, Any], manifest: Mapping[str, Any]) -> None:
    languages = manifest["languages"]
    check_keys(where, table, TABLE_KEYS, TABLE_KEYS - {"caveats", "year"})
    check_text(f"title of {where}", table["title"], languages)
    check_known(f"source of {where}", table["source"], manifest["sources"])
    check_kind(f"file of {where}", table["file"], str, "a text")
    file = Path(table["file"])
    if file.is_absolute() or ".." in file.parts:
        raise PackError(
            102, f"file of {where} lies outside the pack.", "Name a file in its folder.", ("file",)
        )
    check_kind(f"columns of {where}", table["columns"], Mapping, "a table")
    for column, entry in table["columns"].items():
        check_keys(f"column {column} of {where}", entry, COLUMN_KEYS, {"type"})
        check_known(f"type of column {column} of {where}", entry["type"], COLUMN_TYPES)
        if "level" in entry:
            check_known(f"level of column {column} of {where}", entry["level"], manifest.get("levels", {}))
        if "title" in entry:
            check_text(f"title of column {column} of {where}", entry["title"], languages)
    if "year" in table:
        check_kind(f"year of {where}", table["year"], int, "a whole number")
        if "year" in table["columns"]:
            raise PackError(102, f"{where} has a year and a column year.", "Keep one of them.", ("year",))
    check_kind(f"key of {where}", table["key"], list, "a list")
    for column in table["key"]:
        check_known(f"key of {where}", column, table["columns"])
    caveats = table.get("caveats", [])
    check_kind(f"caveats of {where}", caveats, list, "a list")
    for caveat in caveats:
        check_caveat(where, caveat, table, languages)
    doubled = [key for key, times in Counter(caveat["key"] for caveat in caveats).items() if times > 1]
    if doubled:
        raise PackError(102, f"{where} has caveat {doubled[0]} twice.", "Give each its own key.", ("key",))


def check_caveat(
    where: str, caveat: Mapping[str, Any], table: Mapping[str, Any], languages: list[str]
) -> None:
    check_keys(f"caveat of {where}", caveat, CAVEAT_KEYS, {"key", "effect", "text"})
    check_kind(f"key of a caveat of {where}", caveat["key"], str, "a text")
    where = f"caveat {caveat['key']} of {where}"
    check_known(f"effect of {where}", caveat["effect"], list(Effect))
    check_text(f"text of {where}", caveat["text"], languages)
    for field in ("columns", "places", "years"):
        check_kind(f"{field} of {where}", caveat.get(field, []), list, "a list")
    for column in caveat.get("columns", ()):
        check_known(f"columns of {where}", column, table["columns"])
    years = caveat.get("years")
    if years is not None and (
        len(years) != 2 or not all(isinstance(year, int) for year in years) or years[0] > years[1]
    ):
        raise PackError(102, f"years of {where} are not a span.", "Write [first, last].", ("years",))


def check_keys(where: str, found: Any, known: set[str], required: set[str]) -> None:
    if not isinstance(found, Mapping):
        raise PackError(102, f"{where} is not a table.", "Correct it (docs/reference/packs.md).")
    for key in sorted(found):
        check_known(where, key, known)
    for key in sorted(required - set(found)):
        raise PackError(102, f"{where} lacks {key!r}.", "Add it (docs/reference/packs.md).", (key,))


def check_kind(where: str, value: Any, kind: type, called: str) -> None:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise PackError(102, f"{where} is not {called}.", "Correct it (docs/reference/packs.md).")


def check_text(where: str, text: Any, languages: Iterable[str]) -> None:
    for language in languages:
        if not isinstance(text, Mapping) or not text.get(language):
            raise PackError(102, f"{where} has no text in {language!r}.", "Write it in every language.")
