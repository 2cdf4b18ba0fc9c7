"""What the map page hands to its form, its links and its script."""

from typing import Any

from django.urls import reverse

from nuudel.publication.explorer.read import Bundle
from nuudel.web.explorer.explore_list import Fill
from nuudel.web.explorer.explore_state import NO_FILL, ROUTES, SHOWS, State
from nuudel.web.words import language, messages, say

PREFIX = "explorer.explore."
FORMATS = ("csv", "px", "sdmx")
OF_INDICATOR = ("key", "levels", "palette", "mark", "decimals", "breaks", "level_breaks", "quality")


def choices(bundle: Bundle, state: State) -> dict[str, list[tuple[object, str, bool]]]:
    """Value, words and whether it is chosen, for each field of the form."""
    lang = language()
    places = [*bundle.units(), *([] if state.level == bundle.unit_level else bundle.units(state.level))]
    if bundle.place(state.place) not in places:
        places.append(bundle.place(state.place))
    fills = [(key, entry["title"][lang]) for key, entry in bundle.indicators.items()]
    levels = [(level["key"], level["plural"][lang]) for level in bundle.index["levels"]]
    known = {
        "place": [(place.code, place.name(lang)) for place in places],
        "show": [(one, say(f"{PREFIX}show_{one}")) for one in SHOWS],
        "routes": [(one, say(f"{PREFIX}routes_{one}")) for one in ROUTES],
        "level": levels,
        "fill": [*fills, (NO_FILL, say(f"{PREFIX}fill_none"))],
        "year": [(year, str(year)) for year in reversed(bundle.years)],
    }
    return {
        field: [(value, words, value == getattr(state, field)) for value, words in entries]
        for field, entries in known.items()
    }


def sources(bundle: Bundle, fill: Fill | None) -> list[str]:
    """The lines of the sources that the page shows: the moves, the fill, the outlines."""
    lines = [entry["line"][language()] for entry in bundle.index["sources"]]
    shown = [lines[0]] if lines else []
    shown += [fill.entry["source"][language()]] if fill else []
    shown += [entry["line"][language()] for entry in bundle.index["sources"] if entry["key"] == "outlines"]
    return list(dict.fromkeys(shown))


def downloads(state: State) -> list[dict[str, object]]:
    """Addresses of what is shown: routes, totals and the fill, in each format."""
    kinds = ["routes", "totals", *([] if state.fill == NO_FILL else ["fill"])]
    return [
        {
            "words": say(f"{PREFIX}take_{what}"),
            "links": [
                (kind.upper(), f"{reverse('explore')}download/{what}.{kind}?{state.query()}")
                for kind in FORMATS
            ],
        }
        for what in kinds
    ]


def handed(bundle: Bundle, state: State, widest: dict[str, int]) -> dict[str, Any]:
    """What the script needs to begin: places, years, words, in the page's language."""
    lang, index = language(), bundle.index
    levels = [
        {"key": one["key"], "plural": one["plural"][lang], "shapes": one["shapes"]} for one in index["levels"]
    ]
    page = {
        "lang": lang,
        "figures": reverse("figures", args=[bundle.build, "FILE"]).removesuffix("FILE"),
        "country": bundle.country_code,
        "capital": bundle.capital or "",
        "years": bundle.years,
        "levels": levels,
        "places": handed_places(bundle, state),
        "events": [
            {"from": event["from"], "to": event["to"], "label": event["label"][lang]}
            for event in index["events"]
        ],
        "indicators": [
            {key: entry[key] for key in OF_INDICATOR}
            | {text: entry[text][lang] for text in ("title", "unit", "caveat")}
            for entry in bundle.indicators.values()
        ],
        "flowYears": index["flows"]["years"],
        "quality": index["flows"]["quality"],
        "widest": widest,
        "frame": index["frame"],
        "placePage": f"{reverse('explore')}places/CODE/",
        "source": say(f"{PREFIX}sources", sources="; ".join(sources(bundle, None))),
        "words": {
            key.removeprefix(PREFIX): text for key, text in messages(lang).items() if key.startswith(PREFIX)
        },
    }
    return {"page": page, "state": vars(state)}


def handed_places(bundle: Bundle, state: State) -> list[dict[str, object]]:
    """The country, the units of flows and the chosen place; the others come when they are asked for."""
    lang = language()
    near = {place.code: place for place in (*bundle.units(), bundle.place(state.place))}
    handed: list[dict[str, object]] = [
        {
            "code": place.code,
            "name": place.name(lang),
            "level": place.level,
            "parent": place.parent or "",
            "xy": place.xy,
        }
        for place in near.values()
    ]
    country = bundle.index["country"][lang]
    return [{"code": bundle.country_code, "name": country, "level": "", "parent": "", "xy": None}, *handed]
