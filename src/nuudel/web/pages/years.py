"""The timeline: the years of the country or of a place, with what happened in them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nuudel.publication.explorer.timeline import compose_timeline
from nuudel.web.explorer.release import release
from nuudel.web.pages.drawn import drawn_page
from nuudel.web.pages.names import alphabetical
from nuudel.web.pages.places import unknown_place
from nuudel.web.words import language, say


@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    """The years of the country, or of the place that the form chooses."""
    bundle, lang = release().bundle, language()
    code = request.GET.get("place", "")
    if code and code not in bundle.places:
        return unknown_place(request, code)
    main = drawn_page(f"timeline-{code}", lambda: compose_timeline(bundle, lang, code or None))
    choices = sorted(((u.code, u.name(lang)) for u in bundle.units()), key=lambda pair: alphabetical(pair[1]))
    named = {"main": main, "title": say("pages.timeline.title"), "choices": choices, "place": code}
    return render(request, "pages/timeline.html", named)
