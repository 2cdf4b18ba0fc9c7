"""Who may do what, role by role, in the application and in the database alike."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from nuudel.domains.campaigns import models, permissions, record_types
from nuudel.domains.campaigns.tests.given import (
    a_training,
    make,
    person,
    planned_training,
)
from nuudel.web.access.context import acting
from nuudel.web.access.decisions import may
from nuudel.web.access.roles import Permission, Role, Scope
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.testing import institution

RUNNING = {Role.REGISTRAR, Role.CASE_WORKER, Role.PLANNER, Role.POLICY_COORDINATOR, Role.ADMINISTRATOR}
READING = {Role.ANALYST, Role.AUDITOR}
KEYS = [record_type.key for record_type in record_types.RECORD_TYPES]
TABLE: Mapping[str, tuple[Permission, ...]] = permissions.PERMISSIONS


def roles(key: str, action: str) -> set[Role]:
    return {permission.role for permission in TABLE[key] if permission.action == action}


def test_each_record_type_has_its_table_and_each_step_its_roles() -> None:
    assert list(TABLE) == KEYS
    for record_type in record_types.RECORD_TYPES:
        steps = [step.action for step in record_type.states.transitions]
        for action in ("create", "change", "comment", *steps):
            assert roles(record_type.key, action) == RUNNING, (record_type.key, action)


@pytest.mark.parametrize("key", KEYS)
def test_participants_are_read_by_who_runs_trainings_the_rest_by_analysts_too(key: str) -> None:
    expected = RUNNING if key == "campaigns.participant" else RUNNING | READING
    assert roles(key, "read") == roles(key, "export") == expected


def test_who_runs_trainings_does_so_at_the_own_institution_and_place() -> None:
    wide = {p for rows in TABLE.values() for p in rows if p.role in RUNNING}
    assert {permission.scope for permission in wide} == {Scope.INSTITUTION_PLACE}


@pytest.fixture(scope="module")
def training(database: Addresses) -> models.Training:
    return planned_training(person(Role.REGISTRAR), {"sex": "female"})


def seen(user: Any) -> tuple[int, int]:
    """How many trainings and participants somebody finds, asking the database without any filter."""
    with acting(user, "test"):
        return models.Training.objects.count(), models.Participant.objects.count()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SERVICE])
def test_what_each_role_finds(training: models.Training, role: Role) -> None:
    expected = (1, 1) if role in RUNNING else (1, 0) if role in READING else (0, 0)
    user = person(role)
    assert seen(user) == expected
    with acting(user, "test"):
        participant = models.Participant(training=training, place="MN81", institution=training.institution)
        assert may(user, "campaigns.participant", "read", participant) is (role in RUNNING)


@pytest.mark.parametrize(("place", "office"), [("MN11", "test-office"), ("MN81", "elsewhere")])
def test_elsewhere_nothing_is_found(training: models.Training, place: str, office: str) -> None:
    assert seen(person(Role.REGISTRAR, place, institution(office))) == (0, 0)


def test_a_record_is_not_made_where_one_does_not_work(training: models.Training) -> None:
    with pytest.raises(PermissionDenied):
        make(person(Role.REGISTRAR, "MN11"), record_types.TRAINING, a_training())


@pytest.mark.parametrize("role", [Role.ANALYST, Role.AUDITOR])
def test_who_reads_changes_nothing_not_even_past_the_application(
    training: models.Training, role: Role
) -> None:
    user = person(role)
    with acting(user, "test"):
        assert records.possible(user, record_types.TRAINING, training) == []
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE campaigns_training SET venue = 'elsewhere'")
            assert cursor.rowcount == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            models.Manual(
                title="A", language="mn", version="1", place="MN81", institution=training.institution,
                created_by=user, state="draft",
            ).save(force_insert=True)  # fmt: skip


def test_a_change_without_an_audit_entry_is_refused(training: models.Training) -> None:
    user = person(Role.REGISTRAR)
    with pytest.raises(DatabaseError, match="WEB-143"), acting(user, "test"):
        models.Training.objects.filter(pk=training.pk).update(venue="elsewhere")
