"""What is about a person follows the account that the person is linked to, and no other account reads it."""

from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from nuudel.domains.registration.models import IdentityDocument, Move, MoveMember, Person, ResidenceEvent
from nuudel.domains.registration.moves.report import report_move
from nuudel.domains.registration.persons.accounts import link, unlink
from nuudel.domains.registration.persons.record_types import PERSON
from nuudel.domains.registration.tests.given_moves import (
    Family,
    approved,
    family,
    now,
    offices,
    report,
    reported,
    step,
)
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.shell.models import Action, Notice
from nuudel.web.testing import signed_in, user_with

MODELS = (Person, IdentityDocument, Move, MoveMember, ResidenceEvent)
DESK = "desk/registration"


def read_by(user: User) -> set[UUID]:
    """The ids of all that the database lets an account read of the register."""
    with acting(user, "test"):
        return {row.pk for model in MODELS for row in model.objects.all()}


def unlinked(office: User, person: Person, account: User | None = None) -> None:
    """End the link; then link the person to another account."""
    with acting(office, "test"):
        unlink(office, records.locked(PERSON, [person.pk])[0], "Хүсэлтээр")
    if account is not None:
        with acting(office, "test"):
            link(office, records.locked(PERSON, [person.pk])[0], account.email, "identity_card")


def history(user: User, move: Move) -> int:
    with acting(user, "test"):
        return Action.objects.filter(record_id=move.pk).count()


@pytest.fixture
def moved(database: Addresses) -> tuple[User, Family, Move]:
    """A family whose move its head has reported, and the office has approved."""
    origin, destination = offices()
    people = family(origin)
    return destination, people, approved(people, destination)


def test_a_former_account_reads_nothing_and_the_next_one_all(moved: Any) -> None:
    office, people, move = moved
    before = read_by(people.citizen)
    assert {people.head.pk, move.pk} <= before
    assert len(before) > len(MODELS)
    other = user_with(Role.CITIZEN)
    unlinked(office, people.head, other)
    assert read_by(people.citizen) == set()
    assert before <= read_by(other)
    for client, status in ((signed_in(people.citizen), 404), (signed_in(other), 200)):
        for page in (f"my/case/{move.pk}", f"move/{move.pk}", f"person/{people.head.pk}"):
            assert client.get(f"/mn/{DESK}/{page}/").status_code == status, page
        certificate = client.get(f"/mn/{DESK}/my/case/{move.pk}/certificate.pdf")
        assert certificate.status_code == status
    with acting(office, "test"), service_rights():
        all_steps = Action.objects.filter(record_id=move.pk).count()
        assert Action.objects.get(record_id=move.pk, number=1).created_by == people.citizen, "who reported"
    assert history(other, move) == all_steps


def test_without_a_next_account_nobody_reads_it(moved: Any) -> None:
    office, people, move = moved
    unlinked(office, people.head)
    assert read_by(people.citizen) == set()
    fresh = now_as(office, move)
    assert (fresh.holder_id, fresh.reported_by) == (None, "citizen")
    assert fresh.created_by_id not in (people.citizen.pk, office.pk)


def now_as(user: User, row: Any) -> Any:
    with acting(user, "test"), service_rights():
        return type(row).objects.get(pk=row.pk)


def test_an_open_move_goes_on_and_nobody_else_is_told(database: Addresses) -> None:
    origin, office = offices()
    people = family(origin)
    move = reported(people)
    unlinked(origin, people.head)
    with acting(office, "test"), service_rights():
        told = Notice.objects.count()
    done = step_by(office, move)
    assert done.state == "verified"
    with acting(office, "test"), service_rights():
        assert Notice.objects.count() == told, "neither the former account nor the system's own"
    assert (
        signed_in(people.citizen).post(f"/mn/{DESK}/my/case/{move.pk}/", {"step": "withdraw"}).status_code
        == 404
    )


def step_by(office: User, move: Move) -> Any:
    with suppress(Move.DoesNotExist):  # the helper reads as who has reported, who no longer may
        step(office, move, "verify")
    return now_as(office, move)


def test_what_an_officer_has_reported_stays_the_officers(database: Addresses) -> None:
    """An officer who is a citizen too: reports at the counter are not the own account's."""
    origin, _ = offices()
    people, others = family(origin), family(origin)
    with acting(origin, "test"):
        move = report_move(origin, report(others), reporter=None)
    unlinked(origin, others.head)
    assert now_as(origin, move).created_by_id == origin.pk
    assert now(people.head).holder_id == people.citizen.pk


def test_the_spouse_keeps_reading_what_is_the_own(moved: Any) -> None:
    office, people, _move = moved
    spouse = user_with(Role.CITIZEN)
    with acting(office, "test"):
        link(office, records.locked(PERSON, [people.spouse.pk])[0], spouse.email, "identity_card")
    mine = read_by(spouse)
    assert people.spouse.pk in mine
    unlinked(office, people.head)
    assert mine <= read_by(spouse)
    assert people.head.pk not in read_by(spouse)


def test_of_what_was_said_and_done_nothing_else_is_changed(moved: Any) -> None:
    office, _people, move = moved
    for change in ({"reason": "Other words."}, {"action": "refuse"}, {"created_by": office.pk}):
        with pytest.raises(DatabaseError), acting(office, "test"), service_rights(), transaction.atomic():
            Action.objects.filter(record_id=move.pk).update(**change)
    with pytest.raises(DatabaseError), acting(office, "test"), service_rights(), transaction.atomic():
        ResidenceEvent.objects.filter(cause_id=move.pk).update(direction=1)
