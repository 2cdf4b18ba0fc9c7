"""The same country several times: fills by class at moments of time, and circles for what is counted."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch, Rectangle
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from nuudel.publication.charts import maps, style
from nuudel.publication.charts.years import HALO

# A circle's largest radius as a share of the map's width; on the phone circles are larger for their map.
LARGEST, LARGEST_PHONE = 0.06, 0.085
# Pixels of the smallest circle that can be seen, and of the line of a ring.
SMALLEST, RING = 2.5, 2.2
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class MapPanel:
    """One map: its title, a value for each shape, which of them are unsure, and words on its extremes.

    ``marked`` are the shapes of which ``note``, under the title, speaks; each has a dot.
    """

    title: str
    values: NDArray[np.float64]
    unsure: NDArray[np.bool_]
    note: str = ""
    marked: tuple[int, ...] = ()


@dataclass(frozen=True)
class Plane:
    """Shapes on the plane of an equal-area projection, in kilometres."""

    shapes: tuple[BaseGeometry, ...]
    bounds: tuple[float, float, float, float]

    @classmethod
    def of(cls, shapes: Sequence[BaseGeometry]) -> "Plane":
        west, south, east, north = shapely.total_bounds(np.array(shapes))
        around = maps.Projection.around(np.array([west, east]), np.array([south, north]))
        plane = tuple(shapely.transform(shape, around.project) for shape in shapes)
        return cls(plane, tuple(float(x) for x in shapely.total_bounds(np.array(plane))))  # type: ignore[arg-type]

    @property
    def tallness(self) -> float:
        """Height of the country over its width."""
        west, south, east, north = self.bounds
        return (north - south) / (east - west)

    def frame(self, axes: Axes) -> None:
        west, south, east, north = self.bounds
        axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], aspect="equal")

    def inside(self, index: int) -> NDArray[np.float64]:
        """A point well inside a shape."""
        circle = shapely.maximum_inscribed_circle(self.shapes[index], tolerance=5)
        return np.array(circle.coords[0])


def paint_small_maps(
    canvas: style.Canvas,
    shapes: Sequence[BaseGeometry],
    panels: Sequence[MapPanel],
    breaks: Sequence[float],
    colours: Sequence[str],
    classes: Sequence[str],
    unsure_words: str,
) -> Figure:
    """Maps in two columns (one on the phone), their key in the cell after the last; unsure areas hatched."""
    plane = Plane.of(shapes)
    across = 1 if canvas.is_phone else 2
    width = canvas.width / across - 10
    titles = [textwrap.wrap(panel.title, round(width / 7.2)) for panel in panels]
    notes = [textwrap.wrap(panel.note, round(width / 6.6)) for panel in panels]
    head = 17.0 * max(len(t) + len(n) for t, n in zip(titles, notes, strict=True)) + 6
    row_height = head + width * plane.tallness + 16
    rows = ceil(len(panels) / across)
    key_in_grid = len(panels) % across != 0
    key_height = 17.0 * (len(colours) + 2)
    drawing = style.new_drawing(canvas, rows * row_height + (0 if key_in_grid else key_height))
    for index, panel in enumerate(panels):
        row, column = divmod(index, across)
        axes = style.place_axes(
            drawing, column * (width + 20), row * row_height + head, width, width * plane.tallness
        )
        fill_map(axes, plane, panel, breaks, colours)
        lines = [*((line, style.INK, 600) for line in titles[index])]
        lines += [(line, style.INK_2, 400) for line in notes[index]]
        write_head(axes, lines)
    corner = (width + 20, (rows - 1) * row_height + head) if key_in_grid else (0.0, rows * row_height)
    draw_class_key(drawing, corner, colours, classes, unsure_words)
    return drawing


def write_head(axes: Axes, lines: Sequence[tuple[str, str, int]]) -> None:
    """Lines of words above a map, each with its colour and weight."""
    for place, (text, colour, weight) in enumerate(reversed(lines)):
        axes.annotate(
            text, (0, 1), (0, 4 + 17 * place), xycoords="axes fraction", textcoords="offset points",
            va="bottom", size=style.TICK, color=colour, weight=weight,
        )  # fmt: skip


def fill_map(
    axes: Axes, plane: Plane, panel: MapPanel, breaks: Sequence[float], colours: Sequence[str]
) -> None:
    """Areas by class; an unsure one is hatched, one without a value is felt."""
    places = np.digitize(np.nan_to_num(panel.values), list(breaks))
    for shape, value, place, unsure in zip(
        plane.shapes, panel.values, places.tolist(), panel.unsure, strict=True
    ):
        axes.add_patch(
            PathPatch(
                maps.outline_path(shape),
                facecolor=colours[place] if np.isfinite(value) else style.NO_DATA,
                edgecolor=style.PAPER,
                lw=0.8,
                joinstyle="round",
            )
        )
        if unsure:
            axes.add_patch(
                PathPatch(maps.outline_path(shape), facecolor="none", edgecolor=style.HATCH, hatch="//", lw=0)
            )
    plane.frame(axes)
    for index in panel.marked:
        axes.plot(*plane.inside(index), "o", ms=5.5, mfc=style.PAPER, mec=style.INK, mew=1.4, zorder=5)


def draw_class_key(
    drawing: Figure,
    corner: tuple[float, float],
    colours: Sequence[str],
    classes: Sequence[str],
    unsure_words: str,
) -> None:
    """Each class with its words, one under the other, the highest first; then the hatch."""
    entries = [*zip(reversed(colours), reversed(classes), strict=True)]
    height = 17.0 * (len(entries) + 1)
    axes = style.place_axes(drawing, corner[0] + 2, corner[1], 250, height)
    axes.set(xlim=(0, 250), ylim=(height, 0), xticks=[], yticks=[])
    for row, (colour, words) in enumerate(entries):
        axes.add_patch(Rectangle((0, 17 * row + 2), 22, 12, color=colour, lw=0))
        axes.text(30, 17 * row + 8, words, va="center", size=style.TICK, color=style.INK_2)
    row = len(entries)
    axes.add_patch(
        Rectangle((0, 17 * row + 2), 22, 12, facecolor="none", edgecolor=style.HATCH, hatch="////", lw=0)
    )
    axes.text(30, 17 * row + 8, unsure_words, va="center", size=style.TICK, color=style.INK_2)


@dataclass(frozen=True)
class Bubble:
    """A count at a place: up or down, with its words; ``unsure`` where its range includes zero."""

    place: int
    value: float
    name: str
    words: str
    unsure: bool


def paint_bubbles(
    canvas: style.Canvas,
    shapes: Sequence[BaseGeometry],
    bubbles: Sequence[Bubble],
    sizes: Sequence[tuple[float, str]],
) -> Figure:
    """Circles whose areas are counts: sky where more, a larch ring where fewer, hatched where unsure.

    ``sizes`` are the counts and words of the key.
    """
    plane = Plane.of(shapes)
    width = canvas.width - 8
    height = width * plane.tallness
    largest = max((abs(bubble.value) for bubble in bubbles), default=1.0) or 1.0
    scale = (LARGEST_PHONE if canvas.is_phone else LARGEST) * width / float(np.sqrt(largest))
    key_radius = max(scale * float(np.sqrt(value)) for value, _ in sizes)
    drawing = style.new_drawing(canvas, height + 22 + 2 * key_radius)
    axes = style.place_axes(drawing, 4, 4, width, height)
    for shape in plane.shapes:
        axes.add_patch(PathPatch(maps.outline_path(shape), facecolor=style.FELT, edgecolor=style.PAPER, lw=1))
    plane.frame(axes)
    kilometres = (plane.bounds[2] - plane.bounds[0]) / width
    ordered = sorted(bubbles, key=lambda bubble: -abs(bubble.value))
    discs = []
    for bubble in ordered:
        x, y = plane.inside(bubble.place) / kilometres
        radius = max(scale * float(np.sqrt(abs(bubble.value))), SMALLEST)
        discs.append(Disc(float(x), float(y), radius, f"{bubble.name}\n{bubble.words}"))
        colour = style.IN if bubble.value >= 0 else style.OUT
        hollow = bubble.unsure or bubble.value < 0
        axes.add_patch(
            Circle(
                (x * kilometres, y * kilometres),
                radius * kilometres,
                facecolor=style.PAPER if hollow else colour,
                edgecolor=colour if hollow else style.PAPER,
                hatch="//////" if bubble.unsure else None,
                lw=1.2 if bubble.unsure else RING if hollow else 0.8,
                zorder=3,
            )
        )
    name_discs(axes, discs, kilometres, (plane.bounds[0] / kilometres, plane.bounds[2] / kilometres))
    draw_size_key(drawing, canvas, height + 14, sizes, scale)
    return drawing


@dataclass(frozen=True)
class Disc:
    """A drawn circle in pixels, and the words beside it."""

    x: float
    y: float
    radius: float
    words: str

    @property
    def box(self) -> Box:
        r = self.radius
        return self.x - r, self.y - r, self.x + r, self.y + r


def name_discs(axes: Axes, discs: Sequence[Disc], kilometres: float, edges: tuple[float, float]) -> None:
    """Words beside circles, the largest first; one without room is left out."""
    taken: list[Box] = []
    for disc in discs:
        half, r = max(map(len, disc.words.split("\n"))) * 3.5, disc.radius
        others = [other for other in discs if other is not disc]
        spots = [
            (r + 4, 0.0, "left"),
            (-r - 4, 0.0, "right"),
            (0.0, r + 17, "center"),
            (0.0, -r - 17, "center"),
            *((0.7 * r + 4, up * (0.7 * r + 17), "left") for up in (1, -1)),
            *((-0.7 * r - 4, up * (0.7 * r + 17), "right") for up in (1, -1)),
        ]
        boxes = [box_of(disc, half, *spot) for spot in spots]
        inside = [box[0] >= edges[0] and box[2] <= edges[1] for box in boxes]
        free = [k for k in range(len(spots)) if inside[k] and not meets(boxes[k], taken)]
        clear = [k for k in free if not meets(boxes[k], [other.box for other in others])]
        if not clear:
            continue
        k = clear[0]
        taken.append(boxes[k])
        axes.annotate(
            disc.words, (disc.x * kilometres, disc.y * kilometres), spots[k][:2],
            textcoords="offset points", ha=spots[k][2], va="center", size=style.TICK, weight=600,
            linespacing=1.2, path_effects=HALO, zorder=6,
        )  # fmt: skip


def box_of(disc: Disc, half: float, across: float, up: float, side: str) -> Box:
    """Where words of a half width would stand beside a circle."""
    start = disc.x + across - {"center": half, "left": 0.0, "right": 2 * half}[side]
    return start, disc.y + up - 15, start + 2 * half, disc.y + up + 15


def meets(box: Box, others: Sequence[Box]) -> bool:
    return any(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in others)


def draw_size_key(
    drawing: Figure, canvas: style.Canvas, top: float, sizes: Sequence[tuple[float, str]], scale: float
) -> None:
    """Circles with what they stand for; a circle's radius is ``scale`` times the root of its count."""
    tall = max(8.0, scale * max(np.sqrt(value) for value, _ in sizes)) + 1
    axes = style.place_axes(drawing, 4, top, canvas.width - 8, 2 * tall)
    axes.set(xlim=(0, canvas.width - 8), ylim=(-tall, tall), xticks=[], yticks=[])
    left = 4.0
    for value, words in sizes:
        r = scale * np.sqrt(value)
        axes.add_patch(Circle((left + r, 0), r, facecolor=style.QUIET, edgecolor="none"))
        axes.text(left + 2 * r + 6, 0, words, va="center", size=style.TICK, color=style.INK_2)
        left += 2 * r + 26 + 6.6 * len(words)


def round_sizes(values: Sequence[float]) -> tuple[float, float]:
    """Two round numbers for the key of circles: near the largest, and a quarter of it or less."""
    largest = max((abs(value) for value in values), default=1.0) or 1.0
    step = 10.0 ** np.floor(np.log10(largest))
    first = next(float(step * k) for k in (5, 2, 1) if step * k <= largest)
    return first, float(first / 5 if first / step == 5 else first / 4 if first / step == 2 else first / 5)
