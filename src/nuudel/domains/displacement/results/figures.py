"""What a round of area assessments found, beside the round before: all that its page and its files show."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

import polars as pl
from django.core.cache import cache
from django.db.models import Count, Max, QuerySet

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.codes import soum_of
from nuudel.domains.displacement.frames.frame import FrameRow, frame_of
from nuudel.domains.displacement.frames.units import units_of_areas
from nuudel.domains.displacement.quality.reading import register, round_before
from nuudel.domains.displacement.results.reports import by_area, nearest
from nuudel.domains.displacement.submissions.measured import measured, measured_rows
from nuudel.statistics.assessment_rounds import breakdown, needs, sex_and_age
from nuudel.statistics.assessment_rounds.comparing import Comparison, compare_round
from nuudel.web.access.decisions import visible
from nuudel.web.access.models import Place
from nuudel.web.access.units import unit_of
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.words import language

LAYOUT = "area"
TOTALS = ("displaced", "returned", "migrants", "arrived", "departed", "households")
"""Counts of an area that are added over areas."""

OUTCOMES = {"assessed": "done", "empty": "done", "refused": "refused", "unreachable": "unreachable"}
KEPT_SECONDS = 6 * 3600
FORM = 1
"""Raised when what is kept has other parts: what an older version kept is worked out anew."""


@dataclass(frozen=True)
class Results:
    """A round's results, as far as the reader may read its submissions.

    Attributes
    ----------
    comparison
        Areas and totals beside the round before (``statistics.assessment_rounds``).
    told
        Each area with all its counts (``reports``).
    sums, telling
        Counts that add up over areas, of those that told them, None where no area did; and how many did.
    origins, reasons, departures
        Who came, by place of origin and by reason, and who left, by destination.
    people, needs
        Sex and age of those present; needs named.
    units
        The unit of each area: its aimag, or its soum where all lie in one.
    names
        Names of areas and units in the reader's language.
    last
        When the newest submission came.
    """

    round: models.Round
    before: models.Round | None
    comparison: Comparison
    told: pl.DataFrame
    sums: Mapping[str, int | None]
    telling: Mapping[str, int]
    origins: pl.DataFrame
    reasons: pl.DataFrame
    departures: pl.DataFrame
    people: pl.DataFrame
    needs: pl.DataFrame
    units: Mapping[str, str]
    names: Mapping[str, str]
    last: object

    @property
    def whole(self) -> Mapping[str, object]:
        """The row of totals of the whole round."""
        return self.comparison.totals.row(0, named=True)

    @property
    def is_final(self) -> bool:
        return self.round.state == "closed"


def results_of(around: models.Round, user: User) -> Results | None:
    """The results of a round; None while no assessment of an area has come.

    They are worked out again when a submission, the frame or the round before has changed, and kept where
    every process finds them: for all who may read every submission together, for others by themselves.
    """
    before = round_before(around)
    rounds = [one for one in (around, before) if one is not None]
    state = [state_of(one, user) for one in rounds]
    with service_rights():
        whole = [state_of(one, None) for one in rounds]
    reader = "" if state == whole else f"{user.pk} {sorted(posting.pk for posting in user.current_postings)}"
    key = f"displacement-results-{sha256(f'{FORM} {reader} {state}'.encode()).hexdigest()}"
    found: Results | None = cache.get(key)
    if found is None:
        found = work_out(around, before, user)
        if found is None:
            return None
        cache.set(key, found, KEPT_SECONDS)
    return replace(found, round=around, before=before, names=names_of(frame_of(around), found.units))


def state_of(around: models.Round, user: User | None) -> tuple[object, ...]:
    """What tells whether anything of a round has changed; of all that the database shows where none asks."""
    sent = submissions_of(around, user).aggregate(count=Count("pk"), last=Max("changed_at"))
    frame = models.FrameArea.objects.filter(round=around).aggregate(count=Count("pk"), last=Max("changed_at"))
    return (str(around.pk), around.state, *map(str, (*sent.values(), *frame.values())))


def submissions_of(around: models.Round, user: User | None) -> "QuerySet[models.Submission]":
    rows = models.Submission.objects.filter(round=around)
    return rows if user is None else visible(rows, user, "displacement.submission")


def work_out(around: models.Round, before: models.Round | None, user: User) -> Results | None:
    rows = submissions_of(around, user)
    told = measured(rows, LAYOUT)
    frame = frame_of(around)
    if told.is_empty():
        return None
    earlier = measured(submissions_of(before, user), LAYOUT) if before is not None else told.clear()
    units = units_of_areas([*frame_codes(frame), *told["area"], *earlier["area"]])
    numbered = [rows_of(told, around.number, units)]
    if before is not None:
        numbered.append(rows_of(earlier, before.number, units))
    framed = frame_table(frame, told, units)
    comparison = compare_round(pl.concat(numbered), framed, around.number)
    chosen = nearest(told)
    areas = by_area(chosen)
    telling = rows.filter(pk__in=chosen["submission"].to_list())
    came, left, named = (measured_rows(telling, LAYOUT, name) for name in ("arrivals", "departures", "needs"))
    return Results(
        round=around,
        before=before,
        comparison=comparison,
        told=areas,
        sums={name: sum_of(areas[name]) for name in TOTALS},
        telling={name: areas[name].count() for name in TOTALS},
        origins=breakdown(at_unit(came, "origin"), "origin", areas.select("area", persons="arrived")),
        reasons=breakdown(came, "reason", areas.select("area", persons="arrived")),
        departures=breakdown(
            at_unit(left, "destination"), "destination", areas.select("area", persons="departed")
        ),
        people=sex_and_age(areas),
        needs=needs(named, areas.select("area", "persons")),
        units=units,
        names={},
        last=rows.aggregate(last=Max("created_at"))["last"],
    )


def sum_of(values: pl.Series) -> int | None:
    told = values.drop_nulls()
    return None if told.is_empty() else int(told.sum())


def rows_of(told: pl.DataFrame, number: int, units: Mapping[str, str]) -> pl.DataFrame:
    """Submissions as the comparison of rounds takes them."""
    return told.filter(pl.col("area") != "").select(
        pl.lit(number, pl.Int64).alias("round"),
        "area",
        pl.col("area").replace_strict(units, default=None, return_dtype=pl.String).alias("parent"),
        pl.col("part").str.to_lowercase(),
        "persons",
        pl.col("outcome").replace_strict(OUTCOMES, default="done", return_dtype=pl.String),
        "informants",
        "least_said",
        "most_said",
        population=pl.lit(None, pl.Int64),
    )


def frame_codes(frame: list[FrameRow]) -> list[str]:
    return [row.area for row in frame]


def frame_table(frame: list[FrameRow], told: pl.DataFrame, units: Mapping[str, str]) -> pl.DataFrame:
    """The areas that were to be covered with their residents; of a round without a frame those that were."""
    codes = frame_codes(frame) or sorted({code for code in told["area"] if code})
    table = pl.DataFrame(
        {"area": codes, "parent": [units[code] for code in codes]},
        schema={"area": pl.String, "parent": pl.String},
    )
    return table.join(register(), on="area", how="left")


def at_unit(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """Places of origin and destination at the level of aimags; countries stay."""
    codes = {code for code in rows[column].to_list() if code}
    paths = dict(Place.objects.filter(code__in={soum_of(code) for code in codes}).values_list("code", "path"))
    wider = {code: unit_of(paths[soum_of(code)]) if soum_of(code) in paths else code for code in codes}
    return rows.with_columns(pl.col(column).replace(wider))


def names_of(frame: list[FrameRow], units: Mapping[str, str]) -> dict[str, str]:
    """Names of areas and units in the reader's language."""
    wanted = {*units.values(), *(soum_of(code) for code in units)}
    places = {row.code: row.name(language()) for row in Place.objects.filter(code__in=wanted)}
    named = {code: places.get(soum_of(code), code) for code in units} | places
    return named | {row.area: row.name for row in frame}
