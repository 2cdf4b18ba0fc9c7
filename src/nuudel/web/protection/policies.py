"""What a migration grants so that encrypted columns can be encrypted anew."""

from django.db import migrations


def rotated(table: str) -> migrations.RunSQL:
    """Let the owner's rotation reach all rows of a table with encrypted columns and row-level security."""
    return migrations.RunSQL(
        f"CREATE POLICY {table}_rotation ON {table} TO nuudel_owner USING (true) WITH CHECK (true);",
        f"DROP POLICY {table}_rotation ON {table};",
    )
