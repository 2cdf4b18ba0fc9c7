"""Services and conflicts: who may, when, and what a conflict needs before it is settled."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from nuudel.domains.otor.care.record_types import CONFLICT, SERVICE
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.domains.otor.tests.given import (
    HOME,
    HOST,
    a_conflict,
    a_household,
    a_mediation,
    a_service,
    accepted,
    arrived,
    asked,
    change,
    days,
    now,
    person,
    refused,
    step,
)
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.shell.forms import form_of
from nuudel.web.testing import signed_in


def test_the_receiving_soum_grants_services(home: User, host: User) -> None:
    request = asked(home, a_household(home))
    assert refused(a_service, host, request) == ["not_granting"]
    request = accepted(host, request)
    with pytest.raises(PermissionDenied):
        a_service(home, request)
    granted = a_service(host, request)
    assert "host_side_only" in refused(step, home, SERVICE, granted, "withdraw")
    assert refused(a_service, host, request, persons=5) == ["more_than_came"]
    assert refused(a_service, host, request, persons=None) == ["missing"]
    worker = person(Role.CASE_WORKER, HOST)
    assert a_service(worker, request, kind="vet", persons=None).state == "granted"


def test_a_service_is_delivered_when_the_household_is_there(home: User, host: User) -> None:
    request = accepted(host, asked(home, a_household(home)))
    service = a_service(host, request)
    assert refused(step, host, SERVICE, service, "deliver") == ["not_come"]
    step(host, REQUEST, request, "arrive_without_permit")
    later = a_service(host, request, day=days(3))
    assert refused(step, host, SERVICE, later, "deliver") == ["future"]
    delivered = step(host, SERVICE, service, "deliver")
    assert (delivered.state, delivered.day) == ("delivered", days(0))
    assert now(home, service).state == "delivered"


def test_a_conflict_is_settled_after_a_mediation_with_an_outcome(host: User) -> None:
    conflict = a_conflict(host)
    step(host, CONFLICT, conflict, "mediate")
    assert refused(step, host, CONFLICT, conflict, "settle") == ["outcome_first", "mediation_first"]
    change(host, CONFLICT, conflict, outcome="agreed", outcome_text="Ээлжээр услана.")
    assert refused(step, host, CONFLICT, conflict, "settle") == ["mediation_first"]
    a_mediation(host, conflict)
    assert step(host, CONFLICT, conflict, "settle").state == "settled"
    assert step(host, CONFLICT, conflict, "reopen").state == "in_mediation"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"day": days(1)}, "future"),
        ({"account": " "}, "missing"),
        ({"first_party": None, "second_party": None}, "nobody_named"),
    ],
)
def test_what_a_conflict_must_say(host: User, given: dict[str, Any], message: str) -> None:
    assert refused(a_conflict, host, **given) == [message]


def test_a_mediation_comes_after_its_conflict(host: User) -> None:
    conflict = a_conflict(host)
    assert refused(a_mediation, host, conflict, day=days(-4)) == ["before_conflict"]
    assert refused(a_mediation, host, conflict, day=days(1)) == ["future"]
    assert refused(a_mediation, host, conflict, result="") == ["missing"]


def test_a_conflict_names_its_request_by_the_code(home: User, host: User) -> None:
    request = arrived(home, host, a_household(home))
    fields = {"place": HOST, "day": f"{days(-1)}", "about": "pasture", "where": "Х", "account": "Х"}
    fields |= {"first_kind": "guest", "second_kind": "bagh", "request_code": request.code.lower()}
    with acting(host, "test"):
        form = form_of(CONFLICT, host, fields)
        assert form.is_valid(), form.errors
        filled: Any = form.filled()
    assert (filled.request_id, filled.other_place) == (request.pk, HOME)
    with acting(host, "test"):
        assert "request_code" in form_of(CONFLICT, host, fields | {"request_code": "AAAAA-BBBBB"}).errors


def test_both_soums_read_the_conflict_and_the_lists_name_nobody(home: User, host: User) -> None:
    request = arrived(home, host, a_household(home))
    conflict = a_conflict(host, request=request, other_place=HOME, first_party="Канарсүрэн")
    assert now(home, conflict).first_party == "Канарсүрэн"
    for user in (home, host):
        page = signed_in(user).get("/mn/desk/otor/conflict/list/").content.decode()
        assert (conflict.code in page, "Канарсүрэн" in page) == (True, False)
