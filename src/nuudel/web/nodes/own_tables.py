"""On a node the owner of the database keeps the centre's rows in step: what lets it, and nothing else.

References between records are the centre's to check: it sends what the place may see, and a row may name
another one that the place may not.
"""

from functools import cache

from django.db import connections

from nuudel.web.nodes.changes import PARTS, sent_models

OWNER = "owner"
REFERENCES = """
SELECT conname FROM pg_constraint
WHERE contype = 'f' AND conrelid = %s::regclass AND confrelid = ANY (%s::text[]::regclass[])
"""
POLICY = "SELECT 1 FROM pg_policies WHERE tablename = %s AND policyname = %s"
AUDITED = """
SELECT encode(tgargs, 'escape') FROM pg_trigger
WHERE tgrelid = %s::regclass AND tgname = %s
"""


def tables() -> list[str]:
    """The tables of records and of what hangs on them."""
    return [model._meta.db_table for model in (*sent_models().values(), *PARTS)]


def open_tables() -> None:
    """Let the owner write what comes from the centre; whatever is done already stays."""
    all_tables = tables()
    with connections[OWNER].cursor() as cursor:
        for table in all_tables:
            policy = f"{table}_node"
            cursor.execute(POLICY, [table, policy])
            if cursor.fetchone() is None:
                cursor.execute(
                    f"CREATE POLICY {policy} ON {table} TO nuudel_owner USING (true) WITH CHECK (true)"
                )
            cursor.execute(REFERENCES, [table, all_tables])
            for (name,) in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


@cache
def audited_as(table: str) -> str:
    """The record type by which a table is audited; empty where it is not, or by its own column."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(AUDITED, [table, f"{table}_audited"])
        row = cursor.fetchone()
    return str(row[0]).replace("\\000", "") if row else ""
