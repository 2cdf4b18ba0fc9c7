"""Every read and write has its entry in the same transaction; nobody changes one; nothing gets by."""

import threading

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, close_old_connections, connection, connections
from django.db.utils import InternalError

from nuudel.base.errors import WebError
from nuudel.web.access.context import acting, current
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record
from nuudel.web.audit.models import AuditEntry
from nuudel.web.audit.testing import RECORD_TYPE, TABLE, make_table, write_note
from nuudel.web.audit.verify import verify
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import institution, start_platform, user_with


@pytest.fixture(scope="module")
def tables(database: Addresses) -> None:
    make_table()
    make_table("test_part", "")
    connections["owner"].close()


@pytest.fixture
def registrar(tables: None) -> User:
    return user_with(Role.REGISTRAR, at=institution("registry"))


def entries(**conditions: object) -> list[AuditEntry]:
    found = AuditEntry.objects.using("owner").filter(**conditions)
    return list(found.order_by("at", "number"))


def do(user: User, statement: str) -> None:
    with acting(user, "test"), connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount


def write(user: User, table: str = TABLE, audited_as: str = "") -> None:
    with acting(user, "test"):
        write_note(user, table)
        if audited_as:
            record("write", audited_as)


def count_notes(user: User) -> int:
    with acting(user, "test"), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {TABLE}")
        return int(cursor.fetchone()[0])


def test_an_entry_tells_who_did_what_with_which_records_and_for_what(registrar: User) -> None:
    with acting(registrar, "notes-new", "request-1"):
        number = write_note(registrar)
        record("write", RECORD_TYPE, [number], ["said", "place"], reason="by letter")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text, now()")
            transaction, began = cursor.fetchone()
    (entry,) = entries(record_ids=[number])
    told = (entry.user_id, entry.roles, entry.institutions, entry.action, entry.record_type, entry.fields)
    assert told == (registrar.pk, ["registrar"], ["registry"], "write", RECORD_TYPE, ["said", "place"])
    assert (entry.purpose, entry.reason, entry.request_id) == ("notes-new", "by letter", "request-1")
    assert entry.transaction == int(transaction)
    assert entry.at >= began


def test_a_commit_without_an_entry_is_refused(registrar: User) -> None:
    before = count_notes(registrar)
    with pytest.raises(IntegrityError, match="WEB-143"):
        write(registrar)
    assert count_notes(registrar) == before


def test_an_entry_of_another_type_or_of_an_earlier_transaction_does_not_count(registrar: User) -> None:
    with acting(registrar, "test"):
        record("write", RECORD_TYPE)
    for other in ("", "test.other"):
        with pytest.raises(IntegrityError, match="WEB-143"):
            write(registrar, audited_as=other)


@pytest.mark.parametrize("change", ["UPDATE test_note SET said = 'x'", "UPDATE test_part SET said = 'x'"])
def test_changes_are_audited_too(registrar: User, change: str) -> None:
    table = change.split()[1]
    with acting(registrar, "test"):
        write_note(registrar, table)
        record("write", RECORD_TYPE)
    with pytest.raises(IntegrityError, match="WEB-143"):
        do(registrar, change)


def test_a_part_asks_for_an_entry_of_its_record(registrar: User) -> None:
    with pytest.raises(IntegrityError, match=r"WEB-143.*test\.note"):
        write(registrar, "test_part", "test.part")


def test_what_is_undone_leaves_no_entry(registrar: User) -> None:
    number = ""

    def fail() -> None:
        nonlocal number
        with acting(registrar, "test"):
            number = write_note(registrar)
            record("write", RECORD_TYPE, [number])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert number
    assert entries(record_ids=[number]) == []


def test_without_its_entry_nothing_is_written(registrar: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise WebError(281, "the secret key 'audit' is missing.", "Put it back.")

    monkeypatch.setattr("nuudel.web.audit.chain.audit_key", broken)
    before = count_notes(registrar)
    with pytest.raises(WebError, match="WEB-281"):
        write(registrar, audited_as=RECORD_TYPE)
    assert count_notes(registrar) == before


def test_inside_another_context_each_has_its_own_name(registrar: User) -> None:
    other = user_with(Role.REGISTRAR)
    with acting(registrar, "outer"):
        with acting(other, "inner"):
            record("read", RECORD_TYPE, ["nested"])
        record("read", RECORD_TYPE, ["nested"])
    assert [entry.user_id for entry in entries(record_ids=["nested"])] == [other.pk, registrar.pk]


def test_only_who_may_read_the_audit_reads_it(registrar: User) -> None:
    with acting(registrar, "test"):
        record("read", RECORD_TYPE)
        assert AuditEntry.objects.count() == 0
    with acting(registrar, "test"):
        assert AuditEntry.objects.count() == 0
    with acting(None, "test"):
        assert AuditEntry.objects.count() == 0
    for role in (Role.AUDITOR, Role.ADMINISTRATOR):
        with acting(user_with(role), "test"):
            assert AuditEntry.objects.count() > 0


ENTRY = """INSERT INTO audit_auditentry SELECT 0, 1000000, now(), {user}, '{{}}', '{{}}', 'read', 'test.note',
  '{{}}', '{{}}', '', '', '', {transaction}, ''"""


@pytest.mark.parametrize(
    ("user", "transaction"),
    [("999999", "pg_current_xact_id()"), ("NULL", "pg_current_xact_id()"), ("nuudel_user()", "'3'::xid8")],
)
def test_an_entry_in_another_name_or_for_another_transaction_is_refused(
    registrar: User, user: str, transaction: str
) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        do(registrar, ENTRY.format(user=user, transaction=transaction))


CHANGES = (
    "UPDATE audit_auditentry SET reason = 'x'",
    "DELETE FROM audit_auditentry",
    "TRUNCATE audit_auditentry",
    "DELETE FROM audit_audithead",
    "TRUNCATE audit_audithead",
    "INSERT INTO audit_audithead VALUES (99, 0, '', '')",
    "UPDATE audit_audithead SET number = number - 1",
    "UPDATE audit_audithead SET chain = chain + 1, number = number + 1",
)


@pytest.mark.parametrize("change", CHANGES)
def test_the_application_changes_no_entry(registrar: User, change: str) -> None:
    with pytest.raises((ProgrammingError, InternalError), match=r"permission denied|WEB-144"):
        do(registrar, change)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("who", ["owner", "superuser", "replica"])
def test_nor_do_the_owner_and_the_superuser_as_long_as_the_triggers_stand(
    registrar: User, database: Addresses, change: str, who: str
) -> None:
    with acting(registrar, "test"):
        record("read", RECORD_TYPE)
    name = database.app.rpartition("?")[0].rpartition("/")[2]
    superuser = psycopg.conninfo.make_conninfo(start_platform().superuser, dbname=name)
    with psycopg.connect(database.owner if who == "owner" else superuser) as raw:
        if who == "replica":
            raw.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.Error, match="WEB-144"):
            raw.execute(change)


@pytest.mark.parametrize("told", [("Dorj", "a.b"), ("read", "Бат"), ("read", "УБ12345678")])
def test_values_are_no_names(registrar: User, told: tuple[str, str]) -> None:
    with acting(registrar, "test"):
        with pytest.raises(WebError, match="WEB-141") as caught:
            record(told[0], "test.note", fields=[told[1]])
        assert "Дорж" not in str(caught.value)
        with pytest.raises(WebError, match="WEB-141"):
            record("read", "Some Person")
        assert current().notes == []


def test_any_text_can_be_an_id_or_a_reason(registrar: User) -> None:
    with acting(registrar, "test"):
        record("read", RECORD_TYPE, ["a\0b", "\ud800", 'say "so", {1}\\', "ө" * 900], reason="\0")
    (entry,) = [e for e in entries(user_id=registrar.pk) if len(e.record_ids) == 4]
    assert entry.record_ids == ["ab", "?", 'say "so", {1}\\', "ө" * 500]
    assert verify("owner").sound


def test_outside_of_a_context_nothing_is_noted(tables: None) -> None:
    with pytest.raises(WebError, match="WEB-101"):
        record("read", RECORD_TYPE)


def test_more_writers_than_chains_wait_and_all_get_in(registrar: User) -> None:
    writers, each = 24, 5
    failures: list[Exception] = []

    def write(index: int) -> None:
        try:
            person = User.objects.get(pk=registrar.pk)
            for _ in range(each):
                with acting(person, "crowd", f"writer-{index}"):
                    record("write", RECORD_TYPE, [write_note(person)])
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[index]) for index in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    close_old_connections()
    assert failures == []
    assert len(entries(purpose="crowd")) == writers * each
    assert len({entry.chain for entry in entries(purpose="crowd")}) > 1
    assert verify("owner").sound
