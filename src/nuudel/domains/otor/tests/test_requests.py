"""A request from the question to the return: whose step it is, days, herds, overlaps, no permit."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from nuudel.domains.otor.models import HerderHousehold
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.domains.otor.tests.given import (
    ELSEWHERE,
    HERD,
    HOME,
    HOST,
    a_conflict,
    a_household,
    accepted,
    arrived,
    asked,
    change,
    counted,
    days,
    now,
    person,
    refused,
    step,
)
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.errors import WrongStateError


@pytest.fixture
def household(home: User) -> HerderHousehold:
    made = a_household(home)
    counted(home, made)
    return made


def test_the_whole_way(home: User, host: User, household: HerderHousehold) -> None:
    request = arrived(home, host, household)
    assert (request.state, request.arrived_on, request.without_permit) == ("arrived", days(0), False)
    assert (request.answered_on, request.host_signed_on) == (days(0), days(0))
    request = step(host, REQUEST, request, "leave", "close")
    assert (request.state, request.left_on) == ("closed", days(0))
    with acting(home, "test"):
        history = records.history(REQUEST, request)
    assert [entry.action for entry in history] == [
        *("create", "accept_above_capacity", "sign_host", "sign_home", "arrive", "leave", "close"),
    ]
    assert records.folded_state(REQUEST, history) == "closed"


def test_only_the_receiving_soum_answers(home: User, host: User, household: HerderHousehold) -> None:
    request = asked(home, household)
    for action in ("accept", "accept_above_capacity", "refuse"):
        assert refused(step, home, REQUEST, request, action) == ["host_side_only"]
    accepted(host, request)
    assert refused(step, home, REQUEST, request, "sign_host") == ["host_side_only"]
    step(host, REQUEST, request, "sign_host")
    assert refused(step, host, REQUEST, request, "sign_home") == ["home_side_only"]
    assert refused(step, host, REQUEST, request, "withdraw") == ["home_side_only"]
    assert step(home, REQUEST, request, "sign_home").state == "agreed"


def test_one_officer_does_not_sign_for_both(home: User, host: User, household: HerderHousehold) -> None:
    above = person(Role.REGISTRAR, "")
    request = asked(home, household)
    accepted(host, request)
    step(above, REQUEST, request, "sign_host")
    assert refused(step, above, REQUEST, request, "sign_home") == ["two_signatures"]
    assert step(home, REQUEST, request, "sign_home").state == "agreed"


def test_a_third_soum_neither_reads_nor_asks(home: User, household: HerderHousehold) -> None:
    stranger = person(Role.REGISTRAR, ELSEWHERE)
    request = asked(home, household)
    with pytest.raises(Http404):
        step(stranger, REQUEST, request, "refuse")
    with pytest.raises(PermissionDenied):
        asked(stranger, household, first_day=days(100), last_day=days(120))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"last_day": days(-6)}, "end_before_start"),
        ({"last_day": days(-5 + 270)}, "too_long"),
        ({"first_day": days(-91), "last_day": days(1)}, "too_old"),
        ({"first_day": days(366), "last_day": days(370)}, "too_far"),
        ({"place": HOME}, "same_soum"),
        ({"place": "MN41"}, "soum"),
        (dict.fromkeys(HERD, 0), "no_animals"),
        ({"sheep": 281}, "more_than_counted"),
        ({"sheep": 30_000}, "heads"),
        ({"persons": 0}, "persons"),
        ({"school_children": 5}, "children"),
    ],
)
def test_what_cannot_be_is_told(
    home: User, household: HerderHousehold, given: dict[str, Any], message: str
) -> None:
    assert message in refused(asked, home, household, **given)


@pytest.mark.parametrize(
    "given", [{"last_day": days(-5 + 269)}, {"first_day": days(-90)}, {"sheep": 280}, {"sheep": 0}]
)
def test_what_can_just_be_is_taken(home: User, household: HerderHousehold, given: dict[str, Any]) -> None:
    assert asked(home, household, **given).state == "requested"


def test_a_household_without_a_count_may_ask(home: User) -> None:
    assert asked(home, a_household(home), sheep=900).state == "requested"


def test_the_answer_is_due_sooner_in_a_dzud(home: User, household: HerderHousehold) -> None:
    assert asked(home, household).answer_by == days(3)
    later = {"first_day": days(70), "last_day": days(80)}
    assert asked(home, household, reason="planned", **later).answer_by == days(10)


def test_one_household_is_on_otor_once_at_a_time(home: User, host: User, household: HerderHousehold) -> None:
    first = asked(home, household, first_day=days(10), last_day=days(20))
    assert refused(asked, home, household, first_day=days(20), last_day=days(30)) == ["overlap"]
    assert refused(asked, home, household, first_day=days(5), last_day=days(10)) == ["overlap"]
    second = asked(home, household, first_day=days(21), last_day=days(30))
    assert refused(change, home, REQUEST, second, first_day=days(20)) == ["overlap"]
    step(home, REQUEST, first, "withdraw")
    assert change(home, REQUEST, second, first_day=days(20)).first_day == days(20)


def test_who_comes_unasked_is_recorded_so(home: User, host: User, household: HerderHousehold) -> None:
    request = asked(home, household)
    step(host, REQUEST, request, "refuse")
    there = step(host, REQUEST, request, "arrive_without_permit")
    assert (there.state, there.without_permit, there.arrived_on) == ("arrived_without_permit", True, days(0))
    permitted = step(host, REQUEST, request, "permit_afterwards")
    assert (permitted.state, permitted.without_permit) == ("arrived", True)


def test_a_household_is_not_in_two_places(home: User, host: User, household: HerderHousehold) -> None:
    arrived(home, host, household, last_day=days(1))
    other = asked(home, household, first_day=days(2), last_day=days(9))
    assert refused(step, host, REQUEST, other, "arrive_without_permit") == ["elsewhere"]


def test_the_receiving_soum_reaches_the_household_while_it_is_there(
    home: User, host: User, household: HerderHousehold
) -> None:
    with acting(host, "test"), pytest.raises(HerderHousehold.DoesNotExist):
        HerderHousehold.objects.get(pk=household.pk)
    request = arrived(home, host, household)
    assert now(host, household).other_place == HOST
    step(host, REQUEST, request, "leave")
    with acting(host, "test"), pytest.raises(HerderHousehold.DoesNotExist):
        HerderHousehold.objects.get(pk=household.pk)
    assert now(home, household).other_place == ""


def test_terms_are_the_receiving_soums_and_the_question_is_the_others(
    home: User, host: User, household: HerderHousehold
) -> None:
    request = asked(home, household)
    assert refused(change, host, REQUEST, request, pasture="Өөр") == ["home_side_only"]
    accepted(host, request)
    assert refused(change, home, REQUEST, request, fee_mnt=0) == ["host_side_only"]
    assert change(host, REQUEST, request, fee_mnt=50_000, conditions="Худгаас гарна.").fee_mnt == 50_000
    step(host, REQUEST, request, "sign_host")
    reopened = step(home, REQUEST, request, "reopen_terms")
    assert (reopened.state, reopened.host_signed_on) == ("accepted", None)


def test_a_stay_is_extended(home: User, host: User, household: HerderHousehold) -> None:
    request = arrived(home, host, household)
    assert refused(step, home, REQUEST, request, "ask_extension") == ["extend_until"]
    change(home, REQUEST, request, extend_until=days(90))
    step(home, REQUEST, request, "ask_extension")
    assert refused(step, home, REQUEST, request, "extend") == ["host_side_only"]
    extended = step(host, REQUEST, request, "extend")
    assert (extended.state, extended.last_day, extended.extend_until) == ("extended", days(90), None)
    change(home, REQUEST, request, extend_until=days(100))
    step(home, REQUEST, request, "ask_extension")
    kept = step(host, REQUEST, request, "refuse_extension")
    assert (kept.last_day, kept.extend_until) == (days(90), None)


def test_days_that_have_not_come_or_are_out_of_order(
    home: User, host: User, household: HerderHousehold
) -> None:
    request = arrived(home, host, household)
    assert "future" in refused(change, host, REQUEST, request, arrived_on=days(1))
    assert refused(change, host, REQUEST, request, left_on=days(-1)) == ["left_before_arrived"]
    change(host, REQUEST, request, arrived_on=days(-4), left_on=days(-2))
    assert step(host, REQUEST, request, "leave").left_on == days(-2)


def test_what_was_recorded_in_error_is_taken_back(home: User, host: User, household: HerderHousehold) -> None:
    request = arrived(home, host, household)
    step(host, REQUEST, request, "leave")
    back = step(host, REQUEST, request, "take_back_departure")
    assert (back.state, back.left_on) == ("arrived", None)
    assert now(host, household).other_place == HOST
    agreed = step(host, REQUEST, request, "take_back_arrival")
    assert (agreed.state, agreed.arrived_on) == ("agreed", None)
    assert now(home, household).other_place == ""


def test_an_open_conflict_keeps_a_request_open(home: User, host: User, household: HerderHousehold) -> None:
    request = arrived(home, host, household)
    a_conflict(host, request=request, other_place=HOME)
    step(host, REQUEST, request, "leave")
    assert refused(step, host, REQUEST, request, "close") == ["open_conflict"]


def test_steps_out_of_order_are_refused(home: User, host: User, household: HerderHousehold) -> None:
    request = asked(home, household)
    for action in ("sign_host", "arrive", "leave", "close", "extend"):
        with pytest.raises(WrongStateError):
            step(host, REQUEST, request, action)
