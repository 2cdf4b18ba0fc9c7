"""Adults whom somebody else has named agree to the move themselves: before an officer or in their account."""

import re
from typing import Any

import pytest
from django.db import connections

from nuudel.domains.registration.models import Move, MoveMember, Person
from nuudel.domains.registration.moves.agreeing import adults_of, note_agreed
from nuudel.domains.registration.moves.record_types import MOVE_MEMBER
from nuudel.domains.registration.moves.report import report_move
from nuudel.domains.registration.tests.given_moves import (
    EVERY_PAPER,
    days,
    family,
    member,
    offices,
    report,
    reported,
    step,
    ticks,
)
from nuudel.domains.registration.tests.given_pairs import problems_of
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import signed_in, user_with

OWN = "desk/registration/my"


def linked(office: User, person: Person) -> User:
    """An account of a person's own."""
    account = user_with(Role.CITIZEN)
    with acting(office, "test"):
        kind = record_types()["registration.person"]
        found = records.locked(kind, [person.pk])[0]
        found.holder = account
        records.follow(office, kind, found, "change", before={"holder": None})
    return account


def member_of(move: Move, person: Person) -> MoveMember:
    with acting(move.created_by, "test"), service_rights():
        return MoveMember.objects.get(move=move, person=person)


def agrees(user: User, move: Move, person: Person) -> int:
    """What the page answers to somebody who agrees in a person's place."""
    address = f"/mn/{OWN}/agree/{member_of(move, person).pk}/"
    return int(signed_in(user).post(address).status_code)


def verified(office: User, move: Move) -> set[str]:
    """What stands against verifying a move whose adults nobody ticks."""
    try:
        step(office, move, "verify", agreed=False)
    except BrokenRulesError as broken:
        return {problem.message.removeprefix("registration.moves.") for problem in broken.problems}
    return set()


def test_a_move_is_not_verified_while_an_adult_has_not_agreed(database: Addresses) -> None:
    origin, office = offices()
    people = family(origin)
    move = reported(people)
    assert member_of(move, people.head).agreed == "account", "who reports has said so"
    assert verified(office, move) == {"check.adults.missing"}
    step(office, move, "verify")
    assert member_of(move, people.spouse).agreed == "counter"
    assert member_of(move, people.child).agreed == "", "a child is not asked"
    with acting(office, "test"):
        told = records.history(MOVE_MEMBER, member_of_as(office, move, people.spouse))[-1]
        assert (told.action, told.created_by, told.changes) == ("change", office, {"agreed": ["", "counter"]})
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT user_id FROM audit_auditentry"
            " WHERE record_type = %s AND record_ids @> %s AND fields @> %s",
            [MOVE_MEMBER.key, [str(member_of(move, people.spouse).pk)], ["agreed"]],
        )
        assert cursor.fetchall() == [(office.pk,)]


def member_of_as(user: User, move: Move, person: Person) -> Any:
    return records.readable(user, MOVE_MEMBER).get(pk=member_of_pk(move, person))


def member_of_pk(move: Move, person: Person) -> Any:
    with service_rights():
        return MoveMember.objects.values_list("pk", flat=True).get(move=move, person=person)


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_an_adult_agrees_in_the_own_account(database: Addresses, lang: str) -> None:
    origin, office = offices()
    people = family(origin)
    account = linked(origin, people.spouse)
    move = reported(people)
    client, home = signed_in(account), f"/{lang}/{OWN}/household/"
    page = client.get(home).content.decode()
    assert move.number in page
    target = re.findall(r'action="([^"]+/agree/[^"]+)"', page)[0]
    notices = client.get(f"/{lang}/desk/notices/").content.decode()
    assert str(member_of(move, people.spouse).pk) in notices
    own_page = client.get(f"/{lang}/desk/registration/move_member/{member_of(move, people.spouse).pk}/")
    assert target in own_page.content.decode()
    assert client.post(target).status_code == 302
    assert client.post(target).status_code == 302, "twice is once"
    assert move.number not in client.get(home).content.decode()
    assert member_of(move, people.spouse).agreed == "account"
    assert verified(office, move) == set()
    step(office, move, "approve", seen=list(EVERY_PAPER))
    assert client.post(target).status_code == 409, "it is decided"


def test_nobody_agrees_for_another(database: Addresses) -> None:
    origin, office = offices()
    people = family(origin)
    account, stranger = linked(origin, people.spouse), user_with(Role.CITIZEN)
    lodger = member(origin, people.household, days(-9000), "male", "other")
    move = reported(people, persons=people.ids | {lodger.pk})
    assert agrees(people.citizen, move, people.spouse) == 403, "the head has reported, and agrees for none"
    assert agrees(people.citizen, move, lodger) == 403, "who has no account agrees before an officer"
    assert agrees(account, move, lodger) == 404
    assert agrees(stranger, move, people.spouse) == 404
    assert agrees(office, move, people.spouse) == 404
    assert member_of(move, people.spouse).agreed == ""
    assert verified(office, move) == {"check.adults.missing"}


def test_a_tick_counts_for_the_own_move_alone(database: Addresses) -> None:
    origin, office = offices()
    people, others = family(origin), family(origin)
    move, other = reported(people), reported(others)
    with acting(office, "test"):
        note_agreed(office, move, ticks(other))
        note_agreed(office, move, ["", "all", "' OR 1=1"])
    assert verified(office, move) == {"check.adults.missing"}
    assert member_of(other, others.spouse).agreed == ""


def test_a_tick_does_not_replace_the_own_word(database: Addresses) -> None:
    origin, office = offices()
    people = family(origin)
    account = linked(origin, people.spouse)
    move = reported(people)
    with acting(office, "test"):
        note_agreed(office, move, ticks(move))
    assert member_of(move, people.spouse).agreed == "counter"
    assert member_of(move, people.head).agreed == "account"
    assert agrees(account, move, people.spouse) == 302
    assert member_of(move, people.spouse).agreed == "account"


def test_an_approval_after_an_appeal_needs_the_adults_too(database: Addresses) -> None:
    origin, office = offices()
    colleague = user_with(Role.REGISTRAR, place=office.current_postings[0].place)
    people = family(origin)
    move = step(office, reported(people), "refuse", refusal="other")
    step(people.citizen, move, "appeal", appeal="Тэнд амьдарна.")
    with pytest.raises(BrokenRulesError) as broken:
        step(colleague, move, "approve", agreed=False, seen=list(EVERY_PAPER))
    assert problems_of(broken) == {"missing"}
    assert step(colleague, move, "approve", seen=list(EVERY_PAPER)).state == "approved"


@pytest.mark.parametrize(("years", "asked"), [(17, False), (19, True)])
def test_who_is_of_age_is_asked(database: Addresses, years: int, asked: bool) -> None:
    origin, office = offices()
    people = family(origin)
    young = member(origin, people.household, days(-365 * years), "male", "child", mother_id=people.head.pk)
    move = reported(people, persons=people.ids | {young.pk})
    with acting(office, "test"):
        assert (young.pk in {row.person_id for row in adults_of(move)}) is asked


def test_a_refused_step_keeps_the_ticks_on_the_page_and_none_in_the_record(database: Addresses) -> None:
    origin, office = offices()
    people = family(origin)
    with acting(office, "test"):
        move = report_move(office, report(people), reporter=None)
        version = records.version_of(move)
    members = [str(member_of(move, one).pk) for one in (people.head, people.spouse)]
    client, target = signed_in(office), f"/en/desk/registration/office/decide/{move.pk}/"
    papers = re.findall(r'name="seen" value="([^"]+)"', client.get(target).content.decode())
    asked = {"step": "verify", "version": version, "agreed": members[:1], "seen": papers[:1]}
    page = client.post(target, asked)
    text = page.content.decode()
    assert page.status_code == 422
    ticked = re.findall(r'name="agreed" value="([^"]+)" checked>', text)
    assert ticked == members[:1], "ticked, and open to be sent again"
    assert re.search(rf'value="{papers[0]}" checked', text)
    assert f'name="version" value="{version}"' in text
    assert member_of(move, people.head).agreed == ""
    assert client.post(target, asked | {"agreed": members}).status_code == 302
