"""From PostgreSQL to Parquet: the facts of the database as a ledger's folder, frozen under a name.

The folder is a file ledger that follows the database: each time it gains the facts that the time before did
not see, then a snapshot of it is made. Whatever is cut off is done again: facts are there once by their id.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nuudel.base import settings
from nuudel.base.errors import WebError
from nuudel.ledger.fingerprint import content_name, content_sum, numbers_of
from nuudel.ledger.ids import parse
from nuudel.ledger.manifest import Manifest, read_manifest
from nuudel.ledger.schema import Fact
from nuudel.ledger.segments import years_of
from nuudel.ledger.store import Ledger
from nuudel.web.facts.following import State, following, read_state, start_anew, tidy, write_state
from nuudel.web.facts.view import View, view

if TYPE_CHECKING:
    from nuudel.web.accounts.models import User

Part = tuple[str, int, int, tuple[int, int]]
WAIT_SECONDS = 60.0


def ledger_folder() -> Path:
    """Where the platform keeps the facts that it computes with."""
    return settings.data_folder() / "ledger"


def latest_snapshot(folder: Path | None = None) -> Path | None:
    """The last snapshot that was finished, for ``Ledger.open``; None where there is none."""
    folder = folder or ledger_folder()
    state = read_state(folder)
    return folder / "snapshots" / state.snapshot if state else None


def write_snapshot(
    folder: Path | None = None, user: "User | None" = None, wait_seconds: float = WAIT_SECONDS
) -> Path:
    """Bring a folder up to the database, and freeze it.

    Parameters
    ----------
    folder
        The ledger's folder; the platform's own when not given.
    user
        Who reads the facts; the service when not given.
    wait_seconds
        How long to wait for another who writes the same folder.

    Returns
    -------
    Path
        ``<folder>/snapshots/<name>``, which ``Ledger.open`` reads; equal facts give an equal name.

    Raises
    ------
    LedgerError
        ``LEDGER-303`` another is writing the folder, ``LEDGER-302`` it cannot be used.
    WebError
        ``WEB-192`` the facts are not what was entered, ``WEB-193`` the folder is a ledger of somebody's own,
        ``WEB-194`` nobody to read in whose name.
    """
    folder = folder or ledger_folder()
    with following(folder, wait_seconds), view(user) as seen:
        state = read_state(folder)
        if state is None or not follows(state, seen, folder):
            start_anew(folder)
            state = None
        expected = bring_up(folder, seen, state)
        if expected is None and state is not None:
            # The folder is not what it was made of: all of it is read again.
            start_anew(folder)
            state = None
            expected = bring_up(folder, seen, None)
        if expected is None:
            raise WebError(
                192,
                "the facts in the database are not what was entered: their fingerprints differ.",
                "Compare with the last snapshot and the audit, and restore the database from its backup.",
            )
        path = Ledger.open(folder).snapshot()
        write_state(folder, State(seen.database, seen.transactions, seen.erasures, path.name))
        tidy(folder, path)
    return path


def follows(state: State, seen: View, folder: Path) -> bool:
    """Whether what the folder has is of this database, with nothing erased since."""
    same = (state.database, state.erasures) == (seen.database, seen.erasures)
    return same and (folder / "snapshots" / state.snapshot).is_dir()


def bring_up(folder: Path, seen: View, state: State | None) -> Manifest | None:
    """Append what the folder lacks; None where the facts are then not those that the database names."""
    before = read_manifest(folder / "snapshots" / state.snapshot) if state else Manifest()
    parts: list[Part] = [(s.fact, s.year, s.rows, s.sums) for s in before.segments]
    ledger = Ledger.open(folder)
    ledger.register(*seen.series.values())
    for fact in Fact:
        batches = named(fact, seen.facts(fact, state.transactions if state else ""), parts)
        if ledger.append(batches, fact.value).rejected:
            return None
    after = ledger.manifest
    counted = all(sum(segment.rows for segment in after.of(fact)) == seen.count(fact) for fact in Fact)
    return after if counted and after.name == content_name(parts) else None


def named(fact: Fact, batches: Iterator[Any], parts: list[Part]) -> Iterator[Any]:
    """The batches without their fingerprints, whose sums are added to ``parts``.

    The folder works the fingerprints out anew: a fact that was changed behind the triggers gives another
    name than the sums.
    """
    for batch in batches:
        prints = numbers_of(batch.column("fingerprint")).view(np.uint64)
        ids, _ = parse(batch.column("id"))
        recorded = numbers_of(batch.column("recorded_at"))
        years = years_of(numbers_of(batch.column("start")))
        for year in np.unique(years):
            rows = years == year
            sums = content_sum(ids[rows], prints[rows], recorded[rows])
            parts.append((fact.value, int(year), int(rows.sum()), sums))
        yield batch.drop_columns(["fingerprint"])
