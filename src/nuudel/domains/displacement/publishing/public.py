"""Public pages of published rounds. They read what was published, and no submission."""

from functools import lru_cache
from typing import Any
from uuid import UUID

import polars as pl
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from nuudel.domains.displacement import models
from nuudel.domains.displacement.publishing.content import ADDED, sums, table_of, within
from nuudel.domains.displacement.results.drawing import PageMap, known, page_map
from nuudel.domains.displacement.results.export import written
from nuudel.domains.displacement.results.mapped import OBSERVED, round_map
from nuudel.statistics.assessment_rounds import GROUPS
from nuudel.web.access.models import Place
from nuudel.web.facts.service import service_rights
from nuudel.web.pages.kept import ASK_FIRST
from nuudel.web.words import language

MOST = 400
SHOWN = tuple(name for name in ADDED if name not in GROUPS)


def shown() -> list[models.Publication]:
    """What is published and holds, the newest round first."""
    with service_rights():
        rows = models.Publication.objects.filter(state="published").order_by("-round__end", "-pk")
        return list(rows.select_related("institution", "round")[:MOST])


def found_or_404(pk: UUID) -> models.Publication:
    with service_rights():
        found = models.Publication.objects.select_related("institution").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_safe
def published(request: HttpRequest) -> HttpResponse:
    """The published rounds."""
    page = {"rounds": [(one, headed(one), sums(one.content["rows"])) for one in shown()]}
    return render(request, "displacement/published.html", page)


def headed(one: models.Publication) -> dict[str, Any]:
    """What stands above each: the operation's title in the reader's language, the round and its days."""
    content = one.content
    told = {name: content[name] for name in ("round", "start", "end", "covered", "areas")}
    return told | {"operation": content["operation"][language()]}


@require_safe
def round_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A published round; of one that was withdrawn only that it was."""
    one = found_or_404(pk)
    page: dict[str, Any] = {
        "one": one,
        "head": headed(one),
        "institution": one.institution.name(language()),
        "day": one.created_at.date().isoformat(),
    }
    if one.state == "withdrawn":
        return render(request, "displacement/published_round.html", page, status=410)
    content, names = one.content, one.content["names"][language()]
    newer = next((row for row in shown() if row.round_id == one.round_id), None)
    areas = sorted(content["rows"], key=lambda row: -row["individuals"])[:MOST]
    page |= {
        "sums": counts(content["rows"]),
        "persons": sums(content["rows"])["individuals"],
        "steps": content["steps"],
        "before": content["before"],
        "estimated": content["estimated"],
        "whole": known(content["estimated"]) if content["estimated"] else None,
        "units": units_of(content, names),
        "map": drawn_map(one.pk, language()),
        "areas": [(names[row["area_code"]], row) for row in areas],
        "more": len(content["rows"]) - len(areas),
        "newer": newer if one.state == "replaced" else None,
    }
    return render(request, "displacement/published_round.html", page)


@lru_cache(maxsize=64)
def drawn_map(pk: UUID, lang: str) -> PageMap | None:
    """The areas that were counted, on the map; None where the outlines of the round's place are not known.

    What is published never changes: it is drawn once in a process for each language.
    """
    one = found_or_404(pk)
    rows = [
        {"area": row["area_code"], "persons": float(row["individuals"]), "label": OBSERVED}
        for row in one.content["rows"]
    ]
    drawn = round_map(one.place, pl.DataFrame(rows), one.content["names"][lang])
    return None if drawn is None else page_map(drawn, {})


def counts(rows: list[dict[str, Any]]) -> list[tuple[str, int | None]]:
    added = sums(rows)
    return [(name, added[name]) for name in SHOWN if name != "individuals"]


def units_of(content: dict[str, Any], names: dict[str, str]) -> list[tuple[str, str, dict[str, Any]]]:
    """Aimags of the round, soums where all areas lie in one; none where each has one area, shown as such."""
    wide = len({row["adm1_pcode"] for row in content["rows"]}) > 1
    column = "adm1_pcode" if wide else "adm2_pcode"
    codes = sorted({row[column] for row in content["rows"] if row[column]}, key=lambda code: names[code])
    several = len(codes) < len(content["rows"])
    return [(code, names[code], sums(within(content, code))) for code in codes] if several else []


@require_safe
def table(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The table of a published round, the same bytes each time."""
    one = found_or_404(pk)
    if one.state == "withdrawn":
        raise Http404
    response = HttpResponse(written(table_of(one.content)), content_type="text/csv; charset=utf-8")
    name = f"displacement-round-{one.content['round']}-version-{one.version}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = ASK_FIRST
    etag = f'"{one.digest}"'
    response.headers["ETag"] = etag
    answer: HttpResponse = get_conditional_response(request, etag=etag, response=response) or response
    return answer


@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    """A place in the published rounds: the newest one, and those before."""
    known = Place.objects.filter(code=code).first()
    if known is None:
        raise Http404
    rounds = [(one, headed(one), within(one.content, code)) for one in shown()]
    told = [(one, head, sums(rows)) for one, head, rows in rounds if rows]
    page = {"name": known.name(language()), "code": code, "rounds": told}
    return render(request, "displacement/published_place.html", page)
