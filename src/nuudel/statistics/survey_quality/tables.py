"""What checks are given: the submissions of a round, the last round, and what is known of the areas."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

OF_AREA = (
    "least_said most_said persons households displaced returned migrants women men girls boys "
    "older_women older_men arrived departed outcome basis"
)
NEEDED: Mapping[str, frozenset[str]] = {
    layout: frozenset(names.split())
    for layout, names in {
        "area": OF_AREA,
        "subarea": OF_AREA,
        "watch": "break_minutes observed_minutes counted point from to",
        "traveller": "age_from age_to group_size children point direction agreed sex citizenship reason mode "
        "duration often origin destination",
        "event": "persons households injured animals_lost kind basis",
        "point": "",
    }.items()
}
"""The values of each layout that checks look at."""


@dataclass(frozen=True)
class Tables:
    """The submissions of one layout, and what they are compared with.

    Attributes
    ----------
    now
        One row for each submission: ``submission``, ``form``, ``enumerator``, ``place`` (where the enumerator
        was sent), ``area``, ``day``, ``began_at``, ``ended_at``, ``received_at``, ``device_at``
        and the values of the layout.
    last
        Figures of the round before: ``area`` and values, of whole areas.
    rows
        What submissions tell several times, by name, with the column ``submission``.
    register
        ``area`` and ``population``.
    neighbours
        ``area`` and ``neighbour``, one row for each pair, in both directions.
    uppers
        ``area`` and ``uppers``: all units that an area lies in, itself included.
    """

    now: pl.DataFrame
    last: pl.DataFrame | None = None
    rows: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    register: pl.DataFrame | None = None
    neighbours: pl.DataFrame | None = None
    uppers: pl.DataFrame | None = None

    @property
    def known(self) -> pl.DataFrame:
        """Submissions about an area that is known, with a number of persons."""
        known = (pl.col("area") != "") & pl.col("persons").is_not_null()
        return self.now.filter(known)
