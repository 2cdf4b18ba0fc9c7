"""The ledger's own load, with PostgreSQL as the ledger: the same rules in the same order, one transaction."""

# ruff: noqa: S608  The texts of SQL are made of the names of the schema alone.

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from nuudel.ledger.corrections import Corrections
from nuudel.ledger.ids import Ids, from_arrow, id_bytes
from nuudel.ledger.known import KnownIds, run_of
from nuudel.ledger.load import Load, Prepared
from nuudel.ledger.schema import Fact
from nuudel.ledger.series import Series
from nuudel.web.facts.rows import csv_of, statement_rows
from nuudel.web.facts.tables import ids_of, names_of, quoted, superseded_of, table_of

# From here on a copy into a table of the session costs less than a statement with all values.
COPY_ROWS = 40
# The audit names so many facts of a load; the table of postings counts all.
NAMED_FACTS = 100

STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged_{fact} AS SELECT {names} FROM {table} WITH NO DATA;
TRUNCATE staged_{fact};
"""


class DatabaseLoad(Load):
    """A load in the running transaction, whose ``cursor`` it uses.

    ``entered``: ids of the first accepted facts, for the audit.
    """

    def __init__(self, cursor: Any, fact: Fact, series: Mapping[str, Series]) -> None:
        super().__init__(fact, series, KnownIds([]), Corrections(Path(), ()), self.enter)
        self.cursor = cursor
        self.entered: list[uuid.UUID] = []

    def look_up(self, chunk: Prepared, ids: Ids) -> None:
        """Learn which of a chunk's ids, and of those it supersedes, the database has."""
        wanted = ids
        supersedes = chunk.columns["supersedes"]
        if supersedes.null_count < len(supersedes):
            targets = from_arrow(supersedes.drop_null())
            wanted = np.concatenate([ids, targets])
            self.cursor.execute(
                f"SELECT id FROM {superseded_of(self.fact)} WHERE id = ANY (%s::uuid[])", [listed(targets)]
            )
            self.corrections.known().update(row[0].bytes for row in self.cursor)
        found = self.cursor.execute(
            f"SELECT id, fingerprint FROM {ids_of(self.fact)} WHERE id = ANY (%s::uuid[])", [listed(wanted)]
        ).fetchall()
        if found:
            self.learn(found)

    def learn(self, found: list[tuple[uuid.UUID, int]]) -> None:
        """Enter ids and fingerprints of the database; what this load has entered itself is no news."""
        stored = from_arrow(pa.array([row[0].bytes for row in found], pa.binary(16)))
        prints = np.array([row[1] for row in found], np.int64).view(np.uint64)
        fresh = ~self.known.has(stored)
        if fresh.any():
            ids = stored[fresh]
            there = np.ones(len(ids), np.bool_)
            self.known.enter(run_of(ids[:, 0], ids[:, 1], prints[fresh], there))

    def enter(self, batch: Any) -> None:
        """Write accepted rows; the table's trigger enters their ids, or waits for another who has them."""
        names = quoted(names_of(self.fact))
        first = batch.column("id").slice(0, NAMED_FACTS - len(self.entered))
        self.entered += [uuid.UUID(bytes=one) for one in first.to_pylist()]
        if batch.num_rows < COPY_ROWS:
            rows = statement_rows(batch)
            row = f"({', '.join(['%s'] * len(rows[0]))})"
            self.cursor.execute(
                f"INSERT INTO {table_of(self.fact)} ({names}) VALUES {', '.join([row] * len(rows))}",
                [value for values in rows for value in values],
            )
            return
        table = {"fact": self.fact.value, "names": names, "table": table_of(self.fact)}
        self.cursor.execute(STAGE.format(**table))
        with self.cursor.copy("COPY staged_{fact} ({names}) FROM STDIN (FORMAT csv)".format(**table)) as copy:
            copy.write(csv_of(batch))
        self.cursor.execute("INSERT INTO {table} ({names}) SELECT {names} FROM staged_{fact}".format(**table))


def listed(ids: Ids) -> str:
    """Ids as PostgreSQL writes an array."""
    digits = id_bytes(ids).hex()
    return "{" + ",".join(digits[place : place + 32] for place in range(0, len(digits), 32)) + "}"
