"""The submissions of a round brought up to date and checked: what is remembered, and what came since."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
from django.db.models import Max

from nuudel.domains.displacement import models
from nuudel.domains.displacement.quality.reading import (
    Seen,
    came,
    figures_of_areas,
    neighbours,
    none_of,
    register,
    round_before,
    rows_of,
    uppers,
)
from nuudel.domains.displacement.quality.remembered import MEMORY, Before, Remembered
from nuudel.statistics.survey_quality import Checked, Limits, Tables, check_again, check_whole

MARGIN = timedelta(minutes=2)
"""What was written so long before the last check may have been committed after it: it is read again."""


@dataclass(frozen=True)
class Brought:
    """What was found in a layout, and the submissions that are new or others than before."""

    checked: Checked
    fresh: frozenset[str]


@dataclass(frozen=True)
class Bringing:
    """A round at a moment, with the limits that hold then."""

    around: models.Round
    limits: Limits
    now: datetime

    def all(self, known: Remembered | None) -> dict[str, Brought]:
        """The layouts of the round, checked anew where something came or went."""
        before = known.layouts if known else {}
        since = known.checked_at - MARGIN if known else None
        new = came(self.around, since, seen_since(before, since))
        return {
            layout: self.one(layout, *(new.get(layout) or none_of(layout)), before.get(layout))
            for layout in dict.fromkeys((*before, *new))
        }

    def one(self, layout: str, rows: pl.DataFrame, gone: frozenset[str], before: Checked | None) -> Brought:
        if before is None:
            fresh = frozenset(rows["submission"])
            return Brought(check_whole(layout, self.tables(layout, rows, fresh), self.limits), fresh)
        fresh = frozenset(rows["submission"])
        lost = gone.intersection(before.now["submission"])
        if not fresh and not lost:
            return Brought(before, fresh)
        same = before.now.filter(~pl.col("submission").is_in([*fresh, *lost]))
        tables = self.tables(layout, pl.concat([same, rows]).sort("submission"), fresh)
        return Brought(check_again(layout, before, tables, fresh | lost, self.limits), fresh)

    def tables(self, layout: str, rows: pl.DataFrame, fresh: Collection[str]) -> Tables:
        """The submissions of a layout with all that they are compared with."""
        new = rows.filter(pl.col("submission").is_in(list(fresh)))
        above = uppers(area for area in new["area"].unique() if area)
        told = rows_of(layout, fresh)
        if layout != "area":
            return Tables(rows, rows=told, uppers=above)
        areas = [area for area in rows["area"].unique() if area]
        return Tables(rows, self.last(), told, register(), neighbours(areas), above)

    def last(self) -> pl.DataFrame | None:
        """Figures of areas in the last round before that has some."""
        before = round_before(self.around)
        if before is None:
            return None
        changed = models.Submission.objects.filter(round=before).aggregate(last=Max("changed_at"))["last"]
        areas = MEMORY.figures(before.pk, self.now, changed)
        if areas is None:
            areas = figures_of_areas(before)
            MEMORY.keep_figures(before.pk, Before(self.now, changed, areas))
        return areas


def seen_since(before: Mapping[str, Checked], since: datetime | None) -> set[Seen]:
    """What was read already of the submissions that were changed since a moment."""
    if since is None:
        return set()
    lately = [one.now.filter(pl.col("changed_at") > since) for one in before.values()]
    changed = pl.col("changed_at").dt.epoch("us")
    return {row for one in lately for row in one.select("submission", changed).iter_rows()}
