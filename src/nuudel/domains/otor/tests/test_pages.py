"""The pages: the overview, and the herder's own page from the link to the extension."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from nuudel.domains.otor.models import HerderHousehold, OtorRequest
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.domains.otor.tests.given import (
    HERD,
    HOME,
    HOST,
    a_household,
    arrived,
    asked,
    counted,
    days,
    now,
    person,
    step,
)
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_user
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in

MY = "/mn/desk/otor/my/"


def herder() -> tuple[User, Client]:
    user = person(Role.CITIZEN)
    return user, signed_in(user)


def linked(household: HerderHousehold) -> tuple[User, Client]:
    user, client = herder()
    answer = client.post(f"{MY}link/", {"code": household.code, "phone": household.phone})
    assert answer.status_code == 302
    return user, client


def question(**given: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {"place": HOST, "first_day": days(1), "last_day": days(40), "reason": "drought"}
    return {**fields, "persons": 3, "school_children": 1, "services": ["vet"], **HERD, **given}


def test_an_officer_asks_in_the_form_by_the_households_code(home: User) -> None:
    household = a_household(home)
    client = signed_in(home)
    page = client.get("/mn/desk/otor/request/new/").content.decode()
    assert "household_code" in page
    assert "conditions" not in page
    sent = question(household_code=household.code.lower())
    answer = client.post("/mn/desk/otor/request/new/", sent, follow=True)
    assert answer.status_code == 200
    assert f"Өрх {household.code}" in answer.content.decode()
    wrong = client.post("/mn/desk/otor/request/new/", question(household_code="AAAAA-AAAAA"))
    assert (wrong.status_code, "ийм өрх алга" in wrong.content.decode()) == (422, True)


def test_the_overview_shows_who_is_here_and_who_is_away(home: User, host: User) -> None:
    here = arrived(home, host, a_household(home))
    waits = asked(home, a_household(home))
    for user, expected in ((host, [here, waits]), (home, [here])):
        page = signed_in(user).get("/mn/desk/otor/overview/").content.decode()
        for request in expected:
            assert request.code in page
    guest = signed_in(host).get("/en/desk/otor/overview/").content.decode()
    assert guest.index("Wait for an answer") < guest.index(waits.code) < guest.index("Here on otor")
    assert "3 days" in guest


def test_an_aimag_chooses_among_its_soums(home: User, host: User) -> None:
    request = arrived(home, host, a_household(home))
    above = signed_in(person(Role.REGISTRAR, "MN41"))
    assert request.code in above.get("/mn/desk/otor/overview/").content.decode()
    assert request.code in above.get(f"/mn/desk/otor/overview/?place={HOST}").content.decode()
    assert request.code not in above.get("/mn/desk/otor/overview/?place=MN34131").content.decode()


@pytest.mark.parametrize("role", [Role.CITIZEN, Role.ANALYST, Role.AUDITOR])
def test_others_do_not_open_the_overview(database: Addresses, role: Role) -> None:
    assert signed_in(person(role)).get("/mn/desk/otor/overview/").status_code == 403


def test_an_account_is_linked_by_code_and_number_together(home: User) -> None:
    household = a_household(home, phone="88001122")
    user, client = herder()
    for given in ({"code": household.code, "phone": "88001123"}, {"code": "X", "phone": "88001122"}):
        answer = client.post(f"{MY}link/", given, follow=True)
        assert "таарахгүй" in answer.content.decode()
    good = {"code": household.code, "phone": "+976 8800-1122"}
    assert client.post(f"{MY}link/", good).status_code == 302
    assert now(home, household).holder_id == user.pk
    assert household.code in client.get(MY).content.decode()
    stranger = herder()[1].post(f"{MY}link/", good, follow=True).content.decode()
    assert ("таарахгүй" in stranger, household.code in stranger) == (True, False)
    assert now(home, household).holder_id == user.pk


def test_who_guesses_codes_is_stopped(home: User) -> None:
    household = a_household(home)
    client = herder()[1]
    for number in range(5):
        client.post(f"{MY}link/", {"code": f"WRONG-{number}", "phone": "99112233"})
    good = {"code": household.code, "phone": household.phone}
    answer = client.post(f"{MY}link/", good, follow=True)
    assert "Хэт олон" in answer.content.decode()
    assert now(home, household).holder_id is None


def test_a_herder_asks_follows_and_withdraws(home: User, host: User) -> None:
    household = a_household(home)
    counted(home, household)
    user, client = linked(household)
    assert client.get(f"{MY}ask/").status_code == 200
    many = client.post(f"{MY}ask/", question(sheep=900))
    assert (many.status_code, "Сүүлийн тоолгоор" in many.content.decode()) == (422, True)
    assert client.post(f"{MY}ask/", question()).status_code == 302
    with acting(service_user(), "test"):
        request = OtorRequest.objects.get(household=household)
    assert (request.created_by_id, request.holder_id, request.other_place) == (user.pk, user.pk, HOME)
    assert "хариу хүлээж байгаа" in client.get(MY).content.decode()
    step(host, REQUEST, request, "refuse")
    assert "татгалзсан" in client.get(MY).content.decode()
    assert client.get(f"/mn/desk/otor/request/{request.pk}/").status_code == 200


def test_a_herder_asks_to_stay_longer(home: User, host: User) -> None:
    household = a_household(home)
    request = arrived(home, host, household, last_day=days(10))
    _, client = linked(household)
    early = client.post(f"{MY}{request.pk}/extend/", {"until": f"{days(9)}"})
    assert early.status_code == 422
    assert client.post(f"{MY}{request.pk}/extend/", {"until": f"{days(30)}"}).status_code == 302
    asked_for = now(home, request)
    assert (asked_for.state, asked_for.extend_until) == ("extension_asked", days(30))


def test_a_herder_reaches_nothing_of_others(home: User, host: User) -> None:
    request = arrived(home, host, a_household(home))
    _, client = herder()
    assert client.get(f"/mn/desk/otor/request/{request.pk}/").status_code == 404
    assert client.post(f"{MY}{request.pk}/extend/", {"until": f"{date.today()}"}).status_code == 404
    assert request.code not in client.get(MY).content.decode()


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_the_record_pages_in_both_languages(home: User, host: User, lang: str) -> None:
    household = a_household(home)
    counted(home, household)
    request = arrived(home, host, household)
    client = signed_in(home)
    for kind, key in (("household", household.pk), ("request", request.pk)):
        page = client.get(f"/{lang}/desk/otor/{kind}/{key}/")
        assert page.status_code == 200
        assert "490" in page.content.decode()
