"""Identity documents: asked for, issued, lost, replaced, run out; and given to people without any papers."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from nuudel.base.errors import WebError
from nuudel.domains.registration.documents import parameters
from nuudel.domains.registration.documents.expiring import expire_documents
from nuudel.domains.registration.documents.validity import Fee, expiry, fee_of
from nuudel.domains.registration.models import IdentityDocument, Person
from nuudel.domains.registration.persons.keys import find_by_number
from nuudel.domains.registration.residence import events
from nuudel.domains.registration.tests.made import (
    ASGAT,
    BAYANGOL,
    START,
    ULIASTAI,
    cause_of,
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
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import signed_in, user_with
from nuudel.web.words import say

LANGUAGES = ("mn", "en")
OWN = "desk/registration"
STATEMENT = "Бид түүнийг 2010 оноос, Их-Уул сумаас танина. Нэр, төрсөн оныг батална."


def ask(desk: Client, who: Person, lang: str = "mn", **fields: Any) -> Any:
    entered = {"form_key": uuid4(), "kind": "identity_card", "basis": "first", "number": ""} | fields
    return desk.post(f"/{lang}/{OWN}/document/new/?of={who.pk}", entered)


def document(user: User, who: Person, **fields: Any) -> IdentityDocument:
    """The person's newest document."""
    with acting(user, "test"), service_rights():
        found = IdentityDocument.objects.filter(person=who, **fields).order_by("-id").first()
        assert found is not None
        return found


def take(desk: Client, record: IdentityDocument, action: str, reason: str = "") -> Any:
    address = f"/mn/{OWN}/document/{record.pk}/step/{action}/"
    version = text_of(desk.get(address)).partition('name="version" value="')[2].partition('"')[0]
    return desk.post(address, {"version": version, "reason": reason})


def issued(desk: Client, user: User, who: Person, **fields: Any) -> IdentityDocument:
    """A document from the request to its issue."""
    response = ask(desk, who, **{"number": uuid4().hex[:10]} | fields)
    assert response.status_code == 302, text_of(response)
    record = document(user, who)
    assert take(desk, record, "issue").status_code == 302
    return document(user, who)


def test_a_card_is_valid_until_the_next_renewal() -> None:
    born = date(2000, 2, 29)
    assert expiry("identity_card", born, date(2020, 1, 1)) == date(2025, 2, 28), "until the day before"
    assert expiry("identity_card", born, date(2025, 2, 28)) == date(2025, 2, 28)
    assert expiry("identity_card", born, date(2025, 3, 1)) == date(2045, 2, 28)
    assert expiry("identity_card", born, date(2045, 3, 1)) is None
    assert expiry("temporary_certificate", born, date(2026, 1, 1)) == date(2026, 3, 2)
    assert expiry("birth_certificate", born, date(2026, 1, 1)) is None


def test_fees_and_exemptions_are_those_of_the_day() -> None:
    day = date(2026, 11, 22)
    assert fee_of("identity_card", "first", day) == Fee(18_300, "by_parameter")
    assert fee_of("identity_card", "lost", day) == Fee(33_300, "by_parameter")
    assert fee_of("identity_card", "witnesses", day) == Fee(0, "free")
    assert fee_of("identity_card", "first", date(2018, 10, 31)) == Fee(None, "to_fill_in")
    assert fee_of("birth_certificate", "first", day) == Fee(None, "to_fill_in")


def test_parameters_that_are_not_there_are_refused() -> None:
    with pytest.raises(WebError, match=r"WEB-406.*fee_card"):
        parameters.known("fee_kard", date(2026, 1, 1))
    with pytest.raises(WebError, match=r"WEB-406.*1990"):
        parameters.value("witness_from", date(1990, 1, 1))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_card_from_the_request_to_its_replacement(desk: Client, officer: User, lang: str) -> None:
    who = person(officer, birth_date=date(1990, 5, 17))
    assert ask(desk, who, lang).status_code == 302
    card = document(officer, who)
    early = take(desk, card, "issue")
    assert early.status_code == 422
    assert say("registration.document.rule_number_missing", lang="mn") in text_of(early)
    page = f"/{lang}/{OWN}/document/{card.pk}/"
    version = text_of(desk.get(f"{page}change/")).partition('name="version" value="')[2].partition('"')[0]
    entered = {"kind": "identity_card", "basis": "first", "number": f"ab {lang} 00001", "version": version}
    assert desk.post(f"{page}change/", entered).status_code == 302
    assert take(desk, card, "issue").status_code == 302
    card = document(officer, who)
    assert (card.number, card.issued_on) == (f"AB{lang.upper()}00001", timezone.localdate())
    assert (card.expires_on, card.fee_mnt) == (date(2035, 5, 16), 18_300)
    shown = text_of(desk.get(page))
    assert "2035-05-16" in shown
    assert "18,300" in shown
    valid = ask(desk, who, lang, basis="lost")
    assert say("registration.document.rule_loss_first", lang=lang) in text_of(valid)
    first_again = ask(desk, who, lang, basis="first")
    assert say("registration.document.rule_not_first", lang=lang) in text_of(first_again)
    assert take(desk, card, "report_lost", "Хүлээн авсан мэдэгдэл").status_code == 302
    again = issued(desk, officer, who, basis="lost")
    assert (again.replaces_id, again.fee_mnt) == (card.pk, 33_300)
    assert document(officer, who, pk=card.pk).state == "replaced"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_requests_that_cannot_be(desk: Client, officer: User, lang: str) -> None:
    today = timezone.localdate()
    adult = person(officer)
    child = person(officer, birth_date=today - timedelta(days=15 * 365))
    stranger = person(officer, citizenship="KR")
    dead = person(officer)
    with acting(officer, "test"):
        records.follow(officer, record_types()["registration.person"], dead, "die")
    taken = issued(desk, officer, adult)
    for who, fields, message, slots in (
        (child, {}, "rule_too_young", {"years": 16}),
        (stranger, {}, "rule_citizens_only", {}),
        (stranger, {"kind": "residence_permit"}, "rule_end_missing", {}),
        (stranger, {"kind": "residence_permit", "expires_on": "2020-01-01"}, "rule_end_past", {}),
        (adult, {"kind": "residence_permit"}, "rule_foreigners_only", {}),
        (adult, {"kind": "birth_certificate", "expires_on": "2090-01-01"}, "rule_end_follows", {}),
        (adult, {"kind": "birth_certificate", "number": "?"}, "rule_number_form", {}),
        (dead, {}, "rule_not_living", {}),
        (person(officer), {"number": taken.number}, "rule_number_taken", {"code": adult.code}),
    ):
        number = {"number": uuid4().hex[:10]} if message == "rule_end_missing" else {}
        response = ask(desk, who, lang, **number | fields)
        if message == "rule_end_missing":
            response = take(desk, document(officer, who), "issue")
            assert say(f"registration.document.{message}", lang="mn") in text_of(response)
            continue
        if who is dead:
            assert response.status_code == 422
        assert say(f"registration.document.{message}", lang=lang, **slots) in text_of(response), message
    assert ask(desk, adult, lang, basis="witnesses").status_code == 422


def test_what_ran_out_expires_the_day_after(desk: Client, officer: User) -> None:
    first, second = person(officer), person(officer)
    card, other = issued(desk, officer, first), issued(desk, officer, second)
    today = timezone.localdate()
    for record, end in ((card, today - timedelta(days=1)), (other, today)):
        before = {"expires_on": record.expires_on}
        record.expires_on = end
        with acting(officer, "test"):
            records.follow(officer, record_types()["registration.document"], record, "change", before=before)
    assert expire_documents() == 1
    assert expire_documents() == 0
    assert document(officer, first, pk=card.pk).state == "expired"
    assert document(officer, second, pk=other.pk).state == "issued"


def test_documents_go_with_the_person_to_another_place(desk: Client, officer: User) -> None:
    who = person(officer)
    settled(officer, who, household(officer))
    card = issued(desk, officer, who)
    there = registrar(BAYANGOL)
    new = household(there, BAYANGOL)
    with acting(officer, "test"), service_rights():
        (who,) = records.locked(record_types()["registration.person"], [who.pk])
        day = START + timedelta(days=30)
        events.end(officer, who, kind="move_out", day=day, cause=cause_of(new))
        events.begin(officer, who, new, kind="move_in", day=day, cause=cause_of(new))
    far = signed_in(there)
    assert take(far, card, "report_lost", "Алдсан").status_code == 302
    assert desk.get(f"/mn/{OWN}/document/{card.pk}/").status_code == 404


def witness(user: User, serial: int, **fields: Any) -> str:
    """Somebody of the register who may be a witness; the registration number."""
    born = fields.pop("birth_date", date(1975, 2, 3))
    number = number_for(born, "male", "ГЭ", serial)
    person(user, sex="male", birth_date=born, registration_number=number, **fields)
    return number


def told(first: str, second: str, **fields: Any) -> dict[str, Any]:
    """The page of the witnesses as it is sent."""
    entered = {"form_key": uuid4(), "kind": "identity_card", "first_witness": first, "statement": STATEMENT,
               "second_witness": second, "place": ULIASTAI, "given_name": "Нэргүй",
               "patronymic": "Эх", "birth_date": "1995-07-01", "birth_date_quality": "estimated",
               "sex": "male", "citizenship": "MN", "marital_status": "unknown"}  # fmt: skip
    return entered | fields


@pytest.mark.parametrize("lang", LANGUAGES)
def test_somebody_without_any_papers_gets_a_record_and_a_card_free_of_charge(
    desk: Client, officer: User, lang: str
) -> None:
    serial = 2 * LANGUAGES.index(lang)
    there = registrar(BAYANGOL)
    first, second = witness(officer, serial), witness(there, serial + 1, place=BAYANGOL)
    address = f"/{lang}/{OWN}/office/no-papers/"
    assert desk.get(address).status_code == 200
    entered = told(first, second, given_name="Нэргүй" if lang == "mn" else "Хүнбиш")
    response = desk.post(address, entered)
    assert response.status_code == 302, text_of(response)
    assert desk.post(address, entered).url == response.url, "a double click makes nothing more"
    with acting(officer, "test"):
        asked = IdentityDocument.objects.get(pk=response.url.rstrip("/").rpartition("/")[2])
        assert (asked.basis, asked.person.birth_date_quality) == ("witnesses", "estimated")
        assert first in (asked.first_witness or "")
        assert second in (asked.second_witness or "")
        assert asked.witness_statement == STATEMENT
        version = records.version_of(asked)
    page = f"/{lang}/{OWN}/document/{asked.pk}/"
    numbered = {"kind": "identity_card", "basis": "witnesses", "number": f"FREE-{lang}-1", "version": version}
    assert desk.post(f"{page}change/", numbered).status_code == 302
    alone = take(desk, asked, "issue")
    assert say("registration.document.rule_second_officer", lang="mn") in text_of(alone)
    assert document(officer, asked.person).state == "requested"
    assert take(signed_in(registrar()), asked, "issue").status_code == 302
    card = document(officer, asked.person)
    assert (card.state, card.fee_mnt, card.fee_reason) == ("issued", 0, "free")
    shown = text_of(desk.get(page))
    assert STATEMENT in shown
    assert say("registration.fee_reason.free", lang=lang) in shown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_witnesses_who_can_be_none(desk: Client, officer: User, lang: str) -> None:
    base = 10 + 10 * LANGUAGES.index(lang)
    good, dead = witness(officer, base), witness(officer, base + 1)
    child = witness(officer, base + 2, birth_date=timezone.localdate() - timedelta(days=17 * 365))
    with acting(officer, "test"), service_rights():
        gone, himself = find_by_number(officer, dead), find_by_number(officer, good)
        assert gone is not None
        assert himself is not None
        records.follow(officer, record_types()["registration.person"], gone, "die")
    address = f"/{lang}/{OWN}/office/no-papers/"
    unknown = number_for(date(1960, 1, 1), "female", "ЯЯ", base)
    for entered, message in (
        (told(good, good), "witnesses.rule_same"),
        (told(good, child), "witnesses.rule_child"),
        (told(dead, good), "witnesses.rule_not_living"),
        (told(unknown, good), "witnesses.rule_unknown"),
        (told("УБ1", good), "person.rule_number_form"),
    ):
        response = desk.post(address, entered)
        assert response.status_code == 422
        assert say(f"registration.{message}", lang=lang) in text_of(response), message
    short = desk.post(address, told(good, good, statement="Танина."))
    assert say("registration.witnesses.rule_short", lang=lang, least=30) in text_of(short)
    second = witness(officer, base + 3)
    own = desk.post(f"/{lang}/{OWN}/person/{himself.pk}/no-papers/", told(good, second))
    assert say("registration.witnesses.rule_self", lang=lang) in text_of(own)
    with acting(officer, "test"):
        assert not Person.objects.filter(birth_date=date(1995, 7, 1), birth_place=lang).exists()
        assert not IdentityDocument.objects.filter(person=himself).exists()


def test_who_may_reach_documents(desk: Client, officer: User) -> None:
    who = person(officer)
    card = issued(desk, officer, who)
    citizen = user_with(Role.CITIZEN)
    link = {"email": citizen.email, "identified_by": "identity_card"}
    assert desk.post(f"/mn/{OWN}/person/{who.pk}/account/", link).status_code == 302
    own = signed_in(citizen)
    assert own.get(f"/mn/{OWN}/document/{card.pk}/").status_code == 200
    assert take(own, card, "report_lost", "Алдсан").status_code == 302
    for user in (registrar(ASGAT), user_with(Role.AUDITOR), user_with(Role.CITIZEN)):
        client = signed_in(user)
        assert client.get(f"/mn/{OWN}/document/{card.pk}/").status_code == 404
    assert own.get(f"/mn/{OWN}/office/no-papers/").status_code == 403
