"""Certificates: sealed, verified online, told when forged or reversed; numbers that nobody guesses."""

import re
from datetime import date
from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader

from nuudel.base.dated import Parameter, Value
from nuudel.base.errors import WebError
from nuudel.domains.registration.models import Move
from nuudel.domains.registration.moves import certificate, parameters, views_public
from nuudel.domains.registration.moves.certificate_pdf import certificate_pdf
from nuudel.domains.registration.moves.numbers import LETTERS, new_number, normalise
from nuudel.domains.registration.tests.given_moves import approved, family, now, offices, reported, step
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.operations.database import Addresses
from nuudel.web.shared_limits import SharedLimit
from nuudel.web.testing import signed_in

pytestmark = pytest.mark.usefixtures("unlimited")


@pytest.fixture(scope="module")
def move(database: Addresses) -> Move:
    origin, destination = offices()
    return approved(family(origin), destination)


def page(client: Client, number: str, seal: str, lang: str = "en") -> str:
    answer = client.get(f"/{lang}/verify/{number}/{seal}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_genuine_certificate_says_no_more_than_is_needed(client: Client, move: Move) -> None:
    shown = page(client, move.number, move.certificate)
    assert "The certificate is genuine." in shown
    told = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", shown))
    assert told == {
        "Number": move.number,
        "Day of the move": str(move.day),
        "Destination": "Bayangol",
        "Persons": "3",
    }
    content = certificate.opened(now(move))
    for person in content["persons"]:
        for name in ("given", "patronymic", "number"):
            assert person[name] not in shown
    assert content["to"]["address"] not in shown
    assert "Гэрчилгээ жинхэнэ." in page(client, move.number, move.certificate, "mn")


def test_forged_ones_are_told_so_whatever_was_changed(client: Client, move: Move) -> None:
    other = "26-0000-0000" if move.number != "26-0000-0000" else "26-1111-1111"
    last = "A" if move.certificate[-1] != "A" else "B"
    forged = [
        (other, move.certificate),
        (move.number, move.certificate[:-1] + last),
        (move.number, move.certificate[:-1]),
        (move.number, "0"),
        ("0", move.certificate),
    ]
    answers = {re.sub(r'value="[^"]*"', "", page(client, *pair)) for pair in forged}
    texts = {re.sub(r'href="[^"]*"', "", answer) for answer in answers}
    assert all("This certificate is not genuine" in text for text in texts)
    assert all("<dt>" not in text for text in texts)


def test_a_certificate_of_another_move_does_not_fit(client: Client, move: Move) -> None:
    origin, destination = offices()
    second = approved(family(origin), destination)
    assert second.certificate != move.certificate
    assert "not genuine" in page(client, move.number, second.certificate)


def test_a_certificate_that_was_changed_in_the_database_is_not_genuine(move: Move) -> None:
    changed = now(move)
    changed.certificate_content = changed.certificate_content.replace("MN51107", "MN1104")
    with pytest.raises(WebError, match="WEB-414"):
        certificate.opened(changed)


def test_a_reversed_move_is_told(client: Client, database: Addresses) -> None:
    origin, destination = offices()
    made = approved(family(origin), destination)
    step(destination, made, "reverse")
    assert "no longer holds" in page(client, made.number, made.certificate)


@pytest.mark.parametrize(("days", "said"), [(0, "The certificate is genuine."), (-1, "is no longer valid")])
def test_a_certificate_may_have_its_time(
    client: Client, database: Addresses, monkeypatch: pytest.MonkeyPatch, days: int, said: str
) -> None:
    one: Value[int | None] = Value(date(2018, 11, 1), days, "A test.")
    limited = Parameter("certificate_valid", "days", "A test.", (one,))
    known = dict(parameters.parameters()) | {"certificate_valid": limited}
    monkeypatch.setattr(parameters, "parameters", lambda: known)
    origin, destination = offices()
    made = approved(family(origin), destination)
    assert said in page(client, made.number, made.certificate)
    pdf = certificate_pdf(certificate.opened(now(made)), made.certificate, "https://example.org/")
    assert "Valid until" in PdfReader(BytesIO(pdf)).pages[0].extract_text()


def test_number_and_seal_are_typed_in_any_grouping(client: Client, move: Move) -> None:
    typed = {"number": move.number.lower().replace("-", " "), "seal": certificate.in_groups(move.certificate)}
    answer = client.get("/en/verify/", typed, follow=True)
    assert "The certificate is genuine." in answer.content.decode()
    assert "Type both" in client.get("/en/verify/", {"number": move.number}).content.decode()


def test_the_pdf_has_both_languages_the_address_and_the_seal(move: Move, database: Addresses) -> None:
    client = signed_in(holder(move))
    answer = client.get(f"/mn/desk/registration/my/case/{move.pk}/certificate.pdf")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    pages = PdfReader(BytesIO(answer.content)).pages
    text = "\n".join(one.extract_text() for one in pages)
    content = certificate.opened(now(move))
    assert len(pages) == 1
    for expected in (
        "Шилжилт бүртгэсэн гэрчилгээ",
        "Certificate of registration of a move",
        move.number,
        certificate.in_groups(move.certificate),
        content["persons"][0]["given"],
        content["persons"][0]["number"],
        "Bayangol",
    ):
        assert expected in text, expected
    address = re.sub(r"\s", "", text)
    assert f"/mn/verify/{move.number}/{move.certificate}/" in address


def holder(move: Move) -> User:
    return User.objects.get(pk=move.holder_id or 0)


def test_there_is_no_certificate_before_the_approval(database: Addresses) -> None:
    origin, _ = offices()
    people = family(origin)
    waiting = reported(people)
    client = signed_in(people.citizen)
    assert client.get(f"/mn/desk/registration/my/case/{waiting.pk}/certificate.pdf").status_code == 404
    with pytest.raises(WebError, match="WEB-413"):
        certificate.opened(now(waiting))


def test_a_move_is_followed_by_its_number_without_names_and_places(
    client: Client, database: Addresses
) -> None:
    origin, _ = offices()
    people = family(origin)
    waiting = reported(people, bagh="Хараа", address="Нууц 12")
    shown = client.get("/en/follow/", {"number": f" {waiting.number.lower()} "}).content.decode()
    assert "The office at your new place looks at your report." in shown
    with acting(people.citizen, "test"):
        secrets = (people.head.given_name, people.head.registration_number or "", "Хараа", "Нууц", "Bayangol")
    assert not [one for one in secrets if one in shown]
    assert client.get("/mn/follow/", {"number": "26-0000-0000"}).status_code == 404


def test_who_asks_too_often_waits(client: Client, monkeypatch: pytest.MonkeyPatch, move: Move) -> None:
    monkeypatch.setattr(views_public, "ASKED", SharedLimit(per_minute=1, burst=30, name="certificates-test"))
    found = [client.get("/en/follow/", {"number": new_number(date(2026, 1, 1))}) for _ in range(31)]
    assert [answer.status_code for answer in found] == [404] * 30 + [429]
    assert int(found[-1].headers["Retry-After"]) >= 1
    assert client.get(f"/en/verify/{move.number}/{move.certificate}/").status_code == 429


def test_numbers_are_random_and_read_as_they_are_typed() -> None:
    drawn = {new_number(date(2026, 3, 1)) for _ in range(2000)}
    assert len(drawn) == 2000
    assert all(number.startswith("26-") for number in drawn)
    # 2,000 draws of 8 letters: each of 32 letters is expected 500 times, with a spread of 22.
    letters = "".join(number[3:].replace("-", "") for number in drawn)
    assert all(380 < letters.count(letter) < 620 for letter in LETTERS)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("26-7K3M-9QXT", "26-7K3M-9QXT"),
        ("267k3m9qxt", "26-7K3M-9QXT"),
        (" 26 7к3м 9qхт ", "26-7K3M-9QXT"),  # Cyrillic к, м, х, т
        ("26-OI1L-0000", "26-0111-0000"),
        ("26-7K3M-9QX", ""),
        ("7K-3M26-9QXT", ""),
        ("", ""),
    ],
)
def test_a_number_as_it_is_typed(typed: str, number: str) -> None:
    assert normalise(typed) == number
