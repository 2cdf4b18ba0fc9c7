"""Persons on their pages: entered, looked up, their photo, and the account that reads the record."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nuudel.domains.registration.models import Pair, Person
from nuudel.domains.registration.tests.made import (
    ASGAT,
    BAYANGOL,
    ULIASTAI,
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
from nuudel.web.audit.models import AuditEntry
from nuudel.web.facts.service import service_rights
from nuudel.web.operations.database import Addresses
from nuudel.web.shell.models import Comment
from nuudel.web.testing import signed_in, user_with
from nuudel.web.words import say

BORN = date(1985, 3, 9)
NUMBER = number_for(BORN, "female", "УБ", 3)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
LANGUAGES = ("mn", "en")
DESK = "desk/registration/person"


@pytest.fixture(scope="module")
def far(database: Addresses) -> Iterator[Person]:
    """Somebody who lives where the officer does not work."""
    there = registrar(BAYANGOL)
    made = person(there, BAYANGOL, given_name="Мөнхцэцэг", patronymic="Ганбат", birth_date=date(1979, 8, 2))
    settled(there, made, household(there, BAYANGOL))
    return made


def sent(**fields: Any) -> dict[str, Any]:
    """A person's form as a browser sends it."""
    return {
        "form_key": uuid4(),
        "place": ULIASTAI,
        "registration_number": NUMBER,
        "patronymic": "Бат",
        "given_name": "Оюун",
        "birth_date": BORN.isoformat(),
        "birth_date_quality": "documented",
        "sex": "female",
        "citizenship": "mn",
        "marital_status": "married",
    } | fields


def audited(user: User, action: str, record_type: str) -> list[AuditEntry]:
    """What was noted of a user, as an auditor reads it."""
    with acting(user_with(Role.AUDITOR), "test"):
        rows = AuditEntry.objects.filter(action=action, record_type=record_type, user_id=user.pk)
        return list(rows.order_by("number"))


def test_a_person_is_entered_with_a_tidy_number_and_found_by_it(desk: Client, officer: User) -> None:
    spaced = f"{NUMBER[:2].lower()} {NUMBER[2:]}"
    response = desk.post(f"/mn/{DESK}/new/", sent(registration_number=spaced))
    assert response.status_code == 302, text_of(response)
    with acting(officer, "test"):
        made = Person.objects.get(pk=response.url.rstrip("/").rpartition("/")[2])
        assert (made.registration_number, made.citizenship, made.place) == (NUMBER, "MN", ULIASTAI)
        assert made.given_key is not None
    again = desk.post(f"/mn/{DESK}/new/", sent(given_name="Сарнай"))
    assert again.status_code == 422
    assert say("registration.person.number_taken", lang="mn", code=made.code) in again.content.decode()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"birth_date": "2090-01-01", "registration_number": ""}, "rule_birth_to_come"),
        ({"birth_date": "1899-12-31", "registration_number": ""}, "rule_birth_too_early"),
        ({"registration_number": "УБ123"}, "rule_number_form"),
        ({"registration_number": number_for(date(1985, 3, 10), "female", "УБ", 1)}, "rule_number_birth"),
        ({"registration_number": number_for(BORN, "male", "УБ", 1)}, "rule_number_sex"),
        ({"given_name": "Оюун7"}, "rule_people_102"),
        ({"given_name": "Oюун"}, "rule_people_104"),
        ({"given_name": "Ою" * 60}, "rule_people_105"),
        ({"given_name": "王"}, "rule_people_103"),
        ({"given_name": "-"}, "rule_people_101"),
        ({"citizenship": "Mongolia"}, "rule_citizenship"),
    ],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_bad_input_is_refused_with_its_message(
    desk: Client, lang: str, fields: dict[str, str], message: str
) -> None:
    number = number_for(BORN, "female", "УБ", 9)
    entered = sent(registration_number=number, given_name="Номин") | fields
    response = desk.post(f"/{lang}/{DESK}/new/", entered)
    assert response.status_code == 422
    assert say(f"registration.person.{message}", lang=lang) in text_of(response)


def test_scripts_are_kept_apart(desk: Client) -> None:
    latin = desk.post(f"/en/{DESK}/new/", sent(registration_number="", given_name="Munkhbat"))
    assert say("registration.person.rule_cyrillic", lang="en", reading="Мөнхбат") in text_of(latin)
    cyrillic = desk.post(
        f"/en/{DESK}/new/", sent(registration_number="", given_name="Сувд", given_latin="Сувд")
    )
    assert say("registration.person.rule_latin", lang="en", latin="Suvd") in text_of(cyrillic)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_may_be_there_already_is_shown_and_the_officer_says_why_not(
    desk: Client, officer: User, far: Person, lang: str
) -> None:
    """Another spelling, the names swapped, another place: it is found all the same."""
    entered = sent(
        registration_number="",
        birth_date="1979-08-02",
        given_name="Ганбат",
        patronymic="Мөнхцэцэг" if lang == "mn" else "Мөнхцэцэк",
    )
    response = desk.post(f"/{lang}/{DESK}/new/", entered)
    page = text_of(response)
    assert response.status_code == 422
    assert say("registration.person.like_another", lang=lang) in page
    assert far.code in page
    assert far.given_name not in page.replace(entered["patronymic"], ""), "the name of who lives elsewhere"
    twin = desk.post(f"/{lang}/{DESK}/new/", entered | {"another_person": "Ихэр дүү нь, төрсний бүртгэлтэй"})
    assert twin.status_code == 302
    made = twin.url.rstrip("/").rpartition("/")[2]
    with acting(officer, "test"), service_rights():
        pair = Pair.objects.get(first__in=[made, far.pk], second__in=[made, far.pk])
        assert (pair.found_by, "birth_date" in pair.agreeing) == ("entry", True)
        assert {pair.place, pair.other_place} == {ULIASTAI, BAYANGOL}
        assert Comment.objects.filter(record_id=made, text__contains="Ихэр").exists()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_number_is_looked_up_in_the_whole_country_with_a_purpose(
    desk: Client, officer: User, lang: str
) -> None:
    there = registrar(BAYANGOL)
    number = number_for(date(1970, 1, 5), "male", "ЧД", 5 if lang == "mn" else 6)
    other = person(there, BAYANGOL, given_name="Сэлэнгэ", birth_date=date(1970, 1, 5),
                   sex="male", registration_number=number)  # fmt: skip
    address = f"/{lang}/desk/registration/office/look-up/"
    missing = desk.post(address, {"number": number})
    assert missing.status_code == 422
    assert say("registration.look_up.purpose_missing", lang=lang) in missing.content.decode()
    leaking = desk.post(address, {"number": number, "purpose": f"checking {number} today"})
    assert say("registration.look_up.purpose_without_number", lang=lang) in leaking.content.decode()
    found = desk.post(address, {"number": number.lower(), "purpose": "registration at the counter"})
    page = found.content.decode()
    assert found.status_code == 200
    assert other.code in page
    assert "1970" in page
    assert "Сэлэнгэ" in page
    assert f"person/{other.pk}/" not in page, "no link to what the officer may not open"
    entries = audited(officer, "read", "registration.person")
    assert "registration at the counter" in {e.reason for e in entries if str(other.pk) in e.record_ids}


def test_a_name_is_looked_up_where_one_works_and_beyond_with_a_purpose(desk: Client, far: Person) -> None:
    address = "/en/desk/registration/office/look-up/"
    near = desk.post(address, {"given": "Munkhtsetseg", "patronymic": "Ganbat"}).content.decode()
    assert far.code not in near
    wide = {"given": "Munkhtsetseg", "patronymic": "Ganbaatar", "national": "on"}
    assert desk.post(address, wide).status_code == 422
    found = desk.post(address, wide | {"patronymic": "Ganbta", "purpose": "an appeal of a move"})
    assert far.code in found.content.decode(), "two letters in the wrong order"
    lone = desk.post(address, {"given": "Бат", "national": "on", "purpose": "an appeal of a move"})
    assert say("registration.look_up.too_wide", lang="en") in lone.content.decode()


@pytest.mark.parametrize(
    ("entered", "message"),
    [
        ({}, "look_up.nothing_asked"),
        ({"number": NUMBER, "given": "Бат", "purpose": "at the counter"}, "look_up.one_of_two"),
        ({"number": "УБ1", "purpose": "at the counter"}, "person.rule_number_form"),
        ({"given": "Бат9"}, "person.rule_people_102"),
    ],
)
def test_what_cannot_be_looked_up(desk: Client, entered: dict[str, str], message: str) -> None:
    response = desk.post("/mn/desk/registration/office/look-up/", entered)
    assert response.status_code == 422
    assert say(f"registration.{message}", lang="mn") in text_of(response)


def test_who_may_look_up_and_read(far: Person) -> None:
    for user in (user_with(Role.CITIZEN), user_with(Role.AUDITOR), user_with(Role.ANALYST)):
        client = signed_in(user)
        assert client.get("/mn/desk/registration/office/look-up/").status_code == 403
        assert client.get(f"/mn/{DESK}/{far.pk}/").status_code == 404
    assert signed_in(registrar(ASGAT)).get(f"/mn/{DESK}/{far.pk}/").status_code == 404


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_person_page_says_both_scripts_and_the_past(officer: User, desk: Client, lang: str) -> None:
    made = person(officer, given_name="Хүрэлбаатар", patronymic="Цэнд", patronymic_latin="Cend")
    home = household(officer, bagh="7")
    settled(officer, made, home)
    page = desk.get(f"/{lang}/{DESK}/{made.pk}/").content.decode()
    assert "Khürelbaatar" in page
    assert "Cend" in page
    assert home.code in page
    assert "2020-01-01" in page
    assert say("registration.residence_kind.opening", lang=lang) in page
    assert f"<title>{say('registration.person.named', lang=lang, code=made.code)}" in page.replace("\n", "")


def test_a_photo_is_an_image_and_is_shown_in_the_page(officer: User, desk: Client, far: Person) -> None:
    made = person(officer)
    base = f"/mn/desk/registration/person/{made.pk}/photo"
    assert desk.get(f"{base}/").status_code == 404
    text = desk.post(f"{base}/send/", {"photo": SimpleUploadedFile("a.png", b"no image at all")})
    assert text.status_code == 422
    assert say("registration.photo.error_404", lang="mn") in text.content.decode()
    assert desk.post(f"{base}/send/", {}).status_code == 422
    kept = desk.post(f"{base}/send/", {"photo": SimpleUploadedFile("me.txt", PNG)})
    assert kept.status_code == 302
    assert f"{base}/" in desk.get(f"/mn/{DESK}/{made.pk}/").content.decode()
    image = desk.get(f"{base}/")
    assert (image.content, image.headers["Content-Type"]) == (PNG, "image/png")
    other = signed_in(registrar(ASGAT))
    assert other.get(f"{base}/").status_code == 404
    far_photo = f"/mn/desk/registration/person/{far.pk}/photo/send/"
    assert desk.post(far_photo, {"photo": SimpleUploadedFile("a.png", PNG)}).status_code == 404


def test_a_citizen_reads_the_own_record_and_nobody_elses(officer: User, desk: Client) -> None:
    mine, other = person(officer), person(officer, given_name="Болор")
    settled(officer, mine, household(officer))
    citizen = user_with(Role.CITIZEN)
    reader = signed_in(citizen)
    assert reader.get(f"/mn/{DESK}/{mine.pk}/").status_code == 404
    address = f"/mn/desk/registration/person/{mine.pk}/account/"
    assert desk.get(address).status_code == 200
    told = {"email": citizen.email.upper(), "identified_by": "passport"}
    assert desk.post(address, told).status_code == 302
    assert reader.get(f"/mn/{DESK}/{mine.pk}/").status_code == 200
    assert reader.get(f"/mn/{DESK}/{other.pk}/").status_code == 404
    taken = desk.post(f"/mn/desk/registration/person/{other.pk}/account/", told)
    assert taken.status_code == 422
    assert say("registration.account.error_taken", lang="mn") in taken.content.decode()
    assert desk.post(address, {"reason": ""}).status_code == 422
    assert desk.post(address, {"reason": "Иргэн хүссэн"}).status_code == 302
    assert reader.get(f"/mn/{DESK}/{mine.pk}/").status_code == 404


@pytest.mark.parametrize(("who", "message"), [("nobody", "unknown"), ("officer", "unknown"), ("self", "own")])
def test_accounts_that_cannot_be_linked(officer: User, desk: Client, who: str, message: str) -> None:
    made = person(officer)
    emails = {"nobody": "nobody@example.org", "officer": registrar().email, "self": officer.email}
    if who == "self":
        both(officer)
    told = {"email": emails[who], "identified_by": "witnesses"}
    response = desk.post(f"/en/desk/registration/person/{made.pk}/account/", told)
    assert response.status_code == 422
    assert say(f"registration.account.error_{message}", lang="en") in text_of(response)


def both(officer: User) -> None:
    """The officer is a citizen too."""
    from nuudel.web.accounts.models import Posting
    from nuudel.web.testing import institution

    Posting.objects.using("owner").create(
        user_id=officer.pk, role=Role.CITIZEN, institution_id=institution().pk
    )
