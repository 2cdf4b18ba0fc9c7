"""The points of an operation: their names, places and positions."""

from collections.abc import Mapping
from dataclasses import dataclass

from nuudel.domains.displacement import models
from nuudel.domains.displacement.entities.reading import entities_of

LIST = "points"


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
    """

    key: str
    name: str
    place: str = ""
    is_open: bool = True


def points_of(operation: models.Operation) -> Mapping[str, Point]:
    """The points by their ids, in the order of their names; whoever asks reads the lists of the operation."""
    found = [
        Point(row.entity_id, row.label, told.get("place", ""), told.get("status") != "closed")
        for row in entities_of(operation, LIST)
        for told in (row.values,)
    ]
    return {point.key: point for point in sorted(found, key=lambda point: point.name)}


def point_names(operation: models.Operation) -> dict[str, str]:
    return {key: point.name for key, point in points_of(operation).items()}
