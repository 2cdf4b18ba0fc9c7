"""The overview of a soum, and the monthly table with its file."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from nuudel.domains.otor import parameters
from nuudel.domains.otor.figures import published
from nuudel.domains.otor.pages.overview import overview_of, places_of
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.domains.otor.spots import SOUM
from nuudel.web.access.models import Place
from nuudel.web.shell.views.asked import user_of
from nuudel.web.shell.views.lists import csv_response
from nuudel.web.words import language


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """One place at a time: the first of the user's, or the one that is chosen."""
    user = user_of(request)
    places = places_of(user)
    if not places:
        raise Http404
    chosen = request.GET.get("place", "")
    place = next((one for one in places if one.code == chosen), places[0])
    lang = language()
    shown = {
        "o": overview_of(user, place, localdate()),
        "name": place.name(lang),
        "places": [(one.code, one.name(lang), one.level == SOUM) for one in places],
        "request_type": REQUEST,
    }
    return render(request, "otor/overview.html", shown)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """The published table."""
    rows = published()
    names = {place.code: place.name(language()) for place in Place.objects.exclude(level=SOUM)}
    minimum = int(parameters.value("minimum_group", localdate()))
    named = [
        (row, names.get(row.origin, row.origin), names.get(row.destination, row.destination)) for row in rows
    ]
    return render(request, "otor/figures.html", {"rows": named, "minimum": minimum})


@require_safe
def figures_csv(request: HttpRequest) -> HttpResponse:
    """The same as a file; what is hidden says so."""
    minimum = int(parameters.value("minimum_group", localdate()))
    columns = ["month", "origin", "destination", "households", "persons", "quality"]
    lines: list[list[object]] = []
    for row in published():
        hidden = f"under {minimum}" if row.households is None else row.households
        lines.append([row.month, row.origin, row.destination, hidden, row.persons, row.quality])
    return csv_response("otor", columns, lines)
