"""What checks are given of a round: its submissions, the round before, the register and the neighbours."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import shapely
from django.db.models import Exists, OuterRef, QuerySet

from nuudel.base.packs import load_pack
from nuudel.domains.displacement import models
from nuudel.domains.displacement.country import PACK
from nuudel.domains.displacement.frames.codes import soum_of
from nuudel.domains.displacement.submissions.measured import (
    FIGURES,
    MOMENT,
    MOMENTS,
    UNCOUNTED,
    VALUES,
    Micros,
    counting,
    emptied,
    framed,
    measured,
    measured_rows,
    text,
    types,
)
from nuudel.places.boundaries import boundaries
from nuudel.statistics.survey_quality import NEEDED, Limits, limits_on
from nuudel.surveys.layouts import LAYOUTS
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
Seen = tuple[str, int]
"""A submission and when it was changed, in microseconds."""
LEVELS = ("soum", "aimag")
TOUCHING = 0.001
"""Degrees: some hundred metres."""
READ: tuple[Any, ...] = (
    text("pk"),
    "form__form_id",
    text("holder"),
    "place",
    "area",
    "day",
    *MOMENTS,
    Micros("changed_at"),
)
HEAD = {
    "submission": pl.String(),
    "form": pl.String(),
    "enumerator": pl.String(),
    "place": pl.String(),
    "area": pl.String(),
    "day": pl.Date(),
    **dict.fromkeys(("began_at", "ended_at", "received_at", "device_at", "changed_at"), MOMENT),
}


def limits_of(operation: models.Operation, day: date) -> Limits:
    """The limits of an operation on a day: its own, else the usual ones."""
    rows = models.Limit.objects.filter(operation=operation, state="active", start__lte=day)
    return limits_on(day, dict(rows.order_by("start", "pk").values_list("limit", "value")))


Came = tuple[pl.DataFrame, frozenset[str]]
"""Submissions that count, each with ``changed_at``, and those that count no longer."""


def came(around: models.Round, since: datetime | None, known: Collection[Seen]) -> dict[str, Came]:
    """The submissions of a round that were changed since a moment, by layout; all that count without one.

    Parameters
    ----------
    known
        Those that were read already, as they are now: their figures are not read again.
    """
    rows = models.Submission.objects.filter(round=around, mapped_at__isnull=False).exclude(layout="")
    if since is None:
        return {layout: (told, frozenset()) for layout, told in frames_of(counting(rows)).items()}
    new, gone = [], defaultdict(set)
    lately = rows.filter(changed_at__gt=since)
    for pk, changed, layout, state in lately.values_list(text("pk"), Micros("changed_at"), "layout", "state"):
        if state in UNCOUNTED:
            gone[layout].add(pk)
        elif (pk, changed) not in known:
            new.append(pk)
    frames = frames_of(rows.filter(pk__in=new)) if new else {}
    return {
        layout: (frames[layout] if layout in frames else none_of(layout)[0], frozenset(gone[layout]))
        for layout in frames.keys() | gone.keys()
    }


def frames_of(rows: Rows) -> dict[str, pl.DataFrame]:
    """Submissions by layout, as the checks want them."""
    layouts = rows.order_by().values_list("layout", flat=True).distinct()
    return {layout: frame_of(layout, rows.filter(layout=layout)) for layout in layouts}


def frame_of(layout: str, rows: Rows) -> pl.DataFrame:
    known = types({name: LAYOUTS[layout].values[name] for name in names_of(layout)})
    told = list(rows.order_by("pk").values_list(*READ, text(VALUES)))
    found = framed(told, HEAD | {FIGURES: pl.String()})
    if not known:
        return found.drop(FIGURES)
    return emptied(found.with_columns(pl.col(FIGURES).str.json_decode(pl.Struct(known))).unnest(FIGURES))


def none_of(layout: str) -> Came:
    return frame_of(layout, models.Submission.objects.none()), frozenset()


def names_of(layout: str) -> list[str]:
    """The values of a layout that checks look at."""
    return [name for name in LAYOUTS[layout].values if name in NEEDED[layout]]


def rows_of(layout: str, submissions: Collection[str]) -> dict[str, pl.DataFrame]:
    """What some submissions tell several times."""
    chosen = models.Submission.objects.filter(pk__in=list(submissions))
    return {name: measured_rows(chosen, layout, name) for name in ROWS.get(layout, ())}


def round_before(around: models.Round) -> models.Round | None:
    """The last round before that has figures of areas."""
    told = models.Submission.objects.filter(round=OuterRef("pk"), layout="area")
    rows = models.Round.objects.filter(operation=around.operation_id, number__lt=around.number)
    return rows.filter(Exists(told)).order_by("-number").first()


def figures_of_areas(around: models.Round) -> pl.DataFrame:
    """Figures of the areas of a round, the newest of each area last."""
    rows = models.Submission.objects.filter(round=around).exclude(area="")
    return measured(rows, "area").select("area", *COMPARED)


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


def with_sender(rows: Rows, table: pl.DataFrame) -> pl.DataFrame:
    """With the form and the person who sent it."""
    known = [
        (str(pk), form, str(holder)) for pk, form, holder in rows.values_list("pk", "form__form_id", "holder")
    ]
    schema = {"submission": pl.String, "form": pl.String, "enumerator": pl.String}
    return table.join(pl.DataFrame(known, schema=schema, orient="row"), on="submission", how="left")


def uppers(areas: Iterable[str]) -> pl.DataFrame:
    """``area`` and ``uppers``, as the checks want them."""
    found = paths(areas)
    columns = {"area": list(found), "uppers": list(found.values())}
    return pl.DataFrame(columns, schema={"area": pl.String(), "uppers": pl.List(pl.String)})


def neighbours(areas: Iterable[str]) -> pl.DataFrame:
    """Areas of the same soum, and of soums with a common border; also across borders of aimags."""
    known = pl.DataFrame(
        [(area, soum_of(area)) for area in areas], schema={"area": pl.String, "soum": pl.String}, orient="row"
    )
    pairs = known.join(bordering(), on="soum").join(
        known.rename({"area": "neighbour"}), left_on="beside", right_on="soum"
    )
    return pairs.filter(pl.col("area") != pl.col("neighbour")).select("area", "neighbour")


@cache
def bordering() -> pl.DataFrame:
    """Of each soum and each aimag itself and those with a common border, by the pack's outlines."""
    return pl.concat([beside(level) for level in LEVELS])


def beside(level: str) -> pl.DataFrame:
    regions = boundaries(load_pack(PACK), level).regions
    shapes = np.array([region.geometry for region in regions])
    # Borders were drawn one by one: what is nearer than this touches.
    found = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=TOUCHING)
    told = [
        (own, other) for one, near in found.T for own in regions[one].codes for other in regions[near].codes
    ]
    return pl.DataFrame(told, schema={"soum": pl.String, "beside": pl.String}, orient="row")
