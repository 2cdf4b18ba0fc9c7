"""The published table on its page and as a file: who opens it, and what it hides."""

import pytest

from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.domains.otor.tests.given import HOME, HOST, a_household, asked, days, person, step
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.facts.snapshot import write_snapshot
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in

PAGE, FILE = "/mn/desk/otor/figures/", "/mn/desk/otor/figures.csv"
MONTH = f"{days(0):%Y-%m}"


@pytest.fixture(scope="module")
def analyst(database: Addresses) -> User:
    """Five households came from one aimag to another, and one within its own; a sixth was taken back."""
    home, host = person(Role.REGISTRAR, HOME), person(Role.REGISTRAR, HOST)
    for number in range(6):
        request = asked(home, a_household(home))
        step(host, REQUEST, request, "arrive_without_permit")
        if number == 5:
            step(host, REQUEST, request, "take_back_arrival_without_permit")
    near = asked(home, a_household(home), place="MN18107")
    step(home, REQUEST, near, "arrive_without_permit")
    write_snapshot()
    return person(Role.ANALYST)


def test_the_page(analyst: User) -> None:
    page = signed_in(analyst).get(PAGE).content.decode()
    assert page.count(MONTH) == 2
    assert "5-аас цөөн" in page
    assert "Завхан" in page
    assert "Төв" in page


def test_the_file(analyst: User) -> None:
    answer = signed_in(analyst).get(FILE)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.decode("utf-8-sig").splitlines() == [
        "month,origin,destination,households,persons,quality",
        f"{MONTH},MN81,MN41,5,20,observed",
        f"{MONTH},MN81,MN81,under 5,,observed",
    ]


@pytest.mark.parametrize("role", [Role.PLANNER, Role.AUDITOR, Role.CASE_WORKER])
def test_who_opens_it(analyst: User, role: Role) -> None:
    assert signed_in(person(role)).get(PAGE).status_code == 200


@pytest.mark.parametrize("role", [Role.CITIZEN, Role.BORDER_OFFICER])
def test_who_does_not(analyst: User, role: Role) -> None:
    client = signed_in(person(role))
    assert (client.get(PAGE).status_code, client.get(FILE).status_code) == (403, 403)


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_before_the_first_snapshot_the_page_says_so(
    analyst: User, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nuudel.domains.otor.figures.latest_snapshot", lambda: None)
    page = signed_in(analyst).get(PAGE.replace("mn", lang, 1)).content.decode()
    assert {"mn": "Одоогоор тоо алга", "en": "There is nothing yet"}[lang] in page
