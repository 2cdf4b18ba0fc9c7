"""The part's own pages: making a frame, planning it, its coverage, the calendar, and what informants said."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.calendar import days_of
from nuudel.domains.displacement.frames.coverage import Coverage, Unit, coverage_of, in_unit, units_of
from nuudel.domains.displacement.frames.frame import frame_of
from nuudel.domains.displacement.frames.late import LateTeam, late_by_team
from nuudel.domains.displacement.frames.making import (
    at_level,
    last_frame,
    levels_of,
    make_frame,
    round_before,
)
from nuudel.domains.displacement.frames.map import map_of
from nuudel.domains.displacement.frames.planning import PlanForm, plan
from nuudel.domains.displacement.frames.spread import TIMES, drawn, spreads_of
from nuudel.domains.displacement.frames.table import MOST_BYTES, FrameError, from_csv
from nuudel.domains.displacement.frames.teams import assign_all, people_of, usual_place
from nuudel.domains.displacement.operations.forms import areas
from nuudel.web.access.decisions import demand, may, visible
from nuudel.web.accounts.models import User
from nuudel.web.shell import records, sent
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.shown import place_names
from nuudel.web.shell.views.asked import shown_or_sent, user_of
from nuudel.web.words import say

MOST_TODAY, MOST_SPREADS, MOST_ELSEWHERE = 20, 100, 20
MOST_AT_ONCE = 3_000
"""Submissions whose informants are compared in one page; a larger round is read unit by unit."""
AREA = "displacement.area"


def round_asked(request: HttpRequest) -> models.Round:
    """The round that an address names, if the user may read it and its areas."""
    user, pk = user_of(request), sent.as_uuid(request.GET.get("of", ""))
    if pk is None:
        raise Http404
    found: Any = records.find(user, record_types()["displacement.round"], pk)
    demand(user, AREA, "read")
    return cast(models.Round, found)


def around_page(request: HttpRequest, around: models.Round) -> dict[str, Any]:
    """What every page of a round says of it."""
    user = user_of(request)
    return {
        "round": around,
        "place": place_names([around.place])[around.place],
        "runs": may(user, AREA, "create", around),
        "closed": around.state == "closed",
    }


@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """The coverage of a round; where scripts run it keeps itself up to date."""
    around = round_asked(request)
    return render(request, "displacement/coverage.html", coverage_page(request, around))


@require_safe
def coverage_part(request: HttpRequest) -> HttpResponse:
    """The part of the page that changes."""
    around = round_asked(request)
    return render(request, "displacement/coverage_part.html", coverage_page(request, around))


def coverage_page(request: HttpRequest, around: models.Round) -> dict[str, Any]:
    found = coverage_of(around, user_of(request))
    names = place_names(code for code, _ in found.elsewhere[:MOST_ELSEWHERE])
    return around_page(request, around) | {
        "coverage": found,
        "now": localtime(),
        "map": map_of(around.place, found.rows) if found.rows else None,
        "percent": 100 * found.share,
        "counts": list(found.counts.items()),
        "late": late_of(found, user_of(request)),
        "units": [(unit, 100 * unit.share, list(unit.counts.items())) for unit in found.units],
        "today": found.today[:MOST_TODAY],
        "more_today": max(0, len(found.today) - MOST_TODAY),
        "elsewhere": [(names[code], code, count) for code, count in found.elsewhere[:MOST_ELSEWHERE]],
    }


def late_of(found: Coverage, user: User) -> list[LateTeam]:
    """What is late, by the team that is to be called; its lead is named to those who run the operation."""
    late = late_by_team(found)
    teams = models.Team.objects.filter(pk__in=[one.pk for one in late if one.pk])
    rows = visible(teams, user, "displacement.team").select_related("lead")
    leads = {team.pk: team.lead_name for team in rows}
    return [replace(one, lead=leads.get(one.pk, "") if one.pk else "") for one in late]


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Who covers what when."""
    around = round_asked(request)
    rows = frame_of(around)
    page = around_page(request, around) | {"days": days_of(rows), "today": localtime().date()}
    return render(request, "displacement/calendar.html", page)


@require_safe
def informants(request: HttpRequest) -> HttpResponse:
    """How many agreed, how credible they are, and how far apart they lie, by area."""
    around = round_asked(request)
    user = user_of(request)
    if not may(user, "displacement.submission", "read", around):
        raise PermissionDenied
    rows = visible(models.Submission.objects.filter(round=around), user, "displacement.submission")
    areas_of_frame = frame_of(around)
    units = units_of(areas_of_frame)
    unit = unit_asked(request, rows, units)
    spreads = spreads_of(in_unit(rows, unit) if unit else rows)
    shown = spreads[:MOST_SPREADS]
    names = {row.area: row.name for row in areas_of_frame}
    missing = place_names(one.area for one in shown if one.area not in names)
    told = drawn(shown, missing | names)
    page = around_page(request, around) | {
        "rows": told,
        "total": len(spreads),
        "more": len(spreads) - len(shown),
        "asked": sum(one.asked for one in spreads),
        "agreed": sum(one.agreed for one in spreads),
        "wide": sum(one.wide for one in spreads),
        "times": TIMES,
        "top": told[0].top if told else 0,
        "units": [(one.code, one.name) for one in units],
        "unit": unit,
    }
    return render(request, "displacement/informants.html", page)


def unit_asked(request: HttpRequest, rows: Any, units: Sequence[Unit]) -> str:
    """The unit that is chosen; of a round with very many submissions the first one where none is."""
    codes = [one.code for one in units]
    asked = request.GET.get("unit", "")
    if asked in codes:
        return asked
    many = len(codes) > 1 and rows[: MOST_AT_ONCE + 1].count() > MOST_AT_ONCE
    return codes[0] if many else ""


@shown_or_sent
def frame(request: HttpRequest) -> HttpResponse:
    """Make the frame of a round in one step."""
    around = round_asked(request)
    user = user_of(request)
    demand(user, AREA, "create", around)
    page = around_page(request, around)
    status = 200
    if request.method == "POST" and not page["closed"]:
        page |= made_of(request, user, around)
        status = 422 if page.get("error") else 200
    page |= {
        "levels": [(level, len(at_level(around, level))) for level in levels_of(around)],
        "before": round_before(around),
        "count": len(frame_of(around)),
    }
    return render(request, "displacement/frame.html", page, status=status)


def made_of(request: HttpRequest, user: User, around: models.Round) -> dict[str, Any]:
    """What was made, or what is wrong with what was sent."""
    if request.POST.get("last"):
        return {"made": make_frame(user, around, last_frame(around))}
    if request.POST.get("level") in levels_of(around):
        return {"made": make_frame(user, around, at_level(around, request.POST["level"]))}
    file = request.FILES.get("file")
    if file is None:
        return {"error": say("displacement.frame.nothing_sent"), "wrong_field": "file"}
    try:
        return {"made": make_frame(user, around, from_csv(around, file.read(MOST_BYTES + 1)))}
    except FrameError as wrong:
        return {"error": say("displacement.frame.wrong"), "faults": wrong.faults, "wrong_field": "file"}


@shown_or_sent
def planned(request: HttpRequest) -> HttpResponse:
    """Give the areas of a place a team, a day and a priority at once."""
    around = round_asked(request)
    user = user_of(request)
    demand(user, AREA, "change", around)
    page = around_page(request, around) | {"changed": None}
    if page["closed"]:
        raise PermissionDenied
    form = PlanForm(around, request.POST if request.method == "POST" else None)
    if form.is_valid():
        page["changed"] = plan(user, around, form.cleaned_data)
    return render(
        request, "displacement/plan.html", page | {"form": form}, status=422 if form.errors else 200
    )


@shown_or_sent
def team_assign(request: HttpRequest) -> HttpResponse:
    """Assign all members of a team to an area at once."""
    user, pk = user_of(request), sent.as_uuid(request.GET.get("of", ""))
    if pk is None:
        raise Http404
    found: Any = records.find(user, record_types()["displacement.team"], pk)
    demand(user, "displacement.assignment", "create", found)
    choices = areas(found.round.place)
    page: dict[str, Any] = {"team": found, "people": people_of(found), "places": choices}
    page["chosen"] = usual_place(found)
    if request.method == "POST":
        page["chosen"] = request.POST.get("area", "")
        if page["chosen"] not in dict(choices):
            page["error"] = say("displacement.team.no_place")
        else:
            try:
                assign_all(user, found, page["chosen"])
            except BrokenRulesError as broken:
                page["error"] = " ".join(say(problem.message) for problem in broken.problems)
            else:
                return redirect("record", "displacement", "round", found.round_id)
    return render(request, "displacement/team_assign.html", page, status=422 if page.get("error") else 200)
