"""A household's first registration, who lived where, and corrections, on the officer's pages."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from nuudel.base.errors import WebError
from nuudel.domains.registration.models import Dwelling, Household, Person, ResidenceEvent
from nuudel.domains.registration.moves.parameters import read_parameters
from nuudel.domains.registration.residence import events, parameters
from nuudel.domains.registration.tests.made import (
    ASGAT,
    BAYANGOL,
    START,
    ULIASTAI,
    cause_of,
    dwelling,
    household,
    person,
    registrar,
    settled,
    text_of,
)
from nuudel.people.registration_numbers import number_for
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.models import Action
from nuudel.web.testing import institution, signed_in, user_with
from nuudel.web.words import say

LANGUAGES = ("mn", "en")
OWN = "desk/registration"
BORN = date(1988, 4, 4)


def stay(**fields: str) -> dict[str, str]:
    return {"role": "head", "kind": "opening", "day": "2020-01-01", "country": ""} | fields


def known(who: str, **fields: str) -> dict[str, str]:
    return {"which": "known", "who": who} | stay(**fields)


def new(**fields: str) -> dict[str, Any]:
    """Somebody who is not in the register, as the second form of the page sends it."""
    entered = {"which": "new", "given_name": "Анужин", "patronymic": "Пүрэв", "birth_date": "2015-06-07",
               "birth_date_quality": "stated", "sex": "female", "citizenship": "MN",
               "marital_status": "never_married"}  # fmt: skip
    entered |= {f"new-{name}": value for name, value in stay(role="child", day="2016-01-01").items()}
    return entered | fields


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_household_is_registered_with_its_dwelling_and_its_members(
    desk: Client, officer: User, lang: str
) -> None:
    assert desk.get(f"/{lang}/{OWN}/office/household/").status_code == 200
    entered = {"place": ULIASTAI, "institution": institution().pk, "bagh": " Жинст ", "address": "Сум 4-12",
               "kind": "house", "herder": "on"}  # fmt: skip
    response = desk.post(f"/{lang}/{OWN}/office/household/", entered)
    assert response.status_code == 302, text_of(response)
    page = response.url
    number = number_for(BORN, "male", "ЗА", 1 if lang == "mn" else 2)
    head = person(officer, given_name="Очир", birth_date=BORN, sex="male", registration_number=number)
    assert desk.post(page, known(number)).status_code == 302
    assert desk.post(page, known(number)).status_code == 302, "a double click"
    child = new(given_name="Анужин" if lang == "mn" else "Сондор")
    assert desk.post(page, child).status_code == 302
    shown = text_of(desk.get(page))
    assert "Очир" in shown
    assert child["given_name"] in shown
    with acting(officer, "test"):
        home = Household.objects.get(pk=Person.objects.get(pk=head.pk).household_id)
        assert (home.bagh, home.herder, str(home.dwelling)) == ("Жинст", True, "Жинст, Сум 4-12")
        assert Dwelling.objects.filter(address="Сум 4-12").count() == 1, "the second one uses it again"
        assert [(p.given_name, p.household_role) for p in home.members.order_by("birth_date")] == [
            ("Очир", "head"), (child["given_name"], "child"),
        ]  # fmt: skip
        assert ResidenceEvent.objects.filter(household=home).count() == 2
    again = desk.post(page, new(given_name="Дулмаа", **{"new-role": "head"}))
    assert again.status_code == 422
    assert say("registration.residence_wrong.error_405", lang=lang) in text_of(again)
    with acting(officer, "test"):
        assert home.members.count() == 2, "who could not be entered is not left behind"
    assert desk.post(page, {"which": "role", "person": head.pk, "role": "parent"}).status_code == 302
    detail = text_of(desk.get(f"/{lang}/{OWN}/household/{home.pk}/"))
    assert say("registration.household_role_code.parent", lang=lang) in detail


@pytest.mark.parametrize("lang", LANGUAGES)
def test_members_that_cannot_be_added(desk: Client, officer: User, lang: str) -> None:
    home = household(officer)
    page = f"/{lang}/{OWN}/household/{home.pk}/members/"
    there = registrar(BAYANGOL)
    number = number_for(BORN, "female", "БГ", 4 if lang == "mn" else 5)
    far = person(there, BAYANGOL, birth_date=BORN, registration_number=number)
    settled(there, far, household(there, BAYANGOL))
    free = person(officer)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    for entered, message in (
        (known("00000-00000"), "stay.nobody"),
        (known(far.code), "stay.nobody"),
        (known(number), "residence_wrong.lives_here"),
        (known(free.code, day=tomorrow), "residence_wrong.future"),
        (known(free.code, day="1950-01-01"), "residence_wrong.before_birth"),
        (known(free.code, country="KR"), "stay.country_only_from_abroad"),
    ):
        response = desk.post(page, entered)
        assert response.status_code == 422
        assert say(f"registration.{message}", lang=lang) in text_of(response), message
    assert desk.post(page, known(free.code, day="2020-02-30")).status_code == 422
    assert desk.post(page, {"which": "role", "person": free.pk, "role": "boss"}).status_code == 422


def test_who_comes_from_abroad_is_a_movement_of_the_ledger(desk: Client, officer: User) -> None:
    home = household(officer)
    back = person(officer, given_name="Энэрэл", sex="female")
    entered = known(back.code, kind="immigration", country="KR")
    assert desk.post(f"/mn/{OWN}/household/{home.pk}/members/", entered).status_code == 302
    with acting(officer, "test"), service_rights(), connection.cursor() as cursor:
        cursor.execute("SELECT destination, persons FROM ledger_movement WHERE origin = 'KR'")
        assert cursor.fetchall() == [(ULIASTAI, 1)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_lived_here_on_a_day_and_as_known_on_another(desk: Client, officer: User, lang: str) -> None:
    home, other = household(officer, bagh="9"), household(officer, ASGAT)
    stayed, left = person(officer, given_name="Номун"), person(officer, given_name="Тэмүүлэн")
    settled(officer, stayed, home)
    settled(officer, left, home)
    with acting(officer, "test"):
        events.end(officer, left, kind="move_out", day=date(2022, 1, 1), cause=cause_of(home))
        events.begin(officer, left, other, kind="move_in", day=date(2022, 1, 1), cause=cause_of(home))
    address = f"/{lang}/{OWN}/office/residents/?household={home.pk}"
    assert desk.get(address).status_code == 200
    then = text_of(desk.get(f"{address}&day=2021-12-31"))
    assert say("registration.residents.count", lang=lang, count=2) in then
    assert "Номун" in then
    assert "Тэмүүлэн" not in then, "who lives elsewhere now has no name here"
    assert say("registration.residents.elsewhere", lang=lang, count=1) in then
    later = text_of(desk.get(f"{address}&day=2022-01-01"))
    assert say("registration.residents.count", lang=lang, count=1) in later
    yesterday = timezone.localdate() - timedelta(days=1)
    unknown = text_of(desk.get(f"{address}&day=2021-12-31&known={yesterday}"))
    assert say("registration.residents.count", lang=lang, count=0) in unknown
    place = f"/{lang}/{OWN}/office/residents/?day=2021-06-01&place={ULIASTAI}"
    assert desk.get(place).status_code == 200
    assert desk.get(f"{address}&day=2021-02-30").status_code == 422
    tomorrow = timezone.localdate() + timedelta(days=1)
    to_come = desk.get(f"{address}&day=2021-01-01&known={tomorrow}")
    assert say("registration.residents.known_to_come", lang=lang) in text_of(to_come)


def test_who_may_see_who_lived_where(officer: User) -> None:
    home = household(officer)
    other = signed_in(registrar(ASGAT))
    assert other.get(f"/mn/{OWN}/office/residents/?household={home.pk}").status_code == 404
    assert other.get(f"/mn/{OWN}/office/residents/?day=2021-01-01&place={ULIASTAI}").status_code == 422
    assert other.get(f"/mn/{OWN}/household/{home.pk}/members/").status_code == 404
    for role in (Role.AUDITOR, Role.CITIZEN, Role.ANALYST):
        client = signed_in(user_with(role))
        assert client.get(f"/mn/{OWN}/office/residents/?household={home.pk}").status_code == 403
        assert client.get(f"/mn/{OWN}/household/{home.pk}/").status_code == 404


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_wrong_day_and_a_wrong_household_are_corrected(desk: Client, officer: User, lang: str) -> None:
    home, right = household(officer), household(officer, bagh="4")
    made = person(officer, given_name="Цэцэг")
    event = settled(officer, made, home)
    listed = text_of(desk.get(f"/{lang}/{OWN}/person/{made.pk}/residence/"))
    address = f"/{lang}/{OWN}/residence/{event.pk}/correct/"
    assert address in listed
    for entered, message in (
        ({"what": "day", "reason": "x"}, "correction.day_missing"),
        ({"what": "day", "day": START.isoformat(), "reason": "x"}, "correction.same_day"),
        ({"what": "household", "household": "AAAAA-AAAAA", "reason": "x"}, "correction.no_household"),
        ({"what": "household", "household": home.code, "reason": "x"}, "correction.same_household"),
        ({"what": "day", "day": "1980-01-01", "reason": "x"}, "residence_wrong.before_birth"),
    ):
        response = desk.post(address, entered)
        assert response.status_code == 422
        assert say(f"registration.{message}", lang=lang) in text_of(response)
    assert desk.post(address, {"what": "day", "day": "2019-05-01"}).status_code == 422, "without a reason"
    told = {"what": "household", "household": right.code.lower(), "reason": "Буруу өрхөд бичсэн"}
    assert desk.post(address, told).status_code == 302
    again = desk.post(address, told)
    assert again.status_code == 422
    assert say("registration.residence_wrong.reversed", lang=lang) in text_of(again)
    with acting(officer, "test"):
        assert [s.household_id for s in events.lived(made)] == [right.pk]
        assert Household.objects.get(pk=home.pk).state == "dissolved"
        assert Action.objects.filter(record_id=made.pk, reason="Буруу өрхөд бичсэн").exists()
        assert ResidenceEvent.objects.filter(person=made).count() == 3, "nothing is deleted"
    other = signed_in(registrar(ASGAT))
    assert other.get(address).status_code == 404
    assert desk.get(f"/{lang}/{OWN}/residence/{uuid4()}/correct/").status_code == 404


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"latitude": "47.7", "longitude": ""}, "rule_half_position"),
        ({"latitude": "10", "longitude": "96"}, "rule_outside"),
        ({"capacity": "0"}, "rule_no_capacity"),
    ],
)
def test_a_dwelling_that_cannot_be(desk: Client, fields: dict[str, str], message: str) -> None:
    entered = {"form_key": uuid4(), "place": ULIASTAI, "bagh": "3", "address": uuid4().hex, "kind": "ger"}
    response = desk.post(f"/mn/{OWN}/dwelling/new/", entered | fields)
    assert response.status_code == 422
    assert say(f"registration.dwelling.{message}", lang="mn") in text_of(response)


def test_a_dwelling_is_there_once_and_stays_while_people_live_in_it(desk: Client, officer: User) -> None:
    home = dwelling(officer, address="Төв 1")
    entered = {"form_key": uuid4(), "place": ULIASTAI, "bagh": "1", "address": "төв 1", "kind": "ger"}
    twice = desk.post(f"/mn/{OWN}/dwelling/new/", entered)
    assert say("registration.dwelling.rule_there_already", lang="mn") in text_of(twice)
    settled(officer, person(officer), household(officer, dwelling=home))
    page = f"/mn/{OWN}/dwelling/{home.pk}/"
    step = text_of(desk.get(f"{page}step/close/"))
    version = step.partition('name="version" value="')[2].partition('"')[0]
    closed = desk.post(f"{page}step/close/", {"reason": "нураасан", "version": version})
    assert say("registration.dwelling.rule_lived_in", lang="mn") in text_of(closed)
    assert str(home) in text_of(desk.get(page))


def test_once_the_register_is_open_nobody_enters_as_of_its_beginning(
    desk: Client, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = timezone.localdate() - timedelta(days=1)
    told = f"""
opening_offered:
  unit: 1 offered, 0 not
  about: test
  values:
    - {{from: 1992-01-13, value: 1, source: test}}
    - {{from: {opened}, value: 0, source: test}}
"""
    home, who = household(officer), person(officer)
    address = f"/en/{OWN}/household/{home.pk}/members/"
    assert '<option value="opening"' in text_of(desk.get(address))
    monkeypatch.setattr(parameters, "parameters", lambda: read_parameters(told))
    assert '<option value="opening"' not in text_of(desk.get(address))
    assert desk.post(address, known(who.code)).status_code == 422
    assert parameters.opening_offered(opened - timedelta(days=1))
    with pytest.raises(WebError, match="WEB-407"):
        parameters.opening_offered(date(1990, 1, 1))
    assert desk.post(address, known(who.code, kind="late_registration")).status_code == 302
