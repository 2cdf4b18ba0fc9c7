"""The report of flow monitoring points: a day and the two weeks before, as a PDF in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.map import shapes_of
from nuudel.domains.displacement.points.day import PointDay, Whole, whole_of
from nuudel.domains.displacement.points.reading import SHOWN_DAYS, Counted
from nuudel.domains.displacement.points.travellers import Profile, Share
from nuudel.domains.displacement.points.words import label
from nuudel.domains.displacement.results.mapped import centres_of
from nuudel.publication.charts.circles import Circle, Ground, Key, paint_circles
from nuudel.publication.charts.ranking import paint_ranking
from nuudel.publication.charts.style import QUIET
from nuudel.publication.charts.watches import Day, Hour, paint_days, paint_hours
from nuudel.publication.report.document import Chapter, Figure, KeyFigure, Report, TextTable
from nuudel.publication.report.drawings import draw_figure
from nuudel.publication.report.pdf import write_pdf
from nuudel.web.shell.shown import place_names
from nuudel.web.words import language, number, say

MOST_POINTS = 12
"""Points with a chapter of their own, those with most passages first; the others are in the table."""

MOST_LISTED = 100

ALL_REACHED = 99.5
"""Per cent of the passages that interviews stand for, from which on they are told as all."""


@dataclass(frozen=True)
class FlowDay:
    """All that the report is made of."""

    operation: models.Operation
    found: Counted
    points: Sequence[PointDay]
    profile: Profile | None


def flow_pdf(told: FlowDay) -> bytes:
    """The report of an operation's points on a day."""
    report = compose(told)
    drawings = {figure.key: draw_figure(figure)[0] for figure in report.figures}
    return write_pdf(report, drawings)


def words(name: str, /, **slots: str) -> str:
    return say(f"displacement.points.{name}", **slots)


def compose(told: FlowDay) -> Report:
    operation, day = told.operation, told.found.day
    place = place_names([operation.place])[operation.place]
    institution = operation.institution.name(language())
    came, left = (sum(getattr(one, name) for one in told.points) for name in ("came", "left"))
    watched = sum(1 for one in told.points if one.watches)
    tags = (say("shell.example"),) if operation.synthetic else ()
    keys = (
        KeyFigure(number(came + left), words("report.key_observed")),
        KeyFigure(number(came), words("report.key_in"), "in"),
        KeyFigure(number(left), words("report.key_out"), "out"),
    )
    ordered = sorted(told.points, key=lambda one: -one.observed)
    shown = [one for one in ordered if one.watches or one.days[-1].whole.label != "not_estimated"]
    chapters = (
        overview(told, ordered),
        *(point_chapter(told, one, at) for at, one in enumerate(shown[:MOST_POINTS])),
        travellers_chapter(told.profile),
        method_chapter(institution),
    )
    return Report(
        lang=language(),
        kind=words("report.kind"),
        above=(f"{operation}", f"{place}, {day}. {institution}"),
        tags=tags,
        title=words(
            "report.finding",
            observed=number(came + left),
            watched=number(watched),
            points=number(len(told.points)),
        ),
        running_title=" · ".join([f"{operation}", f"{day}", *tags]),
        lead=words("passages"),
        key_figures=keys,
        chapters=chapters,
        colophon=(" · ".join([institution, place, f"{day}", *tags]),),
    )


# --- all points ----------------------------------------------------------------------------------------


def overview(told: FlowDay, ordered: Sequence[PointDay]) -> Chapter:
    """Where the points are, and a line for each."""
    blocks: list[Figure | TextTable] = []
    drawn = map_figure(told, ordered)
    if drawn is not None:
        blocks.append(drawn)
    if ordered:
        blocks.append(points_table(told.found, ordered))
    return Chapter("points", words("report.all"), () if ordered else (words("none"),), tuple(blocks))


def map_figure(told: FlowDay, ordered: Sequence[PointDay]) -> Figure | None:
    """The points as circles; None where no place of a point is known."""
    shapes = shapes_of(told.operation.place)
    if shapes is None:
        return None
    places = {one.point.key: one.point.place.partition("-")[0] for one in ordered}
    centres = dict(centres_of(shapes, set(places.values())))
    circles = [
        Circle(
            *centres[places[one.point.key]],
            count=max(one.observed, 1),
            counted=one.observed if one.watches else 0,
            name=one.point.name,
        )
        for one in ordered
        if places[one.point.key] in centres
    ]
    if not circles:
        return None
    several = len(shapes.soums) > 1
    ground = Ground([], [], [shape for _, shape in shapes.soums], [s for _, s in shapes.upper if several])
    key = Key(words("counted"), words("report.not_watched"), "")
    top = ordered[0]
    return Figure(
        key="map",
        title=words("report.map_found", name=top.point.name, observed=number(top.observed)),
        subtitle=words("report.map_sub"),
        painter=partial(paint_circles, ground=ground, circles=circles, key=key),
        source=words("report.source"),
        table="",
    )


def points_table(found: Counted, ordered: Sequence[PointDay]) -> TextTable:
    """The day and the two weeks of each point, whole days never without their interval."""
    totals = totals_of(found)
    rows = []
    for one in ordered[:MOST_LISTED]:
        observed, whole = totals.get(one.point.key, (0, Whole("not_estimated")))
        day = number(one.observed) if one.watches else "–"
        rows.append((one.point.name, day, cell(one.whole), number(observed), cell(whole)))
    header = ["point", "counted", "report.day_whole", "report.weeks", "report.weeks_whole"]
    more = len(ordered) - len(rows)
    return TextTable(
        words("report.table"),
        tuple(words(name) for name in header),
        tuple(rows),
        words("report.source"),
        caveats=(words("report.more", count=number(more)),) if more else (),
    )


def totals_of(found: Counted) -> dict[str, tuple[int, Whole]]:
    """Of each point what was counted in the days shown, and what passed in all of them."""
    if found.flows is None:
        return {}
    rows = found.flows.totals.filter((pl.col("direction") == "") & (pl.col("mode") == ""))
    return {row["point"]: (int(row["observed"] or 0), whole_of(row)) for row in rows.iter_rows(named=True)}


def cell(whole: Whole) -> str:
    """A whole day with its interval; a dash where there is no figure."""
    if whole.passages is None:
        return "–"
    passages = number(whole.passages)
    told = passages if whole.low is None else f"{passages} ({number(whole.low)}–{number(whole.high)})"
    return ", ".join(
        part for part in (told, whole.of_hours, whole.until and words("until", until=whole.until)) if part
    )


# --- a point -------------------------------------------------------------------------------------------


def point_chapter(told: FlowDay, one: PointDay, at: int) -> Chapter:
    """A point: its hours by direction, its vehicles, and its two weeks."""
    paragraphs = [words("not_watched")]
    if one.watches:
        observed, came, left = number(one.observed), number(one.came), number(one.left)
        minutes, watches = number(one.minutes), number(one.watches)
        paragraphs = [
            words("observed", observed=observed, came=came, left=left)
            + " "
            + words("minutes", minutes=minutes, watches=watches)
        ]
    paragraphs.append(whole_words(one.whole))
    if one.doubted:
        paragraphs.append(words("doubted", count=number(one.doubted)))
    blocks: list[Figure | TextTable] = []
    if one.watches:
        blocks.append(hours_figure(one, at))
        blocks += modes_table(told.found, one.point.key)
    if len(one.days) > 1:
        blocks.append(days_figure(one, at))
    return Chapter(f"point-{at}", one.point.name, tuple(paragraphs), tuple(blocks))


def whole_words(whole: Whole) -> str:
    if whole.passages is None:
        return f"{words('no_whole')} {words(f'why.{whole.why}')}"
    key = "so_far" if whole.until else "whole"
    told: dict[str, str] = {"passages": number(whole.passages)} | (
        {"until": whole.until} if whole.until else {}
    )
    if whole.low is None:
        found = words(f"{key}_observed", **told)
    else:
        found = words(key, **told, low=number(whole.low), high=number(whole.high))
    return f"{found} {words('of_hours', hours=whole.of_hours)}" if whole.of_hours else found


def hours_figure(one: PointDay, at: int) -> Figure:
    busiest = max(one.hours, key=lambda hour: (hour.came or 0) + (hour.left or 0))
    count = number((busiest.came or 0) + (busiest.left or 0))
    hours = [Hour(hour.hour, hour.came, hour.left) for hour in one.hours]
    title = words("by_hour")
    if one.observed:
        title = words("report.busiest", hour=f"{busiest.hour}:00", count=count)
    return Figure(
        key=f"hours-{at}",
        title=title,
        subtitle=words("report.hours_sub"),
        painter=partial(paint_hours, hours=hours, words=(words("inward"), words("outward"))),
        source=words("report.source"),
        table="",
        legend=(("hatched", words("report.not_watched")),),
    )


def days_figure(one: PointDay, at: int) -> Figure:
    days = [
        Day(
            f"{day.day:%m-%d}",
            day.minutes > 0,
            day.observed,
            *((day.whole.passages, day.whole.low, day.whole.high) if day.whole.low is not None else ()),
        )
        for day in one.days
    ]
    estimated = any(day.high is not None for day in days)
    watched = number(sum(day.watched for day in days))
    return Figure(
        key=f"days-{at}",
        title=words("report.days_found", watched=watched, days=number(len(days))),
        subtitle=words("report.days_sub"),
        painter=partial(paint_days, days=days),
        source=words("report.source"),
        table="",
        legend=(
            *((("dashed", words("report.days_estimated")),) if estimated else ()),
            ("hatched", words("report.not_watched")),
        ),
        tag=words("estimated") if estimated else "",
    )


def modes_table(found: Counted, point: str) -> list[TextTable]:
    """Vehicles of the day at a point; nothing where nobody passed."""
    here = found.passing.filter((pl.col("day") == found.day) & (pl.col("point") == point))
    summed = here.group_by("mode").agg(
        pl.col("persons").sum(),
        pl.col("vehicles").sum(),
        *(
            pl.col("persons").filter(pl.col("direction") == direction).sum().alias(direction)
            for direction in ("in", "out")
        ),
    )
    rows = [
        (
            label("mode", row["mode"] or "unknown"),
            *(number(row[name]) for name in ("persons", "in", "out", "vehicles")),
        )
        for row in summed.sort("persons", "mode", descending=[True, False]).iter_rows(named=True)
    ]
    header = ("report.mode", "counted", "inward", "outward", "report.vehicles")
    made = TextTable(
        words("by_mode"), tuple(words(name) for name in header), tuple(rows), words("report.source")
    )
    return [made] if rows else []


# --- travellers, method --------------------------------------------------------------------------------


def travellers_chapter(profile: Profile | None) -> Chapter:
    """Who travels: shares of passages with their intervals."""
    if profile is None:
        return Chapter("travellers", words("travellers"), (words("no_sample"),))
    paragraphs = [
        words("sample", interviews=number(profile.interviews), effective=number(profile.effective)),
        *([words("reached", share=number(profile.reached))] if profile.reached < ALL_REACHED else []),
        *([words("trimmed", count=number(profile.trimmed))] if profile.trimmed else []),
        *([words("unweighted", count=number(profile.unweighted))] if profile.unweighted else []),
    ]
    figures = [trait_figure(trait, rows) for trait, rows in profile.traits if rows]
    return Chapter("travellers", words("travellers"), (" ".join(paragraphs),), tuple(figures))


def trait_figure(trait: str, rows: Sequence[Share]) -> Figure:
    names = [row.words for row in rows]
    texts = [f"{number(row.share)} % ({number(row.low)}–{number(row.high)})" for row in rows]
    name = words(f"trait.{trait}")
    return Figure(
        key=f"trait-{trait}",
        title=words("report.trait_found", trait=name, words=names[0], share=number(rows[0].share)),
        subtitle=words("report.trait_sub"),
        painter=partial(
            paint_ranking,
            names=names,
            values=np.array([row.share for row in rows]),
            signed=False,
            colours=[QUIET] * len(rows),
            texts=texts,
            ranges=np.array([(row.low, row.high) for row in rows]),
        ),
        source=words("report.source_travellers"),
        table="",
        tag=words("estimated"),
    )


def method_chapter(institution: str) -> Chapter:
    slots = {"days": str(SHOWN_DAYS), "institution": institution}
    points = tuple(
        (words(f"how.{part}"), words(f"how.{part}_about", **slots))
        for part in ("passages", "whole", "travellers", "source")
    )
    return Chapter("method", words("report.method"), (), (), points)
