"""Drawings of points: hours as a heat strip, two weeks as bars, and where the points are.

Colours are the variables of the design tokens.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from nuudel.domains.displacement.frames.map import Land, land_of
from nuudel.domains.displacement.points.day import Dayed, Hour, PointDay
from nuudel.domains.displacement.points.listed import Point
from nuudel.web.words import number

STEPS = 7
TICK = 6
CELL_HEIGHT, GAP = 26.0, 2.0
WIDTHS = {"desk": 624.0, "phone": 304.0}
BARS_HEIGHT = 72.0
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
SMALLEST, LARGEST = 4.0, 22.0


@dataclass(frozen=True)
class Strip:
    """The hours of a day, inward above the line and outward below it, as the inside of an SVG."""

    name: str
    width: str
    inside: SafeString


def strips(hours: Sequence[Hour], most: int) -> list[Strip]:
    """A strip for the desk and one for the phone; ``most`` is the highest count on the page."""
    return [Strip(name, f"{width:g}", inside(width, hours, most)) for name, width in WIDTHS.items()]


def inside(width: float, hours: Sequence[Hour], most: int) -> SafeString:
    """The fields and the hours under them; a page has thousands, too many for a template."""
    step = width / len(hours)
    drawn = [
        field(index * step + GAP / 2, step - GAP, hour.hour, upper, count, most)
        for index, hour in enumerate(hours)
        for upper, count in ((True, hour.came), (False, hour.left))
    ]
    drawn += [
        f'<text x="{index * step:.1f}" y="72" font-size="12" fill="var(--ink-2)">{hour.hour}:00</text>'
        for index, hour in enumerate(hours)
        if hour.hour % TICK == 0
    ]
    # Numbers and names of colours only.
    return mark_safe("".join(drawn))  # noqa: S308


def field(x: float, width: float, hour: int, upper: bool, count: int | None, most: int) -> str:
    """An hour and a direction; hatched where nobody observed."""
    y = 0.0 if upper else CELL_HEIGHT + 2 * GAP
    place = f'<rect x="{x:.1f}" y="{y:g}" width="{width:.1f}" height="{CELL_HEIGHT:g}"'
    if count is None:
        line = f'<path d="M{x:.1f} {y + CELL_HEIGHT:g}l{width:.1f} {-CELL_HEIGHT:g}" stroke="var(--hatch)"/>'
        return f'{place} fill="var(--no-data)"/>{line}'
    fill = colour("sky" if upper else "larch", count, most)
    told = f"<title>{hour}:00, {number(count)}</title>"
    return f'{place} fill="{fill}" stroke="var(--line-2)" stroke-width=".5">{told}</rect>'


def colour(ramp: str, count: int, most: int) -> str:
    """A step of a ramp: nothing counted is paper, and so is told from not observed."""
    if count == 0:
        return "var(--paper)"
    return f"var(--seq-{ramp}-{max(1, math.ceil(STEPS * math.sqrt(count / max(most, 1))))})"


def most_of(shown: Sequence[PointDay]) -> int:
    """The highest count of an hour and a direction."""
    return max((max(hour.came or 0, hour.left or 0) for one in shown for hour in one.hours), default=0)


@dataclass(frozen=True)
class Bar:
    """A day: what was counted, and the interval of the whole day where there is one."""

    x: str
    width: str
    middle: str
    counted_y: str
    counted: str
    whole_y: str
    whole: str
    low_y: str
    high_y: str
    dayed: Dayed


@dataclass(frozen=True)
class Bars:
    name: str
    width: str
    bars: Sequence[Bar]
    most: float


def bars(days: Sequence[Dayed]) -> list[Bars]:
    """The timeline for the desk and for the phone."""
    most = max((max(day.observed, day.whole.high or day.whole.passages or 0) for day in days), default=0)
    return [Bars(name, f"{width:g}", bars_of(days, width, most or 1), most) for name, width in WIDTHS.items()]


def bars_of(days: Sequence[Dayed], width: float, most: float) -> list[Bar]:
    step = width / max(len(days), 1)

    def height(value: float | None) -> float:
        return BARS_HEIGHT * (value or 0) / most

    return [
        Bar(
            x=f"{index * step + step * 0.18:.1f}",
            width=f"{step * 0.64:.1f}",
            middle=f"{(index + 0.5) * step:.1f}",
            counted_y=f"{BARS_HEIGHT - height(day.observed):.1f}",
            counted=f"{height(day.observed):.1f}",
            whole_y=f"{BARS_HEIGHT - height(day.whole.passages):.1f}",
            whole=f"{height(day.whole.passages):.1f}",
            low_y=f"{BARS_HEIGHT - height(day.whole.low):.1f}",
            high_y=f"{BARS_HEIGHT - height(day.whole.high):.1f}",
            dayed=day,
        )
        for index, day in enumerate(days)
    ]


@dataclass(frozen=True)
class Dot:
    """A point; where its position is not ``known``, in the middle of its soum."""

    x: str
    y: str
    r: str
    shown: PointDay
    known: bool = True


@dataclass(frozen=True)
class Map:
    """The land, and a dot for each point whose place is known; its area is what was counted."""

    view: str
    width: str
    height: str
    land: str
    upper: str
    dots: Sequence[Dot]

    @property
    def guessed(self) -> int:
        """How many stand in the middle of their soum."""
        return sum(1 for dot in self.dots if not dot.known)


def map_of(place: str, shown: Sequence[PointDay]) -> Map | None:
    """Where the points are; None where the land is not known."""
    land = land_of(place)
    if land is None:
        return None
    most = max((one.observed for one in shown), default=0) or 1
    paths = {code: path for codes, path in land.paths for code in codes}
    dots = []
    for one in shown:
        at = position_of(land, one.point)
        path = paths.get(one.point.place.partition("-")[0])
        if at is None and path is None:
            continue
        x, y = at or middle_of(path or "")
        radius = SMALLEST + (LARGEST - SMALLEST) * math.sqrt(one.observed / most)
        dots.append(Dot(f"{x:.1f}", f"{y:.1f}", f"{radius:.1f}", one, at is not None))
    dots.sort(key=lambda dot: -dot.shown.observed)
    return Map(
        view=f"0 0 {land.width:g} {land.height:g}",
        width=f"{land.width:g}",
        height=f"{land.height:g}",
        land="".join(path for _, path in land.paths),
        upper=land.upper,
        dots=dots,
    )


def position_of(land: Land, point: Point) -> tuple[float, float] | None:
    """Where a point's profile puts it; None where it tells no position, or one outside of the drawing."""
    if point.at is None:
        return None
    x, y = land.placing.at(*point.at)
    return (x, y) if 0 <= x <= land.width and 0 <= y <= land.height else None


def middle_of(path: str) -> tuple[float, float]:
    """The middle of a path's frame."""
    numbers = [float(found) for found in NUMBER.findall(path)]
    across, down = numbers[::2], numbers[1::2]
    return (min(across) + max(across)) / 2, (min(down) + max(down)) / 2
