"""The sentence that the map page's heading says (``frontend/src/explore/finding.ts`` says the same)."""

from typing import Any

from nuudel.publication.explorer.read import Bundle
from nuudel.web.explorer.explore_state import State, route_place
from nuudel.web.words import language, number, say

Balance = tuple[int | None, int | None]


def balance(bundle: Bundle, code: str, year: int) -> Balance:
    """Arrivals and departures of a place in a year; None where nobody counted."""
    series: Any = bundle.series.get(code) or {}
    at = bundle.years.index(year)
    came, left = series.get("arrivals"), series.get("departures")
    return (came[at] if came else None), (left[at] if left else None)


def net_of(figures: Balance) -> int | None:
    came, left = figures
    return None if came is None or left is None else came - left


def finding(bundle: Bundle, state: State) -> str:
    """The sentence of a view."""
    return of_country(bundle, state) if state.routes == "all" else of_place(bundle, state)


def of_place(bundle: Bundle, state: State) -> str:
    code = route_place(bundle, state.place)
    came, left = balance(bundle, code, state.year)
    net = net_of((came, left))
    slots: dict[str, Any] = {"year": state.year, "place": bundle.name(code, language())}
    if net is None or came is None:
        return say("explorer.explore.finding_unknown", **slots)
    if net == 0:
        return say("explorer.explore.finding_even", **slots)
    slots["persons"] = number(abs(net))
    if code == bundle.capital:
        return of_capital(bundle, state.year, net, slots)
    if not left:
        return say("explorer.explore.finding_gained_only", **slots)
    way = "gained" if net > 0 else "lost"
    return say(f"explorer.explore.finding_{way}", rate=rounded(100 * came / left), **slots)


def of_capital(bundle: Bundle, year: int, net: int, slots: dict[str, Any]) -> str:
    others = [place.code for place in bundle.units() if place.code != bundle.capital]
    nets = [known for code in others if (known := net_of(balance(bundle, code, year))) is not None]
    losers = sum(known < 0 for known in nets)
    way, share = ("gained" if net > 0 else "lost"), ("all" if losers == len(nets) else "some")
    units = bundle.index["levels"][0]["plural"][language()]
    key = f"explorer.explore.finding_capital_{way}_{share}"
    return say(key, losers=losers, all=len(nets), units=units, **slots)


def of_country(bundle: Bundle, state: State) -> str:
    moves, _ = balance(bundle, bundle.country_code, state.year)
    nets = [
        (net, place.name(language()))
        for place in bundle.units()
        if (net := net_of(balance(bundle, place.code, state.year))) is not None
    ]
    if moves is None or not nets:
        return say("explorer.explore.finding_country_unknown", year=state.year)
    ranked = sorted(nets, key=lambda one: -one[0])
    return say(
        "explorer.explore.finding_country",
        year=state.year, persons=number(moves), first=ranked[0][1], last=ranked[-1][1],
    )  # fmt: skip


def rounded(value: float) -> int:
    """As the browser rounds: halves upwards."""
    return int(value + 0.5)
