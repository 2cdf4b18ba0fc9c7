"""People without registration: lists as files, the way into the register, and counts for planning."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import override

from nuudel.base.errors import WebError
from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import UnregisteredHousehold
from nuudel.domains.registration.tests.given_civil import now
from nuudel.domains.registration.tests.made import (
    ASGAT,
    BAYANGOL,
    ULIASTAI,
    household,
    person,
    registrar,
    settled,
)
from nuudel.domains.registration.unregistered import cases, counts
from nuudel.domains.registration.unregistered.lists import COLUMNS, Loaded, load
from nuudel.domains.registration.unregistered.views import counts_page
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.errors import WrongStateError
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import institution, signed_in, user_with

GOOD = {
    "reference": "A-1",
    "place": ULIASTAI,
    "bagh": "3",
    "found_on": "2024-05-01",
    "persons": "4",
    "children": "2",
    "came_from": ASGAT,
    "hindrances": "no_papers;fee",
    "contact_name": "Нэргүй",
    "contact_phone": "99112233",
    "note": "",
}


def csv(*rows: dict[str, str]) -> str:
    return "\n".join([",".join(COLUMNS), *(",".join(row[name] for name in COLUMNS) for row in rows)])


def loaded(user: User, *rows: dict[str, str], round_: str) -> Loaded:
    with acting(user, "test"):
        return load(user, csv(*rows), source="dtm_round", round_=round_)


def case_of(user: User, **given: Any) -> UnregisteredHousehold:
    fields: dict[str, Any] = {"source": "school", "bagh": "1", "found_on": date(2024, 1, 1), "persons": 3}
    made = UnregisteredHousehold(
        **fields | {"place": ULIASTAI, "institution": institution(), "hindrances": []} | given
    )
    with acting(user, "test"):
        records.create(user, record_types()[kinds.UNREGISTERED], made)
    return made


def test_a_list_lists_each_household_once(officer: User) -> None:
    second = GOOD | {"reference": "A-2", "children": "", "came_from": "", "hindrances": ""}
    found = loaded(officer, GOOD, second, GOOD, round_="one")
    assert (found.made, found.repeated, found.rejects) == (2, 1, [])
    again = loaded(officer, GOOD, second, round_="one")
    assert (again.made, again.repeated) == (0, 2)
    with acting(officer, "test"):
        case = UnregisteredHousehold.objects.get(round="one", reference="A-1")
    assert (case.persons, case.children, case.came_from, case.hindrances) == (
        4,
        2,
        ASGAT,
        ["no_papers", "fee"],
    )
    assert (case.contact_name, case.contact_phone, case.state) == ("Нэргүй", "99112233", "listed")


FAULTS = [
    ("place", "MN99999", "place"),
    ("place", BAYANGOL, "not_yours"),
    ("place", "", "missing"),
    ("found_on", "2024-02-30", "day"),
    ("found_on", (localdate() + timedelta(days=1)).isoformat(), "future"),
    ("persons", "0", "nobody"),
    ("persons", "-1", "number"),
    ("persons", "4.5", "number"),
    ("children", "5", "children"),
    ("came_from", ULIASTAI, "same_place"),
    ("hindrances", "no_papers;money", "code"),
    ("bagh", "x" * 41, "too_long"),
]


@pytest.mark.parametrize(("column", "value", "why"), FAULTS)
def test_a_bad_row_is_told_by_line_and_column_and_the_good_ones_enter(
    officer: User, column: str, value: str, why: str
) -> None:
    good = GOOD | {"reference": "B-1"}
    found = loaded(officer, good, GOOD | {column: value}, round_=f"bad {column} {why} {value}"[:200])
    [reject] = found.rejects
    assert (reject.line, reject.column, reject.why, found.made) == (3, column, why, 1)
    assert "99112233" not in str(found)


BAD_FILES = [
    (csv(GOOD).replace("reference,", "number,"), "WEB-431"),
    (csv(GOOD).replace("reference,", "reference,reference,"), "WEB-431"),
    (csv(GOOD) + '\n"open', "WEB-431"),
    ("", "WEB-431"),
    (csv(*[GOOD] * 5001), "WEB-432"),
]


@pytest.mark.parametrize(("text", "code"), BAD_FILES, ids=range(len(BAD_FILES)))
def test_a_file_that_is_no_list_is_refused(officer: User, text: str, code: str) -> None:
    with pytest.raises(WebError) as error, acting(officer, "test"):
        load(officer, text, source="service", round_="x")
    assert error.value.code == code


def test_a_case_is_closed_with_the_household_that_was_registered(officer: User) -> None:
    case, home = case_of(officer), household(officer)
    with pytest.raises(WebError) as error, acting(officer, "test"):
        cases.registered(officer, case.pk, home.pk)
    assert error.value.code == "WEB-433"
    settled(officer, person(officer), home)
    with acting(officer, "test"):
        assert [row.pk for row in cases.offered(officer, case)] == [home.pk]
        cases.registered(officer, case.pk, home.pk)
    closed = now(case)
    assert (closed.state, closed.household_id) == ("registered", home.pk)
    with pytest.raises(WrongStateError), acting(officer, "test"):
        cases.registered(officer, case.pk, home.pk)


def test_a_household_of_another_place_closes_no_case(officer: User) -> None:
    case, home = case_of(officer), household(officer, ASGAT)
    settled(officer, person(officer, ASGAT), home)
    with pytest.raises(WebError) as error, acting(officer, "test"):
        cases.registered(officer, case.pk, home.pk)
    assert error.value.code == "WEB-433"


@pytest.mark.parametrize(("role", "place"), [(Role.REGISTRAR, ASGAT), (Role.CASE_WORKER, ULIASTAI)])
def test_only_a_registrar_of_the_place_closes_a_case(officer: User, role: Role, place: str) -> None:
    case, home, other = case_of(officer), household(officer), user_with(role, place=place)
    settled(officer, person(officer), home)
    with pytest.raises(PermissionDenied), acting(other, "test"):
        cases.registered(other, case.pk, home.pk)


def test_counts_leave_out_the_few_at_every_level(officer: User) -> None:
    for _ in range(9):
        case_of(officer, bagh="7", hindrances=["owner_refuses"])
    for _ in range(2):
        case_of(officer, bagh="8", hindrances=["owner_refuses"])
    with acting(officer, "test"):
        rows = {(place, bagh): cells for place, bagh, cells in counts.open_cases()}
    column = counts.COLUMNS.index("owner_refuses")
    assert rows[ULIASTAI, "8"][column] is None
    # Not to be worked out: the other bagh or their sum is left out with it.
    assert None in (rows[ULIASTAI, "7"][column], rows[ULIASTAI, ""][column])
    assert all(cell is None or cell == 0 or cell >= 5 for cells in rows.values() for cell in cells)


def test_the_page_of_counts_tells_places_with_cases_and_names_the_others() -> None:
    at = {name: column for column, name in enumerate(counts.COLUMNS)}

    def row(**told: int | None) -> list[int | None]:
        cells: list[int | None] = [0] * len(counts.COLUMNS)
        for name, count in told.items():
            cells[at[name]] = count
        return cells

    with override("en"):
        page = counts_page([("A", row(fee=7, total=7)), ("B", row(fee=None, total=None))])
    assert [name for name, _ in page["lines"]] == ["A"]
    assert [count for _, count, _ in page["lines"][0][1]] == [7, 7]
    assert page["few"] == ["B"]
    assert len(page["titles"]) == 2
    assert len(page["nobody"]) == len(counts.COLUMNS) - 2


LIST, COUNTS = (
    "/{}/desk/registration/office/unregistered/list/",
    "/{}/desk/registration/office/unregistered/counts/",
)


@pytest.mark.parametrize(("lang", "words"), [("mn", "Жагсаалтад орсон"), ("en", "Listed")])
def test_the_page_reads_a_list_and_says_what_became_of_it(officer: User, lang: str, words: str) -> None:
    client = signed_in(officer)
    assert client.get(LIST.format(lang)).status_code == 200
    bad = GOOD | {"reference": "C-2", "persons": "none"}
    file = SimpleUploadedFile("list.csv", csv(GOOD, bad).encode())
    page = client.post(LIST.format(lang), {"source": "clinic", "round": lang, "file": file})
    text = page.content.decode()
    assert page.status_code == 200
    assert f'<dt>{words}</dt><dd class="num">1</dd>' in text
    assert "persons" in text
    assert "99112233" not in text
    wrong = SimpleUploadedFile("list.csv", b"\xff\xfe\x00")
    refused = client.post(LIST.format(lang), {"source": "clinic", "round": lang, "file": wrong})
    assert refused.status_code == 422
    assert client.post(LIST.format(lang), {"source": "x"}).status_code == 422


@pytest.mark.parametrize(("lang", "words"), [("mn", "хаяггүй"), ("en", "no address")])
def test_planners_see_counts_and_no_case(officer: User, lang: str, words: str) -> None:
    case_of(officer)
    planner = signed_in(user_with(Role.PLANNER))
    page = planner.get(COUNTS.format(lang))
    assert page.status_code == 200
    assert words in page.content.decode()
    file = planner.get(COUNTS.format(lang), {"as": "csv"})
    assert file.content.decode("utf-8-sig").startswith("place,bagh,no_papers")
    with override(lang):
        assert planner.get(reverse("record_list", args=["registration", "unregistered"])).status_code == 403
    assert planner.get(LIST.format(lang)).status_code == 403


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_the_page_of_a_case_shows_the_way_and_closes_it(officer: User, lang: str) -> None:
    case, home, client = case_of(officer), household(officer), signed_in(officer)
    settled(officer, person(officer), home)
    address = f"/{lang}/desk/registration/unregistered/{case.pk}/"
    page = client.get(address)
    assert f"?unregistered={case.pk}" in page.content.decode()
    assert str(home.pk) in page.content.decode()
    assert client.post(f"{address}settled/", {"household": ""}).status_code == 422
    assert client.post(f"{address}settled/", {"household": str(home.pk)}).status_code == 302
    assert now(case).state == "registered"
    assert client.post(f"{address}settled/", {"household": str(home.pk)}).status_code == 409


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_registering_the_household_of_a_case_closes_it(officer: User, lang: str) -> None:
    case, client = case_of(officer), signed_in(officer)
    begun = f"/{lang}/desk/registration/office/household/?unregistered={case.pk}"
    form = client.get(begun).content.decode()
    assert f'<option value="{case.place}" selected>' in form
    assert f'value="{case.bagh}"' in form
    entered = {"place": case.place, "institution": institution().pk, "bagh": case.bagh,
               "address": f"Гудамж {case.pk}", "kind": "house"}  # fmt: skip
    following = client.post(begun, entered)
    assert following.status_code == 302
    members = following.headers["Location"]
    assert members.endswith(f"?unregistered={case.pk}")
    assert now(case).state == "listed"  # nobody lives there yet
    person_in = person(officer, place=case.place)
    stay = {"which": "known", "who": person_in.code, "role": "head", "kind": "late_registration",
            "day": "2024-01-01", "country": ""}  # fmt: skip
    assert client.post(members, stay | {"role": "no-such"}).status_code == 422
    assert now(case).state == "listed"
    assert client.post(members, stay).headers["Location"] == members.partition("?")[0]
    closed = now(case)
    assert (closed.state, str(closed.household_id)) == ("registered", members.split("/")[-3])


def test_a_case_that_is_closed_or_elsewhere_prefills_nothing(officer: User) -> None:
    case, elsewhere = case_of(officer), registrar("MN51107")
    asked = "/en/desk/registration/office/household/?unregistered="
    other = signed_in(elsewhere).get(f"{asked}{case.pk}")
    assert other.status_code == 200
    assert f'value="{case.bagh}"' not in other.content.decode().partition("<form")[2]
    with acting(officer, "test"):
        records.follow(officer, record_types()["registration.unregistered"], case, "close")
    for told in (case.pk, "x", "018f0000-0000-7000-8000-000000000000"):
        page = signed_in(officer).get(f"{asked}{told}").content.decode()
        assert f'<option value="{case.place}" selected>' not in page
