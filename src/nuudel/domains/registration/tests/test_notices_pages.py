"""Notices on pages and over the interface for programs: handed in, looked into, applied and taken back."""

import json
from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from nuudel.domains.registration.models import Person
from nuudel.domains.registration.notices.receive import receive
from nuudel.domains.registration.tests.given_civil import born, message, notice_of, now, number
from nuudel.domains.registration.tests.made import ULIASTAI, household, person, settled
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.api.tokens import make_token
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in, user_with

BORN = date(2024, 5, 1)
LANGUAGES = ["mn", "en"]


@pytest.fixture
def mother(officer: User) -> Person:
    made = person(officer, registration_number=number(date(1990, 5, 17), "female"))
    settled(officer, made, household(officer))
    return made


def birth(mother: Person) -> tuple[str, str]:
    child = number(BORN, "male")
    told = {"child": child, "mother": mother.registration_number, "patronymic": "Туяа", "sex": "male"}
    return message("birth", day=BORN, given_name="Анар", **told), child


@pytest.mark.parametrize(
    ("lang", "reason"), [("mn", "Энэ хэлбэрийн мэдэгдэл биш"), ("en", "no message of the")]
)
def test_a_file_is_read_line_by_line(officer: User, mother: Person, lang: str, reason: str) -> None:
    client, address = signed_in(officer), f"/{lang}/desk/registration/notices/file/"
    assert client.get(address).status_code == 200
    line, child = birth(mother)
    page = client.post(address, {"file": SimpleUploadedFile("n.jsonl", f"{{\n{line}\n".encode())})
    text = page.content.decode()
    assert page.status_code == 200
    assert reason in text
    assert "WEB-425" in text
    assert child not in text
    assert born(officer, child).state == "living"
    assert client.post(address).status_code == 422
    assert client.post(address, {"file": SimpleUploadedFile("n.jsonl", b"\xff\xfe")}).status_code == 422


@pytest.mark.parametrize(("lang", "why"), [("mn", "бүртгэлд алга"), ("en", "is not in the register")])
def test_a_held_notice_says_why_and_what_to_do(officer: User, lang: str, why: str) -> None:
    stranger = number(date(1960, 1, 1), "male")
    line = message("death", day=BORN, person=stranger)
    receive(officer, [line])
    with override(lang):
        address = reverse("record", args=["registration", "notice", notice_of(line, officer).pk])
        step = reverse("record_step", args=["registration", "notice", notice_of(line, officer).pk, "apply"])
    client = signed_in(officer)
    page = client.get(address).content.decode()
    assert why in page
    assert stranger in page
    refused = client.post(step, {"version": version(client, step)})
    assert refused.status_code == 422
    assert why in refused.content.decode()
    assert now(notice_of(line, officer)).state == "held"


def version(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    return page.partition('name="version" value="')[2].partition('"')[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_notice_is_taken_back_on_its_page(officer: User, mother: Person, lang: str) -> None:
    line, child = birth(mother)
    receive(officer, [line])
    who, notice = born(officer, child), notice_of(line, officer)
    with override(lang):
        step = reverse("record_step", args=["registration", "notice", notice.pk, "take_back"])
    client = signed_in(officer)
    sent = {"version": version(client, step), "reason": "test"}
    assert client.post(step, {**sent, "reason": ""}).status_code == 422
    assert client.post(step, sent).status_code == 302
    assert now(who).state == "annulled"


def sent_by(user: User, content: str, place: str = ULIASTAI) -> tuple[int, dict[str, object]]:
    """Hand a notice in as a program does, with a token."""
    with acting(user, "test"):
        _, text = make_token(user, "exchange", ["registration.notice:write", "registration.notice:read"], 10)
    answer = Client().post(
        "/api/v1/records/registration.notice",
        json.dumps({"content": content, "place": place}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {text}", "Idempotency-Key": str(uuid4())},
    )
    return answer.status_code, answer.json()


def test_a_program_hands_a_notice_in_and_it_is_settled(officer: User, mother: Person) -> None:
    line, child = birth(mother)
    status, told = sent_by(officer, line)
    assert (status, told.get("errors")) == (201, None)
    assert notice_of(line, officer).state == "applied"
    assert born(officer, child).state == "living"
    again, told = sent_by(officer, line)
    assert (again, [error["field"] for error in told["errors"]]) == (422, ["content"])  # type: ignore[attr-defined]
    bad, told = sent_by(officer, "{")
    assert bad == 422
    assert "WEB-425" in json.dumps(told)


@pytest.mark.parametrize("role", [Role.CITIZEN, Role.ANALYST])
def test_others_do_not_open_the_page(database: Addresses, role: Role) -> None:
    assert signed_in(user_with(role)).get("/mn/desk/registration/notices/file/").status_code == 403
