"""The map page: who moves where, drawn by the server, taken over by the script."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from nuudel.publication.explorer.read import Bundle
from nuudel.web.explorer import years_drawing
from nuudel.web.explorer.caravans import Route, drawn_routes, names_of, routes_of, rows_of, widest_routes
from nuudel.web.explorer.explore_handed import PREFIX, choices, downloads, handed, sources
from nuudel.web.explorer.explore_keys import counts, fill_key, route_key
from nuudel.web.explorer.explore_list import (
    Fill,
    fill_of,
    fill_sentence,
    lists,
    places_table,
)
from nuudel.web.explorer.explore_state import State, read_state, route_place
from nuudel.web.explorer.finding import balance, finding, net_of
from nuudel.web.explorer.published import shown
from nuudel.web.words import language, number, say


@gzip_page
@require_safe
def explore(request: HttpRequest) -> HttpResponse:
    """The map page in the state that the address asks for."""
    bundle = shown()
    state = read_state(bundle, request.GET)
    return render(request, "explorer/explore.html", context_of(bundle, state))


@lru_cache(maxsize=2)
def widest_of(build: str) -> dict[str, int]:
    """The largest route of each place, read once for a bundle."""
    bundle = shown()
    return dict(widest_routes(bundle)) if bundle.build == build else {}


def context_of(bundle: Bundle, state: State) -> dict[str, Any]:
    """All that the template writes."""
    lang = language()
    place = route_place(bundle, state.place)
    subject = bundle.country_code if state.routes == "all" else place
    rows, fill = rows_of(bundle, state.year), fill_of(bundle, state)
    routes = routes_of(rows, state, place)
    widest = widest_of(bundle.build)
    came, left = balance(bundle, subject, state.year)
    drawn = bundle.shapes(state.level) or bundle.shapes(bundle.unit_level)
    units = drawn["units"] if drawn else []
    quality = bundle.index["flows"]["quality"]
    return {
        "wide": True,
        "state": state,
        "finding": finding(bundle, state),
        "sub": say(
            f"{PREFIX}sub",
            country=bundle.index["country"][lang], quality=say(f"{PREFIX}quality_{quality}"),
        ),
        "choices": choices(bundle, state),
        "frame": bundle.index["frame"],
        "land": land(bundle, state, units, fill),
        "borders": borders(bundle, state),
        "counts": counts(bundle, fill) if fill else [],
        "route_key": route_key(state, widest.get(subject, 1), quality == "estimated"),
        "route_key_title": say(f"{PREFIX}key_route_{quality}"),
        "flows": drawn_routes(bundle, state, rows, widest),
        "names": names_of(bundle, state, routes, lang),
        "dots": [(unit.xy, unit.code == state.place) for unit in bundle.units()],
        "fill_key": fill_key(fill, [unit["code"] for unit in units]) if fill else None,
        "fill_note": fill.entry["caveat"][lang] if fill else "",
        "fill_sentence": spoken(bundle, state) if speaks(fill, state) else "",
        "subject": bundle.name(subject, lang),
        "place_name": bundle.name(state.place, lang),
        "above": bundle.name(place, lang) if place != state.place else "",
        "came": came,
        "left": left,
        "net": net_of((came, left)),
        "doubts": doubts(bundle, subject, state.year),
        "quality": quality,
        "lists": lists(bundle, state, place, rows),
        "has_doubts": bool((bundle.series.get(subject) or {}).get("doubtful")),
        "bars": years_drawing.bars(bundle, subject, state.year),
        "events": years_drawing.events(bundle),
        "happened": say(f"{PREFIX}list_comma").join(years_drawing.happened(bundle, state.year)),
        "years": (bundle.years[0], bundle.years[-1]),
        "places_table": places_table(bundle, state, fill),
        "fill_title": fill.entry["title"][lang] if fill else "",
        "routes_caption": say(f"{PREFIX}table_routes_{quality}", year=state.year),
        "routes_table": routes_table(bundle, routes),
        "coverage": bundle.index["flows"]["coverage_note"][lang],
        "sources": say(f"{PREFIX}sources", sources="; ".join(sources(bundle, fill))),
        "downloads": downloads(state),
        "handed": handed(bundle, state, widest),
    }  # fmt: skip


def speaks(fill: Fill | None, state: State) -> bool:
    """Whether the list tells the fill's value: the balance it has told already."""
    return fill is not None and state.routes != "all" and fill.entry["palette"] != "net"


def spoken(bundle: Bundle, state: State) -> str:
    """The fill's value of the chosen place, which may lie on another level than the areas."""
    fill = fill_of(bundle, replace(state, level=bundle.place(state.place).level))
    return fill_sentence(fill, state.place) if fill else ""


def land(
    bundle: Bundle, state: State, units: Sequence[dict[str, Any]], fill: Fill | None
) -> list[dict[str, object]]:
    """The areas, the chosen one last and so on top."""
    drawn = [
        {
            "code": unit["code"],
            "d": unit["d"],
            "tone": fill.tone(unit["code"]) if fill else "bare",
            "chosen": unit["code"] == state.place,
            "name": bundle.name(unit["code"], language()),
        }
        for unit in units
    ]
    return sorted(drawn, key=lambda unit: bool(unit["chosen"]))


def borders(bundle: Bundle, state: State) -> list[dict[str, str]]:
    """Outlines of the units of flows, over smaller areas."""
    shapes = bundle.shapes(bundle.unit_level)
    return [] if state.level == bundle.unit_level or not shapes else shapes["units"]


def doubts(bundle: Bundle, code: str, year: int) -> list[str]:
    told = (bundle.series.get(code) or {}).get("doubtful", ())
    return [doubt["reason"][language()] for doubt in told if doubt["year"] == year]


def routes_table(bundle: Bundle, routes: Sequence[Route]) -> list[dict[str, str]]:
    return [
        {
            "origin": bundle.name(route.origin, language()),
            "destination": bundle.name(route.destination, language()),
            "persons": number(route.persons),
            "range": "–" if route.low is None else f"{number(route.low)}–{number(route.high)}",
        }
        for route in routes
    ]
