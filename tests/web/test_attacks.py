"""What an attacker would try with the application's own connection, and with a browser; each was open."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.invitations import invite
from nuudel.web.accounts.models import Posting
from nuudel.web.audit.testing import make_table, write_note
from nuudel.web.facts.service import service_user
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import institution, signed_in, user_with

LOGIN = "/en/account/login/"
POSTINGS = """CREATE TEMPORARY TABLE accounts_posting
  (id bigint, user_id bigint, role text, institution_id bigint, place text, valid_from date, valid_to date)"""


@pytest.fixture
def injected(database: Addresses) -> Iterator[psycopg.Connection]:
    """Somebody who can run any SQL as the application, in the name of a citizen."""
    user_with(Role.ADMINISTRATOR)
    with psycopg.connect(database.app, autocommit=True) as raw:
        raw.execute("SELECT set_config('nuudel.user', %s, false)", [str(user_with(Role.CITIZEN).pk)])
        yield raw


def grants(raw: psycopg.Connection) -> int:
    row = raw.execute("SELECT count(*) FROM nuudel_grants('accounts.posting', 'write')").fetchone()
    return int(row[0]) if row else 0


def test_no_temporary_table_takes_the_place_of_the_postings(injected: psycopg.Connection) -> None:
    office = institution().pk
    injected.execute(POSTINGS)
    injected.execute("GRANT SELECT ON accounts_posting TO PUBLIC")
    injected.execute(
        "INSERT INTO accounts_posting SELECT 1, nuudel_user(), 'administrator', %s, '', '2020-01-01', NULL",
        [office],
    )
    assert grants(injected) == 0
    injected.execute("TRUNCATE pg_temp.accounts_posting")  # as if there were no administrator yet
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="WEB-126"):
        injected.execute(
            "INSERT INTO public.accounts_posting (user_id, role, institution_id, place, valid_from)"
            " VALUES (nuudel_user(), 'administrator', %s, '', current_date)",
            [office],
        )


def test_no_temporary_table_takes_the_place_of_the_audit(database: Addresses) -> None:
    make_table("shadowed", "test.shadowed")
    user = user_with(Role.REGISTRAR)
    shadow = """CREATE TEMPORARY TABLE audit_auditentry AS SELECT pg_current_xact_id() AS transaction,
                'test.shadowed'::text AS record_type, now() AS at"""

    def change_without_an_entry() -> None:
        with acting(user, "test"):
            with connection.cursor() as cursor:
                cursor.execute(shadow)
                cursor.execute("GRANT SELECT ON pg_temp.audit_auditentry TO PUBLIC")
            write_note(user, "shadowed", record_type="test.shadowed")

    with pytest.raises(IntegrityError, match="WEB-143"):
        change_without_an_entry()


def test_every_function_that_guards_sees_the_schema_first(injected: psycopg.Connection) -> None:
    open_ones = injected.execute(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND (prosecdef OR proname = 'nuudel_posting_guarded')"
        " AND NOT coalesce('search_path=public, pg_temp' = ANY (proconfig), false)"
    ).fetchall()
    assert open_ones == []


@pytest.mark.parametrize("table", ["access_permissionrow", "access_place", "django_migrations"])
def test_the_application_writes_no_permission_and_no_place(injected: psycopg.Connection, table: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        injected.execute(f"DELETE FROM {table}")
    column = {"access_permissionrow": "role", "access_place": "parent", "django_migrations": "app"}[table]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        injected.execute(f"UPDATE {table} SET {column} = ''")


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/hostname')",
        "SELECT lo_import('/etc/hostname')",
        "SET ROLE nuudel_owner",
        "SET session_replication_role = 'replica'",
        "CREATE SCHEMA mine",
        "CREATE TABLE mine (a int)",
        "CREATE FUNCTION public.nuudel_user(int) RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE audit_auditentry DISABLE TRIGGER ALL",
    ],
)
def test_the_application_cannot_leave_its_place(injected: psycopg.Connection, statement: str) -> None:
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedFunction)):
        injected.execute(statement)


def test_a_posting_that_ended_is_over_in_every_time_zone(database: Addresses) -> None:
    """The database reckons the day as the application does, whatever a session calls its time zone."""
    user = user_with(Role.ADMINISTRATOR)
    posting = Posting.objects.using("owner").get(user=user)
    posting.valid_to = timezone.localdate() - timedelta(days=1)
    posting.save(using="owner")
    # 20 hours behind the service's day, or, late in the evening, 6 before it for one that begins tomorrow.
    with psycopg.connect(database.app, autocommit=True) as raw:
        raw.execute("SELECT set_config('nuudel.user', %s, false)", [str(user.pk)])
        for zone in ("Etc/GMT+12", "Etc/GMT-14"):
            raw.execute(f"SET timezone = '{zone}'")
            assert grants(raw) == 0
            row = raw.execute("SELECT proconfig FROM pg_proc WHERE proname = 'nuudel_grants'").fetchone()
            assert row is not None
            assert any(entry.casefold() == f"timezone={settings.TIME_ZONE}".casefold() for entry in row[0])


def test_a_script_has_no_more_attempts_than_a_person(client: Client) -> None:
    """allauth answers scripts with 400, which undoes the transaction and with it the count of failures."""
    cache.clear()
    user = user_with(Role.CITIZEN)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    script = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest", "HTTP_ACCEPT": "application/json"}
    answers = [
        client.post(LOGIN, {"login": user.email, "password": f"a wrong one, {number}"}, **script)
        for number in range(6)
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert "Too many attempts" in answers[-1].content.decode()
    cache.clear()


def test_the_counts_of_failures_are_not_pushed_out(database: Addresses) -> None:
    """Django's cache in the database removes entries that still count once it holds its most."""
    cache.set("count-of-a-victim", [1], 300)
    for number in range(320):
        cache.set(f"zzz-{number}", [1], 300)
    assert cache.get("count-of-a-victim") == [1]
    cache.clear()


def test_nobody_gets_into_the_systems_own_account(database: Addresses) -> None:
    """It reads and erases personal facts, and is asked for no second factor."""
    administrator, service = signed_in(user_with(Role.ADMINISTRATOR)), service_user()
    given = Posting.objects.get(user=service, role=Role.SERVICE)
    addresses = (
        f"/en/desk/people/{service.pk}/link/",
        f"/en/desk/people/{service.pk}/stop/",
        f"/en/desk/people/{service.pk}/",
        f"/en/desk/people/postings/{given.pk}/end/",
    )
    for address in addresses:
        assert administrator.post(address).status_code == 404
    assert service_user().is_active


def test_an_invitation_ends_when_the_person_has_a_password(client: Client) -> None:
    """Whoever made or saw the link cannot replace a password that came by a reset."""
    user = user_with()
    user.set_unusable_password()
    user.save()
    with acting(user, "test"):
        path = invite(user, None)
    assert client.get(path).status_code == 200
    user.set_password("one that came by a reset")
    user.save()
    assert client.get(path).status_code == 410


@pytest.mark.parametrize(
    "address",
    [
        "/en/desk/people/?q=%00",
        "/en/desk/audit/?last=9999-12-31",
        "/en/desk/audit/?first=0001-01-01",
        "/en/desk/audit/?last=0001-01-01",
        "/en/desk/audit/?after=1.99999999999999999999.1",
        "/en/desk/audit/?who=%C2%B2",
    ],
)
def test_odd_questions_are_no_faults(database: Addresses, address: str) -> None:
    assert signed_in(user_with(Role.ADMINISTRATOR)).get(address).status_code in {200, 404}


def test_an_odd_length_is_refused(client: Client) -> None:
    assert client.get(LOGIN, CONTENT_LENGTH="²").status_code == 413


def test_invented_methods_make_no_new_figures(client: Client) -> None:
    for number in range(3):
        client.generic(f"INVENTED{number}", "/healthz")
    told = client.get("/metrics").content.decode()
    assert "INVENTED" not in told
    assert 'method="other"' in told


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA"])
def test_no_proxy_hands_out_the_metrics(client: Client, header: str) -> None:
    assert client.get("/metrics", headers={}, **{header: "203.0.113.9"}).status_code == 403


def test_behind_tls_a_monitor_on_this_machine_is_answered(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SECURE_SSL_REDIRECT", True)
    client.handler.load_middleware()
    assert client.get("/healthz").status_code == 200
    assert client.get(LOGIN).status_code == 301
