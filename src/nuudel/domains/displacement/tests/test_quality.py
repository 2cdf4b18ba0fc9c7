"""Doubtful submissions: found by the job, asked about, answered, corrected, kept or rejected."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from nuudel.domains.displacement import models
from nuudel.domains.displacement.jobs import check_quality
from nuudel.domains.displacement.operations.keys import NewKey
from nuudel.domains.displacement.quality.checking import check_round
from nuudel.domains.displacement.roles import RUNNING
from nuudel.domains.displacement.tests.given import make, step
from nuudel.domains.displacement.tests.rounds import DAY, Instrument, given_area_round, send_area
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import lists, records
from nuudel.web.shell.errors import BrokenRulesError, ConflictError
from nuudel.web.shell.models import Notice
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import institution, signed_in, user_with

AREA, OTHER = "MN8101", "MN8104"


def flags(own: Instrument, user: User | None = None) -> list[models.Flag]:
    with acting(user or own.given.planner, "test"):
        rows = models.Flag.objects.filter(round=own.given.round).order_by("pk")
        return list(rows.select_related("submission", "enumerator"))


def one_flag(own: Instrument) -> models.Flag:
    (found,) = flags(own)
    return found


def take(user: User, flag: models.Flag, action: str, reason: str = "Учир нь энэ.", version: str = "") -> Any:
    kind = record_types()["displacement.flag"]
    with acting(user, "test"):
        fresh = records.find(user, kind, flag.pk, to_change=True)
        return records.transition(user, kind, fresh, action, reason=reason, version=version)


def state_of(flag: models.Flag, user: User) -> str:
    with acting(user, "test"):
        return str(models.Flag.objects.get(pk=flag.pk).state)


def doubtful(own: Instrument, key: NewKey, **more: Any) -> models.Submission:
    """More displaced than persons."""
    return send_area(own, key, AREA, 100, present__displaced=120, **more)


@pytest.fixture
def own(database: Addresses) -> Instrument:
    return given_area_round()


@pytest.fixture
def person(database: Addresses) -> User:
    return user_with(Role.FIELD_ENUMERATOR, place="MN81")


def test_a_job_finds_it_once_and_says_what_is_wrong(own: Instrument, person: User) -> None:
    sent = doubtful(own, own.given.phone(person))
    check_quality()
    check_quality()
    flag = one_flag(own)
    assert (flag.submission_id, flag.finding, flag.severity) == (sent.pk, "sum_status", "3")
    assert flag.figures == {"parts": 120, "whole": 100}
    assert "120" in str(flag)
    assert flag.enumerator == person
    assert flag.holder_id is None
    with acting(own.given.planner, "test"):
        history = records.history(record_types()["displacement.flag"], flag)
    assert [entry.action for entry in history] == ["create"]


def test_nothing_that_is_sound_is_found(own: Instrument) -> None:
    send_area(own, own.given.phone(), AREA, 100, present__displaced=3)
    check_round(own.given.round.pk)
    assert flags(own) == []


def test_asked_answered_and_kept(own: Instrument, person: User) -> None:
    doubtful(own, own.given.phone(person))
    check_round(own.given.round.pk)
    flag, planner = one_flag(own), own.given.planner
    assert flags(own, person) == []  # nobody is shown what he was not asked
    take(planner, flag, "ask", "Яагаад нийт хүнээс олон бэ?")
    assert [seen.pk for seen in flags(own, person)] == [flag.pk]
    assert Notice.objects.filter(user=person, record_id=flag.pk, action="ask").count() == 1
    page = signed_in(person).get(reverse("displacement_collecting")).content.decode()
    assert str(flag.pk) in page
    take(person, flag, "answer", "Тоог сольж бичсэн.")
    assert Notice.objects.filter(user=planner, record_id=flag.pk, action="answer").count() == 1
    take(planner, flag, "accept", "Утсаар ярьж тодруулсан.")
    check_round(own.given.round.pk)
    assert state_of(flag, planner) == "accepted"
    assert len(flags(own)) == 1  # what was kept is not found anew


def test_a_correction_closes_it(own: Instrument, person: User) -> None:
    key, planner = own.given.phone(person), own.given.planner
    sent = doubtful(own, key)
    check_round(own.given.round.pk)
    flag = one_flag(own)
    take(planner, flag, "ask")
    send_area(own, key, AREA, 130, present__displaced=120, replaces=sent.instance_id)
    check_round(own.given.round.pk)
    assert state_of(flag, planner) == "corrected"
    assert Notice.objects.filter(user=planner, record_id=flag.pk, action="correct").exists()
    assert len(flags(own)) == 1


def test_a_correction_that_is_as_wrong_is_found_anew(own: Instrument, person: User) -> None:
    key = own.given.phone(person)
    sent = doubtful(own, key)
    check_round(own.given.round.pk)
    again = doubtful(own, key, replaces=sent.instance_id)
    check_round(own.given.round.pk)
    assert {(flag.submission_id, flag.state) for flag in flags(own)} == {
        (sent.pk, "corrected"),
        (again.pk, "new"),
    }


def present(own: Instrument, database: Addresses) -> int:
    """Persons of the round's facts that nothing supersedes."""
    with psycopg.connect(database.backup) as reader:
        row = reader.execute(
            "SELECT coalesce(sum(persons), 0) FROM ledger_presence f WHERE round = %s AND NOT EXISTS "
            "(SELECT 1 FROM ledger_presence g WHERE g.supersedes = f.id)",
            [own.given.round.key],
        ).fetchone()
    return int(row[0]) if row else 0


def test_to_reject_it_rejects_the_submission_and_takes_its_facts_back(
    own: Instrument, person: User, database: Addresses
) -> None:
    sent = doubtful(own, own.given.phone(person), minutes=1)
    check_round(own.given.round.pk)
    planner = own.given.planner
    by_finding = {flag.finding: flag for flag in flags(own)}
    assert set(by_finding) == {"sum_status", "too_fast"}
    assert present(own, database) >= 100
    take(planner, by_finding["sum_status"], "reject", "Тоо байх боломжгүй.")
    with acting(planner, "test"):
        fresh = models.Submission.objects.get(pk=sent.pk)
        assert fresh.state == "rejected"
        history = records.history(record_types()["displacement.submission"], fresh)
    assert "120" in history[-1].reason
    assert [flag.state for flag in flags(own)] == ["rejected", "rejected"]
    assert present(own, database) == 0
    check_round(own.given.round.pk)
    assert [flag.state for flag in flags(own)] == ["rejected", "rejected"]


def test_who_rejects_the_submission_itself_closes_its_flags(own: Instrument) -> None:
    sent = doubtful(own, own.given.phone())
    check_round(own.given.round.pk)
    step(own.given.planner, "submission", sent, "reject")
    assert one_flag(own).state == "rejected"


def test_what_was_corrected_meanwhile_is_not_rejected(own: Instrument, person: User) -> None:
    key = own.given.phone(person)
    sent = doubtful(own, key)
    check_round(own.given.round.pk)
    send_area(own, key, AREA, 130, replaces=sent.instance_id, enter=False)
    with pytest.raises(BrokenRulesError):
        take(own.given.planner, one_flag(own), "reject")


def test_a_flag_whose_cause_has_gone_closes_and_comes_back(own: Instrument, person: User) -> None:
    key, planner = own.given.phone(person), own.given.planner
    send_area(own, key, AREA, 100)
    twin = send_area(own, key, AREA, 90)
    check_round(own.given.round.pk)
    flag = one_flag(own)
    assert (flag.finding, flag.submission_id) == ("twice", twin.pk)
    with acting(planner, "test"):
        first = models.Submission.objects.get(pk=str(flag.other_id))
    step(planner, "submission", first, "reject")
    check_round(own.given.round.pk)
    assert state_of(flag, planner) == "lapsed"
    send_area(own, key, AREA, 95)
    check_round(own.given.round.pk)
    found = {(row.finding, row.state) for row in flags(own)}
    assert ("twice", "new") in found


def test_an_operation_sets_its_own_limit_and_the_round_is_looked_at_anew(own: Instrument) -> None:
    planner = own.given.planner
    send_area(own, own.given.phone(), AREA, 100, minutes=30)
    check_round(own.given.round.pk)
    assert flags(own) == []
    limit = models.Limit(
        operation=own.given.operation, limit="fast_area", start=date(2026, 1, 1), value=45, place="MN81"
    )
    limit.institution = institution()
    made = make(planner, "limit", limit)
    check_round(own.given.round.pk)
    assert one_flag(own).finding == "too_fast"
    step(planner, "limit", made, "end")
    check_round(own.given.round.pk)
    assert one_flag(own).state == "lapsed"


def test_two_officers_at_once(own: Instrument) -> None:
    doubtful(own, own.given.phone())
    check_round(own.given.round.pk)
    flag, second = one_flag(own), user_with(Role.PLANNER, place="MN81")
    version = records.version_of(flag)
    take(own.given.planner, flag, "accept", version=version)
    with pytest.raises(ConflictError):
        take(second, flag, "reject", version=version)
    assert state_of(flag, second) == "accepted"


def test_who_sees_flags_and_who_decides(own: Instrument) -> None:
    doubtful(own, own.given.phone())
    check_round(own.given.round.pk)
    address = f"{reverse('displacement_enumerators')}?of={own.given.round.pk}"
    for role in Role:
        if role is Role.SERVICE:
            continue
        user = user_with(role, place="MN81")
        decides = role in RUNNING
        assert len(flags(own, user)) == (1 if decides else 0), role
        assert (signed_in(user).get(address).status_code == 200) is decides, role
    assert flags(own, user_with(Role.PLANNER, place="MN11")) == []


def test_only_who_was_asked_answers(own: Instrument, person: User) -> None:
    doubtful(own, own.given.phone(person))
    check_round(own.given.round.pk)
    flag = one_flag(own)
    take(own.given.planner, flag, "ask")
    with pytest.raises(PermissionDenied):
        take(own.given.planner, flag, "answer")
    with pytest.raises(PermissionDenied):
        take(person, flag, "accept")


def queue(client: Client, **asked: str) -> str:
    return client.get(reverse("record_list", args=["displacement", "flag"]), asked).content.decode()


def test_the_queue_is_sorted_by_severity_and_filtered(own: Instrument, person: User) -> None:
    key = own.given.phone(person)
    doubtful(own, key)
    send_area(own, own.given.phone(), OTHER, 100, minutes=1)
    check_round(own.given.round.pk)
    grave, light = sorted(flags(own), key=lambda flag: flag.severity, reverse=True)
    client = signed_in(own.given.planner)
    page = queue(client)
    assert page.index(str(grave.pk)) < page.index(str(light.pk))
    assert str(light.pk) not in queue(client, severity="3")
    assert str(light.pk) not in queue(client, enumerator=str(person.pk))
    assert str(grave.pk) in queue(client, enumerator=str(person.pk), round=str(own.given.round.pk))
    assert str(grave.pk) not in queue(client, round="no-round")
    page = client.get(reverse("record", args=["displacement", "round", own.given.round.pk])).content.decode()
    assert "severity=3" in page
    sent = client.get(reverse("record", args=["displacement", "submission", grave.submission_id]))
    assert str(grave.pk) in sent.content.decode()
    assert client.get(reverse("record", args=["displacement", "flag", grave.pk])).status_code == 200


def test_the_queue_goes_on_by_severity(own: Instrument, monkeypatch: pytest.MonkeyPatch) -> None:
    key, planner = own.given.phone(), own.given.planner
    send_area(own, key, OTHER, 100, minutes=1, enter=False)
    doubtful(own, key)
    check_round(own.given.round.pk)
    monkeypatch.setattr(lists, "PAGE", 1)
    kind = record_types()["displacement.flag"]
    found, query = [], {"round": str(own.given.round.pk)}
    with acting(planner, "test"):
        while query:
            page = lists.page_of(planner, kind, lists.read_asked(kind, query))
            found += [row.severity for row in page.records]  # type: ignore[attr-defined]
            query = dict(parse_qsl(page.next))
    assert found == ["3", "2"]


def test_the_page_of_enumerators(own: Instrument, person: User) -> None:
    key = own.given.phone(person)
    for number in range(21):
        day = DAY - timedelta(days=number)
        send_area(own, key, AREA, 30 + 7 * number, minutes=20, day=day, enter=number == 20)
    check_round(own.given.round.pk)
    page = signed_in(own.given.planner).get(f"{reverse('displacement_enumerators')}?of={own.given.round.pk}")
    text = page.content.decode()
    assert person.name in text
    assert "<svg" in text
    with acting(own.given.planner, "test"):
        from nuudel.domains.displacement.quality.enumerators import enumerators_of

        (one,) = enumerators_of(own.given.planner, own.given.round)
    assert (one.interviews, one.median, one.fast) == (21, 20, 0)
    assert one.digits is not None
    assert sum(digit.share for digit in one.digits) == pytest.approx(100)
