"""What checks are given of a round: its submissions, the round before, the register and the neighbours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

import polars as pl
from django.db.models import Q, QuerySet

from nuudel.base.packs import load_pack
from nuudel.domains.displacement import models
from nuudel.domains.displacement.country import PACK
from nuudel.domains.displacement.frames.codes import soum_of
from nuudel.domains.displacement.submissions.measured import measured, measured_rows
from nuudel.statistics.survey_quality import Limits, Tables, limits_on
from nuudel.web.access.models import Place

ROWS = {
    "area": ("arrivals", "departures", "settlements"),
    "subarea": ("arrivals", "departures"),
    "watch": ("passing",),
    "event": ("moved",),
}
TABLE, COLUMN = "soum_indicators", "resident_population"
COMPARED = ("persons", "displaced")
Rows = QuerySet[models.Submission]


def limits_of(operation: models.Operation, day: date) -> Limits:
    """The limits of an operation on a day: its own, else the usual ones."""
    rows = models.Limit.objects.filter(operation=operation, state="active", start__lte=day)
    return limits_on(day, dict(rows.order_by("start", "pk").values_list("limit", "value")))


@dataclass(frozen=True)
class Touched:
    """Areas and people whose submissions are to be looked at."""

    areas: frozenset[str]
    people: frozenset[str]

    def scope(self, now: pl.DataFrame) -> set[str]:
        """The submissions to be looked at."""
        same = pl.col("area").is_in(self.areas - {""}) | pl.col("enumerator").is_in(self.people)
        return set(now.filter(same)["submission"])

    def reach(self) -> Q:
        """The same as a condition on rows."""
        return Q(area__in=self.areas - {""}) | Q(holder__in=[int(pk) for pk in self.people])


def tables_of(around: models.Round, layout: str, touched: Touched) -> Tables:
    """The submissions of a layout with all that they are compared with; repeats only of what is touched."""
    rows = models.Submission.objects.filter(round=around)
    now = with_sender(rows, measured(rows, layout))
    chosen = rows.filter(touched.reach())
    told = {name: measured_rows(chosen, layout, name) for name in ROWS.get(layout, ())}
    areas = [area for area in now["area"].unique().to_list() if area]
    if layout != "area":
        return Tables(now, rows=told, uppers=uppers(areas))
    return Tables(now, last_of(around), told, register(), neighbours(areas), uppers(areas))


def with_sender(rows: Rows, table: pl.DataFrame) -> pl.DataFrame:
    """With the form and the person who sent it."""
    known = [
        (str(pk), form, str(holder)) for pk, form, holder in rows.values_list("pk", "form__form_id", "holder")
    ]
    schema = {"submission": pl.String, "form": pl.String, "enumerator": pl.String}
    return table.join(pl.DataFrame(known, schema=schema, orient="row"), on="submission", how="left")


def last_of(around: models.Round) -> pl.DataFrame | None:
    """Figures of areas in the last round before that has some, the newest of each area last."""
    rows = models.Submission.objects.filter(
        round__operation=around.operation_id, round__number__lt=around.number, layout="area"
    )
    before = rows.order_by("-round__number").values_list("round", flat=True).first()
    if before is None:
        return None
    table = measured(rows.filter(round=before), "area")
    return table.filter(pl.col("area") != "").select("area", *COMPARED)


@cache
def register() -> pl.DataFrame:
    """Residents of soums and districts, of the last year that the register counted."""
    table = load_pack(PACK).table(TABLE).frame.filter(pl.col(COLUMN).is_not_null())
    newest = table.sort("year").group_by("place").agg(population=pl.col(COLUMN).last())
    return newest.select(area=pl.col("place"), population=pl.col("population").cast(pl.Int64))


def paths(areas: Iterable[str]) -> dict[str, list[str]]:
    """Of each area the units that it lies in, the country first, itself last; none of unknown ones."""
    known = dict(Place.objects.filter(code__in={soum_of(area) for area in areas}).values_list("code", "path"))
    return {
        area: [*path, *([area] if area not in path else [])]
        for area in areas
        if (path := known.get(soum_of(area)))
    }


def uppers(areas: Iterable[str]) -> pl.DataFrame:
    """``area`` and ``uppers``, as the checks want them."""
    found = paths(areas)
    columns = {"area": list(found), "uppers": list(found.values())}
    return pl.DataFrame(columns, schema={"area": pl.String(), "uppers": pl.List(pl.String)})


def neighbours(areas: Iterable[str]) -> pl.DataFrame:
    """Areas of the same next unit: baghs of a soum, soums of an aimag."""
    found = paths(areas)
    above = pl.DataFrame(
        [(area, path[-2]) for area, path in found.items() if len(path) > 1],
        schema={"area": pl.String, "above": pl.String},
        orient="row",
    )
    pairs = above.join(above.rename({"area": "neighbour"}), on="above")
    return pairs.filter(pl.col("area") != pl.col("neighbour")).select("area", "neighbour")
