"""How far a round has come: counted by state and by unit, what is late, what came today."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate, localtime

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.codes import soum_of
from nuudel.domains.displacement.frames.following import LAYOUTS, SOUM_OF_AREA, area_of
from nuudel.domains.displacement.frames.frame import DONE, LATE, STATUSES, FrameRow, frame_of
from nuudel.domains.displacement.frames.units import units_of_areas
from nuudel.domains.displacement.submissions.measured import counting
from nuudel.web.access.decisions import codes_below, visible
from nuudel.web.access.models import Place
from nuudel.web.accounts.models import User
from nuudel.web.words import language

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Unit:
    """What is done in an aimag, or in a soum where the round is in one aimag."""

    code: str
    name: str
    counts: Counts
    total: int

    @property
    def share(self) -> float:
        return self.counts[DONE] / self.total


@dataclass(frozen=True)
class Coverage:
    """The coverage of a round on a day.

    Attributes
    ----------
    rows
        All areas of the frame.
    counts
        How many of them stand how, by ``frame.STATUSES``.
    units
        The same by unit, the one with the least done first.
    late
        What is late, first that which is due longest; within a day by its priority.
    today
        Areas in which the work has ended today.
    elsewhere
        Codes of areas that are not in the frame, with how many submissions came from them.
    received_today
        Submissions that arrived today, of whatever area.
    """

    day: date
    rows: tuple[FrameRow, ...]
    counts: Counts
    units: tuple[Unit, ...]
    late: tuple[FrameRow, ...]
    today: tuple[FrameRow, ...]
    elsewhere: tuple[tuple[str, int], ...]
    received_today: int

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def share(self) -> float:
        """Areas that are done, of all in the frame; 0 where there are none."""
        return self.counts[DONE] / self.total if self.rows else 0.0


def coverage_of(around: models.Round, user: User, today: date | None = None) -> Coverage:
    """The coverage of a round, as far as the user may read its areas; few queries, whatever its size."""
    day = today or localdate()
    rows = frame_of(around, day)
    elsewhere, came = received(around, user, rows, day)
    late = sorted(
        (row for row in rows if row.status == LATE), key=lambda row: (row.due, row.priority, row.area)
    )
    return Coverage(
        day=day,
        rows=tuple(rows),
        counts=counted(rows),
        units=tuple(units_of(rows)),
        late=tuple(late),
        today=tuple(row for row in rows if row.done_at is not None and localtime(row.done_at).date() == day),
        elsewhere=elsewhere,
        received_today=came,
    )


def counted(rows: Iterable[FrameRow]) -> Counts:
    found = Counter(row.status for row in rows)
    return {status: found[status] for status in STATUSES}


def units_of(rows: Sequence[FrameRow]) -> list[Unit]:
    """By aimag; by soum where all areas lie in one aimag."""
    units = units_of_areas(row.area for row in rows)
    grouped: dict[str, list[FrameRow]] = defaultdict(list)
    for row in rows:
        grouped[units[row.area]].append(row)
    names = {row.code: row.name(language()) for row in Place.objects.filter(code__in=grouped)}
    found = [Unit(code, names.get(code, code), counted(of), len(of)) for code, of in grouped.items()]
    return sorted(found, key=lambda unit: (unit.share, unit.name))


def in_unit(rows: "QuerySet[models.Submission]", unit: str) -> "QuerySet[models.Submission]":
    """Submissions of the areas of an aimag or of a soum."""
    return rows.annotate(soum=SOUM_OF_AREA).filter(soum__in=codes_below(unit))


def received(
    around: models.Round, user: User, rows: Sequence[FrameRow], day: date
) -> tuple[tuple[tuple[str, int], ...], int]:
    """Submissions by area that the frame does not have, and how many came on a day; counted in one query."""
    sent = visible(models.Submission.objects.filter(round=around), user, "displacement.submission")
    found = (
        counting(sent)
        .filter(layout__in=LAYOUTS)
        .order_by()
        .values_list("area", "place")
        .annotate(count=Count("pk"), came=Count("pk", filter=Q(created_at__date=day)))
    )
    own = {row.area for row in rows}
    other: Counter[str] = Counter()
    came = 0
    for area, place, count, on_day in found:
        came += on_day
        code = area_of(area, place)
        if code not in own and soum_of(code) not in own:
            other[code] += count
    return tuple(other.most_common()), came
