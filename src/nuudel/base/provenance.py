"""Where a figure comes from and what is known against it: sources, caveats, quality."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Quality(StrEnum):
    """How a figure came about; shown wherever the figure is shown."""

    OBSERVED = "observed"
    ESTIMATED = "estimated"
    SCENARIO = "scenario"
    SYNTHETIC = "synthetic"


# Qualities of tables that hold no counted figure: "estimated" is the normal status there.
COMPUTED = frozenset({Quality.ESTIMATED, Quality.SCENARIO})


class Effect(StrEnum):
    """What a caveat does to the figures that it covers."""

    MISSING = "missing"  # the printed value stands for "not counted"
    DOUBTFUL = "doubtful"  # the printed value is probably wrong
    NOT_COMPARABLE = "not_comparable"  # the value is right, but measures something else than its neighbours
    CONCEPT = "concept"  # what the figure counts and what it does not


Text = Mapping[str, str]
"""One sentence in each language: language code -> text."""


@dataclass(frozen=True)
class Source:
    """Who published a figure, where, and under which licence."""

    key: str
    institution: Text
    title: Text
    identifier: str
    licence: str

    def line(self, lang: str) -> str:
        """The source as one line, as printed under tables and figures; in its first language if need be."""
        institution = self.institution.get(lang) or next(iter(self.institution.values()))
        title = self.title.get(lang) or next(iter(self.title.values()))
        parts = [institution, self.identifier or title, self.licence]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Caveat:
    """A known fault or limit of a source, printed wherever a figure that it covers is used.

    Empty ``columns``, ``places`` or ``years`` mean: all of them. ``years`` is inclusive.
    """

    key: str
    effect: Effect
    text: Text
    columns: tuple[str, ...] = field(default=())
    places: tuple[str, ...] = field(default=())
    years: tuple[int, int] | None = None

    def covers(self, *, column: str | None = None, place: str | None = None, year: int | None = None) -> bool:
        """Whether the caveat applies to a figure; what is not given is not asked about."""
        return (
            (column is None or not self.columns or column in self.columns)
            and (place is None or not self.places or place in self.places)
            and (year is None or self.years is None or self.years[0] <= year <= self.years[1])
        )
