"""What was said about people who are erased goes with them: comments, reasons of steps, appeals."""

from datetime import date
from typing import Any

import pytest

from nuudel.domains.registration.models import Hold, Person
from nuudel.domains.registration.moves.record_types import MOVE
from nuudel.domains.registration.persons.record_types import PERSON
from nuudel.domains.registration.retention.erase import erase_due, erase_persons
from nuudel.domains.registration.retention.rules import NAMES, Rule, Value
from nuudel.domains.registration.tests.given_moves import approved, family, now, offices, reported, step
from nuudel.domains.registration.tests.given_pairs import decide, pair_of, twice
from nuudel.domains.registration.tests.made import registrar
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights, service_user
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.shell.erased import ERASED
from nuudel.web.shell.models import Action, Comment
from nuudel.web.shell.record_types import RecordType, record_types
from nuudel.web.testing import institution, signed_in, user_with
from nuudel.web.words import say

TOLD = "Болд гуай 99112233 дугаараас залгасан."
NOTHING_DUE = {name: Rule("test", (Value(None, "test", date(1990, 1, 1)),)) for name in NAMES}


@pytest.fixture(scope="module")
def officer(database: Addresses) -> User:
    return registrar("")


def comment(user: User, kind: RecordType, record: Any) -> None:
    with acting(user, "test"):
        records.comment(user, kind, records.find(user, kind, record.pk), TOLD)


def erased(*people: Person) -> int:
    """Erase, whatever their years; how many comments and reasons went."""
    with acting(service_user(), "test"):
        return erase_persons(service_user(), [one.pk for one in people])[2]


def said_about(user: User, record: Any) -> list[str]:
    """All comments and reasons of a record that are left, those of the erasure itself apart."""
    with acting(user, "test"), service_rights():
        reasons = Action.objects.filter(record_id=record.pk).exclude(reason__startswith="retention")
        texts = Comment.objects.filter(record_id=record.pk)
        return [
            *reasons.order_by("number").exclude(reason="").values_list("reason", flat=True),
            *texts.order_by("id").values_list("text", flat=True),
        ]


def held(who: Person, **fields: object) -> Hold:
    administrator = user_with(Role.ADMINISTRATOR)
    made = Hold(person=who, ground="12/2025", place=who.place, institution=institution(), **fields)
    with acting(administrator, "test"):
        records.create(administrator, record_types()["registration.hold"], made)
    return made


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_comments_and_reasons_go_and_that_there_were_some_stays(officer: User, lang: str) -> None:
    origin, _ = offices()
    people = family(origin)
    comment(officer, PERSON, people.head)
    step_of(officer, people.spouse)
    assert said_about(officer, people.head) == [TOLD]
    assert erased(people.head, people.spouse) >= 2
    assert said_about(officer, people.head) == [ERASED]
    assert ERASED in said_about(officer, people.spouse)
    assert TOLD not in said_about(officer, people.spouse)
    page = signed_in(officer).get(f"/{lang}/desk/registration/person/{people.head.pk}/").content.decode()
    assert say("shell.erased", lang=lang) in page
    assert "99112233" not in page
    assert ERASED not in page
    assert erased(people.head, people.spouse) == 0, "once is enough"


def step_of(user: User, who: Person) -> None:
    """A change with a reason in which somebody is named."""
    with acting(user, "test"):
        [found] = records.locked(PERSON, [who.pk])
        records.follow(user, PERSON, found, "change", before={"sex": "male"}, reason=TOLD)


def test_what_was_said_about_a_move_goes_with_one_who_moved(officer: User) -> None:
    origin, destination = offices()
    people = family(origin)
    move = step(destination, reported(people), "refuse", refusal="other")
    step(people.citizen, move, "appeal", appeal=TOLD)
    colleague = user_with(Role.REGISTRAR, place=move.place)
    step(colleague, move, "uphold")
    comment(officer, MOVE, move)
    assert now(move).appeal == TOLD
    erased(people.spouse)
    assert set(said_about(officer, move)) == {ERASED}
    assert now(move).appeal == ""
    with acting(officer, "test"), service_rights():
        last = Action.objects.filter(record_id=move.pk).order_by("number").last()
        assert last is not None
        assert last.changes == {"appeal": None}, "the history does not keep what was erased"
        assert [entry.action for entry in records.history(MOVE, now(move))][:4] == [
            "create", "refuse", "appeal", "uphold",
        ]  # fmt: skip


def test_an_open_move_keeps_its_words(officer: User) -> None:
    origin, _ = offices()
    people = family(origin)
    move = reported(people)
    comment(officer, MOVE, move)
    erased(people.spouse)
    assert TOLD in said_about(officer, move)


@pytest.mark.parametrize("who", ["own", "other"])
def test_a_hold_stops_it_and_what_it_kept_goes_afterwards(officer: User, who: str) -> None:
    origin, destination = offices()
    people = family(origin)
    move = approved(people, destination)
    comment(officer, MOVE, move)
    comment(officer, PERSON, people.spouse)
    kept = people.spouse if who == "own" else people.head
    hold = held(kept)
    gone(officer, people.spouse)
    erased(people.spouse)
    assert said_about(officer, people.spouse)[-1] == (TOLD if who == "own" else ERASED)
    assert TOLD in said_about(officer, move)
    assert now(move).certificate_content is not None, "the certificate names who is on hold"
    administrator = user_with(Role.ADMINISTRATOR)
    with acting(administrator, "test"):
        records.transition(administrator, record_types()["registration.hold"], hold, "lift", reason="test")
    if who == "own":
        erased(people.spouse)
    else:
        assert erase_due(given=NOTHING_DUE).words >= 1
    assert TOLD not in said_about(officer, move)
    assert now(move).certificate_content is None


def gone(user: User, who: Person) -> None:
    with acting(user, "test"):
        [found] = records.locked(PERSON, [who.pk])
        records.follow(user, PERSON, found, "die")


def test_the_words_of_a_pair_go_and_those_about_others_stay(officer: User) -> None:
    first, second = twice(officer)
    pair = pair_of(officer, first, second)
    decide(officer, pair, "keep_apart", evidence=TOLD)
    bystander = family(offices()[0])
    comment(officer, PERSON, bystander.head)
    erased(first)
    assert set(said_about(officer, pair)) == {ERASED}
    assert said_about(officer, bystander.head) == [TOLD]
