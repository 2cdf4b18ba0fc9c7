"""The part's own page: registered residents and their change, and the same as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from nuudel.domains.registration import kinds
from nuudel.domains.registration.figures.counts import first_year
from nuudel.domains.registration.figures.protected import COLUMNS, Row
from nuudel.domains.registration.figures.table import YearTable, year_table
from nuudel.web.access.models import Place
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell.views.lists import csv_response
from nuudel.web.words import language, number, say

LEFT_OUT = "–"


@dataclass(frozen=True)
class Line:
    """A row as people read it: its name, the aimag it leads to, and each count with its title."""

    name: str
    leads_to: str
    cells: list[tuple[str, str]]


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Residents at the beginning and the end of a year, and what happened between, place by place."""
    since = first_year()
    if since is None:
        return render(request, "registration/figures.html", {"years": []})
    found = asked(request, since)
    names = dict(places())
    shown: dict[str, Any] = {
        "years": list(range(localdate().year, since - 1, -1)),
        "found": found,
        "of": names.get(found.of, ""),
        "titles": [title(name) for name in COLUMNS],
        "running": found.last.isoformat() if found.last == localdate() else "",
    }
    if found.table is not None:
        shown["lines"] = list(lines(found, names))
        shown["whole"] = line(found.table.whole, names.get(found.of) or say("registration.figures.country"))
        shown["left_out"] = found.table.left_out
    return render(request, "registration/figures.html", shown)


@require_safe
def figures_csv(request: HttpRequest) -> HttpResponse:
    """The table that is shown, as CSV: protected, and its taking along is in the audit."""
    since = first_year()
    found = asked(request, since or localdate().year)
    if since is None or found.table is None:
        raise Http404
    note_audit("export", kinds.RESIDENCE, fields=["place", "day", "kind"])
    rows = [
        [found.year, found.last, ";".join(row.units) or found.of or "total", *row.cells]
        for row in (*found.table.rows, found.table.whole)
    ]
    return csv_response(f"registration-figures-{found.year}", ["year", "until", "units", *COLUMNS], rows)


def asked(request: HttpRequest, since: int) -> YearTable:
    """The table of the year and aimag that are asked for; 404 where there can be none."""
    today = localdate()
    text = request.GET.get("year", "")
    if text and not (
        text.isascii()
        and text.isdigit()
        and len(text) == len(str(since))
        and since <= int(text) <= today.year
    ):
        raise Http404
    of = request.GET.get("of", "")
    if of and not Place.objects.filter(code=of, level="aimag").exists():
        raise Http404
    return year_table(int(text) if text else today.year, of)


def places() -> Iterator[tuple[str, str]]:
    lang = language()
    for place in Place.objects.all():
        yield place.code, place.name(lang)


def lines(found: YearTable, names: dict[str, str]) -> Iterator[Line]:
    assert found.table is not None
    for row in found.table.rows:
        alone = row.units[0] if len(row.units) == 1 else ""
        joined = ", ".join(names.get(unit, unit) for unit in row.units)
        leads_to = alone if not found.of and alone in found.open_units else ""
        yield line(row, joined if alone else say("registration.figures.together", names=joined), leads_to)


def line(row: Row, name: str, leads_to: str = "") -> Line:
    counts = [LEFT_OUT if cell is None else number(cell) for cell in row.cells]
    return Line(name, leads_to, list(zip([title(column) for column in COLUMNS], counts, strict=True)))


def title(column: str) -> str:
    return say(f"registration.figures.{column}")
