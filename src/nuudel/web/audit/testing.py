"""A table under all protections, for tests and the bench: permissions, row-level security, audit."""

from django.db import connection, connections

from nuudel.ledger.ids import new_id
from nuudel.web.access.models import PermissionRow
from nuudel.web.access.roles import Role
from nuudel.web.access.row_security import protect
from nuudel.web.accounts.models import User
from nuudel.web.audit.triggers import audited

TABLE, RECORD_TYPE = "test_note", "test.note"
COLUMNS = """(id uuid PRIMARY KEY, place text NOT NULL, other_place text NOT NULL DEFAULT '',
  institution_id bigint NOT NULL, created_by_id bigint NOT NULL, holder_id bigint,
  record_type text NOT NULL, said text NOT NULL)"""


def make_table(table: str = TABLE, record_type: str = RECORD_TYPE, with_audit: bool = True) -> None:
    """Make the table and permit registrars all of it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"CREATE TABLE {table} {COLUMNS}")
        cursor.execute(str(protect(table, record_type).sql))
        if with_audit:
            cursor.execute(str(audited(table, record_type).sql))
    for kind in ("read", "write"):
        PermissionRow.objects.using("owner").get_or_create(
            record_type=record_type or RECORD_TYPE, role=Role.REGISTRAR, kind=kind, scope="all"
        )


def write_note(user: User, table: str = TABLE, said: str = "", record_type: str = RECORD_TYPE) -> str:
    """Insert a row in the user's name; its id."""
    number = str(new_id())
    institution = user.current_postings[0].institution.pk
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (id, place, institution_id, created_by_id, record_type, said) "
            "VALUES (%s, 'MN', %s, %s, %s, %s)",
            [number, institution, user.pk, record_type, said],
        )
    return number


def read_note(number: str, table: str = TABLE) -> str | None:
    """What a row says, where the user who acts may read it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT said FROM {table} WHERE id = %s", [number])
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def hang_up() -> None:
    """Close this thread's connection."""
    connection.close()
