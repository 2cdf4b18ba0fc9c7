"""The engine, as ``ENGINE`` of ``DATABASES`` names it; Django looks for it in a module ``base``."""

import selectors
from typing import Any

from django.db.backends.postgresql import base, operations


class DatabaseOperations(operations.DatabaseOperations):
    """What is particular to statements of PostgreSQL."""

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """The statement, for logs and tests: one that was sent apart from its values is told without them."""
        return super().last_executed_query(cursor, sql, params) or sql


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL."""

    ops_class = DatabaseOperations

    def is_usable(self) -> bool:
        """Whether the connection still holds.

        At the beginning of each request Django asks this of the server. A server that ends a connection says
        so, and the system tells of an end of its process: where nothing has come in, nothing needs asking.
        """
        made = self.connection
        if made is not None and not made.closed and not self.errors_occurred:
            with selectors.DefaultSelector() as selector:
                selector.register(made.fileno(), selectors.EVENT_READ)
                if not selector.select(timeout=0):
                    return True
        return bool(super().is_usable())
