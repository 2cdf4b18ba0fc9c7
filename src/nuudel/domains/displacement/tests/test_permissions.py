"""Who may do what, role by role, in the application and in the database alike."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from nuudel.domains.displacement import models
from nuudel.domains.displacement.permissions import PERMISSIONS
from nuudel.domains.displacement.record_types import RECORD_TYPES
from nuudel.domains.displacement.roles import READING, RUNNING, SENDING
from nuudel.domains.displacement.tests.given import PLACE, Given, given, make, sent_xml
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import institution, user_with

KEYS = [record_type.key for record_type in RECORD_TYPES]
SECRET = ("assignment", "device", "submission", "file", "table")


def roles(kind: str, action: str) -> set[Role]:
    return {grant.role for grant in PERMISSIONS[f"displacement.{kind}"] if grant.action == action}


@pytest.fixture(scope="module")
def around(database: Addresses) -> Given:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    own = given()
    key = own.phone()
    parts = {
        "xml_submission_file": SimpleUploadedFile("a.xml", sent_xml(), "text/xml"),
        "a.jpg": SimpleUploadedFile("a.jpg", b"x"),
    }
    assert Client().post(f"/collect/key/{key.secret}/submission", parts).status_code == 201
    return own


def test_each_record_type_has_its_table() -> None:
    assert sorted(PERMISSIONS) == sorted(KEYS)


@pytest.mark.parametrize("kind", ["operation", "round", "form"])
def test_who_runs_it_takes_the_steps_and_analysts_read(kind: str) -> None:
    for step in ("create", "change", "open", "close", "reopen"):
        assert roles(kind, step) == set(RUNNING)
    assert roles(kind, "export") == {*RUNNING, *READING}


@pytest.mark.parametrize("kind", SECRET)
def test_nobody_else_reads_who_goes_where_and_what_was_said(kind: str) -> None:
    assert roles(kind, "read") <= {*RUNNING, SENDING, Role.SERVICE}
    assert roles(kind, "export") == set()


def found_by(role: Role, place: str = "", office: str = "test-office") -> dict[str, int]:
    """How many rows of each table somebody finds, asking the database without any filter."""
    tables = {
        "operation": models.Operation,
        "round": models.Round,
        "form": models.Form,
        "version": models.FormVersion,
        "assignment": models.Assignment,
        "device": models.Device,
        "submission": models.Submission,
        "file": models.SubmissionFile,
    }
    with acting(user_with(role, place=place, at=institution(office)), "test"):
        return {kind: model.objects.count() for kind, model in tables.items()}  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SERVICE])
def test_what_each_role_finds(around: Given, role: Role) -> None:
    found = found_by(role)
    open_kinds = {"operation", "round", "form", "version"}
    if role in RUNNING:
        assert set(found.values()) == {1}
    elif role is SENDING or role in READING:
        assert {kind for kind, count in found.items() if count} == open_kinds
    else:
        assert set(found.values()) == {0}


@pytest.mark.parametrize(("place", "office"), [("MN11", "test-office"), ("", "elsewhere")])
def test_elsewhere_nothing_is_found(around: Given, place: str, office: str) -> None:
    assert set(found_by(Role.PLANNER, place, office).values()) == {0}


def test_who_collects_makes_no_operation(around: Given) -> None:
    person = user_with(SENDING)
    operation = models.Operation(title_mn="Өөр", purpose="Өөр", place=PLACE, institution=institution())
    with pytest.raises(PermissionDenied):
        make(person, "operation", operation)
    operation.created_by, operation.state = person, "planned"
    with (
        acting(person, "test"),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        operation.save(force_insert=True)


def test_a_version_of_a_form_is_changed_by_nobody(around: Given) -> None:
    with (
        acting(around.planner, "test"),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE displacement_formversion SET mapping = 'other'")


def test_the_database_keeps_no_answer_in_plain_text(around: Given, database: Addresses) -> None:
    import psycopg
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    key = around.phone()
    xml = sent_xml(note="Канарчимэг-Шар")
    parts = {"xml_submission_file": SimpleUploadedFile("a.xml", xml, "text/xml")}
    assert Client().post(f"/collect/key/{key.secret}/submission", parts).status_code == 201
    with psycopg.connect(database.backup) as reader:
        tables = reader.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        said = {name: reader.execute(f'SELECT x::text FROM "{name}" x').fetchall() for (name,) in tables}
    canaries = ("Канарчимэг", "Канарчимэг".encode().hex(), key.secret, key.secret.encode().hex())
    assert said["displacement_submission"]
    found = [name for name, rows in said.items() if any(c in row[0] for row in rows for c in canaries)]
    assert found == []
