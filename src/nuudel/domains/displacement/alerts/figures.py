"""The figures that rules look at, read once for all rules of an operation."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cached_property
from uuid import UUID

import polars as pl
from django.db.models import Q, QuerySet
from django.utils import timezone

from nuudel.domains.displacement import models
from nuudel.domains.displacement.alerts.clocks import righted, righted_hours, wrong
from nuudel.domains.displacement.points.hours import hours_of
from nuudel.domains.displacement.points.reading import LEARNED_DAYS, opening, whole_days
from nuudel.domains.displacement.quality.reading import limits_of
from nuudel.domains.displacement.submissions.measured import measured, measured_rows

LOOKED_BACK = 90
"""Days: a rule puts 60 together at most, and alerts are watched for 30."""
NO_STRATA = pl.DataFrame(
    schema=dict.fromkeys(("point", "block", "direction", "mode"), pl.String()) | {"passages": pl.Float64()}
)


class Figures:
    """What was counted in an operation; each layout and set of days is read once.

    Whoever makes it acts as somebody who reads all submissions of the operation.
    """

    def __init__(self, operation: models.Operation) -> None:
        self.operation = operation
        self.known: dict[tuple[str, tuple[date, ...]], pl.DataFrame] = {}

    def once(self, name: str, days: Sequence[date], make: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        key = (name, tuple(sorted(days)))
        if key not in self.known:
            self.known[key] = make()
        return self.known[key]

    @cached_property
    def clock(self) -> float:
        """Minutes by which the clock of a phone may differ from ours."""
        return limits_of(self.operation, timezone.localdate())["clock_minutes"]

    def rows(self, days: Sequence[date]) -> "QuerySet[models.Submission]":
        told = Q(day__in=list(days)) | Q(pk__in=self.misdated)
        return models.Submission.objects.filter(told, round__operation=self.operation)

    @cached_property
    def misdated(self) -> list[UUID]:
        """Submissions from phones with wrong clocks, whatever day they tell."""
        since = timezone.localdate() - timedelta(days=LOOKED_BACK)
        rows = models.Submission.objects.filter(round__operation=self.operation).exclude(layout="")
        return list(rows.filter(wrong(self.clock, since)).values_list("pk", flat=True))

    def of_days(self, days: Sequence[date], layout: str) -> pl.DataFrame:
        """Submissions of some days, by when it really was."""
        rows = righted(measured(self.rows(days), layout), self.clock)
        return rows.filter(pl.col("day").is_in(list(days)))

    def all_watches(self, days: Sequence[date]) -> pl.DataFrame:
        """Watches of some days, and those that may belong to them."""
        return self.once("watch", days, lambda: righted(measured(self.rows(days), "watch"), self.clock))

    def passages(self, days: Sequence[date]) -> pl.DataFrame:
        """One row for what passed in an hour, a direction and a mode, with its point, when it really was."""

        def make() -> pl.DataFrame:
            watches = self.all_watches(days)
            told = measured_rows(self.rows(days), "watch", "passing")
            told = told.join(watches.select("submission", "point"), on="submission", how="left")
            return righted_hours(told, watches).filter(pl.col("day").is_in(list(days)))

        return self.once("passing", days, make)

    def hours(self, days: Sequence[date]) -> pl.DataFrame:
        """Which hours were observed at each point: ``share`` of the hour, by each watch."""

        def make() -> pl.DataFrame:
            watches = self.all_watches(days)
            told = hours_of(watches.with_columns(day=pl.col("told_day")))
            return righted_hours(told, watches).filter(pl.col("day").is_in(list(days)))

        return self.once("hours", days, make)

    def travellers(self, days: Sequence[date]) -> pl.DataFrame:
        """Those who agreed to answer."""
        return self.once(
            "traveller",
            days,
            lambda: self.of_days(days, "traveller").filter(pl.col("agreed") == "yes"),
        )

    def strata(self, days: Sequence[date]) -> pl.DataFrame:
        """Passages by point, six hours, direction and mode, to which interviews are weighted."""

        def make() -> pl.DataFrame:
            last = max(days)
            learned = [last - timedelta(days=back) for back in range(max(LEARNED_DAYS, len(days)))]
            timed = self.all_watches(learned).rename({"submission": "watch"})
            timed = timed.drop_nulls(["point", "from", "to"])
            told = measured_rows(self.rows(learned), "watch", "passing").rename({"submission": "watch"})
            told = told.drop("area", "day").drop_nulls("persons").join(timed, on="watch", how="semi")
            if timed.is_empty():
                return NO_STRATA
            return whole_days(timed, told, opening(self.rows(learned)), (min(days), last)).strata

        return self.once("strata", days, make)

    def symptoms(self, days: Sequence[date]) -> pl.DataFrame:
        """Travellers who were asked for symptoms, each with a list of them."""

        def make() -> pl.DataFrame:
            told = measured_rows(self.rows(days), "traveller", "symptoms")
            lists = told.group_by("submission").agg(pl.col("symptom"))
            return self.travellers(days).join(lists, on="submission")

        return self.once("symptoms", days, make)

    def areas(self, days: Sequence[date]) -> pl.DataFrame:
        """The last assessment of each area."""

        def make() -> pl.DataFrame:
            rows = self.of_days(days, "area").sort("day", "received_at")
            return rows.unique("area", keep="last", maintain_order=True)

        return self.once("area", days, make)

    def events(self, days: Sequence[date]) -> pl.DataFrame:
        return self.once("event", days, lambda: self.of_days(days, "event"))
