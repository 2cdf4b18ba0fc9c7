"""Counts on a map: circles whose area is the count; estimates hollow, places nobody covered hatched."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle as Round
from matplotlib.patches import PathPatch, Rectangle
from shapely.geometry.base import BaseGeometry

from nuudel.publication.charts import style
from nuudel.publication.charts.labels import width_of
from nuudel.publication.charts.maps import outline_path
from nuudel.publication.charts.years import HALO

FILL, RING = style.GRASS[4], style.GRASS[6]
SMALLEST, LARGEST = 2.5, 24.0
"""Radii in CSS pixels: of the least count, and of the largest."""

COVERED, REST = style.GRASS[0], style.FELT
TALLEST = 400.0
KEY_LINE = 24.0


@dataclass(frozen=True)
class Circle:
    """A count at a place; ``counted`` is the part of ``count`` that was not estimated."""

    x: float
    y: float
    count: float
    counted: float
    name: str = ""


@dataclass(frozen=True)
class Ground:
    """Shapes in the map's own units (y downwards): covered, not covered, of no interest, and those above."""

    covered: Sequence[BaseGeometry]
    missing: Sequence[BaseGeometry]
    rest: Sequence[BaseGeometry]
    upper: Sequence[BaseGeometry]


@dataclass(frozen=True)
class Key:
    """Words of the key: counted, and what of these the map has: with estimates, not covered."""

    counted: str
    estimated: str = ""
    missing: str = ""


def radius(count: float, most: float, largest: float = LARGEST) -> float:
    """The radius of a count: areas of circles are to each other as their counts are."""
    return max(SMALLEST if count > 0 else 0.0, largest * math.sqrt(max(count, 0.0) / max(most, 1.0)))


def paint_circles(
    canvas: style.Canvas, ground: Ground, circles: Sequence[Circle], key: Key, *, named: int = 8
) -> Figure:
    """The map and its key; the ``named`` largest circles carry their names where there is room."""
    everything = [*ground.covered, *ground.missing, *ground.rest]
    west, north, east, south = shapely.total_bounds(np.array(everything))
    scale = min((canvas.width - 8) / (east - west), TALLEST / (south - north))
    width, height = (east - west) * scale, (south - north) * scale
    most = max((one.count for one in circles), default=1.0)
    largest = LARGEST * (0.7 if canvas.is_phone else 1.0)
    entries, tall = key_entries(canvas.width, key, most, largest)
    drawing = style.new_drawing(canvas, height + 16 + tall)
    axes = style.place_axes(drawing, (canvas.width - width) / 2, 8, width, height)
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], aspect="equal")
    fills = ((ground.rest, REST), (ground.covered, COVERED), (ground.missing, style.NO_DATA))
    for shapes, fill in fills:
        for shape in shapes:
            hatched = fill == style.NO_DATA
            axes.add_patch(
                PathPatch(
                    outline_path(shape),
                    facecolor=fill,
                    lw=0.8,
                    joinstyle="round",
                    edgecolor=style.HATCH if hatched else style.LINE if fill == COVERED else style.PAPER,
                    hatch="////" if hatched else None,
                )
            )
    for shape in ground.upper:
        axes.add_patch(PathPatch(outline_path(shape), facecolor="none", edgecolor=style.INK_2, lw=0.8))
    for one in sorted(circles, key=lambda one: -one.count):
        draw_circle(axes, one, most, largest / scale)
    write_names(axes, circles, most, largest / scale, scale, named)
    draw_key(drawing, canvas, height + 14, entries, tall)
    return drawing


def draw_circle(axes: Axes, one: Circle, most: float, largest: float) -> None:
    """What was counted is full; with what was estimated it is hollow and dashed."""
    ratio = largest / LARGEST
    whole = radius(one.count, most) * ratio
    if one.count > one.counted:
        axes.add_patch(
            Round((one.x, one.y), whole, facecolor="none", edgecolor=RING, lw=1.5, ls=(0, (3, 2)), zorder=6)
        )
    if one.counted > 0:
        axes.add_patch(
            Round(
                (one.x, one.y),
                radius(one.counted, most) * ratio,
                facecolor=FILL,
                alpha=0.78,
                edgecolor=style.PAPER,
                lw=0.8,
                zorder=5,
            )
        )


def write_names(
    axes: Axes, circles: Sequence[Circle], most: float, largest: float, scale: float, named: int
) -> None:
    """Names under the largest circles, none over another."""
    west, east = axes.get_xlim()
    for one, x, y in placed_names(circles, most, largest, scale, (west, east), named):
        axes.text(
            x, y, one.name, ha="center", va="top", size=style.TICK, weight=600, path_effects=HALO, zorder=7
        )


def placed_names(
    circles: Sequence[Circle],
    most: float,
    largest: float,
    scale: float,
    sides: tuple[float, float],
    named: int,
    size: float = style.TICK,
) -> list[tuple[Circle, float, float]]:
    """The names that have room, with the middle of their upper edge; ``scale`` is pixels a unit."""
    taken: list[tuple[float, float, float, float]] = []
    found: list[tuple[Circle, float, float]] = []
    for one in sorted(circles, key=lambda one: -one.count)[: 3 * named]:
        half = width_of(one.name, size, 600) / 2 / scale + 2 / scale
        y = one.y + radius(one.count, most) * largest / LARGEST + 1 / scale
        x = min(max(one.x, sides[0] + half), sides[1] - half)
        box = (x - half, y, x + half, y + 1.3 * size / scale)
        apart = all(
            box[2] < other[0] or box[0] > other[2] or box[3] < other[1] or box[1] > other[3]
            for other in taken
        )
        if one.name and apart and len(found) < named:
            taken.append(box)
            found.append((one, x, y))
    return found


def nice_sizes(most: float) -> list[float]:
    """Two round counts for the key of sizes, the larger not above the largest circle."""
    power = 10.0 ** math.floor(math.log10(max(most, 1.0)))
    large = next(step * power for step in (5, 2, 1) if step * power <= max(most, 1.0))
    return [size for size in (large / 5, large) if size >= 1]


@dataclass(frozen=True)
class Entry:
    """An entry of the key: its sign (size, full, hollow, hatched) about a point, and its words."""

    kind: str
    x: float
    y: float
    radius: float
    text: str
    text_x: float


def key_entries(width: float, key: Key, most: float, largest: float) -> tuple[list[Entry], float]:
    """Sizes first, then hollow circles and hatched places, in as many lines as needed; their height."""
    signs = [("size", radius(size, most, largest), style.number(size)) for size in nice_sizes(most)]
    signs.append(("full", 6.0, key.counted))
    signs += [("hollow", 6.0, key.estimated)] if key.estimated else []
    signs += [("hatched", 8.0, key.missing)] if key.missing else []
    entries: list[Entry] = []
    x, y = 4.0, largest + 4
    for kind, round_, text in signs:
        wide = 2 * round_ + 5 + width_of(text, style.TICK)
        if x + wide > width and x > 4.0:
            x, y = 4.0, y + (largest + 14 if entries[-1].kind == "size" else KEY_LINE)
        entries.append(Entry(kind, x + round_, y, round_, text, x + 2 * round_ + 5))
        x += wide + 14
    return entries, y + max(12.0, largest if entries[-1].kind == "size" or y == largest + 4 else 12.0)


def draw_key(
    drawing: Figure, canvas: style.Canvas, top: float, entries: Sequence[Entry], height: float
) -> None:
    axes = style.place_axes(drawing, 0, top, canvas.width, height)
    axes.set(xlim=(0, canvas.width), ylim=(height, 0), xticks=[], yticks=[])
    for entry in entries:
        axes.add_patch(swatch(entry))
        axes.text(entry.text_x, entry.y, entry.text, va="center", size=style.TICK, color=style.INK)


def swatch(entry: Entry) -> Round | Rectangle:
    """The sign beside a word of the key."""
    x, y, round_ = entry.x, entry.y, entry.radius
    if entry.kind == "hatched":
        looks = {"facecolor": style.NO_DATA, "edgecolor": style.HATCH, "hatch": "////", "lw": 0}
        return Rectangle((x - round_, y - 6), 2 * round_, 12, **looks)  # type: ignore[arg-type]
    if entry.kind == "hollow":
        return Round((x, y), round_, facecolor="none", edgecolor=RING, lw=1.5, ls=(0, (3, 2)))
    return Round((x, y), round_, facecolor=FILL, alpha=0.78, lw=0)
