"""What the database has at one moment: a read-only transaction whose answers are all of the same state."""

# ruff: noqa: S608  The texts of SQL are made of the names of the schema alone.

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from psycopg import Cursor

from nuudel.ledger.schema import Fact
from nuudel.ledger.series import Series
from nuudel.web.access.context import acting, set_user
from nuudel.web.audit.log import record
from nuudel.web.facts.permissions import PERSONAL
from nuudel.web.facts.rows import copied_out
from nuudel.web.facts.series import read_series
from nuudel.web.facts.service import service_user
from nuudel.web.facts.tables import ids_of, names_of, quoted, table_of

if TYPE_CHECKING:
    from nuudel.web.accounts.models import User

# The server's own number tells a restored copy from its original, the other a database beside.
DATABASE = """
SELECT (SELECT system_identifier FROM pg_control_system())::text || ':' ||
       (SELECT oid FROM pg_database WHERE datname = current_database())::text,
       pg_current_snapshot()::text, (SELECT count(*) FROM ledger_erasure)
"""
# Facts that an earlier snapshot did not see: the index finds what is young, the rest asks transaction by
# transaction, so that one which was under way then, and has committed since, is not missed.
NEW = """ AND entered_in >= pg_snapshot_xmin('{since}'::pg_snapshot)
AND NOT pg_visible_in_snapshot(entered_in, '{since}'::pg_snapshot)"""


@dataclass(frozen=True)
class View:
    """The state of a database.

    Attributes
    ----------
    database
        Which database it is.
    transactions
        The transactions that are seen, as PostgreSQL writes it (``pg_snapshot``).
    erasures
        How often facts have been made coarse.
    """

    cursor: Any
    database: str
    transactions: str
    erasures: int
    series: dict[str, Series]

    def count(self, fact: Fact) -> int:
        """How many facts of a kind there are."""
        return int(self.cursor.execute(f"SELECT count(*) FROM {ids_of(fact)}").fetchone()[0])

    def facts(self, fact: Fact, since: str = "") -> Iterator[Any]:
        """Batches of the facts that the snapshot ``since`` did not see; corrections last, in their order."""
        new = NEW.format(since=since) if since else ""
        for rest in ("IS NULL{new}", "IS NOT NULL{new} ORDER BY entry"):
            select = f"SELECT {quoted(names_of(fact))} FROM {table_of(fact)} WHERE supersedes "
            statement = f"COPY ({select}{rest.format(new=new)}) TO STDOUT (FORMAT csv)"
            with self.cursor.copy(statement) as copy:
                yield from copied_out(fact, iter(copy))


@contextmanager
def view(user: "User | None" = None) -> Iterator[View]:
    """Open a view in a person's name; that it was read is in the audit before it is read."""
    reader = user or service_user()
    with acting(reader, "snapshot"):
        record("read", PERSONAL, reason="snapshot")
    with transaction.atomic():
        with connection.cursor() as first:
            first.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        set_user(reader)
        with Cursor(connection.connection) as cursor:
            _, series = read_series(cursor)
            [(database, transactions, erasures)] = cursor.execute(DATABASE).fetchall()
            yield View(cursor, database, transactions, erasures, series)
