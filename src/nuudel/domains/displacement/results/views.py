"""The results of a round: a page, its report as PDF, and its tables."""

from typing import Any
from uuid import UUID

import polars as pl
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.codes import soum_of
from nuudel.domains.displacement.points.words import label
from nuudel.domains.displacement.results.drawing import (
    Bar,
    bars_of,
    if_worst,
    known,
    page_map,
    page_steps,
    steps_of,
)
from nuudel.domains.displacement.results.export import exact_table, protected_table, written
from nuudel.domains.displacement.results.figures import Results, results_of
from nuudel.domains.displacement.results.mapped import round_map
from nuudel.domains.displacement.results.report import method_points, report_pdf
from nuudel.domains.displacement.results.workbook import XLSX, workbook
from nuudel.statistics.assessment_rounds import OUTSIDE
from nuudel.statistics.assessment_rounds.comparing import LEFT
from nuudel.web.access.decisions import may
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.shown import place_names
from nuudel.web.shell.views.asked import user_of
from nuudel.web.words import number, say

MOST_AREAS = 200
TOLD = ("displaced", "returned", "migrants", "arrived", "departed")
KEY = "displacement.round"


def round_asked(request: HttpRequest, pk: UUID) -> models.Round:
    """The round of an address, if the user may read it and its submissions."""
    user = user_of(request)
    found: Any = records.find(user, record_types()[KEY], pk)
    if not may(user, "displacement.submission", "read", found):
        raise PermissionDenied
    assert isinstance(found, models.Round)
    return found


def found_or_404(request: HttpRequest, pk: UUID) -> Results:
    found = results_of(round_asked(request, pk), user_of(request))
    if found is None:
        raise Http404
    return found


@require_safe
def results(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the round found, beside the one before."""
    around = round_asked(request, pk)
    found = results_of(around, user_of(request))
    page: dict[str, Any] = {"round": around, "place": place_names([around.place])[around.place]}
    if found is not None:
        page |= shown(found)
        page["steps"] = page_steps(page["steps"])
        if page["drawn"] is not None:
            page["map"] = page_map(page["drawn"], anchors_of(page))
    return render(request, "displacement/results.html", page)


def shown(found: Results) -> dict[str, Any]:
    areas = found.comparison.areas.sort("persons", descending=True, nulls_last=True)
    return {
        "found": found,
        "whole": found.whole,
        "with_estimates": known(found.whole),
        "if_worst": if_worst(found.whole),
        "drawn": round_map(
            found.round.place, found.comparison.areas.filter(pl.col("label") != LEFT), found.names
        ),
        "sums": {name: counted(found, name) for name in found.sums},
        "told": [(name, counted(found, name), found.telling[name]) for name in TOLD],
        "steps": steps_of(found),
        "units": units_of(found),
        "origins": [(place_words(bar.key), bar) for bar in bars_of(found.origins)],
        "departures": [(place_words(bar.key), bar) for bar in bars_of(found.departures)],
        "reasons": in_list(bars_of(found.reasons), "reason"),
        "people": [(say(f"displacement.results.people.{bar.key}"), bar) for bar in bars_of(found.people)],
        "needs": in_list(bars_of(found.needs, "need", "share_of_areas"), "need"),
        "areas": [named(found, row, "area") for row in areas.head(MOST_AREAS).iter_rows(named=True)],
        "more": max(0, len(areas) - MOST_AREAS),
    }


def counted(found: Results, name: str) -> str:
    count = found.sums[name]
    return "–" if count is None else number(count)


def units_of(found: Results) -> list[dict[str, Any]]:
    """The units of the round; none where each has one area alone, which is in the table of areas."""
    rows = [named(found, row, "parent") for row in found.comparison.totals.iter_rows(named=True)][1:]
    return rows if any(row["areas"] > 1 for row in rows) else []


def named(found: Results, row: dict[str, Any], column: str) -> dict[str, Any]:
    code = row[column]
    name = say("displacement.results.outside") if code == OUTSIDE else found.names.get(code, code)
    told, interval = known(row)
    return row | {
        "name": name,
        "percent": 100 * (row.get("share") or 0.0),
        "told": told,
        "interval": interval,
    }


def anchors_of(page: dict[str, Any]) -> dict[str, str]:
    """Where on the page a unit's row stands: in the table of units, else its first area among those shown."""
    anchors: dict[str, str] = {}
    for row in page["areas"]:
        anchors.setdefault(soum_of(row["area"]), f"area-{row['area']}")
    return anchors | {row["parent"]: f"unit-{row['parent']}" for row in page["units"]}


def in_list(bars: list[Bar], name: str) -> list[tuple[str, Bar]]:
    return [(not_stated(bar.key) or label(name, bar.key), bar) for bar in bars]


def place_words(code: str) -> str:
    """A place of the country, or another country."""
    found = place_names([code]).get(code, code)
    return not_stated(code) or (label("citizenship", code) if found == code else found)


def not_stated(code: str) -> str:
    return say("displacement.results.not_stated") if code == "not_stated" else ""


@require_safe
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The report of the round in the language of the page."""
    found = found_or_404(request, pk)
    note_audit("export", KEY, [pk], ["report"])
    response = HttpResponse(report_pdf(found, shown(found)), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="round-{found.round.number}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def table(request: HttpRequest, pk: UUID, kind: str, ending: str) -> HttpResponse:
    """The areas as a table: exact for who works on the round, or protected so that it may be passed on."""
    found = found_or_404(request, pk)
    note_audit("export", KEY, [pk], [kind])
    made = exact_table(found) if kind == "exact" else protected_table(found)
    if ending == "xlsx":
        names = (say("displacement.results.areas"), say("displacement.results.method_title"))
        response = HttpResponse(workbook(made, names, notes_of(found, kind)), content_type=XLSX)
    else:
        response = HttpResponse(written(made), content_type="text/csv; charset=utf-8")
    name = f"round-{found.round.number}-{kind}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def notes_of(found: Results, kind: str) -> list[tuple[str, str]]:
    """What the columns of a table mean, in the reader's language."""
    head = (str(found.round), say(f"displacement.results.counts.{kind}"))
    return [
        head,
        *method_points(found),
        (say("displacement.results.codes"), say("displacement.results.codes_about")),
    ]
