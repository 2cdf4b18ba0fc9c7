"""The list of places, the page of a place, and two places beside each other."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from nuudel.publication.explorer.compare import compose_compare
from nuudel.publication.explorer.pages import compose_place
from nuudel.publication.explorer.read import Bundle, BundlePlace
from nuudel.web.explorer.release import release
from nuudel.web.pages.drawn import drawn_page
from nuudel.web.words import language, say


@dataclass(frozen=True)
class Row:
    """A place of the list: name, last year's moves, residents, and the places in it."""

    code: str
    name: str
    arrivals: float | None
    departures: float | None
    residents: float | None
    units: tuple[tuple[str, str], ...]

    @property
    def net(self) -> float | None:
        if self.arrivals is None or self.departures is None:
            return None
        return self.arrivals - self.departures


def found(bundle: Bundle, code: str) -> BundlePlace:
    """A place of the bundle, or 404."""
    if code not in bundle.places:
        raise Http404
    return bundle.place(code)


def matches(place: BundlePlace, wanted: str) -> bool:
    """Whether one of a place's names has the letters that somebody typed."""
    return not wanted or any(wanted in name.casefold() for name in (*place.names.values(), place.code))


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """All places with their last figures; a search keeps those whose names have the letters."""
    bundle, lang = release().bundle, language()
    wanted = request.GET.get("q", "").strip().casefold()[:80]
    rows = [row for unit in bundle.units() if (row := row_of(bundle, unit, wanted, lang))]
    only = [row.code for row in rows] + [code for row in rows for code, _ in row.units]
    exact = [code for code in only if wanted in {n.casefold() for n in bundle.place(code).names.values()}]
    if wanted and len(exact) == 1:
        return HttpResponseRedirect(reverse("place", args=exact))
    year = bundle.years[-1] if bundle.years else None
    return render(request, "pages/places.html", {"rows": rows, "q": request.GET.get("q", ""), "year": year})


def row_of(bundle: Bundle, unit: BundlePlace, wanted: str, lang: str) -> Row | None:
    """A row of the list, or None where neither the place nor one in it has the letters."""
    own = matches(unit, wanted)
    inside = [p for p in bundle.places.values() if p.parent == unit.code]
    units = [place for place in inside if own or matches(place, wanted)]
    if not own and not units:
        return None
    series = bundle.series.get(unit.code, {})
    arrivals, departures = (next(iter(series.get(k, [])[-1:]), None) for k in ("arrivals", "departures"))
    population = series.get("population") or {}
    residents = population[max(population)] if population else None
    named = sorted((place.name(lang), place.code) for place in units)
    return Row(
        unit.code,
        unit.name(lang),
        arrivals,
        departures,
        residents,
        tuple((code, name) for name, code in named),
    )


@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that is known about a place."""
    bundle, lang = release().bundle, language()
    if code == bundle.country_code:
        return HttpResponseRedirect(reverse("timeline"))
    name = found(bundle, code).name(lang)
    main = drawn_page(f"place-{code}", lambda: compose_place(bundle, code, lang))
    return render(request, "pages/frame.html", {"main": main, "title": name})


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two places beside each other; the form chooses them."""
    bundle, lang = release().bundle, language()
    capital = bundle.capital or bundle.units()[0].code
    a = request.GET.get("a") or capital
    b = request.GET.get("b") or next(unit.code for unit in bundle.units() if unit.code != a)
    for code in (a, b):
        found(bundle, code)
    main = drawn_page(f"compare-{a}-{b}", lambda: compose_compare(bundle, a, b, lang)) if a != b else ""
    choices = [(unit.code, unit.name(lang)) for unit in bundle.units()]
    return render(
        request,
        "pages/compare.html",
        {"main": main, "title": say("pages.compare.title"), "choices": choices, "a": a, "b": b},
    )
