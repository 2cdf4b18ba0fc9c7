"""How each enumerator of a round works: for who supervises them, by name and in no order of merit."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from django.db.models import Count, Q
from django.utils import timezone

from nuudel.domains.displacement import models
from nuudel.domains.displacement.quality.reading import Rows, limits_of, with_sender
from nuudel.domains.displacement.quality.states import OPEN
from nuudel.domains.displacement.submissions.measured import counting, measured
from nuudel.statistics.survey_quality import Limits, digits, minutes
from nuudel.surveys.layouts import LAYOUTS
from nuudel.web.access.decisions import visible
from nuudel.web.accounts.models import User

STEP, TALL, FULL = 16, 40, 30
"""Pixels from bar to bar, those of the highest bar, and the share in per cent for which it stands."""
LEAST_DIGITS = 20
"""Fewer last digits make no picture."""


@dataclass(frozen=True)
class Digit:
    """A last digit: its share, that of the others, both in per cent."""

    digit: int
    share: float
    usual: float

    @property
    def left(self) -> int:
        return STEP * self.digit

    @property
    def tall(self) -> float:
        return height(self.share)

    @property
    def top(self) -> float:
        return TALL - self.tall

    @property
    def usual_top(self) -> float:
        return TALL - height(self.usual)


def height(share: float) -> float:
    """Pixels of a share: what is more than ``FULL`` per cent fills the picture."""
    return round(min(share / FULL, 1) * TALL, 1)


@dataclass(frozen=True)
class Enumerator:
    """What somebody has sent in a round.

    Attributes
    ----------
    median
        Minutes of an interview, of those that were held; None where no form told them.
    fast
        The share of the interviews that were too fast, in per cent.
    digits
        None where there are too few.
    flags, asked
        Flags that are not decided, and how many of them were asked about.
    """

    pk: int
    name: str
    interviews: int
    median: float | None
    fast: float
    digits: Sequence[Digit] | None
    told: int
    flags: int
    asked: int


def enumerators_of(user: User, around: models.Round) -> list[Enumerator]:
    """Everybody who has sent something in a round, by name, as far as a user may read it."""
    sent = visible(models.Submission.objects.filter(round=around), user, "displacement.submission")
    flags = visible(models.Flag.objects.filter(round=around), user, "displacement.flag")
    by_person = flags.order_by().values("enumerator")
    fast = dict(
        by_person.filter(finding="too_fast")
        .exclude(state__in=("lapsed", "corrected", "rejected"))
        .values_list("enumerator")
        .annotate(count=Count("pk"))
    )
    open_flags = {
        pk: (count, asked)
        for pk, count, asked in by_person.filter(state__in=OPEN)
        .values_list("enumerator")
        .annotate(count=Count("pk"), asked=Count("pk", filter=Q(state="asked")))
    }
    counts = dict(counting(sent).order_by().values_list("holder").annotate(count=Count("pk")))
    limits = limits_of(around.operation, timezone.localdate())
    times, told = figures_of(sent, limits)
    people = User.objects.filter(pk__in=counts).order_by("name", "pk")
    return [
        Enumerator(
            person.pk,
            str(person.name),
            counts[person.pk],
            times.get(str(person.pk)),
            100 * fast.get(person.pk, 0) / counts[person.pk],
            bars(told.filter(pl.col("enumerator") == str(person.pk))),
            int(told.filter(pl.col("enumerator") == str(person.pk))["count"].sum()),
            *open_flags.get(person.pk, (0, 0)),
        )
        for person in people
    ]


def figures_of(sent: Rows, limits: Limits) -> tuple[dict[str, float], pl.DataFrame]:
    """Median minutes by person, and last digits by person, over the forms of all layouts."""
    took, told = [], []
    for layout in LAYOUTS:
        table = measured(sent, layout)
        if table.is_empty():
            continue
        table = with_sender(sent, table)
        if layout != "watch":  # its form is open as long as the watch
            took.append(minutes(table).select("enumerator", "minutes"))
        told.append(digits(table, layout, limits))
    empty = {"enumerator": pl.String(), "minutes": pl.Float64()}
    middle = pl.concat([pl.DataFrame(schema=empty), *took]).group_by("enumerator").median()
    schema = {"enumerator": pl.String(), "digit": pl.Int64(), "count": pl.Int64(), "expected": pl.Float64()}
    several = pl.concat([pl.DataFrame(schema=schema), *(one.cast(schema) for one in told)])  # type: ignore[arg-type]
    return dict(middle.iter_rows()), several.group_by("enumerator", "digit").sum().sort("enumerator", "digit")


def bars(own: pl.DataFrame) -> list[Digit] | None:
    """The digits of one person as bars."""
    total = int(own["count"].sum())
    if total < LEAST_DIGITS:
        return None
    return [
        Digit(digit, 100 * count / total, 100 * expected / total)
        for digit, count, expected in own.select("digit", "count", "expected").iter_rows()
    ]
