"""The map page's list and tables, as the server writes them (the script of the page writes the same)."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nuudel.publication.explorer.read import Bundle
from nuudel.web.explorer.caravans import Row
from nuudel.web.explorer.explore_state import NO_FILL, State, indicator_values
from nuudel.web.explorer.finding import balance, net_of
from nuudel.web.words import language, number, say

ROWS, ALL_ROWS = {"in": 5, "out": 4}, 10


@dataclass(frozen=True)
class Fill:
    """What the areas, or the dots on them, say.

    Attributes
    ----------
    entry
        The indicator's entry of the bundle's index.
    year
        The year of the values, None where they are of none.
    values
        By code of the place.
    breaks
        Upper ends of the classes but the last.
    """

    entry: Mapping[str, Any]
    year: int | None
    values: Mapping[str, float | None]
    breaks: Sequence[float]

    @property
    def steps(self) -> int:
        return 9 if self.entry["palette"] == "net" else 7

    @property
    def has_dots(self) -> bool:
        """Counts are dots whose area is the count; rates and shares fill the land."""
        return bool(self.entry["mark"] == "dots")

    def tone(self, code: str) -> str:
        """The class of a place's area."""
        value = self.values.get(code)
        if value is None:
            return "no-data"
        if self.has_dots:
            return "bare"
        # A value on a break belongs to the class below it.
        rank = bisect_left(self.breaks, value)
        step = 1 + (int(rank * (self.steps - 1) / len(self.breaks) + 0.5) if self.breaks else 0)
        return f"c-{self.entry['palette']}-{step}"


def fill_of(bundle: Bundle, state: State) -> Fill | None:
    """The fill of a view; None where the areas are plain."""
    if state.fill == NO_FILL:
        return None
    entry = bundle.indicators[state.fill]
    year, values = indicator_values(bundle, state)
    return Fill(entry, year, values, entry["level_breaks"].get(state.level, entry["breaks"]))


def fill_sentence(fill: Fill, code: str) -> str:
    """An indicator's value of a place, with its year."""
    entry, lang, value = fill.entry, language(), fill.values.get(code)
    title = entry["title"][lang]
    if value is None:
        return say("explorer.explore.fill_missing", title=title)
    slots = {"title": title, "value": number(value, entry["decimals"]), "unit": entry["unit"][lang]}
    if fill.year is None:
        return say("explorer.explore.fill_timeless", **slots)
    return say("explorer.explore.fill_value", year=fill.year, **slots)


def lists(bundle: Bundle, state: State, place: str, rows: Sequence[Row]) -> list[dict[str, object]]:
    """The routes as lists of bars: the largest of all, or those to and from the place."""
    if not rows:
        return []
    name = {code: entry.name(language()) for code, entry in bundle.places.items()}
    if state.routes == "all":
        words = [f"{name[row[0]]} → {name[row[1]]}" for row in rows[:ALL_ROWS]]
        return [one_list("largest_routes", "all", rows[:ALL_ROWS], words, state)]
    found = []
    for kind, title, end, other in (("in", "came_from", 1, 0), ("out", "went_to", 0, 1)):
        if state.show in ("both", "net", kind):
            mine = [row for row in rows if row[end] == place][: ROWS[kind]]
            found.append(one_list(title, kind, mine, [name[str(row[other])] for row in mine], state))
    return found


def one_list(
    title: str, kind: str, rows: Sequence[Row], names: Sequence[str], state: State
) -> dict[str, object]:
    most = max([1, *(row[4] or row[2] for row in rows)])
    items: list[dict[str, str]] = [
        {
            "name": name,
            "query": state.query(place=row[0] if kind == "in" else row[1], routes="place"),
            "partner": row[0] if kind == "in" else row[1],
            "key": f"{row[0]}-{row[1]}",
            "persons": number(row[2]),
            "width": f"{100 * row[2] / most:.1f}%",
            "low": f"{100 * row[3] / most:.1f}%" if row[3] is not None else "",
            "high": f"{100 * (row[4] or 0) / most:.1f}%",
        }
        for row, name in zip(rows, names, strict=True)
    ]
    return {"title": say(f"explorer.explore.{title}"), "kind": kind, "rows": items}


def places_table(bundle: Bundle, state: State, fill: Fill | None) -> list[dict[str, str]]:
    """Arrivals, departures and the fill of all places of the year."""
    level = state.level if fill and state.level in fill.entry["levels"] else bundle.unit_level
    rows = []
    for place in bundle.units(level):
        came, left = balance(bundle, place.code, state.year)
        rows.append(
            {
                "name": place.name(language()),
                "came": number(came),
                "left": number(left),
                "net": number(net_of((came, left)), sign=True),
                "value": number(fill.values.get(place.code), fill.entry["decimals"]) if fill else "",
            }
        )
    return rows
