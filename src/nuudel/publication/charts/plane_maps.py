"""Maps of shapes that are projected already: areas by class, caravans over them, names, and the keys.

Coordinates are pixels of one frame with the y axis downwards, as a bundle of the explorer holds them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle as Disc
from matplotlib.patches import PathPatch
from matplotlib.path import Path as DrawingPath
from numpy.typing import NDArray

from nuudel.publication.charts import maps, style
from nuudel.publication.charts.years import HALO

Points = NDArray[np.float64]
NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
# Under flows the areas step back to this strength.
BEHIND = 0.46
# Room round the outermost points, as a share of the width: of areas, and of places without any.
MARGIN, MARGIN_OF_DOTS = 0.02, 0.08
COUNTED = style.GRASS[4]
KEY_HEIGHT, ROUTE_KEY_HEIGHT = 48.0, 48.0
# Pixels of a dash with the gap after it.
DASH = 9.0
# Pixels of a route at least, and radius of the largest circle as a share of the map's width.
THINNEST, LARGEST = 1.0, 0.045


@dataclass(frozen=True)
class Area:
    """An area: its path, its class (None: no value), and words and number on it, at ``centre``.

    On the phone only the number stands there.
    """

    path: str
    rank: int | None
    centre: tuple[float, float]
    words: str = ""
    value_text: str = ""
    strong: bool = False  # outlined, for the place that the map is about


@dataclass(frozen=True)
class Key:
    """The key of the classes: words at both ends and in the middle, and for land without a value."""

    title: str
    low: str
    middle: str
    high: str
    no_data: str


@dataclass(frozen=True)
class Route:
    """A flow between two points in persons."""

    start: tuple[float, float]
    end: tuple[float, float]
    persons: float
    colour: str
    estimated: bool


@dataclass(frozen=True)
class Circle:
    """A count at a place as an area: its share of the largest one, 0 to 1."""

    at: tuple[float, float]
    share: float


@dataclass(frozen=True)
class Dot:
    """A place with its name; one with less weight gives way where names would overlap, but for ``always``."""

    at: tuple[float, float]
    name: str
    weight: float
    always: bool = False


def path_of(text: str) -> DrawingPath:
    """SVG path data of closed rings of straight lines as a path of the drawing, y upwards."""
    rings = []
    for part in text.split("Z"):
        points = np.array([float(n) for n in NUMBERS.findall(part)]).reshape(-1, 2) * [1, -1]
        if len(points):
            rings.append(DrawingPath(np.vstack([points, points[:1]]), closed=True))
    return DrawingPath.make_compound_path(*rings)


def paint_areas(
    canvas: style.Canvas,
    areas: Sequence[Area],
    colours: Sequence[str],
    key: Key | None,
    *,
    routes: Sequence[Route] = (),
    dots: Sequence[Dot] = (),
    persons_word: str = "",
    legend: Sequence[tuple[str, str]] = (),
    circles: Sequence[Circle] = (),
    circle_words: str = "",
) -> Figure:
    """Areas filled by class, with caravans over them where there are ``routes``.

    Parameters
    ----------
    legend
        Colour and words of the kinds of routes.
    circles, circle_words
        What is counted, and the words of its key; an area with a count has no class.
    """
    paths = [path_of(area.path) for area in areas]
    corners = [path.vertices for path in paths]
    corners += [np.array([dot.at for dot in dots]).reshape(-1, 2) * [1, -1]]
    every = np.vstack(corners)
    (west, south), (east, north) = every.min(axis=0), every.max(axis=0)
    room = (MARGIN if areas else MARGIN_OF_DOTS) * max(east - west, 1.0)
    west, east, south, north = west - room, east + room, south - room, north + room
    height = (canvas.width - 8) * (north - south) / (east - west)
    below = (KEY_HEIGHT if key else 20 if circles else 0) + (ROUTE_KEY_HEIGHT if routes else 0)
    drawing = style.new_drawing(canvas, height + 8 + below)
    axes = style.place_axes(drawing, 4, 4, canvas.width - 8, height)
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[])
    draw_areas(axes, areas, paths, colours, faded=bool(routes))
    draw_circles(axes, circles, LARGEST * (east - west))
    unit = (east - west) / (canvas.width - 8)
    widest = (11 if canvas.is_phone else 17) * unit
    largest = max((route.persons for route in routes), default=1.0)
    draw_routes(axes, routes, widest / largest, DASH * unit)
    if dots:
        draw_dots(axes, dots)
    write_values(axes, areas, colours, canvas)
    top = height + 8
    if key is not None:
        write_key_title(drawing, key.title, top)
        empty = any(area.rank is None for area in areas)
        words = (key.low, key.middle, key.high)
        word = key.no_data if empty else ""
        maps.draw_legend(drawing, canvas, top + 16, colours, words, word, BEHIND if routes else 1.0)
        top += KEY_HEIGHT
    elif circles:
        write_key_title(drawing, circle_words, top)
        top += 20
    if routes:
        draw_route_key(drawing, canvas, top + 4, largest, widest / unit, persons_word, legend)
    return drawing


def draw_areas(
    axes: Axes, areas: Sequence[Area], paths: Sequence[DrawingPath], colours: Sequence[str], *, faded: bool
) -> None:
    """The areas, and over them the outlines of the strong ones."""
    for area, path in zip(areas, paths, strict=True):
        axes.add_patch(area_patch(area, path, colours, faded=faded))
    for area, path in zip(areas, paths, strict=True):
        if area.strong:
            axes.add_patch(PathPatch(path, facecolor="none", edgecolor=style.INK, lw=1.8, zorder=2))


def draw_circles(axes: Axes, circles: Sequence[Circle], largest: float) -> None:
    """Circles whose area is the count, the smallest on top; ``largest`` is the radius of the largest."""
    for circle in sorted(circles, key=lambda c: -c.share):
        at = (circle.at[0], -circle.at[1])
        axes.add_patch(
            Disc(
                at, largest * np.sqrt(circle.share), facecolor=COUNTED, edgecolor=style.PAPER, alpha=0.75,
                lw=1, zorder=2,
            )
        )  # fmt: skip


def area_patch(area: Area, path: DrawingPath, colours: Sequence[str], *, faded: bool) -> PathPatch:
    missing = area.rank is None
    return PathPatch(
        path,
        facecolor=style.NO_DATA if area.rank is None else colours[area.rank],
        edgecolor=style.HATCH if missing else style.PAPER,
        hatch="////" if missing else None,
        alpha=BEHIND if faded and not missing else None,
        lw=0.8,
        joinstyle="round",
        zorder=1,
    )


def draw_routes(axes: Axes, routes: Sequence[Route], scale: float, dash: float) -> None:
    """Caravans, the largest on top."""
    for route in sorted(routes, key=lambda r: r.persons):
        start, end = np.array(route.start) * [1, -1], np.array(route.end) * [1, -1]
        dashes = max(2, round(float(np.hypot(*(end - start))) / dash))
        width = scale * route.persons
        thin = width < THINNEST * dash / DASH
        pieces = maps.caravan_path(start, end, max(width, THINNEST * dash / DASH), route.estimated, dashes)
        edge = "none" if thin else style.PAPER
        shape = DrawingPath.make_compound_path(*pieces)
        axes.add_patch(PathPatch(shape, facecolor=route.colour, edgecolor=edge, lw=0.4, zorder=3))


def draw_dots(axes: Axes, dots: Sequence[Dot]) -> None:
    """Every place, and the names that have room."""
    points = np.array([dot.at for dot in dots]) * [1, -1]
    axes.plot(points[:, 0], points[:, 1], "o", ms=5, mfc=style.PAPER, mec=style.INK, mew=1.4, zorder=5)
    strong = [index for index, dot in enumerate(dots) if dot.always and dot.name]
    for index in strong:
        axes.annotate(
            dots[index].name, points[index], (0, 9), textcoords="offset points", ha="center", va="bottom",
            weight=700, size=style.LABEL, path_effects=HALO, zorder=7,
        )  # fmt: skip
    names = ["" if index in strong else dot.name for index, dot in enumerate(dots)]
    maps.name_places(axes, points, names, np.array([dot.weight for dot in dots]))


def write_values(axes: Axes, areas: Sequence[Area], colours: Sequence[str], canvas: style.Canvas) -> None:
    """Words on areas, in ink or paper, whichever can be read on the area's colour."""
    for area in areas:
        words = area.value_text if canvas.is_phone else "\n".join(filter(None, (area.words, area.value_text)))
        if not words or area.rank is None:
            continue
        dark = maps.is_dark(colours[area.rank])
        axes.annotate(
            words, (area.centre[0], -area.centre[1]), ha="center", va="center", size=style.TICK,
            weight=600, color=style.PAPER if dark else style.INK, linespacing=1.2, zorder=6,
        )  # fmt: skip


def write_key_title(drawing: Figure, words: str, top: float) -> None:
    axes = style.place_axes(drawing, 4, top, 100, 12)
    axes.axis("off")
    axes.text(0, 0.5, words, transform=axes.transAxes, va="center", size=style.TICK, color=style.INK_2)


def draw_route_key(
    drawing: Figure,
    canvas: style.Canvas,
    top: float,
    largest: float,
    widest: float,
    word: str,
    legend: Sequence[tuple[str, str]],
) -> None:
    """The kinds of routes, and under them two caravans with their numbers of persons."""
    axes = style.place_axes(drawing, 4, top, canvas.width - 8, 44)
    axes.set(xlim=(0, canvas.width - 8), ylim=(44, 0), xticks=[], yticks=[])
    left = 0.0
    for colour, words in legend:
        axes.plot([left, left + 20], [8, 8], color=colour, lw=4, ls=(0, (1.2, 0.6)))
        axes.text(left + 27, 8, words, va="center", size=style.TICK, color=style.INK_2)
        left += 44 + 7 * len(words)
    left, step = 0.0, 10 ** np.floor(np.log10(largest))
    most = float(step * np.floor(largest / step))
    for size, words in ((most, style.number(most)), (most / 4, f"{style.number(most / 4)} {word}")):
        half = widest * size / largest / 2
        shape = DrawingPath(
            [
                (left, 32 - 0.08 * half),
                (left, 32 + 0.08 * half),
                (left + 60, 32 + half),
                (left + 60, 32 - half),
            ]
        )
        axes.add_patch(PathPatch(shape, facecolor=style.ALL, edgecolor="none"))
        axes.text(left + 68, 32, words, va="center", size=style.TICK, color=style.INK_2)
        left += 84 + 7.5 * len(words)
