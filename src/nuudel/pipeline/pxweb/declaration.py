"""Where a pack's tables come from: ``updates.yaml`` beside ``pack.toml`` (docs/how-to/update-a-pack.md)."""

from datetime import date
from typing import Literal

import msgspec

from nuudel.base.errors import RunError
from nuudel.base.packs import Pack, nearest
from nuudel.model.scenarios.strict_yaml import read_strict

FILE = "updates.yaml"


class YearDimension(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The remote dimension of years, by its text, and the pack's column for it."""

    dimension: str
    column: str = "year"


class PlaceDimension(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The remote dimension of places.

    ``leave_out`` are texts that are no place of the level (totals, regions); ``named`` gives codes of places
    that the search does not find by the text; ``repeated`` are texts that the source has several times for
    one and the same place.
    """

    dimension: str
    level: str
    column: str = "place"
    leave_out: tuple[str, ...] = ()
    named: dict[str, str] = {}
    repeated: tuple[str, ...] = ()


class MeasureDimension(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The remote dimension of what is counted: its texts, and the pack's column for each."""

    dimension: str
    columns: dict[str, str]


class Update(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One table of the pack and the remote table that it is read from."""

    table: str
    remote: str
    address: str
    path: tuple[str, ...]
    language: str
    year: YearDimension
    place: PlaceDimension
    measures: MeasureDimension
    format: Literal["json-stat2", "json"] = "json-stat2"


class Declaration(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The file: the day on which somebody compared it with the source, and the tables."""

    checked: date
    updates: tuple[Update, ...]


def read_declaration(pack: Pack) -> Declaration:
    """Read ``updates.yaml`` of a pack.

    Raises
    ------
    RunError
        ``RUN-120``: the pack has none; ``RUN-122``: it contradicts ``pack.toml``.
    ModelError
        ``MODEL-731`` … ``MODEL-734``: the file is not strict YAML of this form.
    """
    path = pack.folder / FILE
    if not path.is_file():
        raise RunError(
            120,
            f"pack {pack.name} does not say where its tables come from ({FILE} is missing).",
            "Write it (docs/how-to/update-a-pack.md).",
        )
    declared, _ = read_strict(path, Declaration)
    for update in declared.updates:
        check_update(pack, update)
    return declared


def check_update(pack: Pack, update: Update) -> None:
    """The declared columns must be those of the table, each once; errors ``RUN-122``."""
    if not pack.has(update.table):
        near = nearest(update.table, pack.table_names)
        raise RunError(122, f"{FILE}: pack {pack.name} has no table {update.table!r}.", f"Name one{near}.")
    entry = pack.manifest["tables"][update.table]
    declared = [update.year.column, update.place.column, *update.measures.columns.values()]
    if sorted(declared) != sorted(entry["columns"]):
        raise RunError(
            122,
            f"{FILE}: table {update.table} has the columns {', '.join(entry['columns'])}, "
            f"but {', '.join(declared)} are declared.",
            "Declare each column once.",
            tuple(sorted(set(declared) ^ set(entry["columns"]))),
        )
    if sorted(entry["key"]) != sorted([update.year.column, update.place.column]):
        raise RunError(
            122,
            f"{FILE}: the key of table {update.table} is not {update.year.column} and {update.place.column}.",
            "Only tables by year and place can be updated.",
            tuple(entry["key"]),
        )
    if entry["columns"][update.year.column]["type"] != "year" or "year" in entry:
        raise RunError(
            122,
            f"{FILE}: column {update.year.column} of table {update.table} is no year.",
            "Name the column of years.",
            (update.year.column,),
        )


def choose(declared: Declaration, wanted: str | None) -> tuple[Update, ...]:
    """The updates of one table (its name in the pack or at the source), or all; error ``RUN-121``."""
    if wanted is None:
        return declared.updates
    chosen = tuple(update for update in declared.updates if wanted in (update.table, update.remote))
    if not chosen:
        known = [name for update in declared.updates for name in (update.remote, update.table)]
        raise RunError(
            121,
            f"no update of table {wanted!r} is declared.",
            f"Name a declared one{nearest(wanted, known)}.",
        )
    return chosen
