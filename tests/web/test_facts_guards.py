"""What the database itself keeps: facts stay as entered, and who may read one."""

from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from nuudel.ledger import Series
from nuudel.ledger.schema import Fact
from nuudel.web.access.context import acting
from nuudel.web.access.roles import OFFICERS, Role
from nuudel.web.facts import jobs, store
from nuudel.web.facts.service import service_user
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import start_platform

from .facts_given import move, person

MOVES = Series("guarded-moves", "Guarded moves")
YEAR = datetime.now(UTC).year


def enter(user: Any, *rows: dict[str, Any], at: str = "office") -> None:
    with acting(user, "test"):
        store.append("movement", rows, MOVES, at)


def seen(user: Any) -> set[str]:
    with acting(user, "test"), connection.cursor() as cursor:
        cursor.execute("SELECT id::text FROM ledger_movement")
        return {row[0] for row in cursor.fetchall()}


CHANGES = (
    "UPDATE {table} SET persons = 7",
    "UPDATE {table} SET pseudonym = NULL",
    "DELETE FROM {table}",
    "TRUNCATE {table} CASCADE",
)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", ["ledger_movement", f"ledger_movement_{YEAR}"])
def test_nobody_changes_a_fact(change: str, table: str, database: Addresses) -> None:
    enter(person(Role.REGISTRAR), move(pseudonym="p"))
    statement = change.format(table=table)
    service = service_user()
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        acting(service, "test"),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    with psycopg.connect(database.owner) as owner:
        owner.execute("SELECT set_config('nuudel.user', %s, false)", [str(service.pk)])
        try:
            # A partition shows even its owner nothing, and there is no policy to delete by.
            assert owner.execute(statement).rowcount == 0
        except psycopg.errors.RestrictViolation:
            owner.rollback()
    superuser = make_conninfo(start_platform().superuser, dbname=conninfo_to_dict(database.app)["dbname"])
    with psycopg.connect(superuser) as anybody:
        before = anybody.execute("SELECT count(*), sum(persons) FROM ledger_movement").fetchone()
        with pytest.raises(psycopg.errors.RestrictViolation), anybody.transaction():
            anybody.execute(statement)
        assert anybody.execute("SELECT count(*), sum(persons) FROM ledger_movement").fetchone() == before


def test_the_ids_stay_and_are_unique_over_all_partitions(database: Addresses) -> None:
    registrar = person(Role.REGISTRAR)
    row = move()
    old = move(recorded_at=datetime(2001, 1, 1, tzinfo=UTC), start=date(2000, 1, 1))
    enter(registrar, row, old)
    with psycopg.connect(database.backup) as reader:
        where = "SELECT tableoid::regclass::text FROM ledger_movement WHERE id = %s"
        assert reader.execute(where, [row["id"]]).fetchone() == (f"ledger_movement_{YEAR}",)
        assert reader.execute(where, [old["id"]]).fetchone() == ("ledger_movement_other",)
        columns = [
            column.name
            for column in reader.execute("SELECT * FROM ledger_movement LIMIT 0").description or ()
            if column.name not in {"recorded_at", "entry", "entered_in"}
        ]
    names = ", ".join(f'"{name}"' for name in columns)
    # Past the store, with another time of recording: into another partition.
    copy = f"INSERT INTO ledger_movement (recorded_at, {names}) SELECT '2001-02-03', {names}"
    with (
        pytest.raises(DatabaseError, match="ledger_movement_id_pkey"),
        acting(service_user(), "test"),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"{copy} FROM ledger_movement WHERE id = %s", [row["id"]])
    with psycopg.connect(database.owner) as owner:
        for change in ("DELETE FROM", "TRUNCATE"):
            with pytest.raises(psycopg.errors.RestrictViolation), owner.transaction():
                owner.execute(f"{change} ledger_movement_id" + (" CASCADE" if change == "TRUNCATE" else ""))


def test_nobody_enters_a_fact_for_another_transaction(database: Addresses) -> None:
    registrar = person(Role.REGISTRAR)
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        acting(registrar, "test"),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO ledger_event (id, series, source, institution, kind, start, recorded_at, persons,"
            " sex, reason, weight, quality, place, fingerprint, entered_in) VALUES (gen_random_uuid(), 's',"
            " 's', 'i', 'k', '2026-01-01', now(), 1, 'all', 'unknown', 1, 'observed', 'MN11', 1, '3'::xid8)"
        )


def test_no_fact_without_its_entry_in_the_audit(database: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    registrar = person(Role.REGISTRAR)
    row = move()
    enter(registrar, row)
    with psycopg.connect(database.backup) as reader:
        entry = reader.execute(
            "SELECT user_id, action FROM audit_auditentry"
            " WHERE record_type = 'facts.fact' AND %s = ANY (record_ids)",
            [str(row["id"])],
        ).fetchone()
    assert entry == (registrar.pk, "append")
    monkeypatch.setattr(store, "record", lambda *given: None)
    with pytest.raises(DatabaseError, match="WEB-143"):
        enter(registrar, move())


@pytest.mark.parametrize("role", [None, *Role])
def test_who_may_enter_facts(role: Role | None, database: Addresses) -> None:
    user = person(role)
    if role in {*OFFICERS, Role.SERVICE} - {Role.AUDITOR}:
        enter(user, move())
    else:
        with pytest.raises(PermissionDenied):
            enter(user, move())


@pytest.mark.parametrize("role", [None, *Role])
def test_who_reads_a_single_fact(role: Role | None, database: Addresses) -> None:
    here, there = "here", "there"
    registrar = person(Role.REGISTRAR, at=here)
    rows = {
        "ours": move(),
        "theirs": move(),
        "arrived here": move(destination="MN8101"),
        "personal": move(pseudonym="p"),
    }
    for name, row in rows.items():
        enter(registrar, row, at="there" if name in ("theirs", "arrived here") else "here")
    own = {str(row["id"]): name for name, row in rows.items()}
    local = role in (Role.REGISTRAR, Role.BORDER_OFFICER, Role.FIELD_ENUMERATOR, Role.CASE_WORKER)
    found = {own[one] for one in seen(person(role, place="MN81", at=here)) if one in own}
    if role in (Role.SERVICE, Role.ADMINISTRATOR):  # who freezes the facts, and who may erase
        assert found == set(rows)
    elif local:
        assert found == {"ours", "arrived here", "theirs"}
        elsewhere = person(role, place="MN64", at=there)
        assert {own[one] for one in seen(elsewhere) if one in own} == {"theirs", "arrived here"}
    else:
        assert found == set()
    assert seen(None) == set()


def test_next_years_partitions_are_made_once_and_nothing_is_moved(database: Addresses) -> None:
    service = service_user()
    with acting(service, "test"):
        assert jobs.ahead(YEAR) == 0
        assert jobs.ahead(YEAR + 1) == len(Fact)
    old = move(recorded_at=datetime(1999, 1, 1, tzinfo=UTC), start=date(1998, 1, 1))
    enter(service, old)
    with acting(service, "test"):
        # The movement's year stays in the default partition, where a fact of it is; the others are made.
        assert jobs.ahead(1998) == 2 * len(Fact) - 1
    jobs.make_partitions()
    assert str(old["id"]) in seen(service)
    with psycopg.connect(database.app) as application, pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute(f"SELECT * FROM ledger_movement_{YEAR + 2}")
