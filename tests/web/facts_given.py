"""Facts and people for the tests of the ledger's store."""

from datetime import date
from typing import Any

import psycopg

from nuudel.ledger.ids import new_id
from nuudel.web.access.roles import Role
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import institution


def move(**given: Any) -> dict[str, Any]:
    """A movement that keeps every rule, with what is given instead."""
    return {
        "id": new_id(),
        "kind": "residence",
        "start": date(2026, 5, 4),
        "origin": "MN81",
        "destination": "MN11",
        "duration": "12_months_and_more",
        "quality": "observed",
    } | given


def person(role: Role | None, place: str = "", at: str = "office") -> Any:
    """A user with one posting, without a password: making one takes most of a test's time."""
    from nuudel.web.accounts.models import Posting, User

    made = User.objects.using("owner").create(
        email=f"{new_id()}@example.org", name="Test person", password="!"
    )
    if role is not None:
        office = institution(at).pk
        Posting.objects.using("owner").create(user_id=made.pk, role=role, institution_id=office, place=place)
    return User.objects.get(pk=made.pk)


def rows_of(database: Addresses, table: str, what: str = "*") -> list[Any]:
    """What a table of the ledger holds, read by the role that reads everything."""
    with psycopg.connect(database.backup) as reader:
        return reader.execute(f"SELECT {what} FROM ledger_{table}").fetchall()
