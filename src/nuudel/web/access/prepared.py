"""Statements that nearly every request sends: each connection plans them once (prepared statements).

Django sends its own statements with the values in them, which are planned anew each time. Where row-level
security and several tables come in, planning costs more than running.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, connections


class Preparing(psycopg.Cursor[tuple[Any, ...]]):
    """A cursor that sends values apart from the text, which the server plans at the first time."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> "Preparing":
        return super().execute(query, params, **(options | {"prepare": True}))


@contextmanager
def preparing(using: str = "default") -> Iterator[None]:
    """Inside, what Django sends is prepared: for statements whose text is always the same."""
    connections[using].ensure_connection()
    made: Any = connections[using].connection
    before, made.cursor_factory = made.cursor_factory, Preparing
    try:
        yield
    finally:
        made.cursor_factory = before


def look_up(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement, in the running transaction, under the same checks as every other.

    Parameters
    ----------
    statement
        A constant text with ``%s`` in the places of values; one plan is kept for each text.
    """
    with preparing(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
