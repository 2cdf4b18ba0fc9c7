"""Entries get into the chains: two statements in the transaction of what they tell.

There are several chains; a transaction takes one that is free until it commits, and waits only where none is.
"""

import random
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from django.db import connections

from nuudel.base.errors import WebError
from nuudel.web.access.context import Context
from nuudel.web.access.prepared import preparing
from nuudel.web.audit.log import Note
from nuudel.web.audit.seals import CHAINS, COLUMNS, Entry, audit_key, entry_mac, head_seal

# The time is read outside of the part that locks: after the lock is held.
TAKE_FREE = """
WITH head AS MATERIALIZED (
  SELECT chain, number, mac FROM audit_audithead
  ORDER BY chain < %s, chain LIMIT 1 FOR UPDATE SKIP LOCKED)
SELECT chain, number, mac, clock_timestamp(), pg_current_xact_id()::text FROM head
"""
WAIT_FOR_ONE = """
WITH head AS MATERIALIZED (SELECT chain, number, mac FROM audit_audithead WHERE chain = %s FOR UPDATE)
SELECT chain, number, mac, clock_timestamp(), pg_current_xact_id()::text FROM head
"""
APPEND = """
WITH moved AS (UPDATE audit_audithead SET number = %s, mac = %s, seal = %s WHERE chain = %s)
INSERT INTO audit_auditentry ({columns}) VALUES {rows}
"""
PREPARED_MOST = 4
"""Notes of a transaction up to which its statement, which is another for each number, is planned once."""
ROW = "(" + ", ".join(["%s"] * (len(COLUMNS) - 2)) + ", %s::xid8, %s)"


def write_notes(context: Context) -> None:
    """Write what the context has noted; called before each commit of ``acting``."""
    notes, context.notes[:] = list(context.notes), []
    if notes:
        append(notes, context)


def append(notes: Sequence[Note], context: Context, using: str = "default") -> None:
    """Write notes as the next entries of one chain, in the running transaction.

    The statements return nothing of what was written: whoever acts may write entries, not read them.
    """
    key = audit_key()
    user = context.user
    postings = user.current_postings if user else []
    roles = sorted({posting.role for posting in postings})
    institutions = sorted({posting.institution.code for posting in postings})
    with ExitStack() as stack:
        if len(notes) <= PREPARED_MOST:
            stack.enter_context(preparing(using))
        cursor = stack.enter_context(connections[using].cursor())
        chain, number, before, at, transaction = take(cursor)
        rows: list[Any] = []
        mac = bytes(before)
        for note in notes:
            number += 1
            entry = Entry(
                chain,
                number,
                at,
                user.pk if user else None,
                roles,
                institutions,
                note.action,
                note.record_type,
                list(note.record_ids),
                list(note.fields),
                context.purpose,
                note.reason,
                context.request_id,
                transaction,
            )
            mac = entry_mac(key, mac, entry)
            rows += [*entry, mac]
        head: list[Any] = [number, mac, head_seal(key, chain, number, mac), chain]
        cursor.execute(
            APPEND.format(columns=", ".join(COLUMNS), rows=", ".join([ROW] * len(notes))), head + rows
        )


def take(cursor: Any) -> tuple[int, int, bytes, datetime, str]:
    """A chain that nobody else has until the commit: its head, the time, the transaction's number.

    Raises
    ------
    WebError
        ``WEB-142`` where there are no chains: the database is not what the migrations made.
    """
    first = random.randrange(CHAINS)  # noqa: S311  spreads the writers; nothing depends on it
    for statement in (TAKE_FREE, WAIT_FOR_ONE):
        cursor.execute(statement, [first])
        row: tuple[int, int, bytes, datetime, str] | None = cursor.fetchone()
        if row is not None:
            return row
    raise WebError(142, "the chains of the audit are missing.", "Run `nuudel audit verify`.")
