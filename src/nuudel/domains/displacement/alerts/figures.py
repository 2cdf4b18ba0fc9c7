"""The figures that rules look at, read once for all rules of an operation."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

import polars as pl
from django.db.models import QuerySet

from nuudel.domains.displacement import models
from nuudel.domains.displacement.submissions.measured import measured, measured_rows

MINUTES = 60
HOURS = {
    "point": pl.String(),
    "area": pl.String(),
    "day": pl.Date(),
    "hour": pl.Int64(),
    "submission": pl.String(),
    "share": pl.Float64(),
}


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

    def rows(self, days: Sequence[date]) -> "QuerySet[models.Submission]":
        return models.Submission.objects.filter(round__operation=self.operation, day__in=list(days))

    def watches(self, days: Sequence[date]) -> pl.DataFrame:
        return self.once("watch", days, lambda: measured(self.rows(days), "watch"))

    def passages(self, days: Sequence[date]) -> pl.DataFrame:
        """One row for what passed in an hour, a direction and a mode, as it was told, with its point."""

        def make() -> pl.DataFrame:
            points = self.watches(days).select("submission", "point")
            return measured_rows(self.rows(days), "watch", "passing").join(
                points, on="submission", how="left"
            )

        return self.once("passing", days, make)

    def hours(self, days: Sequence[date]) -> pl.DataFrame:
        """Which hours were observed at each point: ``share`` of the hour, by each watch."""
        return self.once("hours", days, lambda: hours_of(self.watches(days)))

    def travellers(self, days: Sequence[date]) -> pl.DataFrame:
        """Those who agreed to answer."""
        return self.once(
            "traveller",
            days,
            lambda: measured(self.rows(days), "traveller").filter(pl.col("agreed") == "yes"),
        )

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
            rows = measured(self.rows(days), "area").sort("day", "received_at")
            return rows.unique("area", keep="last", maintain_order=True)

        return self.once("area", days, make)

    def events(self, days: Sequence[date]) -> pl.DataFrame:
        return self.once("event", days, lambda: measured(self.rows(days), "event"))


def hours_of(watches: pl.DataFrame) -> pl.DataFrame:
    """Each watch hour by hour, with the share of the hour that was observed; breaks are spread over all."""
    found = [
        (row["point"], row["area"], row["day"], hour, row["submission"], share)
        for row in watches.iter_rows(named=True)
        for hour, share in shares(row["from"], row["to"], row["break_minutes"] or 0)
    ]
    return pl.DataFrame(found, schema=HOURS, orient="row")


def shares(start: str | None, end: str | None, break_minutes: int) -> Iterator[tuple[int, float]]:
    """The hours between two clock times, each with the share of it that was observed."""
    if not start or not end:
        return
    first, last = minutes_of(start), minutes_of(end)
    if last <= first:
        return
    kept = max(last - first - break_minutes, 0) / (last - first)
    for hour in range(first // MINUTES, (last - 1) // MINUTES + 1):
        inside = min(last, (hour + 1) * MINUTES) - max(first, hour * MINUTES)
        if inside * kept > 0:
            yield hour, inside * kept / MINUTES


def minutes_of(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * MINUTES + int(minute[:2])
