"""The map as the server draws it: routes, caravans, names (``frontend/src/explore`` draws the same)."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nuudel.publication.explorer.read import Bundle
from nuudel.web.explorer.explore_state import State, route_place

MOST = {"place": 40, "all": 70, "none": 0}
BEND, THIN = 0.17, 0.22
WIDEST, NARROWEST = 28.0, 0.9
Point = tuple[float, float]
Row = tuple[str, str, int, int | None, int | None]


@dataclass(frozen=True)
class Route:
    """A route as it is drawn, in persons; the range is None where it is counted or a difference."""

    origin: str
    destination: str
    persons: int
    low: int | None
    high: int | None
    kind: str

    @property
    def key(self) -> str:
        return f"{self.origin}-{self.destination}"


def rows_of(bundle: Bundle, year: int) -> list[Row]:
    """The routes of a year, largest first; none for a year without."""
    if year not in bundle.index["flows"]["years"]:
        return []
    return [tuple(row) for row in bundle.flows(year)["rows"]]


def routes_of(rows: Sequence[Row], state: State, place: str) -> list[Route]:
    """The routes to draw, largest first."""
    if state.routes == "all":
        return [Route(*row, "all") for row in rows[: MOST["all"]]]
    mine = net_routes(rows, place) if state.show == "net" else place_routes(rows, place, state.show)
    return mine[: MOST[state.routes]]


def place_routes(rows: Sequence[Row], place: str, show: str) -> list[Route]:
    found = []
    for row in rows:
        if row[1] == place and show != "out":
            found.append(Route(*row, "in"))
        elif row[0] == place and show != "in":
            found.append(Route(*row, "out"))
    return found


def net_routes(rows: Sequence[Row], place: str) -> list[Route]:
    """What remains between a place and each partner, the two directions set off against each other."""
    nets: dict[str, int] = {}
    for origin, destination, persons, *_ in rows:
        if place in (origin, destination):
            partner, sign = (destination, -1) if origin == place else (origin, 1)
            nets[partner] = nets.get(partner, 0) + sign * persons
    found = [
        Route(partner, place, net, None, None, "in")
        if net > 0
        else Route(place, partner, -net, None, None, "out")
        for partner, net in nets.items()
        if net
    ]
    return sorted(found, key=lambda route: -route.persons)


def widest_routes(bundle: Bundle) -> Mapping[str, int]:
    """The largest route of each place over all years, so that widths can be compared between years."""
    found: dict[str, int] = {}
    for year in bundle.index["flows"]["years"]:
        for origin, destination, persons, *_ in rows_of(bundle, year):
            for code in (origin, destination, bundle.country_code):
                found[code] = max(found.get(code, 1), persons)
    return found


def drawn_routes(
    bundle: Bundle, state: State, rows: Sequence[Row], widest: Mapping[str, int]
) -> list[dict[str, str]]:
    """Path, kind and key of each route, the largest last and so on top."""
    place = route_place(bundle, state.place)
    most = widest.get(bundle.country_code if state.routes == "all" else place, 1)
    dashed = bundle.index["flows"]["quality"] == "estimated"
    drawn = []
    for route in reversed(routes_of(rows, state, place)):
        ends = bundle.place(route.origin).xy, bundle.place(route.destination).xy
        width = max(NARROWEST, route.persons / most * WIDEST)
        drawn.append({"key": route.key, "kind": route.kind, "d": caravan(*ends, width, dashed)})
    return drawn


def caravan(a: Point, b: Point, width: float, dashed: bool) -> str:
    """Path data of a flow: thin where people leave, ``width`` wide where they come, bent to the right."""
    at, normal, length = curve(a, b)

    def side(t: float, sign: int) -> Point:
        (x, y), (nx, ny), half = at(t), normal(t), (THIN + (1 - THIN) * t) * width / 2
        return x + nx * half * sign, y + ny * half * sign

    start, end = min(0.3, 4 / length), 1 - min(0.3, 6 / length)
    pieces = max(1, round((end - start) * length / max(6.0, 5 + width * 0.62))) if dashed else 1
    step = (end - start) / pieces
    drawn = []
    for piece in range(pieces):
        first = start + piece * step
        last = first + step * 0.74 if dashed else end
        count = 1 if dashed else 12
        stops = [first + (last - first) * i / count for i in range(count + 1)]
        tip = at(min(1.0, end + 2 / length) if piece == pieces - 1 else last + step * 0.12)
        back = [side(t, -1) for t in reversed(stops)]
        drawn.append(ring([*(side(t, 1) for t in stops), tip, *back]))
    return "".join(drawn)


def ring(points: Sequence[Point]) -> str:
    """Path data of a closed line in tenths of a pixel, each point told from the one before: short."""
    x, y = (round(v * 10) for v in points[0])
    told = f"M{x / 10:g} {y / 10:g}l"
    for point in points[1:]:
        u, v = (round(w * 10) for w in point)
        told += "".join(tenths(w) for w in (u - x, v - y))
        x, y = u, v
    return told.replace("l ", "l") + "z"


def tenths(value: int) -> str:
    """A number of tenths as short as path data may have it, with what parts it from the number before."""
    text = f"{abs(value) / 10:g}".removeprefix("0") or "0"
    return f"-{text}" if value < 0 else f" {text}"


def curve(a: Point, b: Point) -> tuple[Callable[[float], Point], Callable[[float], Point], float]:
    """Point and normal along the bent way from ``a`` to ``b``, and its length."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    c = ((a[0] + b[0]) / 2 - dy * BEND, (a[1] + b[1]) / 2 + dx * BEND)

    def at(t: float) -> Point:
        one, two, three = (1 - t) ** 2, 2 * t * (1 - t), t * t
        return one * a[0] + two * c[0] + three * b[0], one * a[1] + two * c[1] + three * b[1]

    def normal(t: float) -> Point:
        x = 2 * (1 - t) * (c[0] - a[0]) + 2 * t * (b[0] - c[0])
        y = 2 * (1 - t) * (c[1] - a[1]) + 2 * t * (b[1] - c[1])
        size = math.hypot(x, y) or 1.0
        return -y / size, x / size

    return at, normal, math.hypot(dx, dy) * 1.06 or 1.0


@dataclass(frozen=True)
class Name:
    """A name beside its dot; a minor one is left out on small screens."""

    x: float
    y: float
    anchor: str
    text: str
    chosen: bool
    minor: bool


SIDES = (
    (0, 17, "middle"), (9, 4.5, "start"), (-9, 4.5, "end"), (0, -9, "middle"),
    (8, -6, "start"), (-8, -6, "end"), (8, 14, "start"), (-8, 14, "end"),
)  # fmt: skip


def names_of(bundle: Bundle, state: State, routes: Sequence[Route], lang: str) -> list[Name]:
    """Names that do not overlap: the chosen place, the capital and the largest partners first."""
    large = [code for route in routes[:2] for code in (route.origin, route.destination)]
    first = list(dict.fromkeys([state.place, bundle.capital or state.place, *large]))
    places = [bundle.place(code) for code in first if code in bundle.places]
    places += [place for place in bundle.units() if place.code not in first]
    boxes: list[tuple[float, float, float, float]] = []
    dots = [(place.xy[0], place.xy[1]) for place in bundle.units()]
    placed = []
    for rank, place in enumerate(places):
        chosen = place.code == state.place
        width = len(place.name(lang)) * (8.8 if chosen else 7.2)
        for dx, dy, anchor in SIDES:
            x, y = place.xy[0] + dx, place.xy[1] + dy
            left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
            box = (left - 2, y - 13, left + width + 2, y + 3)
            near = [dot for dot in dots if dot != place.xy]
            hits = any(overlap(box, other) for other in boxes)
            hits |= any(
                box[0] < u + 4 and u - 4 < box[2] and box[1] < v + 4 and v - 4 < box[3] for u, v in near
            )
            if not hits or chosen:
                boxes.append(box)
                placed.append(Name(round(x, 1), round(y, 1), anchor, place.name(lang), chosen, rank > 2))
                break
    return placed


def overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
