"""A move from the report to both ends: approved, refused, appealed, reversed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import QuerySet

from nuudel.base.errors import WebError
from nuudel.domains.registration.figures import series
from nuudel.domains.registration.models import Household, Move, MoveMember, ResidenceEvent
from nuudel.domains.registration.moves.record_types import MOVE
from nuudel.domains.registration.moves.report import household_of, report_move
from nuudel.domains.registration.residence.events import stock
from nuudel.domains.registration.tests import made
from nuudel.domains.registration.tests.given_moves import (
    EVERY_PAPER,
    FROM,
    TO,
    approved,
    days,
    family,
    member,
    now,
    offices,
    report,
    reported,
    step,
)
from nuudel.ledger import Ledger, margins_in
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.facts.snapshot import write_snapshot
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.testing import user_with


def messages(broken: BrokenRulesError) -> set[str]:
    return {problem.message.removeprefix("registration.moves.") for problem in broken.problems}


def events(move: Move) -> "QuerySet[ResidenceEvent]":
    return ResidenceEvent.objects.filter(cause_id=move.pk)


def stocks(user: User, day: Any) -> tuple[int, int]:
    with acting(user, "test"):
        return stock(FROM, day), stock(TO, day)


def test_both_ends_change_together(database: Addresses) -> None:
    origin, destination = offices()
    people = family(origin)
    before = stocks(origin, days(0))
    move = approved(people, destination)
    assert move.state == "approved"
    assert move.decided_on == days(0)
    assert stocks(origin, days(0)) == (before[0] - 3, before[1] + 3)
    assert stocks(origin, days(-3)) == before
    household = now(people.household)
    assert (household.place, household.bagh, household.pk) == (TO, "2", move.entered_id)
    for person in (people.head, people.spouse, people.child):
        fresh = now(person)
        assert (fresh.place, fresh.household_id) == (TO, household.pk)
    with acting(destination, "test"), service_rights():
        kinds = sorted(events(move).values_list("kind", "direction", "place"))
        assert move.dwelling is not None
        assert move.dwelling.address == move.address
    assert kinds == [("move_in", 1, TO)] * 3 + [("move_out", -1, FROM)] * 3


def test_a_part_of_the_household_opens_a_new_one(database: Addresses) -> None:
    origin, destination = offices()
    people = family(origin)
    move = approved(people, destination, persons=frozenset((people.spouse.pk,)))
    assert not move.whole
    assert move.entered_id not in (None, people.household.pk)
    assert (now(people.household).place, now(people.household).state) == (FROM, "active")
    assert (now(people.spouse).place, now(people.child).place) == (TO, FROM)


def test_a_household_that_is_joined_takes_them_in_and_the_old_one_ends(database: Addresses) -> None:
    origin, destination = offices()
    people = family(origin)
    home = made.dwelling(destination, TO, capacity=5)
    there = made.household(destination, TO, bagh="7", dwelling=home)
    member(destination, there, days(-9000), "male", "head")
    move = approved(people, destination, joins=there.pk)
    assert (move.bagh, move.address, move.entered_id) == ("7", "Алтай 3", there.pk)
    assert now(people.household).state == "dissolved"
    assert now(people.child).household_id == there.pk


def test_the_facts_are_of_one_group(database: Addresses, tmp_path: Any) -> None:
    origin, destination = offices()
    people = family(origin)
    move = approved(people, destination, reason="education")
    ledger = Ledger.open(write_snapshot(tmp_path)).connect()
    rows = (
        margins_in(ledger, series.MOVES.key, durations=("unknown",), by=("reason",))
        .to_polars()
        .iter_rows(named=True)
    )
    studying = [(row["place"], row["persons"]) for row in rows if row["reason"] == "education"]
    assert studying == [(TO, 3.0)]
    with acting(destination, "test"), service_rights(), connection.cursor() as cursor:
        cursor.execute('SELECT DISTINCT "group" FROM ledger_movement WHERE reason = %s', ["education"])
        assert [row[0] for row in cursor.fetchall()] == [move.pk]


def test_only_the_destination_decides_and_the_origin_may_object(database: Addresses) -> None:
    origin, destination = offices()
    stranger = user_with(Role.REGISTRAR, place=made.ASGAT)
    move = reported(family(origin))
    with pytest.raises(BrokenRulesError) as broken:
        step(origin, move, "verify")
    assert messages(broken.value) == {"rule.destination_decides"}
    with acting(origin, "test"):
        records.comment(origin, MOVE, records.find(origin, MOVE, move.pk), "Өр төлөөгүй.")
    with acting(destination, "test"):
        found = records.find(destination, MOVE, move.pk)
        assert [said.text for said in records.comments(MOVE, found)] == ["Өр төлөөгүй."]
    with acting(stranger, "test"):
        assert not records.readable(stranger, MOVE).filter(pk=move.pk).exists()


def test_papers_that_are_missing_stand_against_the_approval(database: Addresses) -> None:
    origin, destination = offices()
    move = reported(family(origin, papers=False), consent=False)
    step(destination, move, "verify")
    with pytest.raises(BrokenRulesError) as broken:
        step(destination, move, "approve")
    missing = {"identity_cards", "birth_certificates", "military", "dwelling_right"}
    assert messages(broken.value) == {f"check.{code}.missing" for code in missing}
    assert step(destination, move, "approve", seen=list(EVERY_PAPER)).state == "approved"


def test_who_refused_does_not_decide_the_appeal(database: Addresses) -> None:
    origin, destination = offices()
    colleague = user_with(Role.REGISTRAR, place=TO)
    people = family(origin)
    move = reported(people)
    refused = step(destination, move, "refuse", refusal="dwelling_full")
    assert (refused.refusal, refused.due_on) == ("dwelling_full", days(30))
    step(people.citizen, move, "appeal", appeal="Тэнд гурвуулаа багтана.")
    for action in ("approve", "uphold"):
        with pytest.raises(BrokenRulesError) as broken:
            step(destination, move, action, seen=list(EVERY_PAPER))
        assert messages(broken.value) == {"rule.same_officer"}
    assert step(colleague, move, "approve", seen=list(EVERY_PAPER)).state == "approved"


def test_an_appeal_has_its_time(database: Addresses) -> None:
    origin, destination = offices()
    people = family(origin)
    move = step(destination, reported(people), "refuse", refusal="other")
    for distance, in_time in ((-31, False), (-30, True)):
        with acting(destination, "test"):
            late = records.find(destination, MOVE, move.pk, to_change=True)
            before = {"decided_on": late.decided_on}  # type: ignore[attr-defined]
            late.decided_on = days(distance)  # type: ignore[attr-defined]
            records.follow(destination, MOVE, late, "change", before=before)
        if in_time:
            assert step(people.citizen, move, "appeal").state == "appealed"
        else:
            with pytest.raises(BrokenRulesError) as broken:
                step(people.citizen, move, "appeal")
            assert messages(broken.value) == {"rule.appeal_too_late"}


@pytest.mark.parametrize("part", [False, True])
def test_a_reversal_restores_both_ends(database: Addresses, part: bool) -> None:
    origin, destination = offices()
    people = family(origin)
    before = stocks(origin, days(0))
    chosen = frozenset((people.spouse.pk,)) if part else people.ids
    move = approved(people, destination, persons=chosen)
    undone = step(destination, move, "reverse")
    assert undone.state == "reversed"
    assert stocks(origin, days(0)) == before
    household = now(people.household)
    assert (household.place, household.bagh, household.dwelling_id, household.state) == (
        FROM,
        "1",
        people.household.dwelling_id,
        "active",
    )
    for person in (people.head, people.spouse, people.child):
        assert (now(person).place, now(person).household_id) == (FROM, household.pk)
    if part:
        with acting(destination, "test"), service_rights():
            assert Household.objects.filter(pk=move.entered_id or "", state="dissolved").exists()


def test_what_later_depends_on_it_keeps_a_move_from_being_reversed(database: Addresses) -> None:
    origin, destination = offices()
    people = family(origin)
    first = approved(people, destination, day=days(-9))
    second = reported(people, place=made.ASGAT, day=days(-1), bagh="5")
    third = user_with(Role.REGISTRAR, place=made.ASGAT)
    step(third, second, "verify")
    step(third, second, "approve", seen=list(EVERY_PAPER))
    with pytest.raises(BrokenRulesError) as broken:
        step(destination, first, "reverse")
    assert messages(broken.value) == {"rule.later_depends"}
    step(third, second, "reverse")
    assert step(destination, first, "reverse").state == "reversed"
    assert now(people.head).place == FROM


def test_a_citizen_reports_for_nobody_else(database: Addresses) -> None:
    origin, _ = offices()
    people, others = family(origin), family(origin)
    with acting(people.citizen, "test"):
        reporter = household_of(people.citizen)
    with acting(people.citizen, "test"), pytest.raises(WebError) as refused:
        report_move(people.citizen, report(people, persons=others.ids), reporter=reporter)
    assert refused.value.code == "WEB-412"


def test_the_head_reports_for_all_and_others_for_themselves_and_their_children(database: Addresses) -> None:
    origin, _ = offices()
    people = family(origin)
    lodger_account = user_with(Role.CITIZEN)
    lodger = member(origin, people.household, days(-9000), "female", "other", holder=lodger_account)
    with acting(lodger_account, "test"):
        reporter = household_of(lodger_account)
        with pytest.raises(WebError) as refused:
            report_move(lodger_account, report(people), reporter=reporter)
        move = report_move(lodger_account, report(people, persons=frozenset((lodger.pk,))), reporter=reporter)
    assert refused.value.code == "WEB-412"
    assert move.state == "reported"


def test_nobody_decides_about_the_own_move(database: Addresses) -> None:
    origin, destination = offices()
    people = family(origin)
    move = reported(people)
    with acting(destination, "test"):
        person = records.locked(record_type("registration.person"), [people.spouse.pk])[0]
        person.holder = destination
        records.follow(
            destination, record_type("registration.person"), person, "change", before={"holder": None}
        )
    with pytest.raises(BrokenRulesError) as broken:
        step(destination, move, "verify")
    assert messages(broken.value) == {"rule.own_move"}


def record_type(key: str) -> Any:
    from nuudel.web.shell.record_types import record_types

    return record_types()[key]


def test_an_officer_reports_at_either_end_and_nowhere_else(database: Addresses) -> None:
    origin, destination = offices()
    stranger = user_with(Role.REGISTRAR, place=made.ASGAT)
    for office in (origin, destination):
        people = family(origin)
        with acting(office, "test"):
            move = report_move(office, report(people), reporter=None)
        assert (move.reported_by, move.holder_id) == ("officer", people.citizen.pk)
        with acting(people.citizen, "test"):
            assert MoveMember.objects.filter(move=move).count() == 3
    people = family(origin)
    with acting(stranger, "test"), pytest.raises(PermissionDenied):
        report_move(stranger, report(people), reporter=None)


def test_a_person_is_in_one_pending_move(database: Addresses) -> None:
    origin, _destination = offices()
    people = family(origin)
    first = reported(people)
    with pytest.raises(BrokenRulesError) as broken:
        reported(people, bagh="9")
    assert messages(broken.value) == {"check.pending.against"}
    step(people.citizen, first, "withdraw")
    assert reported(people, bagh="9").due_on is not None


def test_a_move_is_approved_from_its_day_on(database: Addresses) -> None:
    origin, destination = offices()
    move = reported(family(origin), day=days(1))
    step(destination, move, "verify")
    with pytest.raises(BrokenRulesError) as broken:
        step(destination, move, "approve", seen=list(EVERY_PAPER))
    assert messages(broken.value) == {"check.day_has_come.missing"}


def test_a_decision_has_a_day_and_late_ones_are_told(database: Addresses) -> None:
    origin, _ = offices()
    move = reported(family(origin))
    assert move.due_on is not None
    assert move.due_on - days(0) in (
        timedelta(days=3),
        timedelta(days=4),
        timedelta(days=5),
    )


def test_a_move_of_2018_into_the_capital_meets_the_closure_and_one_of_2021_does_not(
    database: Addresses,
) -> None:
    origin, destination = offices()
    for day, state in ((date(2018, 6, 1), "refused"), (date(2021, 3, 1), "approved")):
        people = family(origin, since=date(2017, 9, 1))
        move = reported(people, day=day)
        step(destination, move, "verify")
        if state == "refused":
            with pytest.raises(BrokenRulesError) as broken:
                step(destination, move, "approve", seen=list(EVERY_PAPER))
            assert messages(broken.value) == {"check.closed.against"}
            assert step(destination, move, "refuse", refusal="registration_closed").state == state
        else:
            assert step(destination, move, "approve", seen=list(EVERY_PAPER)).state == state
            assert move.fee_mnt == 3500  # stamp duty 1,000 and fee 2,500


def test_a_child_moves_with_a_parent_or_with_who_is_named(database: Addresses) -> None:
    origin, destination = offices()
    people = family(origin)
    home = made.household(destination, TO, dwelling=made.dwelling(destination, TO, address="Эмээ 1"))
    grandmother = member(destination, home, date(1960, 4, 2), "female", "head")
    alone = frozenset((people.child.pk,))
    with pytest.raises(BrokenRulesError) as broken:
        reported(people, persons=alone, joins=home.pk)
    assert messages(broken.value) == {"check.guardian.against"}
    move = reported(people, persons=alone, joins=home.pk, guardians={people.child.pk: grandmother.pk})
    step(destination, move, "verify")
    with pytest.raises(BrokenRulesError) as broken:
        step(destination, move, "approve", seen=["dwelling_right"])
    assert messages(broken.value) == {"check.guardian.missing"}
    assert step(destination, move, "approve", seen=list(EVERY_PAPER)).state == "approved"
    # The other way: to where the mother lives, a child needs nobody else.
    mother = approved(people, destination, persons=frozenset((people.head.pk,)))
    third = user_with(Role.REGISTRAR, place=TO)
    with acting(third, "test"):
        back = report(people, household=home.pk, persons=alone, joins=mother.entered_id, day=days(-1))
        assert report_move(third, back, reporter=None).state == "reported"
