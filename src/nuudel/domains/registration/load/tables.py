"""The tables of a load stand without indexes, foreign keys, row security and audit triggers while it runs.

All of that is in the load's transaction, under locks that keep everybody else out: at the commit everything
is as it was before, with the same names, and the foreign keys have been checked over all rows.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

CONSTRAINTS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid), contype::text
FROM pg_constraint WHERE conrelid = ANY (%s::regclass[]) AND contype IN ('f', 'u') ORDER BY conname
"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY (%s::regclass[]) AND NOT indisprimary
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('u', 'x'))
ORDER BY 1
"""
MEMORY = "SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL max_parallel_maintenance_workers = 2;"


@contextmanager
def set_aside(cursor: Any, tables: Sequence[str]) -> Iterator[None]:
    """Take away what slows a load down, and put it back when the load has gone well."""
    listed = list(tables)
    for table in listed:
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_audited")
    constraints = fetched(cursor, CONSTRAINTS, listed)
    # Foreign keys first: they may hang on a unique constraint.
    for table, name, _, _ in sorted(constraints, key=lambda row: row[3]):
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    indexes = fetched(cursor, INDEXES, listed)
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    cursor.execute(MEMORY)
    for _, definition in indexes:
        cursor.execute(definition)
    for table, name, definition, _ in sorted(constraints, key=lambda row: row[3], reverse=True):
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    for table in listed:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_audited")
        cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        cursor.execute(f"ANALYZE {table}")


def fetched(cursor: Any, query: str, tables: list[str]) -> list[Any]:
    cursor.execute(query, [tables])
    return list(cursor.fetchall())
