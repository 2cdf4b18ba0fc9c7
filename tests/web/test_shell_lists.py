"""Lists: what is found, in which order, on which page; exports; and how often the database is asked."""

import csv
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nuudel.web.access.roles import Role
from nuudel.web.shell import lists as shell_lists
from nuudel.web.shell.lists import PAGE
from nuudel.web.shell.views import lists
from nuudel.web.shell.views.lists import harmless
from nuudel.web.testing import signed_in, user_with

from .shell_trial import hidden, make, soums, trial, url

__all__ = ["trial"]
pytestmark = pytest.mark.usefixtures("trial")

EXPORT = "/en/desk/trial/case/export.csv"


@pytest.fixture(scope="module")
def desk(trial: None) -> Client:
    return signed_in(user_with(Role.REGISTRAR))


def listed(desk: Client, query: str = "") -> list[str]:
    """The records on a page, in its order."""
    page = desk.get(f"{url('list')}?{query}").content.decode()
    return re.findall(r'<th scope="row"><a href="/en/desk/trial/case/([^/]+)/"', page)


def test_search_and_filters_find_what_they_ask_for(desk: Client) -> None:
    first = make(desk, title_mn="Өвс 100%", topic="work", place="MN81")
    second = make(desk, title_mn="Ус", topic="school", note="өвсний тухай", place=soums("MN81")[0])
    third = make(desk, title_mn="Ус", topic="school", place="MN11")
    ours = {first, second, third}

    def found(query: str) -> set[str]:
        return set(listed(desk, query)) & ours

    assert found("") == ours
    assert found("q=өвс") == {first, second}
    assert found("q=100%25") == {first}
    assert found("q=%25") == {first}  # no wildcard
    assert found("topic=school") == {second, third}
    assert found("place=MN81") == {first, second}
    assert found("state=new") == ours
    assert found("state=refused") == set()
    assert found("state=none-such&topic=&q=%00") == ours
    assert found("q=Secret") == set()
    assert found("q=AB12345678") == set()
    assert found("after=none-such") == ours
    assert found("topic='; DROP TABLE trial_case; --") == set()


def test_pages_neither_repeat_nor_skip_while_records_are_added(desk: Client) -> None:
    made = [make(desk, title_mn="Paged") for _ in range(PAGE + 5)]
    query, seen = "q=Paged", []
    while query:
        page = desk.get(f"{url('list')}?{query}").content.decode()
        seen += re.findall(r'<th scope="row"><a href="/en/desk/trial/case/([^/]+)/"', page)
        make(desk, title_mn="Paged, later")
        following = re.search(r'href="\?([^"]*after=[^"]*)"', page)
        query = following[1].replace("&amp;", "&") if following else ""
    assert seen == list(reversed(made))
    assert re.search(r"\d+ found", page)


def test_an_export_has_the_list_without_personal_data(desk: Client) -> None:
    pk = make(desk, title_mn="=HYPERLINK(1)", note='+7, "two"\nlines', persons="12")
    response = desk.get(f"{EXPORT}?q=HYPERLINK")
    text = response.content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["id"] == pk
    assert row["title_mn"] == "'=HYPERLINK(1)"
    assert row["note"] == '\'+7, "two"\nlines'
    assert (row["persons"], row["ways"], row["state"]) == ("12", "phone;post", "new")
    for personal in ("Secret", "AB1234", "full_name", "number"):
        assert personal not in text
    assert response.headers["Content-Disposition"].startswith('attachment; filename="trial-case-')
    assert response.headers["Cache-Control"] == "no-store"


def test_nobody_waits_for_the_count_of_very_many(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        make(desk, title_mn="Many")
    assert "4 found." in desk.get(f"{url('list')}?q=Many").content.decode()
    monkeypatch.setattr(shell_lists, "MOST_COUNTED", 3)
    assert "More than 3 found" in desk.get(f"{url('list')}?q=Many").content.decode()


def test_the_list_of_a_place_is_in_the_same_order(desk: Client) -> None:
    made = [make(desk, title_mn="Ordered", place="MN81") for _ in range(3)]
    make(desk, title_mn="Ordered", place="MN11")
    there = signed_in(user_with(Role.REGISTRAR, place="MN81"))
    assert listed(there, "q=Ordered") == made[::-1]
    assert listed(desk, "q=Ordered&place=MN81") == made[::-1]


def test_counts_may_be_passed_on_because_small_ones_are_left_out(desk: Client) -> None:
    for place, topic, count in (
        ("MN11", "work", 9),
        ("MN11", "school", 7),
        ("MN81", "work", 2),
        ("MN81", "school", 8),
    ):
        for _ in range(count):
            make(desk, title_mn="Counted", place=place, topic=topic)
    make(desk, title_mn="Counted", place=soums("MN11")[0], topic="work")
    response = desk.get("/en/desk/trial/case/counts.csv?q=Counted&by=topic")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert list(rows[0]) == ["place", "topic", "count", "status"]
    counts = {(row["place"], row["topic"]): row["count"] for row in rows}
    assert counts["MN81", "work"] == ""  # 2 persons
    assert counts["total", "total"] == "27"
    # One left out alone could be computed from the totals.
    assert sum(count == "" for count in counts.values()) >= 4
    assert {row["status"] for row in rows} == {"published", "suppressed"}
    assert desk.get("/en/desk/trial/case/counts.csv?by=note").status_code == 404
    empty = desk.get("/en/desk/trial/case/counts.csv?q=none-such").content.decode("utf-8-sig")
    assert empty.splitlines()[0] == "place,state,count,status"


def test_parts_are_exported_with_the_number_of_their_record(desk: Client) -> None:
    pk = make(desk)
    desk.post(url("new", kind="visit") + f"?of={pk}", {"day": "2026-06-01"})
    assert f",{pk},2026-06-01" in desk.get("/en/desk/trial/visit/export.csv").content.decode()


def test_an_export_that_is_too_long_says_so(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make(desk)
    make(desk)
    monkeypatch.setattr(lists, "MOST_EXPORTED", 1)
    response = desk.get(EXPORT)
    assert response.status_code == 422
    assert "An export holds at most 1 records." in response.content.decode()


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("＝1+1", "'＝1+1"),
        ("-5", "-5"),
        (-5.5, "-5.5"),
        ("a=b", "a=b"),
        (None, ""),
        (["=a", "b"], "'=a;b"),
    ],
)
def test_no_cell_is_a_formula(value: Any, cell: str) -> None:
    assert harmless(value) == cell


def asked(client: Client, address: str) -> int:
    """How many queries a page takes, without what only opens and closes the transaction."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    queries = [q["sql"] for q in captured.captured_queries]
    around = r"django_session|set_config|SAVEPOINT|^(BEGIN|COMMIT)|audit_"
    return len([query for query in queries if not re.search(around, query)])


def test_pages_ask_the_database_a_fixed_few_times() -> None:
    officer = signed_in(user_with(Role.REGISTRAR, place="MN81"))
    places = ["MN81", *soums()[:5]]
    pk = make(officer)
    for place in places:
        make(officer, place=place)
        officer.post(url("new", kind="visit") + f"?of={pk}", {"day": "2026-06-01"})
        officer.post(url(pk, "comment"), {"text": "A comment"})
    assert asked(officer, url(pk)) <= 12
    assert asked(officer, url("list")) <= 8
    first = asked(officer, "/en/desk/")
    for place in places:
        make(officer, place=place)
    assert asked(officer, "/en/desk/") <= first
    assert asked(officer, url("list")) <= 8


def test_a_step_leads_from_the_waiting_list(desk: Client) -> None:
    pk = make(desk, title_mn="Waits no longer")
    for action in ("take", "accept"):
        version = hidden(desk.get(url(pk, "step", action)), "version")
        desk.post(url(pk, "step", action), {"version": version})
    assert "Waits no longer" not in desk.get("/en/desk/").content.decode()
