"""Results of a round: a round of four areas beside the one before, worked out by hand."""

import csv
import io
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.making import Planned, make_frame
from nuudel.domains.displacement.results import figures
from nuudel.domains.displacement.results.ahead import make_ahead
from nuudel.domains.displacement.results.export import COUNTS, EXACT, PARTS, exact_table, protected_table
from nuudel.domains.displacement.results.figures import Results, results_of
from nuudel.domains.displacement.tests.given import make, step
from nuudel.domains.displacement.tests.rounds import Instrument, given_area_round, send_area
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import institution, signed_in, user_with
from nuudel.web.words import say

BOTH, LOST, NEW, MISSED = "MN18101", "MN18104", "MN18107", "MN18110"
HXL = re.compile(r"#[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*")


def frame(own: Instrument, areas: tuple[str, ...]) -> None:
    with acting(own.given.planner, "test"):
        make_frame(own.given.planner, own.given.round, [Planned(area, area) for area in areas])


@pytest.fixture(scope="module")
def own(database: Addresses) -> Instrument:
    """Round 1: 100, 60 and 40 people; round 2: 130 in the first area, 25 in a new one; one was missed.

    Of the 100 there are 110 by one and 150 by another submission in round 2: the median of two is 130.
    """
    first = given_area_round()
    key = first.given.phone()
    for area, persons in ((BOTH, 100), (LOST, 60), (MISSED, 40)):
        send_area(first, key, area, persons, enter=False)
    frame(first, (BOTH, LOST, MISSED))
    operation, planner = first.given.operation, first.given.planner
    around = models.Round(
        operation=operation,
        number=2,
        place="MN81",
        institution=institution(),
        start=date(2026, 12, 1),
        end=date(2026, 12, 20),
    )
    make(planner, "round", around, "open")
    second = Instrument(replace(first.given, round=around), first.form)
    key = second.given.phone()
    arrivals = [
        {
            "moves/arrivals/arrived_place": origin,
            "moves/arrivals/arrived_reason": reason,
            "moves/arrivals/arrived_persons": persons,
        }
        for origin, reason, persons in (("MN11", "employment", 6), ("MN83", "family", 2))
    ]
    groups = {"present__ages__women": 40, "present__ages__men": 41, "present__ages__girls": 2}
    send_area(second, key, BOTH, 110, enter=False)
    send_area(
        second,
        key,
        BOTH,
        150,
        enter=False,
        rows={"moves/arrivals": arrivals},
        close__needs=("water",),
        **groups,
    )
    send_area(second, key, NEW, 25, close__needs=("water", "food"))
    frame(second, (BOTH, NEW, MISSED))
    return second


@pytest.fixture
def found(own: Instrument) -> Results:
    with acting(own.given.planner, "test"):
        made = results_of(own.given.round, own.given.planner)
    assert made is not None
    return made


def test_the_change_is_split_into_people_and_coverage(found: Results) -> None:
    whole = found.whole
    told = {name: whole[name] for name in ("before", "observed", "change", "both", "new", "lost")}
    assert told == {"before": 200, "observed": 155, "change": -45, "both": 30, "new": 25, "lost": 100}
    assert (whole["done"], whole["areas"], whole["missing"]) == (2, 3, 1)


def test_areas_show_what_was_said(found: Results) -> None:
    rows = {row["area"]: row for row in found.comparison.areas.iter_rows(named=True)}
    first = rows[BOTH]
    assert (first["persons"], first["lowest"], first["highest"], first["change"]) == (130, 110, 150, 30)
    assert rows[MISSED]["label"] != "observed"


def test_the_rows_of_areas_and_units_add_up_to_the_steps(found: Results) -> None:
    """An area that was in the frame of the last round alone has a row too."""
    areas, units = found.comparison.areas, found.comparison.totals[1:]
    gone = areas.filter(area=LOST).row(0, named=True)
    assert (gone["label"], gone["persons"], gone["group"], gone["change"]) == ("left", None, "lost", -60)
    for name in ("before", "both", "new", "lost", "observed", "change"):
        assert units[name].sum() == found.whole[name]
    assert areas["before"].sum() == found.whole["before"]
    assert areas["change"].sum() == found.whole["change"]


def test_breakdowns_are_of_the_report_nearest_to_the_figure(found: Results) -> None:
    origins = {row["key"]: row["persons"] for row in found.origins.iter_rows(named=True)}
    assert origins == {"MN11": 6, "MN83": 2}
    reasons = {row["key"]: row["share"] for row in found.reasons.iter_rows(named=True)}
    assert reasons == {"employment": 0.75, "family": 0.25}
    needs = {row["need"]: row["areas"] for row in found.needs.iter_rows(named=True)}
    assert needs == {"water": 2, "food": 1}
    people = {row["key"]: row["persons"] for row in found.people.iter_rows(named=True)}
    # 40, 41 and 2 of the 150 that one report told, for the 130 of the area: 34.7, 35.5 and 1.7.
    assert (people["women"], people["men"], people["girls"]) == (35, 35, 2)
    assert people["not_stated"] == 130 - 72 + 25
    assert (found.sums["arrived"], found.sums["returned"]) == (8, None)
    assert (found.telling["arrived"], found.telling["returned"]) == (1, 0)


def test_results_are_made_ahead_for_all_who_read_everything(
    own: Instrument, found: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the job has made, a planner of the same institution finds; who reads less never does."""
    cache.clear()
    assert make_ahead() > 0
    monkeypatch.setattr(figures, "work_out", lambda *_: None)
    colleague = user_with(Role.PLANNER)
    for user in (own.given.planner, colleague):
        with acting(user, "test"):
            ready = results_of(own.given.round, user)
        assert ready is not None
        assert ready.whole == found.whole
        assert ready.names == found.names
    for user in (user_with(Role.PLANNER, place="MN83"), user_with(Role.FIELD_ENUMERATOR)):
        with acting(user, "test"):
            assert results_of(own.given.round, user) is None


def test_results_are_worked_out_again_when_something_came(own: Instrument, found: Results) -> None:
    late = send_area(own, own.given.phone(), "MN18113", 70)
    with acting(own.given.planner, "test"):
        more = results_of(own.given.round, own.given.planner)
    assert more is not None
    assert more.whole["observed"] == found.whole["observed"] + 70
    step(own.given.planner, "submission", late, "reject")
    with acting(own.given.planner, "test"):
        again = results_of(own.given.round, own.given.planner)
    assert again is not None
    assert again.whole == found.whole


def test_a_round_without_assessments_has_no_results(own: Instrument) -> None:
    empty = given_area_round()
    with acting(empty.given.planner, "test"):
        assert results_of(empty.given.round, empty.given.planner) is None
    page = signed_in(empty.given.planner).get(address(empty, "displacement_results"))
    assert page.status_code == 200


# --- tables --------------------------------------------------------------------------------------------


def address(own: Instrument, name: str, lang: str = "en") -> str:
    return f"/{lang}{reverse(name, args=[own.given.round.pk]).removeprefix('/mn').removeprefix('/en')}"


def test_the_exact_table_has_hxl_tags_and_codes(own: Instrument, found: Results) -> None:
    with acting(own.given.planner, "test"):
        table = exact_table(found)
    assert [tag for tag in table.columns.values() if not HXL.fullmatch(tag)] == []
    rows = {row["area_code"]: row for row in table.rows}
    assert rows[BOTH]["individuals"] == 130
    assert (rows[BOTH]["women"], rows[BOTH]["girls"], rows[BOTH]["arrived"]) == (35, 2, 8)
    assert rows[NEW]["status"] == "observed"
    assert {(row["release"], row["counts"]) for row in table.rows} == {("preliminary", EXACT)}


def test_the_table_to_pass_on_shows_no_small_count(own: Instrument, found: Results) -> None:
    with acting(own.given.planner, "test"):
        rows = protected_table(found).rows
        again = protected_table(found).rows
    assert rows == again
    for row in rows:
        counts = [row[name] for name in COUNTS if row[name] is not None]
        assert all(isinstance(count, int) and count % 5 == 0 for count in counts)
        told = [int(str(row[name])) for name in PARTS if row[name] is not None]
        assert not told or row["individuals"] == sum(told)
    assert MISSED not in [row["area_code"] for row in rows]
    told = {row["area_code"]: row for row in rows}
    # Nobody told the sex and age of the 25 in the new area: that is no zero.
    assert {told[NEW][name] for name in PARTS} == {None}
    assert (told[BOTH]["returned"], told[NEW]["arrived"]) == (None, None)


# --- pages and files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "mn"])
def test_page_report_and_tables_are_served(own: Instrument, lang: str) -> None:
    client = signed_in(own.given.planner)
    page = client.get(address(own, "displacement_results", lang))
    text = page.content.decode()
    assert page.status_code == 200
    assert "155" in text
    assert "+30" in text
    assert "−40" not in text  # who was there before in an area that was missed has not left
    pdf = client.get(address(own, "displacement_results_report", lang))
    assert pdf.content.startswith(b"%PDF")
    table = client.get(address(own, "displacement_results_areas", lang))
    names, tags, *rows = csv.reader(io.StringIO(table.content.decode("utf-8-sig")))
    assert (names[0], tags[0], len(rows)) == ("operation", "#meta+operation", 2)


@pytest.mark.parametrize("lang", ["en", "mn"])
def test_workbooks_have_the_rows_of_the_tables_and_what_they_mean(own: Instrument, lang: str) -> None:
    from openpyxl import load_workbook

    client = signed_in(own.given.planner)
    for name in ("exact", "areas"):
        table = client.get(address(own, f"displacement_results_{name}", lang)).content.decode("utf-8-sig")
        answer = client.get(address(own, f"displacement_results_{name}_book", lang))
        data, about = load_workbook(io.BytesIO(answer.content)).worksheets
        cells = [["" if one is None else str(one) for one in row] for row in data.iter_rows(values_only=True)]
        told = [[number_text(one) for one in row] for row in csv.reader(io.StringIO(table))]
        assert [[number_text(one.partition(" 00:00:00")[0]) for one in row] for row in cells] == told
        assert about.cell(1, 2).value == say(f"displacement.results.counts.{KINDS[name]}", lang=lang)


KINDS = {"exact": "exact", "areas": "protected"}


def number_text(text: str) -> str:
    return text.removesuffix(".0")


def test_only_who_runs_the_operation_sees_results(own: Instrument) -> None:
    for name in ("displacement_results", "displacement_results_report", "displacement_results_exact_book"):
        where = address(own, name)
        assert Client().get(where).status_code in (302, 403)
        for user in strangers():
            assert signed_in(user).get(where).status_code in (403, 404)


def strangers() -> list[Any]:
    other = user_with(Role.PLANNER, place="MN11")
    return [other, user_with(Role.FIELD_ENUMERATOR, place="MN81"), user_with(Role.ANALYST, place="")]
