"""What several informants say of one area: from the lowest to the highest, and the figure that is taken."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from django.db.models import QuerySet

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.informants import LAYOUT, agreed_of, said_in
from nuudel.domains.displacement.submissions.measured import measured
from nuudel.statistics.assessment_rounds import triangulate

TIMES = 2.0
"""Where the highest is more than so many times the lowest, somebody is to ask again."""

WIDTH, EDGE, HEIGHT = 320.0, 8.0, 32.0
RADII = {1: 6.0, 2: 5.0, 3: 4.0}
UNKNOWN = 3
"""The rank, and so the weight, of who did not say how well the area is known."""


@dataclass(frozen=True)
class Said:
    """What one informant, or one submission as a whole, said; ``rank``: 1 knows best, to 3."""

    persons: int
    rank: int


@dataclass(frozen=True)
class Dot:
    """A saying in the drawing."""

    x: str
    r: str
    rank: int


@dataclass(frozen=True)
class Spread:
    """The sayings of one area.

    Attributes
    ----------
    lowest, middle, highest
        Of what was said; the middle is the median, weighted by credibility.
    cv
        Coefficient of variation, weighted in the same way; None with one saying.
    taken
        The figure that stands for the area: what the team wrote down, of several submissions their weighted
        median (``triangulate``). None where no team wrote one down.
    asked, agreed, credibility
        Informants; the mean of their credibility, 1 the best.
    """

    area: str
    said: tuple[Said, ...]
    lowest: float
    middle: float
    highest: float
    cv: float | None
    taken: float | None
    submissions: int
    asked: int
    agreed: int
    credibility: float | None

    @property
    def wide(self) -> bool:
        """Whether the sayings lie so far apart that somebody is to ask again."""
        return self.highest > TIMES * self.lowest

    @property
    def by(self) -> str:
        """The rule that chose the figure which is taken."""
        if self.taken is None:
            return "none"
        return "one" if self.submissions == 1 else "median"


@dataclass(frozen=True)
class Drawn:
    """A spread on a scale."""

    spread: Spread
    name: str
    low: str
    middle: str
    high: str
    taken: str
    dots: tuple[Dot, ...]
    top: float


def said_of(rows: "QuerySet[models.Submission]", written: pl.DataFrame) -> pl.DataFrame:
    """One row for each informant who named a figure; where none did, what the team wrote down."""
    named = (
        said_in(rows)
        .filter(pl.col("agreed") & pl.col("persons_said").is_not_null())
        .select("submission", "area", persons="persons_said", credibility="credibility")
    )
    whole = written.join(named.select("submission").unique(), on="submission", how="anti")
    told = whole.select("submission", "area", "persons", credibility=pl.lit(None, pl.Int64))
    return pl.concat([named, told]).filter(pl.col("area") != "")


def spreads_of(rows: "QuerySet[models.Submission]") -> list[Spread]:
    """The spreads of the areas of some submissions, the widest first."""
    sent = measured(rows, LAYOUT)
    written = sent.filter(pl.col("persons").is_not_null())
    told = said_of(rows, written)
    if told.is_empty():
        return []
    agreed = agreed_of(rows)
    taken = dict(triangulate(written).select("area", "persons").iter_rows())
    count = dict(written.group_by("area").len().iter_rows())
    said: dict[str, list[Said]] = defaultdict(list)
    for area, persons, credibility in told.select("area", "persons", "credibility").iter_rows():
        said[area].append(Said(persons, credibility or UNKNOWN))
    found = [
        Spread(
            area=row["area"],
            said=tuple(sorted(said[row["area"]], key=lambda one: (one.persons, one.rank))),
            lowest=row["lowest"],
            middle=row["persons"],
            highest=row["highest"],
            cv=row["cv"],
            taken=taken.get(row["area"]),
            submissions=count.get(row["area"], 0),
            asked=heard.asked if (heard := agreed.get(row["area"])) else 0,
            agreed=heard.agreed if heard else 0,
            credibility=heard.credibility if heard else None,
        )
        for row in triangulate(told).iter_rows(named=True)
    ]
    return sorted(found, key=lambda one: (not one.wide, -(one.cv or 0.0), one.area))


def spread_in(rows: "QuerySet[models.Submission]", area: str, name: str) -> Drawn | None:
    """The spread of one area, drawn on a scale of its own; None where nobody said anything."""
    found = [one for one in spreads_of(rows.filter(area=area)) if one.area == area]
    return drawn(found, {area: name})[0] if found else None


def drawn(spreads: Sequence[Spread], names: dict[str, str]) -> list[Drawn]:
    """Spreads on one common scale from nobody to the most that was said anywhere."""
    top = max((max(one.highest, one.taken or 0.0) for one in spreads), default=0.0) or 1.0

    def at(value: float) -> str:
        return f"{EDGE + value / top * (WIDTH - 2 * EDGE):.1f}"

    return [
        Drawn(
            spread=one,
            name=names.get(one.area, one.area),
            low=at(one.lowest),
            middle=at(one.middle),
            high=at(one.highest),
            taken=at(one.taken) if one.taken is not None else "",
            dots=tuple(Dot(at(said.persons), f"{RADII[said.rank]:g}", said.rank) for said in one.said),
            top=top,
        )
        for one in spreads
    ]
