"""Look-ups that nearly every request asks: each connection plans them once (prepared statements)."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection


class Preparing(psycopg.Cursor[tuple[Any, ...]]):
    """A cursor that sends values apart from the text, which the server plans at the first time."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> "Preparing":
        return super().execute(query, params, **(options | {"prepare": True}))


def look_up(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement, in the running transaction, under the same checks as every other.

    Django sends its own statements with the values in them, which are planned anew each time: for a join of
    six tables with row-level security that costs more than to run it.

    Parameters
    ----------
    statement
        A constant text with ``%s`` in the places of values; one plan is kept for each text.
    """
    connection.ensure_connection()
    # Django's cursor around it counts what is sent and gives errors their names.
    around: Any = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with around(Preparing(connection.connection)) as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
