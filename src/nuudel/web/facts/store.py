"""Facts enter PostgreSQL in the transaction of the record that causes them, or not at all.

What a row must keep to become a fact is the ledger's own: the same functions read, check and compare it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from psycopg import Cursor
from psycopg.errors import DeadlockDetected, InsufficientPrivilege, UniqueViolation

from nuudel.base.errors import LedgerError, WebError
from nuudel.ledger.load import REJECTS, prepare
from nuudel.ledger.reading import table_chunks
from nuudel.ledger.rules import RULES
from nuudel.ledger.schema import Fact, fact_named
from nuudel.ledger.series import Series, declare
from nuudel.web.access.context import current
from nuudel.web.audit.log import record
from nuudel.web.facts.database_load import DatabaseLoad
from nuudel.web.facts.permissions import FACT
from nuudel.web.facts.rows import batch_of
from nuudel.web.facts.series import read_series, write_series

ATTEMPTS = 5
ELSEWHERE = "facts_elsewhere"
"""What a transaction holds on an edge node: its facts are entered at the centre, once, with the record."""


@dataclass(frozen=True)
class Entered:
    """What became of the rows.

    Attributes
    ----------
    accepted, already_there, rejected
        Rows; together all that were given.
    rejects
        ``line``, ``code``, ``reason`` of each broken rule; never a value of a row.
    """

    accepted: int
    already_there: int
    rejected: int
    rejects: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REJECTS), repr=False)


def append(fact: str, rows: Iterable[Mapping[str, object]], series: Series, institution: str) -> int:
    """Append the facts of a record in the running transaction; all of them, or none and an error.

    Parameters
    ----------
    rows
        Columns as in ``ledger.schema.FIELDS``; ``series``, ``source`` and ``institution`` may be left out.
        Give ``id`` where the same record may come twice: a fact that is there already is entered once.
    institution
        The code of the institution that posts the facts.

    Returns
    -------
    int
        How many facts are new; the others were there already.

    Raises
    ------
    LedgerError
        ``LEDGER-101`` to ``LEDGER-119`` for the first bad fact, ``LEDGER-201`` to ``LEDGER-207`` for rows
        that are no facts of this kind or series.
    WebError
        ``WEB-101`` outside of ``acting``; ``WEB-191`` where others kept entering the same facts.
    PermissionDenied
        The acting user enters no facts.
    """
    if current().held.get(ELSEWHERE):
        return 0
    posted = {"series": series.key, "source": series.source, "institution": institution}
    kind = fact_named(fact)
    batch = batch_of(kind, [posted | dict(row) for row in rows])
    return enter(kind, [batch], series, whole=True).accepted if batch.num_rows else 0


def append_table(fact: str, table: Any, series: Series, lang: str = "en") -> Entered:
    """Append an Arrow table or Polars frame in the running transaction; bad rows are in the result.

    The same as ``Ledger.append`` does to a folder. Raises as ``append``, but for bad facts.
    """
    if current().held.get(ELSEWHERE):
        return Entered(0, 0, 0)
    load = enter(fact_named(fact), table, series)
    return Entered(load.accepted, load.already_there, load.rejected, load.reject_table(lang))


def enter(fact: Fact, table: Any, series: Series, whole: bool = False) -> DatabaseLoad:
    """Load a table; again where somebody else has just entered one of its facts.

    ``whole``: nothing of it where one fact is bad.
    """
    current()
    for _ in range(ATTEMPTS):
        try:
            # A savepoint: what another transaction has won is then read as what is there.
            with transaction.atomic():
                load = load_table(fact, table, series)
                if whole and load.rejected:
                    raise first_fault(load)
        except DatabaseError as error:
            if isinstance(error.__cause__, InsufficientPrivilege):
                raise PermissionDenied from error
            if isinstance(error.__cause__, (UniqueViolation, DeadlockDetected)):
                continue
            raise
        if load.entered:
            record("append", FACT, load.entered)
        return load
    raise WebError(191, "others keep entering the same facts.", "Try again in a moment.")


def load_table(fact: Fact, table: Any, series: Series) -> DatabaseLoad:
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        # The transaction's clock: all that one record causes is known at one time.
        known_at, known = read_series(cursor)
        load = DatabaseLoad(cursor, fact, declare(known, [series]))
        for chunk in table_chunks(table):
            load.take(prepare(fact, chunk, None, known_at))
        write_series(cursor, known, load.series)
    return load


def first_fault(load: DatabaseLoad) -> LedgerError:
    """The first bad fact as an error: its rule's code and next step, the columns concerned, and no value."""
    rejects = pl.concat(load.rejects).sort("line", "number", "columns")
    line, number, columns = rejects.row(0)
    return RULES[number].error.at(f"fact {line}: {columns}", tuple(columns.split(", ")) if columns else ())
