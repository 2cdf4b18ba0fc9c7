"""The list of places, the page of a place, and two places beside each other."""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from nuudel.publication.explorer.compare import compose_compare
from nuudel.publication.explorer.documents import Page
from nuudel.publication.explorer.pages import compose_place
from nuudel.publication.explorer.read import Bundle, BundlePlace
from nuudel.web.explorer.published import published
from nuudel.web.explorer.release import release
from nuudel.web.pages.drawn import drawn_page
from nuudel.web.pages.names import LONGEST, alphabetical, matches, named_so, near
from nuudel.web.pages.published import digest_of, section_of
from nuudel.web.words import language, say


@dataclass(frozen=True)
class Row:
    """A place of the list: name, last year's moves, residents, and the places in it."""

    code: str
    name: str
    other_name: str
    arrivals: float | None
    departures: float | None
    residents: float | None
    units: tuple[tuple[str, str], ...]

    @property
    def net(self) -> float | None:
        if self.arrivals is None or self.departures is None:
            return None
        return self.arrivals - self.departures

    @property
    def rate(self) -> float | None:
        """Balance per 1,000 residents."""
        return None if self.net is None or not self.residents else 1000 * self.net / self.residents


def unknown_place(request: HttpRequest, code: str) -> HttpResponse:
    """404 in words, with the places whose names come nearest; to the place itself where it was named."""
    bundle, lang = release().bundle, language()
    wanted = code[:LONGEST]
    named = named_so(bundle.places.values(), wanted)
    if len(named) == 1 and request.resolver_match and request.resolver_match.url_name == "place":
        return HttpResponseRedirect(reverse("place", args=[named[0].code]))
    context = {"wanted": wanted, "near": [(p.code, p.name(lang)) for p in near(bundle, wanted)]}
    return render(request, "pages/unknown.html", context, status=404)


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """All places with their last figures; a search keeps those whose names have the letters."""
    bundle, lang = release().bundle, language()
    wanted = request.GET.get("q", "").strip()[:LONGEST]
    exact = named_so(bundle.places.values(), wanted) if wanted else []
    if len(exact) == 1:
        return HttpResponseRedirect(reverse("place", args=[exact[0].code]))
    rows = [row for unit in bundle.units() if (row := row_of(bundle, unit, wanted, lang))]
    rows.sort(key=lambda row: alphabetical(row.name))
    largest = max((abs(row.rate) for row in rows if row.rate is not None), default=0.0)
    context = {
        "rows": [(row, bar_of(row.rate, largest)) for row in rows],
        "q": wanted,
        "near": [] if rows else [(p.code, p.name(lang)) for p in near(bundle, wanted)],
        "year": bundle.years[-1] if bundle.years else None,
    }
    return render(request, "pages/places.html", context)


def row_of(bundle: Bundle, unit: BundlePlace, wanted: str, lang: str) -> Row | None:
    """A row of the list, or None where neither the place nor one in it has the letters."""
    own = matches(unit, wanted)
    inside = [p for p in bundle.places.values() if p.parent == unit.code]
    units = [place for place in inside if own or matches(place, wanted)]
    if not own and not units:
        return None
    series = bundle.series.get(unit.code, {})
    arrivals, departures = (next(iter((series.get(k) or [])[-1:]), None) for k in ("arrivals", "departures"))
    population = series.get("population") or {}
    residents = population[max(population)] if population else None
    other = next((name for key, name in unit.names.items() if key != lang), "")
    named = sorted(((p.code, p.name(lang)) for p in units), key=lambda pair: alphabetical(pair[1]))
    return Row(unit.code, unit.name(lang), other, arrivals, departures, residents, tuple(named))


def bar_of(rate: float | None, largest: float) -> tuple[str, str, str] | None:
    """Left edge and width of a bar from the middle of its column, in per cent, and its colour's name."""
    if rate is None or not largest:
        return None
    width = 50 * abs(rate) / largest
    left = 50.0 if rate > 0 else 50 - width
    return f"{left:.1f}%", f"{width:.1f}%", "in" if rate > 0 else "out"


@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that is known about a place."""
    bundle, lang = release().bundle, language()
    if code == bundle.country_code:
        return HttpResponseRedirect(reverse("timeline"))
    if code not in bundle.places:
        return unknown_place(request, code)
    main = place_main(bundle, code, lang)
    return render(request, "pages/frame.html", {"main": main, "title": bundle.place(code).name(lang)})


def place_main(bundle: Bundle, code: str, lang: str) -> str:
    """The main part of a place's page, with what domains publish of it."""
    told = published().sections(code)
    beside = f"-{digest_of(told, code)}" if told else ""

    def compose() -> Page:
        page = compose_place(bundle, code, lang)
        return replace(page, sections=(*page.sections, *(section_of(one, code, lang) for one in told)))

    return drawn_page(f"place-{code}{beside}", compose)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two places beside each other; the form chooses them."""
    bundle, lang = release().bundle, language()
    units = sorted(bundle.units(), key=lambda unit: alphabetical(unit.name(lang)))
    capital = bundle.capital or units[0].code
    a = request.GET.get("a") or next((unit.code for unit in units if unit.code != capital), capital)
    b = request.GET.get("b") or next(u.code for u in (bundle.place(capital), *units) if u.code != a)
    for code in (a, b):
        if code not in bundle.places:
            return unknown_place(request, code)
    main = drawn_page(f"compare-{a}-{b}", lambda: compose_compare(bundle, a, b, lang)) if a != b else ""
    choices = [(unit.code, unit.name(lang)) for unit in units]
    # Places inside a unit are compared by their address; the form keeps them.
    choices += [(code, bundle.name(code, lang)) for code in (a, b) if code not in {c for c, _ in choices}]
    return render(
        request,
        "pages/compare.html",
        {"main": main, "title": say("pages.compare.title"), "choices": choices, "a": a, "b": b},
    )
