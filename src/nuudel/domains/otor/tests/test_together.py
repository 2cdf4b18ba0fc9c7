"""Two at once, deadlines, and the pasture's capacity: what only shows with several people and days."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import localdate

from nuudel.domains.otor import models
from nuudel.domains.otor.requests import capacity, deadlines, rules
from nuudel.domains.otor.requests.capacity import Weighed
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.domains.otor.tests.given import (
    HERD,
    HOME,
    UNITS,
    a_household,
    accepted,
    asked,
    days,
    now,
    person,
    refused,
    step,
)
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_user
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.models import Notice
from nuudel.web.shell.records import follow, locked
from nuudel.web.shell.states import CHANGED
from nuudel.web.testing import close_connections, signed_in


def test_of_many_requests_at_once_one_wins(home: User) -> None:
    household = a_household(home)
    users = [person(Role.REGISTRAR, HOME) for _ in range(8)]
    told: list[str] = []

    def ask(user: User) -> None:
        try:
            asked(user, household)
            told.append("made")
        except BrokenRulesError as broken:
            told.extend(problem.message for problem in broken.problems)
        finally:
            close_connections()

    threads = [threading.Thread(target=ask, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["made", *["otor.rule.overlap"] * 7]


def older(request: models.OtorRequest, **fields: Any) -> models.OtorRequest:
    """A request as if it had been made earlier: its days are moved by the system."""
    with acting(service_user(), "test"):
        [found] = locked(REQUEST, [request.pk])
        before = {name: getattr(found, name) for name in fields}
        for name, value in fields.items():
            setattr(found, name, value)
        follow(service_user(), REQUEST, found, CHANGED, before=before)
    moved: models.OtorRequest = found
    return moved


def test_an_answer_that_is_due_is_told_to_the_aimag_once(home: User, host: User) -> None:
    above = person(Role.REGISTRAR, "MN41")
    other = person(Role.REGISTRAR, "MN81")
    request = asked(home, a_household(home))
    due_today = asked(home, a_household(home))
    older(request, answer_by=localdate() - timedelta(days=1))
    older(due_today, answer_by=localdate())
    deadlines.watch()
    deadlines.watch()
    told = list(
        Notice.objects.filter(record_id=request.pk, action="overdue").values_list("user_id", flat=True)
    )
    assert told == [above.pk]
    assert other.pk not in told
    assert not Notice.objects.filter(record_id=due_today.pk, action="overdue").exists()
    page = signed_in(above).get("/mn/desk/notices/").content.decode()
    assert "хариу өгөх хугацаа хэтэрсэн" in page
    assert "1 хоног хэтэрсэн" in signed_in(host).get("/mn/desk/otor/overview/").content.decode()


def test_what_nobody_took_up_expires(home: User, host: User) -> None:
    request = asked(home, a_household(home), first_day=days(-20), last_day=days(5))
    older(request, last_day=days(-1))
    today = asked(home, a_household(home), first_day=days(-20), last_day=days(0))
    deadlines.watch()
    assert (now(home, request).state, now(home, today).state) == ("expired", "requested")
    there = step(host, REQUEST, request, "arrive_without_permit")
    assert there.state == "arrived_without_permit"


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the pasture of every soum carries; [0] is what stands there already."""
    carried = [0.0, UNITS]

    def weigh(record: models.OtorRequest) -> Weighed:
        return Weighed(record.place, "cold", UNITS, carried[0], carried[1], True)

    monkeypatch.setattr(rules.capacity, "weigh", weigh)
    return carried


def test_what_fits_is_accepted(home: User, host: User, room: list[float]) -> None:
    request = asked(home, a_household(home))
    assert step(host, REQUEST, request, "accept").state == "accepted"


def test_above_the_capacity_the_officer_says_why(home: User, host: User, room: list[float]) -> None:
    request = asked(home, a_household(home))
    room[0] = 1.0
    assert refused(step, host, REQUEST, request, "accept") == ["above_capacity"]
    client = signed_in(host)
    address = f"/mn/desk/otor/request/{request.pk}/step/accept_above_capacity/"
    assert client.post(address, {"reason": " "}).status_code == 422
    accepted(host, request)
    assert now(host, request).state == "accepted"


def test_the_load_with_and_without_a_request(home: User, host: User) -> None:
    request = asked(home, a_household(home))
    with acting(host, "test"):
        before = capacity.weigh(request)
    assert before.asked == UNITS == 490.0
    assert before.with_it == before.without + 490.0
    taken = accepted(host, request)
    with acting(host, "test"):
        after = capacity.weigh(taken)
    # Promised herds are among the guests: this one is not counted twice.
    assert after.without == pytest.approx(before.without)
    other = asked(home, a_household(home), **dict.fromkeys(HERD, 0) | {"sheep": 10})
    with acting(host, "test"):
        assert capacity.weigh(other).without == pytest.approx(before.without + 490.0)


@pytest.mark.parametrize(
    ("without", "carries", "above", "percent"),
    [(0, 490, False, 100), (0.1, 490, True, 100), (0, 245, True, 200), (0, 0, True, 100)],
)
def test_when_it_is_too_much(without: float, carries: float, above: bool, percent: float) -> None:
    weighed = Weighed("MN34128", "cold", 490.0, without, carries, True)
    assert (weighed.above, round(weighed.percent_with)) == (above, percent)
