"""The report of a round: it says what the page says, marks estimates, and stays short in a large round."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from django.urls import reverse
from django.utils.translation import override

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.making import Planned, make_frame
from nuudel.domains.displacement.results.drawing import known, page_map, page_steps, steps_of
from nuudel.domains.displacement.results.figures import Results, results_of
from nuudel.domains.displacement.results.mapped import round_map
from nuudel.domains.displacement.results.report import MOST_AREAS, compose
from nuudel.domains.displacement.results.views import shown
from nuudel.domains.displacement.tests.given import make
from nuudel.domains.displacement.tests.rounds import Instrument, given_area_round, send_area
from nuudel.publication.report.document import Figure, Report, TextTable
from nuudel.statistics.assessment_rounds.comparing import compare_round
from nuudel.web.access.context import acting
from nuudel.web.access.models import Place
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import institution, signed_in

AREAS = ("MN18101", "MN18104", "MN18107", "MN18110", "MN18113", "MN18116")
MISSED, NEW = "MN18119", "MN18122"


def frame(own: Instrument, areas: tuple[str, ...]) -> None:
    with acting(own.given.planner, "test"):
        make_frame(own.given.planner, own.given.round, [Planned(area, area) for area in areas])


@pytest.fixture(scope="module")
def rounds(database: Addresses) -> tuple[Instrument, Instrument]:
    """Two rounds: six areas with 100 and then 110 people, one that the second misses, and a new one."""
    first = given_area_round()
    key = first.given.phone()
    for area, persons in (*((area, 100) for area in AREAS), (MISSED, 50)):
        send_area(first, key, area, persons, enter=False)
    frame(first, (*AREAS, MISSED))
    around = models.Round(
        operation=first.given.operation,
        number=2,
        place="MN81",
        institution=institution(),
        start=date(2026, 12, 1),
        end=date(2026, 12, 20),
    )
    make(first.given.planner, "round", around, "open")
    second = Instrument(replace(first.given, round=around), first.form)
    key = second.given.phone()
    came: list[Any] = [
        {
            "moves/arrivals/arrived_place": "MN11",
            "moves/arrivals/arrived_reason": "hazard",
            "moves/arrivals/arrived_persons": 8,
        }
    ]
    groups = {"women": 40, "men": 30, "girls": 20, "boys": 10, "older_women": 5, "older_men": 4}
    told: dict[str, Any] = {f"present__ages__{name}": count for name, count in groups.items()}
    for area in AREAS:
        send_area(
            second,
            key,
            area,
            110,
            enter=False,
            rows={"moves/arrivals": came},
            close__needs=("water",),
            **told,
        )
    send_area(second, key, NEW, 25)
    frame(second, (*AREAS, MISSED, NEW))
    return first, second


def report_of(own: Instrument, lang: str) -> tuple[Results, Report]:
    with acting(own.given.planner, "test"), override(lang):
        found = results_of(own.given.round, own.given.planner)
        assert found is not None
        return found, compose(found, shown(found))


def blocks(report: Report) -> dict[str, Figure | TextTable]:
    told = [block for chapter in report.chapters for block in chapter.blocks]
    return {block.key if isinstance(block, Figure) else block.title: block for block in told}


@pytest.mark.parametrize("lang", ["en", "mn"])
def test_the_report_has_its_own_heading_and_the_finding_on_top(rounds: Any, lang: str) -> None:
    found, report = report_of(rounds[1], lang)
    assert report.kind == {"en": "Round report", "mn": "Үе шатны тайлан"}[lang]
    assert report.tags == ({"en": "preliminary", "mn": "урьдчилсан"}[lang],)
    heading = " ".join(report.above)
    assert str(found.round.operation) in heading
    assert found.round.institution.name(lang) in heading
    assert "2026-12-01 – 2026-12-20" in heading
    assert ("685" in report.title, "+60" in report.title) == (True, True)
    assert report.key_figures[0].big == "685"
    assert [key.big for key in report.key_figures if key.tone == "in"] == ["48"]


def test_a_closed_rehearsal_is_final_and_an_example(rounds: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = report_of(rounds[1], "en")
    monkeypatch.setattr(found.round, "state", "closed")
    monkeypatch.setattr(found.round.operation, "synthetic", True)
    with acting(rounds[1].given.planner, "test"), override("en"):
        report = compose(found, shown(found))
    assert report.tags == ("final", "example")
    assert "example" in report.colophon[-1]


def test_what_was_estimated_is_marked_in_every_part(rounds: Any) -> None:
    _, report = report_of(rounds[1], "en")
    parts = blocks(report)
    steps = parts["steps"]
    assert isinstance(steps, Figure)
    assert steps.tag == "estimated"
    tones = {step.name: step.tone for step in steps.painter.keywords["steps"]}  # type: ignore[attr-defined]
    assert (tones["Newly covered areas"], tones["With estimates"]) == ("coverage", "whole")
    assert parts["map"].tag == "estimated"  # type: ignore[union-attr]
    rows = {row[0]: row for row in parts["Areas by people present"].rows}  # type: ignore[union-attr]
    (marked,) = [row for name, row in rows.items() if "estimated" in name]
    assert re.fullmatch(r"[\d,]+–[\d,]+", marked[2])
    assert marked[3:] == ("–", "–")
    people = parts["people"]
    assert isinstance(people, Figure)
    assert "60" in people.title
    groups = {group.name: (group.left, group.right) for group in people.painter.keywords["groups"]}  # type: ignore[attr-defined]
    assert groups == {"60 and over": (24, 30), "18 to 59": (180, 240), "Under 18": (60, 120)}
    assert people.caveats == ("Sex and age of 31 people present were not told.",)


def test_the_first_round_is_compared_with_nothing(rounds: Any) -> None:
    found, report = report_of(rounds[0], "en")
    assert [step.text for step in steps_of(found)] == ["650"]
    text = " ".join(part for chapter in report.chapters for part in (chapter.title, *chapter.paragraphs))
    assert "no earlier round" in text
    assert "Change" not in blocks(report)["Areas by people present"].header  # type: ignore[union-attr]


def test_a_round_of_one_area_is_drawn_and_set(database: Addresses) -> None:
    own = given_area_round()
    send_area(own, own.given.phone(), "MN18101", 7)
    frame(own, ("MN18101",))
    where = reverse("displacement_results_report", args=[own.given.round.pk])
    pdf = signed_in(own.given.planner).get(where)
    assert pdf.content.startswith(b"%PDF")
    with acting(own.given.planner, "test"):
        found = results_of(own.given.round, own.given.planner)
        assert found is not None
        drawn = round_map(found.round.place, found.comparison.areas, found.names)
    assert drawn is not None
    assert [(spot.count, spot.missing) for spot in drawn.spots] == [(7, 0)]


@pytest.fixture
def large(rounds: Any) -> Iterator[Results]:
    """A round of 1,640 baghs of the whole country, every tenth of them missed."""
    first = rounds[1]
    with acting(first.given.planner, "test"), override("en"):
        found = results_of(first.given.round, first.given.planner)
        assert found is not None
        rows = list(Place.objects.filter(level__in=["soum", "district"]).values_list("code", "path"))
        codes = [(f"{code}-{bagh:02}", path[1]) for bagh in range(1, 6) for code, path in rows][:1640]
        told = pl.DataFrame(
            {
                "round": [1] * 1640 + [2] * 1476,
                "area": [code for code, _ in codes] + [code for at, (code, _) in enumerate(codes) if at % 10],
                "parent": [unit for _, unit in codes]
                + [unit for at, (_, unit) in enumerate(codes) if at % 10],
                "persons": [200 + at % 50 for at in range(1640)]
                + [210 + at % 50 for at in range(1640) if at % 10],
            }
        )
        empty = ("outcome", "informants", "least_said", "most_said", "credibility")
        schema: Any = {name: pl.String if name == "outcome" else pl.Int64 for name in empty}
        told = told.with_columns(
            **{name: pl.lit(None, kind) for name, kind in schema.items()}, population=pl.lit(None, pl.Int64)
        )
        comparison = compare_round(told.drop("credibility"), number=2)
        around = replace_round(found.round)
        yield replace(found, round=around, comparison=comparison)


def replace_round(around: models.Round) -> models.Round:
    """The same round, of the whole country."""
    wide: models.Round = models.Round.objects.select_related("operation", "institution").get(pk=around.pk)
    wide.place = "MN"
    return wide


def test_a_country_wide_round_stays_short_and_is_drawn_by_aimag(large: Results) -> None:
    page = shown(large)
    report = compose(large, page)
    areas = blocks(report)["Areas by people present"]
    assert isinstance(areas, TextTable)
    assert len(areas.rows) == MOST_AREAS
    assert areas.caveats[0].startswith(f"{1640 - MOST_AREAS:,} more areas")
    drawn = page["drawn"]
    assert len(drawn.spots) == 22
    assert sum(spot.areas for spot in drawn.spots) == 1640
    assert sum(spot.missing for spot in drawn.spots) == 164
    assert [spot.code for spot in drawn.spots if (spot.count > spot.counted) != (spot.missing > 0)] == []
    assert len(page_map(drawn, {}).sheets) == 2


# --- the page ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "mn"])
def test_circles_of_the_page_lead_to_their_rows(rounds: Any, lang: str) -> None:
    own = rounds[1]
    where = reverse("displacement_results", args=[own.given.round.pk])
    where = f"/{lang}{where.removeprefix('/mn').removeprefix('/en')}"
    text = signed_in(own.given.planner).get(where).content.decode()
    links = set(re.findall(r'<a href="#((?:area|unit)-[^"]+)"', text))
    assert len(links) == len(AREAS) + 2
    assert links <= set(re.findall(r'<tr id="([^"]+)"', text))
    assert "results-missing" in text
    assert "stroke-dasharray" in text


def test_estimates_are_no_more_exact_than_their_interval() -> None:
    assert known({"persons": 53_365.2, "low_95": 50_314.0, "high_95": 62_113.0}) == (
        "53,000",
        "50,000–62,000",
    )
    assert known({"persons": 130.0, "low_95": None, "high_95": None}) == ("130", "")
    assert known({"persons": None, "low_95": None, "high_95": None}) == ("–", "")


def test_steps_of_the_page_lie_within_its_width(rounds: Any) -> None:
    found, _ = report_of(rounds[1], "en")
    for one in page_steps(steps_of(found)):
        assert 0 <= float(one.start) <= float(one.start) + float(one.width) <= 100.01
