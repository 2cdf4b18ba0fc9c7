"""The points of an operation: their names, places and positions."""

from collections.abc import Mapping
from dataclasses import dataclass

from nuudel.domains.displacement import models
from nuudel.domains.displacement.entities.known import POINTS as LIST
from nuudel.domains.displacement.entities.known import is_open
from nuudel.domains.displacement.entities.reading import entities_of

ROUNDED = 3


@dataclass(frozen=True)
class Point:
    """A flow monitoring point.

    Attributes
    ----------
    key
        Its id, by which submissions name it.
    place
        The code of the soum or bagh where it stands; empty where it is not known.
    is_open
        A closed point is shown where it was watched lately.
    at
        Latitude and longitude of its profile, rounded to some hundred metres; None where it tells none.
    """

    key: str
    name: str
    place: str = ""
    is_open: bool = True
    at: tuple[float, float] | None = None


def points_of(operation: models.Operation) -> Mapping[str, Point]:
    """The points by their ids, in the order of their names; whoever asks reads the lists of the operation."""
    found = [
        Point(
            row.entity_id,
            row.label,
            told.get("place", ""),
            is_open(told),
            position(told.get("geometry", "")),
        )
        for row in entities_of(operation, LIST)
        for told in (row.values,)
    ]
    return {point.key: point for point in sorted(found, key=lambda point: point.name)}


def point_names(operation: models.Operation) -> dict[str, str]:
    return {key: point.name for key, point in points_of(operation).items()}


def position(geometry: str) -> tuple[float, float] | None:
    """A position as phones tell it: latitude, longitude, height and accuracy, parted by blanks."""
    try:
        latitude, longitude = (round(float(part), ROUNDED) for part in geometry.split()[:2])
    except ValueError:
        return None
    known = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude, longitude) != (0, 0)
    return (latitude, longitude) if known else None
