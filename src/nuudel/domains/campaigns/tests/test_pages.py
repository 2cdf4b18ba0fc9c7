"""From the form in the browser to a number of the ledger, and the domain's own page of figures."""

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from nuudel.domains.campaigns import record_types, series
from nuudel.domains.campaigns.models import Participant, Training
from nuudel.domains.campaigns.tests.given import counted, days, ledger_now, person, planned_training, step
from nuudel.ledger import events
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.facts.snapshot import write_snapshot
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in, user_with

WORK = "/mn/desk/campaigns"
FIGURES = f"{WORK}/figures/"


def send(client: Client, address: str, fields: dict[str, Any]) -> str:
    """Fill the form of a page and send it; the address to which it leads."""
    page = client.get(address).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    answer = client.post(address, hidden | fields)
    assert answer.status_code == 302, re.findall(r'class="error"[^>]*>([^<]*)', answer.content.decode())
    return str(answer.headers["Location"])


def take(client: Client, record: str, action: str) -> None:
    assert send(client, f"{record}step/{action}/", {}) == record


def test_a_training_from_the_form_to_the_ledger(database: Addresses, tmp_path: Path) -> None:
    registrar = user_with(Role.REGISTRAR, place="MN81")
    client = signed_in(registrar)
    fields = {
        "subject": "registration",
        "title_mn": "Бүртгэгчийн сургалт",
        "objective": "Нэг өдөрт бүртгэнэ.",
        "start": f"{days(-3)}",
        "end": f"{days(-2)}",
        "venue": "Танхим",
        "place": "MN81",
    }
    training = send(client, f"{WORK}/training/new/", fields)
    pk = UUID(training.split("/")[-2])
    take(client, training, "plan")
    for number, (sex, was_there) in enumerate(
        [("female", True), ("female", True), ("male", True), ("male", False)]
    ):
        someone = {
            "full_name": f"Туршилт {number}",
            "registration_number": f"яя 9001010{number}",
            "institution_name": "Сумын тамгын газар",
            "role": "civil_registration",
            "sex": sex,
            "age_group": "35_44",
        }
        someone |= {"attended": "on"} if was_there else {}
        send(client, f"{WORK}/participant/new/?of={pk}", someone)
    take(client, training, "hold")
    with acting(registrar, "test"):
        assert Training.objects.get(pk=pk).state == "held"
        numbers = {row.registration_number for row in Participant.objects.filter(training=pk)}
    assert numbers == {f"ЯЯ9001010{number}" for number in range(4)}
    by_sex = counted(tmp_path, series.OFFICIALS, "sex")
    assert {sex: persons for (sex,), (_, persons) in by_sex.items() if persons} == {
        "female": 2.0,
        "male": 1.0,
    }
    held = events(ledger_now(tmp_path), series.TRAININGS.key, by=("kind",)).to_polars()
    assert held.select("place", "kind", "events", "persons").rows() == [("MN81", "training_held", 1, 3.0)]


def test_a_rule_is_told_beside_its_field_and_nothing_is_kept(database: Addresses) -> None:
    client = signed_in(user_with(Role.REGISTRAR, place="MN81"))
    fields = {"subject": "registration", "title_mn": "Буруу", "objective": "Х", "place": "MN81"}
    fields |= {"start": f"{days(-2)}", "end": f"{days(-3)}"}
    answer = client.post(f"{WORK}/training/new/", fields)
    assert answer.status_code == 422
    assert "Дуусах өдөр эхлэхээс өмнө байна" in answer.content.decode()
    assert "Буруу" not in client.get(f"{WORK}/training/list/").content.decode()


@pytest.fixture(scope="module")
def registrar(database: Addresses) -> User:
    return person(Role.REGISTRAR)


@pytest.fixture(scope="module")
def held(registrar: User) -> Training:
    """A training whose figures are in the platform's own snapshot: five with scores, two men without."""
    scores = [(40, 80), (50, 70), (60, 90), (30, 60), (70, 100)]
    people: list[dict[str, Any]] = [{"pre_score": a, "post_score": b} for a, b in scores]
    training = planned_training(registrar, *people, {"sex": "male"}, {"sex": "male", "pre_score": 10})
    step(registrar, record_types.TRAINING, training, "hold")
    small = planned_training(registrar, {"pre_score": 1, "post_score": 99}, title_mn="Цөөн хүнтэй")
    step(registrar, record_types.TRAINING, small, "hold")
    write_snapshot()
    return training


def cells(page: str) -> list[list[str]]:
    """The rows of all tables of a page, tags removed."""
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page, re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", "", c).strip() for c in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows
    ]


def test_the_figures_are_shown_with_the_scores(held: Training, registrar: User) -> None:
    page = signed_in(registrar).get(FIGURES).content.decode()
    assert ["Сургалт", f"{days(-250).year}", "Завхан"] in [row[:3] for row in cells(page)]
    assert ["Сургалт", "5", "50.0", "80.0"] in cells(page)
    assert "Цөөн хүнтэй" not in page


def test_an_analyst_sees_counts_and_no_scores(held: Training) -> None:
    page = signed_in(person(Role.ANALYST, place="")).get(FIGURES).content.decode()
    assert any(row[0] == "Сургасан албан хаагч" for row in cells(page))
    assert "50.0" not in page


@pytest.mark.parametrize("role", [Role.CITIZEN, Role.FIELD_ENUMERATOR])
def test_others_do_not_open_the_page(database: Addresses, role: Role) -> None:
    assert signed_in(person(role)).get(FIGURES).status_code == 403


def test_who_has_not_signed_in_is_asked_to(client: Client) -> None:
    assert client.get(FIGURES).status_code == 302


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_before_the_first_snapshot_the_page_says_so(
    registrar: User, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nuudel.domains.campaigns.figures.latest_snapshot", lambda: None)
    page = signed_in(registrar).get(FIGURES.replace("mn", lang, 1))
    assert page.status_code == 200
    words = {"mn": "Одоогоор тоо алга", "en": "There is nothing yet"}
    assert words[lang] in page.content.decode()
