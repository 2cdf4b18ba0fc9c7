"""Who may do what, role by role, in the application and in the database alike; and what is personal."""

import json

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from nuudel.domains.otor import models
from nuudel.domains.otor.households.record_types import HOUSEHOLD
from nuudel.domains.otor.permissions import PERMISSIONS
from nuudel.domains.otor.record_types import RECORD_TYPES
from nuudel.domains.otor.tests.given import (
    HOME,
    a_conflict,
    a_household,
    a_mediation,
    arrived,
    change,
    counted,
    person,
)
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.audit.models import AuditEntry
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.testing import signed_in

LOCAL = {Role.REGISTRAR, Role.CASE_WORKER}
CANARIES = {"head_name": "Канарчимэг", "phone": "86664711"}
ACCOUNTS = ("Канарсүрэн худгийг эзэлсэн", "Канарбаатар эвлэрүүлсэн")
PERSONAL_TYPES = ("household", "request", "conflict", "mediation", "count", "camp", "service", "message")


@pytest.fixture(scope="module")
def canary(home: User, host: User) -> models.HerderHousehold:
    """A household with a request, a conflict and a mediation, written and changed."""
    household = a_household(home, **CANARIES)
    counted(home, household)
    request = arrived(home, host, household)
    conflict = a_conflict(host, request=request, other_place=HOME, account=ACCOUNTS[0])
    a_mediation(host, conflict, result=ACCOUNTS[1])
    change(home, HOUSEHOLD, household, phone="86664712")
    return household


def test_every_type_and_step_is_in_the_tables() -> None:
    for record_type in RECORD_TYPES:
        granted = {permission.action for permission in PERMISSIONS[record_type.key]}
        steps = {step.action for step in record_type.states.transitions}
        assert steps <= granted, record_type.key


def test_only_who_works_there_reads_single_households() -> None:
    for kind in PERSONAL_TYPES:
        readers = {grant.role for grant in PERMISSIONS[f"otor.{kind}"] if grant.action == "read"}
        assert readers <= LOCAL | {Role.CITIZEN, Role.SERVICE}, kind


def seen(user: User) -> tuple[int, int]:
    """How many households and requests somebody finds, asking the database without any filter."""
    with acting(user, "test"):
        return models.HerderHousehold.objects.count(), models.OtorRequest.objects.count()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SERVICE])
def test_what_each_role_finds(canary: models.HerderHousehold, role: Role) -> None:
    expected = (1, 1) if role in LOCAL else (0, 0)
    assert seen(person(role, HOME)) == expected


def test_elsewhere_nothing_is_found(canary: models.HerderHousehold) -> None:
    assert seen(person(Role.REGISTRAR, "MN18413")) == (0, 0)
    assert seen(person(Role.REGISTRAR, "MN84")) == (0, 0)


def test_a_change_past_the_application_is_refused(canary: models.HerderHousehold, home: User) -> None:
    stranger = person(Role.REGISTRAR, "MN18413")
    with acting(stranger, "test"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE otor_otorrequest SET state = 'closed'")
        assert cursor.rowcount == 0
    with pytest.raises(DatabaseError, match="WEB-143"), acting(home, "test"):
        models.HerderHousehold.objects.filter(pk=canary.pk).update(bagh="elsewhere")


def test_the_database_holds_no_personal_text(canary: models.HerderHousehold, database: Addresses) -> None:
    with psycopg.connect(database.backup) as reader:
        tables = reader.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        said = {name: reader.execute(f'SELECT x::text FROM "{name}" x').fetchall() for (name,) in tables}
    assert said["otor_herderhousehold"]
    for text in (*CANARIES.values(), "86664712", *ACCOUNTS, "Канар"):
        forms = (text, text.encode().hex(), json.dumps(text).strip('"'))
        assert [name for name, rows in said.items() if any(f in row[0] for row in rows for f in forms)] == []


def test_lists_exports_history_and_names_hold_nothing_personal(
    canary: models.HerderHousehold, home: User
) -> None:
    client = signed_in(home)
    pages = [
        client.get(f"/mn/desk/otor/{kind}/list/?q=Канар") for kind in ("household", "request", "conflict")
    ]
    pages += [
        client.get("/mn/desk/otor/household/export.csv"),
        client.get("/mn/desk/otor/request/export.csv"),
    ]
    pages += [client.get("/mn/desk/otor/overview/")]
    for page in pages:
        assert page.status_code == 200
        assert not any(text in page.content.decode() for text in CANARIES.values())
    assert "Канар" not in str(canary) + repr(canary)
    with acting(home, "test"):
        history = records.history(HOUSEHOLD, canary)
    assert [entry.changes for entry in history if "phone" in entry.changes] == [{"phone": None}]


def test_reading_a_household_is_audited(canary: models.HerderHousehold, home: User) -> None:
    page = signed_in(home).get(f"/mn/desk/otor/household/{canary.pk}/").content.decode()
    assert CANARIES["head_name"] in page
    rows = AuditEntry.objects.using("owner").filter(record_type=HOUSEHOLD.key, action="read", user_id=home.pk)
    assert any(str(canary.pk) in str(entry.record_ids) for entry in rows)
