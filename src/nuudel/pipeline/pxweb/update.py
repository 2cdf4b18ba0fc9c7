"""Updating a pack: read the source, compare, and write a copy of the pack, whole or not at all."""

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from nuudel.base.errors import PublicationError, RunError
from nuudel.base.packs import PACKS_FOLDER, Pack, load_pack
from nuudel.base.settings import data_folder
from nuudel.base.tables import COLUMN_TYPES
from nuudel.pipeline.pxweb.changes import Changes, compare, spans
from nuudel.pipeline.pxweb.client import Client
from nuudel.pipeline.pxweb.declaration import Update, choose, read_declaration
from nuudel.pipeline.pxweb.table import Progress, Reading, read_remote
from nuudel.places.gazetteer import read_gazetteer
from nuudel.publication.formats.files import write_atomically

RECORD = "retrieved.json"
PREVIOUS = "previous"


@dataclass(frozen=True)
class Outcome:
    """What became of one table: what changed, and where the pack stands now (unchanged in a dry run)."""

    update: Update
    reading: Reading
    changes: Changes
    folder: Path


def update_pack(
    name: str,
    client: Client,
    now: datetime,
    *,
    table: str | None = None,
    base: str | None = None,
    into: Path | None = None,
    dry_run: bool = False,
    allow_loss: bool = False,
    progress: Progress = lambda done, total: None,
) -> list[Outcome]:
    """Read the declared tables of a pack anew and write them into a copy of it.

    Parameters
    ----------
    name
        Name or folder of a pack. Where the copy is there already, it is what is compared and updated.
    now
        The moment that is recorded, with its time zone.
    table, base
        Only this table; ask this address instead of the declared one.
    into
        Folder of the copy; by default ``packs/<name>`` in the user's data folder.
    dry_run, allow_loss
        Write nothing; let figures go that the source has no more.

    Raises
    ------
    RunError
        ``RUN-120`` … ``RUN-135``; whatever is raised, the copy is as it was.
    """
    origin = load_pack(name)
    folder = target(origin, into)
    pack = load_pack(folder) if folder.joinpath("pack.toml").is_file() else origin
    if pack.name != origin.name:
        raise RunError(
            134, f"{folder} holds the pack {pack.name}.", "Name another folder with --into.", ("into",)
        )
    gazetteer = read_gazetteer(pack)
    outcomes = []
    declared = read_declaration(pack)
    for update in choose(declared, table):
        reading = read_remote(pack, update, gazetteer, client, base, progress)
        before = pack.table(update.table).frame
        changes = compare(before, reading.frame, update.year.column, update.place.column)
        outcomes.append(Outcome(update, reading, changes, folder))
    for outcome in outcomes:
        if outcome.changes.lost and not allow_loss and not dry_run:
            raise loss(outcome)
    if not dry_run and any(not outcome.changes.none for outcome in outcomes):
        if pack.folder.resolve() != folder.resolve():
            copy_pack(pack, folder)
        for outcome in outcomes:
            if not outcome.changes.none:
                write(load_pack(folder), outcome, declared.checked, now)
    return outcomes


def target(pack: Pack, into: Path | None) -> Path:
    """The folder of the copy; never inside the installed package."""
    folder = into or data_folder() / "packs" / pack.name
    if folder.resolve().is_relative_to(PACKS_FOLDER.resolve()):
        raise RunError(
            134,
            f"{folder} belongs to the installation, which is never changed.",
            "Name a folder of your own with --into.",
            ("into",),
        )
    if folder.exists() and not folder.joinpath("pack.toml").is_file() and any_inside(folder):
        raise RunError(
            134, f"{folder} is there and is no pack.", "Name another folder with --into.", ("into",)
        )
    return folder


def any_inside(folder: Path) -> bool:
    return not folder.is_dir() or next(folder.iterdir(), None) is not None


def loss(outcome: Outcome) -> RunError:
    changes = outcome.changes
    first = changes.lost[0]
    years = f", whole years among them{spans(changes.lost_years)}" if changes.lost_years else ""
    return RunError(
        132,
        f"the source has no more {len(changes.lost)} figures of table {outcome.update.table}{years}; "
        f"the first is {first.column} of {first.place} in {first.year}.",
        "Look at them with --dry-run; if they are to go, add --allow-loss.",
        ("allow-loss",),
    )


def cannot_write(path: Path, error: OSError) -> RunError:
    return RunError(
        134,
        f"{path} cannot be written ({error.strerror or type(error).__name__}).",
        "Name a folder that can be written to with --into.",
        ("into",),
    )


def copy_pack(pack: Pack, folder: Path) -> None:
    """Copy a pack beside its place, then put it there in one step."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name[:60]}.") as beside:
            copied = Path(beside) / "pack"
            shutil.copytree(pack.folder, copied, ignore=shutil.ignore_patterns("__pycache__"))
            os.replace(copied, folder)
    except OSError as error:
        raise cannot_write(folder, error) from None


def write(pack: Pack, outcome: Outcome, checked: date, now: datetime) -> None:
    """Keep the previous file, note the retrieval, then replace the table; the last step makes it valid."""
    name = pack.manifest["tables"][outcome.update.table]["file"]
    path = pack.folder / name
    content = format_table(pack, outcome)
    previous = path.read_bytes()
    kept = f"{PREVIOUS}/{path.stem}-{sha256(previous)[:12]}{path.suffix}"
    entries = read_record(pack)
    if entries and entries[-1]["previous_sha256"] == sha256(previous) and entries[-1]["file"] == name:
        entries.pop()  # an update that was noted, but whose last step was never taken
    entries.append(
        {
            "table": outcome.update.table,
            "file": name,
            "source": outcome.update.remote,
            "title": outcome.reading.title,
            "address": outcome.reading.address,
            "declaration_checked": checked.isoformat(),
            "retrieved": now.isoformat(timespec="seconds"),
            "sha256": sha256(content),
            "previous": kept,
            "previous_sha256": sha256(previous),
            "new_years": list(outcome.changes.new_years),
            "new_figures": outcome.changes.new_figures,
            "revised_figures": len(outcome.changes.revised),
            "lost_figures": len(outcome.changes.lost),
        }
    )
    record = json.dumps(entries, ensure_ascii=False, indent=1) + "\n"
    try:
        write_atomically(pack.folder / kept, previous)
        write_atomically(pack.folder / RECORD, record.encode())
        write_atomically(path, content)
    except PublicationError as error:
        raise RunError(134, error.problem, error.next_step, ("into",)) from None


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def format_table(pack: Pack, outcome: Outcome) -> bytes:
    """The table as CSV; what it says when read strictly must be what was to be written."""
    frame = outcome.reading.frame
    types = {
        column: COLUMN_TYPES[spec["type"]]
        for column, spec in pack.manifest["tables"][outcome.update.table]["columns"].items()
    }
    content = frame.write_csv(line_terminator="\n").encode()
    if not pl.read_csv(content, schema=types).equals(frame):
        raise RunError(
            133,
            f"table {outcome.update.table} is not the same when read back.",
            "Tell the makers of Nuudel; nothing was changed.",
        )
    return content


def read_record(pack: Pack) -> list[dict[str, Any]]:
    """What was retrieved before; error ``RUN-134`` where the file is no longer what was written."""
    path = pack.folder / RECORD
    if not path.is_file():
        return []
    try:
        entries = json.loads(path.read_text("utf-8"))
        if isinstance(entries, list) and all(
            isinstance(entry["previous_sha256"], str) and isinstance(entry["file"], str) for entry in entries
        ):
            return entries
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise RunError(134, f"{path} is damaged.", "Move it away, or take it from a backup.", ("into",))
