"""The personal data of participants: encrypted, looked up by its index, in no list, export or history."""

import json
from typing import Any

import psycopg
import pytest
from django.utils import translation

from nuudel.domains.campaigns import models, record_types
from nuudel.domains.campaigns.tests.given import a_participant, change, make, person, planned_training, step
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.audit.models import AuditEntry
from nuudel.web.operations.database import Addresses
from nuudel.web.protection.blind import blind_index
from nuudel.web.shell import records
from nuudel.web.shell.lists import page_of, read_asked

PARTICIPANT = record_types.PARTICIPANT
CANARIES = {
    "full_name": "Канарчимэг-Шар",
    "registration_number": "ЯЯ90010199",
    "phone": "+976 7700 4711",
    "email": "canary-4711@example.org",
}
CHANGED = "Канарчимэг-Хөх"


@pytest.fixture(scope="module")
def registrar(database: Addresses) -> User:
    return person(Role.REGISTRAR)


@pytest.fixture(scope="module")
def canary(registrar: User) -> models.Participant:
    """A participant through everything that can be done."""
    training = planned_training(registrar)
    made: models.Participant = make(registrar, PARTICIPANT, a_participant(training, **CANARIES))
    step(registrar, record_types.TRAINING, training, "hold")
    change(registrar, PARTICIPANT, made, full_name=CHANGED)
    step(registrar, PARTICIPANT, made, "withdraw")
    return made


def test_the_database_holds_no_personal_text(canary: models.Participant, database: Addresses) -> None:
    """Every column of every table, as the role that reads everything sees it."""
    with psycopg.connect(database.backup) as reader:
        tables = reader.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        said = {name: reader.execute(f'SELECT x::text FROM "{name}" x').fetchall() for (name,) in tables}
    assert said["campaigns_participant"]
    for text in (*CANARIES.values(), CHANGED, "Канарчимэг"):
        forms = (text, text.encode().hex(), json.dumps(text).strip('"'))
        found = [name for name, rows in said.items() if any(f in row[0] for row in rows for f in forms)]
        assert found == []


def test_who_may_reads_it(canary: models.Participant, registrar: User) -> None:
    with acting(registrar, "test"):
        read = models.Participant.objects.get(pk=canary.pk)
        assert {name: getattr(read, name) for name in CANARIES} == CANARIES | {"full_name": CHANGED}


def test_a_number_is_looked_up_by_its_index(canary: models.Participant, registrar: User) -> None:
    where = "campaigns_participant.registration_number"
    with acting(registrar, "test"):
        found = models.Participant.objects.filter(
            registration_number_index=blind_index(where, CANARIES["registration_number"])
        )
        assert [row.pk for row in found] == [canary.pk]


def test_the_history_names_what_changed_and_not_to_what(canary: models.Participant, registrar: User) -> None:
    with acting(registrar, "test"):
        history = records.history(PARTICIPANT, canary)
    assert [entry.action for entry in history] == ["create", "change", "withdraw"]
    assert history[1].changes == {"full_name": None}


def test_the_audit_names_fields_and_records(canary: models.Participant) -> None:
    rows = AuditEntry.objects.using("owner").filter(record_type=PARTICIPANT.key)
    actions = [entry.action for entry in rows.order_by("at") if str(canary.pk) in str(entry.record_ids)]
    assert {"create", "change", "withdraw"} <= set(actions)


def test_neither_lists_nor_exports_nor_the_record_name_it(
    canary: models.Participant, registrar: User
) -> None:
    shown: set[str] = {
        *PARTICIPANT.listed,
        *PARTICIPANT.exported,
        *PARTICIPANT.searched,
        *PARTICIPANT.filtered,
    }
    assert not shown & set(CANARIES)
    assert PARTICIPANT.personal == set(CANARIES)
    assert not any(text in str(canary) + repr(canary) for text in (*CANARIES.values(), CHANGED))
    with acting(registrar, "test"):
        page: Any = page_of(registrar, PARTICIPANT, read_asked(PARTICIPANT, {"q": "Канарчимэг"}))
    assert page.total == 1  # nothing is searched: what is asked for does not tell who is there


def test_participants_are_told_apart_by_their_number(registrar: User) -> None:
    training = planned_training(registrar, {}, {}, {})
    with acting(registrar, "test"), translation.override("mn"):
        named = [str(row) for row in training.participants.order_by("number")]
    assert named == ["Оролцогч 1", "Оролцогч 2", "Оролцогч 3"]
