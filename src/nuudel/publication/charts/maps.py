"""Maps: equal-area conic, white borders, no basemap; fills for rates, caravans for flows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as DrawingPath
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from nuudel.publication.charts import style
from nuudel.publication.charts.years import HALO

if TYPE_CHECKING:
    from pyproj import Transformer


@dataclass(frozen=True)
class Projection:
    """Albers equal-area conic for a country, with parallels at a sixth from its edges."""

    south: float
    north: float
    middle: float

    @classmethod
    def around(cls, longitudes: NDArray[np.float64], latitudes: NDArray[np.float64]) -> "Projection":
        low, high = float(latitudes.min()), float(latitudes.max())
        sixth = (high - low) / 6
        return cls(low + sixth, high - sixth, float(longitudes.min() + longitudes.max()) / 2)

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Longitude and latitude, shape (n, 2), to kilometres, shape (n, 2)."""
        x, y = self.transformer.transform(points[:, 0], points[:, 1])
        return np.column_stack([x, y])

    @cached_property
    def transformer(self) -> "Transformer":
        """Made once: it takes longer than projecting a country."""
        from pyproj import Transformer

        definition = (
            f"+proj=aea +lat_1={self.south} +lat_2={self.north} +lat_0={(self.south + self.north) / 2} "
            f"+lon_0={self.middle} +units=km"
        )
        return Transformer.from_crs("EPSG:4326", definition, always_xy=True)


@dataclass(frozen=True)
class MapUnit:
    """One area of a map: its shape in degrees, its value (NaN: no data) and what is written on it."""

    shape: BaseGeometry
    value: float
    label: str = ""
    value_text: str = ""
    callout: bool = False  # named beside the map with a line to it, whatever its size
    always: bool = False  # named inside, whatever its size


def paint_choropleth(
    canvas: style.Canvas,
    units: Sequence[MapUnit],
    breaks: Sequence[float],
    colours: Sequence[str],
    legend: tuple[str, str, str],
    *,
    no_data_word: str = "",
    border: float = 1.0,
    upper: Sequence[BaseGeometry] = (),
) -> Figure:
    """Areas filled by class; ``legend`` gives the words at its low end, middle and high end.

    ``upper`` are the outlines of the units above, drawn over the areas.
    """
    bounds = shapely.total_bounds(np.array([unit.shape for unit in units]))
    corners = np.array([[bounds[0], bounds[1]], [bounds[2], bounds[3]]])
    projection = Projection.around(corners[:, 0], corners[:, 1])
    shapes = [shapely.transform(unit.shape, projection.project) for unit in units]
    west, south, east, north = shapely.total_bounds(np.array(shapes))
    map_height = (canvas.width - 8) * (north - south) / (east - west)
    drawing = style.new_drawing(canvas, map_height + 64)
    axes = style.place_axes(drawing, 4, 8, canvas.width - 8, map_height)
    classes = np.digitize([unit.value for unit in units], list(breaks))
    for unit, shape, place in zip(units, shapes, classes.tolist(), strict=True):
        missing = not np.isfinite(unit.value)
        axes.add_patch(
            PathPatch(
                outline_path(shape),
                facecolor=style.NO_DATA if missing else colours[place],
                edgecolor=style.HATCH if missing else style.PAPER,
                hatch="////" if missing else None,
                lw=border,
                joinstyle="round",
            )
        )
    for shape in upper:
        path = outline_path(shapely.transform(shape, projection.project))
        axes.add_patch(PathPatch(path, facecolor="none", edgecolor=style.INK_2, lw=0.7))
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], aspect="equal")
    write_labels(axes, units, shapes, classes.tolist(), colours, canvas)
    missing = any(not np.isfinite(unit.value) for unit in units)
    draw_legend(drawing, canvas, map_height + 22, colours, legend, no_data_word if missing else "")
    return drawing


def write_labels(
    axes: Axes,
    units: Sequence[MapUnit],
    shapes: Sequence[BaseGeometry],
    classes: Sequence[int],
    colours: Sequence[str],
    canvas: style.Canvas,
) -> None:
    """Names inside areas that have room for them, largest areas first; nothing overlaps."""
    to_pixels = axes.transData.transform
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    for unit, shape in zip(units, shapes, strict=True):
        if unit.callout:
            point = shapely.maximum_inscribed_circle(shape, tolerance=5).coords[0]
            corner = (west + 0.7 * (east - west), north - 0.03 * (north - south))
            axes.annotate(
                f"{unit.label} {unit.value_text}",
                point,
                corner,
                ha="center",
                weight=600,
                path_effects=HALO,
                arrowprops={"arrowstyle": "-", "color": style.INK, "lw": 1, "shrinkA": 1, "shrinkB": 0},
            )
    taken: list[tuple[float, float, float, float]] = []
    by_area = sorted(range(len(units)), key=lambda i: (not units[i].always, -shapes[i].area))
    for index in by_area:
        unit, shape = units[index], shapes[index]
        if not unit.label or unit.callout:
            continue
        circle = shapely.maximum_inscribed_circle(shape, tolerance=5)
        point = circle.coords[0]
        x, y = to_pixels(point)
        half_width = max(len(unit.label), len(unit.value_text)) * 3.3
        room = 2 * (to_pixels((point[0] + circle.length, point[1]))[0] - x)
        if not unit.always and room < half_width * (1.4 if canvas.is_phone else 0.75):
            continue
        for shift in (0, 7, -7, 14, -14) if room > 20 else (0,):
            box = (x - half_width, y + shift - 13, x + half_width, y + shift + 13)
            if not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
                break
        else:
            continue
        taken.append(box)
        fill = colours[classes[index]]
        axes.annotate(
            f"{unit.label}\n{unit.value_text}" if unit.value_text else unit.label,
            point,
            (0, shift),
            textcoords="offset points",
            ha="center",
            va="center",
            size=12,
            linespacing=1.25,
            weight=600,
            color=style.PAPER if is_dark(fill) else style.INK,
            # A halo of the area's own colour keeps words readable that reach over its border.
            path_effects=[withStroke(linewidth=2.5, foreground=fill)],
        )


def is_dark(colour: str) -> bool:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 140


def draw_legend(
    drawing: Figure,
    canvas: style.Canvas,
    top: float,
    colours: Sequence[str],
    words: tuple[str, str, str],
    no_data_word: str,
    strength: float = 1.0,
) -> None:
    """Colour steps with the words at both ends and the middle, and the hatch for land without a value.

    ``strength`` is that of the areas on the map, 0 to 1.
    """
    width = min(300.0, canvas.width - 8 if not no_data_word else canvas.width - 110)
    axes = style.place_axes(drawing, 4, top, width, 12)
    for step, colour in enumerate(colours):
        axes.axvspan(step, step + 1, color=colour, alpha=strength, lw=0)
    axes.set(xlim=(0, len(colours)), ylim=(0, 1), xticks=[], yticks=[])
    for position, word, side in ((0, words[0], "left"), (0.5, words[1], "center"), (1, words[2], "right")):
        axes.text(
            position, -0.35, word, transform=axes.transAxes, ha=side, va="top", size=12, color=style.INK_2
        )
    if no_data_word:
        box = style.place_axes(drawing, width + 24, top, 22, 12)
        box.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
        box.axvspan(0, 1, facecolor=style.NO_DATA, edgecolor=style.HATCH, hatch="////", lw=0)
        box.text(1.3, 0.5, no_data_word, transform=box.transAxes, va="center", size=12, color=style.INK_2)


def outline_path(shape: BaseGeometry) -> DrawingPath:
    """A polygon or multipolygon with its holes as one drawing path."""
    rings = [
        ring
        for polygon in shapely.get_parts(shape)
        if polygon.geom_type == "Polygon"
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    return DrawingPath.make_compound_path(
        *(DrawingPath(shapely.get_coordinates(r), closed=True) for r in rings)
    )


@dataclass(frozen=True)
class Caravan:
    """A flow between two places (indices), in persons; estimated ones walk in dashes."""

    origin: int
    destination: int
    persons: float
    colour: str
    estimated: bool


def paint_flows(
    canvas: style.Canvas,
    points: NDArray[np.float64],
    names: Sequence[str],
    caravans: Sequence[Caravan],
    *,
    outlines: Mapping[str, BaseGeometry] | None = None,
    persons_word: str = "",
) -> Figure:
    """Flows that widen on the way and bend to the right of their direction, the largest on top.

    ``points`` has shape (n, 2), longitude and latitude; width is linear in persons.
    """
    shapes = list((outlines or {}).values())
    corners = points if not shapes else np.vstack([points, shapely.get_coordinates(np.array(shapes))])
    projection = Projection.around(corners[:, 0], corners[:, 1])
    plane = projection.project(corners)
    places = plane[: len(points)]
    west, south = plane.min(axis=0)
    east, north = plane.max(axis=0)
    margin = 0.06 * (east - west) if not shapes else 0
    west, east, south, north = west - margin, east + margin, south - margin, north + margin
    height = (canvas.width - 8) * (north - south) / (east - west)
    drawing = style.new_drawing(canvas, height + 56)
    axes = style.place_axes(drawing, 4, 4, canvas.width - 8, height)
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], aspect="equal")
    for shape in shapes:
        outline = outline_path(shapely.transform(shape, projection.project))
        axes.add_patch(PathPatch(outline, facecolor=style.FELT, edgecolor=style.PAPER, lw=1))
    largest = max((caravan.persons for caravan in caravans), default=1.0)
    kilometres = (east - west) / (canvas.width - 8)
    widest = (11 if canvas.is_phone else 17) * kilometres
    for caravan in sorted(caravans, key=lambda c: c.persons):
        width = widest * caravan.persons / largest
        for patch in caravan_path(
            places[caravan.origin], places[caravan.destination], width, caravan.estimated
        ):
            axes.add_patch(
                PathPatch(patch, facecolor=caravan.colour, edgecolor=style.PAPER, lw=0.5, zorder=3)
            )
    axes.plot(places[:, 0], places[:, 1], "o", ms=6, mfc=style.PAPER, mec=style.INK, mew=1.5, zorder=5)
    weights = np.zeros(len(places))
    for caravan in caravans:
        weights[[caravan.origin, caravan.destination]] += caravan.persons
    name_places(axes, places, names, weights)
    draw_width_key(drawing, canvas, height + 22, largest, widest / kilometres, persons_word)
    return drawing


def name_places(
    axes: Axes, places: NDArray[np.float64], names: Sequence[str], weights: NDArray[np.float64]
) -> None:
    """Names round their dots, those of the largest flows first; one without room is left out."""
    to_pixels = axes.transData.transform
    dots = [to_pixels(place) for place in places]
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in dots]
    for index in np.argsort(-weights, kind="stable").tolist():
        name, (x, y) = names[index], dots[index]
        half, others = len(name) * 3.5, taken[:index] + taken[index + 1 :]
        for across, up, side in ((0, -15, "center"), (0, 15, "center"), (9, 0, "left"), (-9, 0, "right")):
            left = x + across - {"center": half, "left": 0.0, "right": 2 * half}[side]
            box = (left, y + up - 7, left + 2 * half, y + up + 7)
            if not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in others):
                break
        else:
            continue
        taken.append(box)
        axes.annotate(
            name, places[index], (across, up), textcoords="offset points", ha=side, va="center", weight=600,
            size=12, path_effects=HALO, zorder=6,
        )  # fmt: skip


def caravan_path(
    start: NDArray[np.float64], end: NDArray[np.float64], width: float, dashed: bool, dashes: int = 8
) -> list[DrawingPath]:
    """Thin where people leave, wide where they arrive; so it needs no arrowhead."""
    along = end - start
    right = np.array([along[1], -along[0]])
    control = (start + end) / 2 + 0.18 * right
    t = np.linspace(0.04, 0.96, 5 * dashes + 1)[:, None]
    line = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
    direction = np.gradient(line, axis=0)
    normal = np.column_stack([-direction[:, 1], direction[:, 0]])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    half = width * (0.08 + 0.92 * t) / 2
    upper, lower = line + half * normal, line - half * normal
    pieces = [slice(i, i + 4) for i in range(0, 5 * dashes, 5)] if dashed else [slice(0, 5 * dashes + 1)]
    return [DrawingPath(np.vstack([upper[p], lower[p][::-1], upper[p][:1]]), closed=True) for p in pieces]


def draw_width_key(
    drawing: Figure, canvas: style.Canvas, top: float, largest: float, widest: float, word: str
) -> None:
    """Two caravans with their numbers of persons."""
    step = 10 ** np.floor(np.log10(largest))
    sizes = (step * np.floor(largest / step), step * np.floor(largest / step) / 4)
    axes = style.place_axes(drawing, 4, top - 10, canvas.width - 8, 26)
    axes.set(xlim=(0, canvas.width - 8), ylim=(-13, 13), xticks=[], yticks=[])
    left = 2.0
    for size in sizes:
        width = widest * size / largest
        shape = DrawingPath(
            [(left, -width * 0.04), (left, width * 0.04), (left + 60, width / 2), (left + 60, -width / 2)]
        )
        axes.add_patch(PathPatch(shape, facecolor=style.ALL, edgecolor="none"))
        text = f"{style.number(size)} {word}"
        axes.text(left + 68, 0, text, va="center", size=12, color=style.INK_2)
        left += 92 + 7 * len(text)
