"""A round on the map: who is present as circles, where nobody came as hatched soums."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import shapely
from shapely.geometry.base import BaseGeometry

from nuudel.domains.displacement.frames.codes import soum_of
from nuudel.domains.displacement.frames.map import Shapes, shapes_of, soums_below
from nuudel.publication.charts.circles import Circle, Ground

MOST_SOUMS = 60
"""Rounds in more soums than these are drawn by aimag."""

EXACT_CENTRE = 2.0
OBSERVED = "observed"
KINDS = ("covered", "missing", "rest")


@dataclass(frozen=True)
class Spot:
    """A unit on the map.

    Attributes
    ----------
    count, counted
        Persons present with those who were estimated, and those who were counted.
    areas, missing
        Its areas, and how many of them nobody covered.
    """

    code: str
    name: str
    x: float
    y: float
    count: float
    counted: float
    areas: int
    missing: int

    @property
    def circle(self) -> Circle:
        return Circle(self.x, self.y, self.count, self.counted, self.name)


@dataclass(frozen=True)
class RoundMap:
    """The soums of a round's place by how they were covered, and the units with their figures."""

    place: str
    shapes: Shapes
    spots: tuple[Spot, ...]
    covered: frozenset[str]
    missing: frozenset[str]

    @property
    def estimated(self) -> bool:
        """Whether persons of any unit were estimated."""
        return any(spot.count > spot.counted for spot in self.spots)

    def kind(self, codes: tuple[str, ...]) -> str:
        """How a soum stands: ``missing`` where any area was not covered, ``covered``, or ``rest``."""
        if self.missing & set(codes):
            return "missing"
        return "covered" if self.covered & set(codes) else "rest"

    @property
    def ground(self) -> Ground:
        parts: dict[str, list[BaseGeometry]] = {kind: [] for kind in KINDS}
        for codes, shape in self.shapes.soums:
            parts[self.kind(codes)].append(shape)
        upper = [shape for _, shape in self.shapes.upper] if len(self.shapes.soums) > 1 else []
        return Ground(**parts, upper=upper)


def round_map(place: str, areas: pl.DataFrame, names: Mapping[str, str]) -> RoundMap | None:
    """The map of a round; None where the outlines of its place are not known.

    Parameters
    ----------
    areas
        ``area``, ``persons``, ``label`` of each area (``Comparison.areas``).
    names
        Names of areas and units by their codes.
    """
    shapes = shapes_of(place)
    if shapes is None:
        return None
    rows = [(soum_of(row["area"]), row["persons"], row["label"]) for row in areas.iter_rows(named=True)]
    below = soums_below()
    standing = {kind: frozenset(reached(rows, below, kind == "missing")) for kind in ("covered", "missing")}
    units = units_of({code for code, _, _ in rows}, shapes)
    centres = dict(centres_of(shapes, set(units.values())))
    grouped: dict[str, list[tuple[float | None, str]]] = defaultdict(list)
    for code, persons, label in rows:
        if units[code] in centres:
            grouped[units[code]].append((persons, label))
    spots = tuple(
        Spot(
            code,
            names.get(code, code),
            *centres[code],
            count=sum(persons or 0.0 for persons, _ in several),
            counted=sum(persons or 0.0 for persons, label in several if label == OBSERVED),
            areas=len(several),
            missing=sum(label != OBSERVED for _, label in several),
        )
        for code, several in sorted(grouped.items())
    )
    return RoundMap(place, shapes, spots, **standing)


def reached(
    rows: list[tuple[str, float | None, str]], below: Mapping[str, tuple[str, ...]], missing: bool
) -> set[str]:
    """The soums with an area that was covered, or with one that was not; an aimag stands for all of its."""
    return {
        soum for code, _, label in rows if (label != OBSERVED) == missing for soum in below.get(code, (code,))
    }


def units_of(codes: set[str], shapes: Shapes) -> dict[str, str]:
    """The unit that each soum is drawn in: itself, or in a large round its aimag."""
    if len(codes) <= MOST_SOUMS:
        return {code: code for code in codes}
    below = soums_below()
    upper = {soum: code for several, _ in shapes.upper for code in several for soum in below.get(code, ())}
    return {code: upper.get(code, code) for code in codes}


def centres_of(shapes: Shapes, wanted: set[str]) -> list[tuple[str, tuple[float, float]]]:
    """The middle of each unit; units that share a shape stand beside each other."""
    found = []
    for codes, shape in (*shapes.upper, *shapes.soums):
        here = sorted(wanted & set(codes))
        for place, code in enumerate(here):
            x, y = shapely.maximum_inscribed_circle(shape, tolerance=EXACT_CENTRE).coords[0]
            west, _, east, _ = shape.bounds
            shift = (place - (len(here) - 1) / 2) * (east - west) / (2 * len(here)) if len(here) > 1 else 0.0
            found.append((code, (float(x + shift), float(y))))
    return found
