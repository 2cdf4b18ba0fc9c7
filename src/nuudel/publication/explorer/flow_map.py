"""The map of a year without JavaScript: areas by class, and the largest routes of a place or of all."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from nuudel.publication.charts import style
from nuudel.publication.charts.plane_maps import Area, Circle, Dot, Route, paint_areas
from nuudel.publication.charts.style import number, span
from nuudel.publication.explorer.documents import Exhibit
from nuudel.publication.explorer.page_units import class_key, shape_caveats
from nuudel.publication.explorer.palettes import RAMPS
from nuudel.publication.explorer.read import Bundle
from nuudel.publication.explorer.teller import Moves, Teller
from nuudel.publication.explorer.themed import draw
from nuudel.publication.report.document import Figure, TextTable
from nuudel.publication.report.drawings import Drawings

Show = Literal["both", "in", "out", "none"]
# Routes of one place and of all, on the desk; a phone shows half of them. Rows of the table.
OF_ONE, OF_ALL, ROWS = 40, 70, 40
# Pixels of the frame between two names on a phone.
APART = 150
Row = Sequence[Any]


def flow_map(bundle: Bundle, place: str, year: int, show: Show, fill: str, lang: str) -> Drawings:
    """The map's two drawings; see ``compose_map``."""
    return draw(compose_map(bundle, place, year, show, fill, lang).figure)


def compose_map(bundle: Bundle, place: str, year: int, show: Show, fill: str, lang: str) -> Exhibit:
    """The map of a year with its finding as the title, and its routes as a table.

    Parameters
    ----------
    place
        Code of the place whose routes are shown; empty or the country's code for all.
    show
        Which routes: those that lead there, those that lead away, both, or none.
    fill
        Key of the indicator that colours the areas; empty for none. One without the year shows its last one
        before, else its first.

    Raises
    ------
    PublicationError
        ``PUBLICATION-321`` language, ``PUBLICATION-323`` place, ``PUBLICATION-324`` year or indicator: the
        bundle has none of these.
    """
    teller = Teller(bundle, lang)
    one = "" if place == bundle.country_code else place
    if one:
        bundle.place(one)
    rows = chosen_rows(bundle, one, year, show)
    filling = Filling.of(teller, fill, year)
    level = filling.level if filling else bundle.unit_level
    areas = areas_of(teller, level, one, filling)
    quality = bundle.index["flows"]["quality"]
    figure = Figure(
        key=f"map-{one or 'all'}-{year}",
        title=map_title(teller, one, year),
        subtitle=map_subtitle(teller, filling, bool(rows), year),
        painter=lambda canvas: paint_map(teller, canvas, one, areas, rows, filling),
        source=teller.source(teller.moves_source),
        table="flows",
        caveats=(
            *((teller.text(bundle.index["flows"]["coverage_note"]),) if rows else ()),
            *shape_caveats(teller, level, [unit.code for unit in bundle.units(level)]),
        ),
        tag=teller.say("page.estimated") if rows and quality == "estimated" else "",
    )
    return Exhibit(figure, routes_table(teller, rows, year))


class Filling:
    """The values of an indicator in the year nearest before the one asked for."""

    def __init__(self, teller: Teller, entry: Mapping[str, Any], level: str, year: str) -> None:
        self.entry, self.level, self.year = entry, level, year
        self.values: Mapping[str, float | None] = teller.bundle.indicator(entry["key"])[level][year]
        self.breaks: Sequence[float] = entry["level_breaks"][level]

    @classmethod
    def of(cls, teller: Teller, key: str, year: int) -> "Filling | None":
        if not key:
            return None
        levels = teller.bundle.indicator(key)
        level = next(iter(levels))
        before = [known for known in levels[level] if not known.isdigit() or int(known) <= year]
        return cls(teller, teller.bundle.indicators[key], level, max(before or [min(levels[level])]))

    @property
    def counted(self) -> bool:
        """Whether it is a count, which is never a fill."""
        return bool(self.entry["mark"] == "dots")

    def rank(self, code: str) -> int | None:
        if self.counted:
            return 0
        value = self.values.get(code)
        return None if value is None else int(np.digitize(value, self.breaks))


def chosen_rows(bundle: Bundle, one: str, year: int, show: Show) -> list[Row]:
    """The largest routes of a place, or of all, largest first."""
    if show == "none" or not bundle.index["flows"]["years"]:
        return []
    rows = bundle.flows(year)["rows"]
    if not one:
        return list(rows[:OF_ALL])
    sides = {"in": (1,), "out": (0,), "both": (0, 1)}[show]
    return [row for row in rows if any(row[side] == one for side in sides)][:OF_ONE]


def areas_of(teller: Teller, level: str, one: str, filling: Filling | None) -> list[Area]:
    drawn = teller.bundle.shapes(level)
    if drawn is None:
        return []
    return [
        Area(
            unit["d"],
            filling.rank(unit["code"]) if filling else 0,
            tuple(unit["c"]),
            strong=unit["code"] == one,
        )
        for unit in drawn["units"]
    ]


def paint_map(
    teller: Teller,
    canvas: style.Canvas,
    one: str,
    areas: Sequence[Area],
    rows: Sequence[Row],
    filling: Filling | None,
) -> Any:
    bundle = teller.bundle
    shown = rows[: len(rows) // 2] if canvas.is_phone and len(rows) > OF_ONE // 2 else rows
    routes = [
        Route(bundle.place(o).xy, bundle.place(d).xy, float(n), route_colour(one, o, d), low is not None)
        for o, d, n, low, _ in shown
    ]
    legend = [(style.ALL, teller.say("map.all"))]
    if one:
        present = {route.colour for route in routes}
        legend = [
            (c, teller.say(f"map.{w}")) for c, w in ((style.IN, "came"), (style.OUT, "left")) if c in present
        ]
    return paint_areas(
        canvas,
        areas,
        RAMPS[filling.entry["palette"]] if filling and not filling.counted else (style.FELT,),
        class_key(teller, filling.entry, filling.breaks) if filling and not filling.counted else None,
        routes=routes,
        dots=dots_of(teller, canvas, one, shown),
        persons_word=teller.say("map.persons"),
        legend=legend,
        circles=circles_of(teller, filling),
        circle_words=circle_words(teller, filling),
    )


def known_counts(filling: Filling | None) -> dict[str, float]:
    """The counts of an indicator that is one, where there are any above zero."""
    if filling is None or not filling.counted:
        return {}
    return {code: value for code, value in filling.values.items() if value}


def circles_of(teller: Teller, filling: Filling | None) -> list[Circle]:
    counts = known_counts(filling)
    largest = max(counts.values(), default=1.0)
    return [Circle(teller.bundle.place(code).xy, value / largest) for code, value in counts.items()]


def circle_words(teller: Teller, filling: Filling | None) -> str:
    """The key of the circles: what they count, and the number of the largest."""
    counts = known_counts(filling)
    if filling is None or not counts:
        return ""
    largest = number(max(counts.values()), filling.entry["decimals"])
    title, unit = (teller.text(filling.entry[key]) for key in ("title", "unit"))
    return teller.say("map.circles", title=title, n=largest, unit=unit)


def route_colour(one: str, origin: str, destination: str) -> str:
    if not one:
        return style.ALL
    return style.IN if destination == one else style.OUT


def dots_of(teller: Teller, canvas: style.Canvas, one: str, rows: Sequence[Row]) -> list[Dot]:
    """Every place with its name; on the phone those of the place, the capital and its largest partner."""
    bundle = teller.bundle
    weights = {unit.code: 0.0 for unit in bundle.units()}
    for origin, destination, persons, *_ in rows:
        for code in (origin, destination):
            weights[code] = weights.get(code, 0.0) + persons
    strong = {one or bundle.capital or ""}
    named = set(weights)
    if canvas.is_phone:
        largest = [code for row in rows[:1] for code in row[:2]]
        named = {one, bundle.capital or "", *largest}
        named = {
            code for code in named if code in weights and (code in strong or is_apart(bundle, code, strong))
        }
    return [
        Dot(bundle.place(c).xy, teller.name(c) if c in named else "", w, always=c in strong)
        for c, w in weights.items()
    ]


def is_apart(bundle: Bundle, code: str, others: set[str]) -> bool:
    """Whether a place is far enough from others for a name beside theirs on a phone."""
    places = [bundle.place(other).xy for other in others if other in bundle.places]
    at = np.array(bundle.place(code).xy)
    return all(float(np.hypot(*(at - np.array(place)))) > APART for place in places)


def map_title(teller: Teller, one: str, year: int) -> str:
    """Whether the place gained or lost, or how many of all places gained."""
    if one:
        moves = teller.moves(one)
        if moves is None or year not in moves.years or not np.isfinite(sum(moves.at(year))):
            return teller.say("map.routes", year=year)
        came, left = moves.at(year)
        key = "gained" if came > left else "lost" if came < left else "level"
        return teller.say(f"map.{key}", year=year, name=teller.name(one), n=number(abs(came - left)))
    told = [teller.moves(unit.code) for unit in teller.bundle.units()]
    nets = [net_of(moves, year) for moves in told if moves is not None]
    up, of = sum(net > 0 for net in nets), sum(bool(np.isfinite(net)) for net in nets)
    if not of:
        return teller.say("map.routes", year=year)
    if up == 1 and of > 1:
        units = zip(teller.bundle.units(), told, strict=True)
        only, net = next((u, net_of(m, year)) for u, m in units if m is not None and net_of(m, year) > 0)
        return teller.say("map.only_one", year=year, name=only.name(teller.lang), n=number(net))
    return (
        teller.say("map.country", year=year, up=up, of=of)
        if up
        else teller.say("map.country_none", year=year)
    )


def net_of(moves: Moves, year: int) -> float:
    if year not in moves.years:
        return float("nan")
    came, left = moves.at(year)
    return came - left


def map_subtitle(teller: Teller, filling: Filling | None, routes: bool, year: int) -> str:
    if filling is None:
        return teller.say("map.routes", year=year)
    fill = teller.text(filling.entry["title"])
    if filling.year.isdigit() and int(filling.year) != year:
        fill = f"{fill} ({filling.year})"
    return teller.say("map.subtitle" if routes else "map.subtitle_fill", fill=fill, year=year)


def routes_table(teller: Teller, rows: Sequence[Row], year: int) -> TextTable:
    ranged = any(row[3] is not None for row in rows)
    body = []
    for origin, destination, persons, low, high in rows[:ROWS]:
        route = teller.say("map.route_text", origin=teller.name(origin), destination=teller.name(destination))
        body.append((route, number(persons), *((span(low, high, 0),) if ranged else ())))
    columns = ("route", "persons", *(("range",) if ranged else ()))
    return TextTable(
        title=teller.say("map.table", year=year),
        header=tuple(teller.say(f"map.{name}") for name in columns),
        rows=tuple(body),
        source=teller.source(teller.moves_source),
        table="flows",
        summary=teller.say("page.numbers"),
    )
