"""A new data key, and everything encrypted with it, in small transactions while others read and write.

New writes use the new key from its commit on. The old one is retired when no row uses it and no transaction
that holds it is still open (each takes a shared advisory lock on the key it encrypts with; see ``envelope``).
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import OperationalError, connections, transaction
from psycopg import sql

from nuudel.base.errors import WebError
from nuudel.web.access.context import Context
from nuudel.web.audit.chain import append
from nuudel.web.audit.log import note
from nuudel.web.operations.keys import read_key
from nuudel.web.protection.envelope import (
    KEY_BYTES,
    LOCK,
    MASTER,
    NUMBER_BYTES,
    VERSION,
    key_number,
    master_name,
    seal,
    unseal,
    wrap,
)
from nuudel.web.protection.fields import EncryptedTextField

BATCH = 100  # rows that one transaction locks
ATTEMPTS = 5
PURPOSE = "nuudel keys rotate"
Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Column:
    """An encrypted column.

    Attributes
    ----------
    record_type
        What the audit calls its records; empty: each row says it in ``record_type``.
    """

    table: str
    column: str
    key: str
    record_type: str

    def statement(self, text: str) -> sql.Composed:
        by_row: sql.Composable = sql.SQL("''") if self.record_type else sql.Identifier("record_type")
        named = {"table": self.table, "column": self.column, "key": self.key}
        parts = {slot: sql.Identifier(name) for slot, name in named.items()}
        return sql.SQL(text).format(by_row=by_row, **parts)


@dataclass(frozen=True)
class KeyRow:
    """A data key as ``nuudel keys list`` shows it; ``values``: how many it encrypts."""

    number: int
    created_at: datetime
    values: int
    state: str


@dataclass(frozen=True)
class Rotation:
    """What a rotation did: the key of now, how many values it encrypted, which keys were retired."""

    number: int
    values: int
    retired: tuple[int, ...]


def encrypted_columns(using: str) -> list[Column]:
    """All encrypted columns of the program.

    Raises
    ------
    WebError
        ``WEB-177`` where row-level security hides rows of one from the owner.
    """
    found = []
    with connections[using].cursor() as cursor:
        for model in apps.get_models():
            fields = [f for f in model._meta.local_fields if isinstance(f, EncryptedTextField)]
            if fields:
                table, key = model._meta.db_table, model._meta.pk.column or ""
                demand_reach(cursor, table)
                record_type = audited_type(cursor, table, model._meta.label_lower)
                found += [Column(table, field.column or "", key, record_type) for field in fields]
    return found


def demand_reach(cursor: Any, table: str) -> None:
    """Refuse where the owner would see only some rows: a key would be retired that others still need."""
    cursor.execute(
        "SELECT relrowsecurity AND NOT EXISTS "
        "(SELECT 1 FROM pg_policy WHERE polrelid = c.oid AND polname = %s) "
        "FROM pg_class c WHERE oid = %s::regclass",
        [f"{table}_rotation", table],
    )
    if cursor.fetchone()[0]:
        raise WebError(
            177,
            f"the rotation cannot reach all rows of {table}.",
            "Add `protection.policies.rotated` to a migration of that table.",
        )


def audited_type(cursor: Any, table: str, otherwise: str) -> str:
    """The record type that the table's audit trigger asks for."""
    cursor.execute(
        "SELECT tgargs FROM pg_trigger WHERE tgname = %s AND tgrelid = %s::regclass",
        [f"{table}_audited", table],
    )
    row = cursor.fetchone()
    return otherwise if row is None else bytes(row[0]).rstrip(b"\0").decode()


def prefix(number: int) -> bytes:
    """How every value begins that a data key sealed."""
    return VERSION + number.to_bytes(NUMBER_BYTES, "big")


def overview(using: str) -> list[KeyRow]:
    """The data keys with the number of values that each encrypts."""
    used: dict[int, int] = {}
    with connections[using].cursor() as cursor:
        for column in encrypted_columns(using):
            cursor.execute(
                column.statement(
                    "SELECT substring({column} from 1 for 5), count(*) FROM {table} "
                    "WHERE {column} IS NOT NULL GROUP BY 1"
                )
            )
            for head, count in cursor.fetchall():
                used[key_number(bytes(head))] = used.get(key_number(bytes(head)), 0) + count
        cursor.execute("SELECT id, created_at, retired_at FROM protection_encryptionkey ORDER BY id")
        rows = cursor.fetchall()
    newest = max((number for number, _, retired in rows if retired is None), default=0)

    def state(number: int, retired: datetime | None) -> str:
        if retired is not None:
            return f"retired {retired:%Y-%m-%d}"
        return "encrypts" if number == newest else "being replaced"

    return [KeyRow(n, created, used.get(n, 0), state(n, retired)) for n, created, retired in rows]


def rotate_data_key(using: str, advance: Advance = lambda done, total: None) -> Rotation:
    """Make a new data key, or go on with the rotation that was stopped, until the old ones are retired.

    Raises
    ------
    WebError
        ``WEB-178`` while another rotation runs; ``WEB-177``; ``WEB-171`` to ``174`` for keys and values
        that do not open.
    """
    with alone(using):
        columns = encrypted_columns(using)
        number, older = begin(using)
        total = sum(remaining(using, column, number) for column in columns)
        done = 0
        retired: list[int] = []
        while len(retired) < len(older):
            for column in columns:
                for count in encrypt_column(using, column, number):
                    done += count
                    advance(min(done, total), total)
            retired = [old for old in older if retire(using, columns, old)]
    return Rotation(number, done, tuple(retired))


@contextmanager
def alone(using: str) -> Iterator[None]:
    """Only one rotation at a time."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, 0)", [LOCK])
        if not cursor.fetchone()[0]:
            raise WebError(178, "another rotation of keys is running.", "Wait until it has ended.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [LOCK])


def begin(using: str) -> tuple[int, list[int]]:
    """The key to encrypt with, and those to retire: of an unfinished rotation, else of a new one."""
    master = read_key(MASTER)
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT id FROM protection_encryptionkey WHERE retired_at IS NULL ORDER BY id")
        open_keys = [row[0] for row in cursor.fetchall()]
        if len(open_keys) > 1:
            return open_keys[-1], open_keys[:-1]
        cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM protection_encryptionkey")
        number = int(cursor.fetchone()[0])
        cursor.execute(
            "INSERT INTO protection_encryptionkey (id, wrapped, master) VALUES (%s, %s, %s)",
            [number, wrap(number, secrets.token_bytes(KEY_BYTES), master), master_name(master)],
        )
        audit(using, "write", "protection.key", [str(number)], ())
    return number, open_keys


def audit(using: str, action: str, record_type: str, ids: Sequence[str], fields: Sequence[str]) -> None:
    append([note(action, record_type, ids, fields)], Context(None, PURPOSE), using)


def remaining(using: str, column: Column, number: int) -> int:
    """How many values another key encrypts."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            column.statement("SELECT count(*) FROM {table} WHERE substring({column} from 1 for 5) <> %s"),
            [prefix(number)],
        )
        return int(cursor.fetchone()[0])


def encrypt_column(using: str, column: Column, number: int) -> Iterator[int]:
    """Encrypt the values of other keys anew, batch by batch; yields how many each batch had."""
    last: Any = None
    while True:
        for attempt in range(ATTEMPTS):
            try:
                with transaction.atomic(using=using):
                    keys = encrypt_batch(using, column, number, last)
                break
            except OperationalError:  # somebody locked the same rows in another order
                if attempt == ATTEMPTS - 1:
                    raise
        if not keys:
            return
        last = keys[-1]
        yield len(keys)


def encrypt_batch(using: str, column: Column, number: int, last: Any) -> list[Any]:
    """One batch after the row ``last``, with its audit entries; the primary keys of its rows."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            column.statement(
                "SELECT {key}, {column}, {by_row} FROM {table} "
                "WHERE substring({column} from 1 for 5) <> %s AND (%s::uuid IS NULL OR {key} > %s::uuid) "
                "ORDER BY {key} LIMIT %s FOR NO KEY UPDATE"
            ),
            [prefix(number), last, last, BATCH],
        )
        rows = cursor.fetchall()
        if not rows:
            return []
        anew = [(encrypt_value(using, column, number, row[0], bytes(row[1])), row[0]) for row in rows]
        cursor.executemany(column.statement("UPDATE {table} SET {column} = %s WHERE {key} = %s"), anew)
    by_type: dict[str, list[str]] = {}
    for row in rows:
        by_type.setdefault(column.record_type or row[2], []).append(str(row[0]))
    for record_type, ids in by_type.items():
        audit(using, "reencrypt", record_type, ids, [column.column])
    return [row[0] for row in rows]


def encrypt_value(using: str, column: Column, number: int, key: Any, sealed: bytes) -> bytes:
    place = f"{column.table}.{column.column}\0{key}".encode()
    try:
        return seal(unseal(sealed, place, using), place, number, using)
    except WebError as error:
        raise error.at(f"{column.table}.{column.column}, row {key}") from None


def retire(using: str, columns: Sequence[Column], number: int) -> bool:
    """Retire a key, once whoever holds it is done, if no row uses it; whether it is retired now."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, number])
        for column in columns:
            cursor.execute(
                column.statement(
                    "SELECT EXISTS (SELECT 1 FROM {table} WHERE substring({column} from 1 for 5) = %s)"
                ),
                [prefix(number)],
            )
            if cursor.fetchone()[0]:
                return False
        cursor.execute(
            "UPDATE protection_encryptionkey SET retired_at = coalesce(retired_at, now()) WHERE id = %s",
            [number],
        )
        audit(using, "retire", "protection.key", [str(number)], ())
    return True
