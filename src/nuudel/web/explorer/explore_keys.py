"""What the colours, dots and caravans of the map stand for."""

import math
from collections.abc import Sequence

from nuudel.publication.explorer.read import Bundle
from nuudel.web.explorer.caravans import WIDEST, caravan
from nuudel.web.explorer.explore_list import Fill
from nuudel.web.explorer.explore_state import State
from nuudel.web.words import language, number, say

# The largest dot of a map, in pixels; smaller where there are many.
LARGEST_DOT, MANY, SMALLER = 28.0, 60, 0.6
# The larger sample caravan, as a share of the widest route of all years.
SAMPLE = 0.4


def fill_key(fill: Fill, codes: Sequence[str]) -> dict[str, object]:
    """The key of the colours: title, classes and the words at the ends."""
    entry, lang = fill.entry, language()
    title = entry["title"][lang]
    if fill.year is not None and entry["palette"] != "net":
        title = say("explorer.explore.key_title", title=title, year=fill.year)
    return {
        "title": title,
        "dots": say("explorer.explore.key_dots", unit=entry["unit"][lang]) if fill.has_dots else "",
        "classes": [f"c-{entry['palette']}-{step + 1}" for step in range(fill.steps)],
        "ends": key_ends(fill),
        "no_data": any(fill.values.get(code) is None for code in codes),
        "estimated": entry["quality"] == "estimated",
    }


def key_ends(fill: Fill) -> list[str]:
    if not fill.breaks:
        return []
    low, high = fill.breaks[0], fill.breaks[-1]
    if fill.entry["palette"] == "net":
        gains = say("explorer.explore.key_gains", value=number(high, sign=True))
        return [say("explorer.explore.key_loses", value=number(low)), "0", gains]
    digits = fill.entry["decimals"]
    under = say("explorer.explore.key_under", value=number(low, digits))
    return [under, say("explorer.explore.key_over", value=number(high, digits))]


def counts(bundle: Bundle, fill: Fill) -> list[dict[str, object]]:
    """Dots whose area is the count, the largest below."""
    values = {code: value for code, value in fill.values.items() if value and code in bundle.places}
    if not fill.has_dots or not values:
        return []
    most = LARGEST_DOT * (SMALLER if len(values) > MANY else 1)
    largest = max(values.values())
    return [
        {
            "class": f"count c-{fill.entry['palette']}",
            "x": bundle.place(code).xy[0],
            "y": bundle.place(code).xy[1],
            "r": f"{max(1.0, most * math.sqrt(value / largest)):.1f}",
        }
        for code, value in sorted(values.items(), key=lambda one: -one[1])
    ]


def route_key(state: State, widest: int, dashed: bool) -> list[dict[str, str]]:
    """Two sample caravans with their numbers of people, at the map's own scale."""
    if state.routes == "none":
        return []
    kinds = (
        ["all"] if state.routes == "all" else [state.show] if state.show in ("in", "out") else ["in", "out"]
    )
    step = 10 ** math.floor(math.log10(widest * SAMPLE))
    large = max(1, math.floor(widest * SAMPLE / step) * step)
    samples = []
    for place, persons in enumerate((large, max(1, math.floor(large / 4 + 0.5)))):
        kind = kinds[place % len(kinds)]
        word = "" if kind == "all" else say(f"explorer.explore.{'came' if kind == 'in' else 'left'}") + ", "
        width = max(1.0, persons / widest * WIDEST)
        samples.append(
            {
                "kind": kind,
                "d": caravan((1, 5), (71, 5), width, dashed),
                "words": word + say("explorer.explore.key_persons", persons=number(persons)),
            }
        )
    return samples
