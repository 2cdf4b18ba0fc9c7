"""Aimags and soums by name, and maps of the soums as drawings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from django.utils.safestring import SafeString, mark_safe
from matplotlib.figure import Figure as Drawing
from shapely.geometry.base import BaseGeometry

from nuudel.base.packs import load_pack
from nuudel.domains.otor.spots import AIMAG, PACK, SOUM
from nuudel.model.pasture.ground import land_of
from nuudel.publication.charts.maps import MapUnit, paint_choropleth
from nuudel.publication.charts.style import Canvas
from nuudel.publication.explorer.palettes import LARCH
from nuudel.publication.explorer.themed import draw
from nuudel.publication.report.document import Figure
from nuudel.web.access.models import Place
from nuudel.web.words import language

ROUGH = 0.02
"""Degrees within which outlines are simplified: the cells are approximate, and a page is to stay small."""
COLOURS = LARCH[1:6]


@dataclass(frozen=True)
class MapWords:
    """What is said of a map: its title (the finding), what it shows, and the ends and middle of its key."""

    title: str
    subtitle: str
    key: tuple[str, str, str]
    no_data: str


@dataclass(frozen=True)
class Drawn:
    """A map for the desk and for the phone."""

    desk: SafeString
    phone: SafeString


@lru_cache(maxsize=1)
def soum_shapes() -> tuple[tuple[tuple[str, ...], BaseGeometry], ...]:
    """The cells of the soums with their codes, simplified."""
    land = land_of(load_pack(PACK).folder)
    return tuple((shape.codes, shape.geometry.simplify(ROUGH)) for shape in land.shapes)


@lru_cache(maxsize=1)
def aimag_shapes() -> tuple[BaseGeometry, ...]:
    """The outlines of the aimags, put together from the cells of their soums."""
    land = land_of(load_pack(PACK).folder)
    above = dict(zip(land.places, land.above, strict=True))
    cells: dict[str, list[BaseGeometry]] = {}
    for shape in land.shapes:
        cells.setdefault(above[shape.codes[0]], []).append(shape.geometry)
    return tuple(shapely.union_all(parts).simplify(ROUGH) for parts in cells.values())


def soum_map(values: Mapping[str, float], breaks: Sequence[float], words: MapWords) -> Drawn:
    """A map of a value by soum; soums without one are hatched. Drawn once for the same values and words."""
    rounded = tuple(sorted((place, round(value, 3)) for place, value in values.items()))
    return drawn_once(rounded, tuple(breaks), words)


@lru_cache(maxsize=16)
def drawn_once(values: tuple[tuple[str, float], ...], breaks: tuple[float, ...], words: MapWords) -> Drawn:
    units = by_class(dict(values), breaks)
    figure = Figure("map", words.title, words.subtitle, painter(units, breaks, words), "", "")
    drawings = draw(figure)
    # Drawn by our own code: words in it are escaped by the drawing library.
    return Drawn(mark_safe(drawings.desk), mark_safe(drawings.phone))  # noqa: S308


def by_class(values: Mapping[str, float], breaks: tuple[float, ...]) -> list[MapUnit]:
    """All soums of a class as one area, which is drawn much faster; those without a value are one too."""
    within = (breaks[0] - 1, *breaks)  # a value within each class
    parts: dict[int, list[BaseGeometry]] = {}
    for codes, shape in soum_shapes():
        value = values.get(codes[0], np.nan)
        place = -1 if np.isnan(value) else int(np.digitize(value, breaks))
        parts.setdefault(place, []).extend(shapely.get_parts(shape))
    return [
        MapUnit(shapely.MultiPolygon(shapes), np.nan if place < 0 else within[place])
        for place, shapes in sorted(parts.items())
    ]


def painter(
    units: Sequence[MapUnit], breaks: Sequence[float], words: MapWords
) -> Callable[[Canvas], Drawing]:
    def paint(canvas: Canvas) -> Drawing:
        return paint_choropleth(
            canvas,
            units,
            breaks,
            COLOURS,
            words.key,
            no_data_word=words.no_data,
            border=0.3,
            upper=aimag_shapes(),
        )

    return paint


def names() -> dict[str, str]:
    """Codes of aimags and soums to names in the reader's language."""
    lang = language()
    return {place.code: place.name(lang) for place in Place.objects.filter(level__in=(AIMAG, SOUM))}
