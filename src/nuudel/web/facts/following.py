"""A folder that follows the database: who may write it, up to where it has come, and how it stays small."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from nuudel.base.errors import WebError
from nuudel.ledger.lock import writing
from nuudel.ledger.manifest import FILE, read_manifest, sync_folder, unusable, write_manifest
from nuudel.ledger.store import Ledger, remove_files

FOLLOWING = "following"
TRANSACTIONS = re.compile(r"[0-9]+:[0-9]+:[0-9,]*")
NAME = re.compile(r"[0-9a-f]{32}")
STATE = "state.json"
# A reader of the one before may still have it open when a new one is there.
KEPT_SNAPSHOTS = 3
FORGET_SECONDS = 600.0


@dataclass(frozen=True)
class State:
    """Up to where a folder has come.

    Attributes
    ----------
    database, transactions, erasures
        As in ``view.View``.
    snapshot
        The name of the last snapshot.
    """

    database: str
    transactions: str
    erasures: int
    snapshot: str


@contextmanager
def following(folder: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the folder against others that follow; ``WEB-193`` where its facts are not the database's."""
    own = folder / FOLLOWING
    try:
        if not own.is_dir() and folder.joinpath(FILE).is_file() and read_manifest(folder).segments:
            raise WebError(
                193,
                f"{folder.name!r} is a ledger of its own, whose facts are not the database's.",
                "Name another folder for the snapshots.",
                ("folder",),
            )
        own.mkdir(parents=True, exist_ok=True)
        with writing(own, wait_seconds):
            yield
    except OSError as error:
        raise unusable(folder, error) from None


def read_state(folder: Path) -> State | None:
    """The state of a folder; None where it must be made anew."""
    try:
        state = State(**json.loads((folder / FOLLOWING / STATE).read_text("utf-8")))
        # Both become part of a statement or a path.
        good = TRANSACTIONS.fullmatch(state.transactions) and NAME.fullmatch(state.snapshot)
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return state if good else None


def write_state(folder: Path, state: State) -> None:
    """Replace the state in one step."""
    own = folder / FOLLOWING
    temporary = own / f"{STATE}.new"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(asdict(state), file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, own / STATE)
    sync_folder(own)


def start_anew(folder: Path) -> None:
    """Remove all facts of a folder, its snapshots with them."""
    (folder / FOLLOWING / STATE).unlink(missing_ok=True)
    shutil.rmtree(folder / "snapshots", ignore_errors=True)
    ledger = Ledger.open(folder)
    with ledger.writing():
        write_manifest(folder, replace(ledger.manifest, segments=(), series={}))
        remove_files(folder, ledger.manifest)


def forget(folder: Path) -> None:
    """Remove what a folder has of facts that were made coarse; the next snapshot makes it anew."""
    if (folder / FOLLOWING).is_dir():
        with following(folder, FORGET_SECONDS):
            start_anew(folder)


def tidy(folder: Path, snapshot: Path) -> None:
    """Take the snapshot's files for the folder's own, one for each kind and year; remove old snapshots."""
    ledger = Ledger.open(folder)
    frozen = read_manifest(snapshot)
    if len(frozen.segments) < len(ledger.manifest.segments):
        with ledger.writing():
            for segment in frozen.segments:
                target = folder / segment.file
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.exists():
                    os.link(snapshot / segment.file, target)
            write_manifest(folder, replace(frozen, frozen=False))
            remove_files(folder, frozen)
    os.utime(snapshot)
    others = sorted((folder / "snapshots").iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in others[KEPT_SNAPSHOTS:]:
        shutil.rmtree(old, ignore_errors=True)
