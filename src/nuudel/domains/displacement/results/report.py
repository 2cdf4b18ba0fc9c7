"""The report of a round as a PDF in the reader's language: finding, steps, map, who, areas."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from nuudel.base.packs import load_pack
from nuudel.domains.displacement.country import PACK
from nuudel.domains.displacement.quality.reading import TABLE
from nuudel.domains.displacement.results.drawing import boundaries_line, key_of
from nuudel.domains.displacement.results.figures import Results
from nuudel.domains.displacement.results.who import who_chapter
from nuudel.publication.charts.circles import paint_circles
from nuudel.publication.charts.steps import paint_steps
from nuudel.publication.report.document import Chapter, Figure, KeyFigure, Report, TextTable
from nuudel.publication.report.drawings import draw_figure
from nuudel.publication.report.pdf import write_pdf
from nuudel.statistics.assessment_rounds.comparing import LEFT
from nuudel.web.shell.shown import place_names
from nuudel.web.words import language, number, say

Page = Mapping[str, Any]

MOST_AREAS = 100
"""Areas in the report's table, the largest first; the table to take along has all."""


def report_pdf(found: Results, page: Page) -> bytes:
    """The report of a round.

    Parameters
    ----------
    page
        What the page of the results shows (``views.shown``): the report says the same.
    """
    report = compose(found, page)
    drawings = {figure.key: draw_figure(figure)[0] for figure in report.figures}
    return write_pdf(report, drawings)


def words(name: str, /, **slots: str) -> str:
    return say(f"displacement.results.{name}", **slots)


def compose(found: Results, page: Page) -> Report:
    """The report: its heading, its finding on top, and its chapters."""
    around, whole = found.round, found.whole
    place = place_names([around.place])[around.place]
    days = f"{around.start} – {around.end}"
    institution = around.institution.name(language())
    marks = [words("final" if found.is_final else "preliminary")]
    if around.operation.synthetic:
        marks.append(say("shell.example"))
    chapters = (
        main_chapter(found, page),
        where_chapter(found, page),
        who_chapter(found, page),
        areas_chapter(found, page),
        method_chapter(found),
        sources_chapter(found, institution, days),
    )
    return Report(
        lang=language(),
        kind=words("kind"),
        above=(f"{around}", f"{place}, {days}. {institution}"),
        tags=tuple(marks),
        title=finding(whole),
        running_title=" · ".join([f"{around}", days, *marks]),
        lead=" ".join([covered(whole), *estimates(whole, page), words("not_migrants_short")]),
        key_figures=keys_of(page),
        chapters=tuple(chapter for chapter in chapters if chapter is not None),
        colophon=(" · ".join([institution, place, days, *marks]),),
    )


def finding(whole: Mapping[str, Any]) -> str:
    slots = {"now": number(whole["observed"]), "areas": number(whole["observed_areas"])}
    if whole.get("change") is None:
        return words("finding_first", **slots)
    again, change = number(whole["areas_both"]), number(whole["both"], sign=True)
    return words("finding", **slots, again=again, change=change)


def covered(whole: Mapping[str, Any]) -> str:
    return words("covered", done=number(whole["done"]), areas=number(whole["areas"]))


def estimates(whole: Mapping[str, Any], page: Page) -> list[str]:
    """The whole with areas that were not covered, or that it cannot be told; nothing where all were."""
    if whole["not_estimated_areas"]:
        return [words("no_whole", areas=number(whole["not_estimated_areas"]))]
    if not whole["estimated_areas"]:
        return []
    persons, interval = page["with_estimates"]
    slots = {"persons": persons, "interval": interval, "areas": number(whole["estimated_areas"])}
    worst = words("if_worst", persons=page["if_worst"])
    return [words("whole", **slots), worst]


def keys_of(page: Page) -> tuple[KeyFigure, ...]:
    whole, (persons, interval) = page["whole"], page["with_estimates"]
    keys = [KeyFigure(number(whole["observed"]), words("key_present"))]
    if interval:
        keys.append(KeyFigure(persons, words("key_whole", interval=interval)))
    keys.append(KeyFigure(page["sums"]["arrived"], words("key_arrived"), "in"))
    keys.append(KeyFigure(page["sums"]["departed"], words("key_departed"), "out"))
    return tuple(keys)


def main_chapter(found: Results, page: Page) -> Chapter:
    """The steps from the round before to this one and to the whole with its estimates."""
    whole: Mapping[str, Any] = found.whole
    first = found.before is None
    if first:
        title = words("steps_found_first")
    else:
        slots = {"before": number(whole["before"]), "now": number(whole["observed"])}
        title = words("steps_found", **slots, change=number(whole["both"], sign=True))
    legend = [] if first else [("came", words("legend_came")), ("left", words("legend_left"))]
    if whole["estimated_areas"]:
        legend.append(("hatched", words("legend_estimated")))
    steps = Figure(
        key="steps",
        title=title,
        subtitle=words("steps_sub"),
        painter=partial(paint_steps, steps=page["steps"]),
        source=words("source"),
        table="",
        caveats=() if first else (words("legend_coverage"),),
        legend=tuple(legend),
        tag=words("estimated") if whole["estimated_areas"] else "",
    )
    about = words("steps_about_first" if first else "steps_about")
    return Chapter("steps", words("first_round" if first else "steps"), (about,), (steps,))


def where_chapter(found: Results, page: Page) -> Chapter:
    """The map, and the units beside it as a table."""
    blocks: list[Figure | TextTable] = []
    drawn = page["drawn"]
    if drawn is not None and any(spot.counted for spot in drawn.spots):
        top = max(drawn.spots, key=lambda spot: spot.counted)
        caveats = [words("approximate")] if drawn.shapes.approximate else []
        circles = [spot.circle for spot in drawn.spots if spot.count > 0]
        blocks.append(
            Figure(
                key="map",
                title=words("map_found", name=top.name, persons=number(top.counted)),
                subtitle=words("map_sub"),
                painter=partial(paint_circles, ground=drawn.ground, circles=circles, key=key_of(drawn)),
                source=boundaries_line(),
                table="",
                caveats=tuple(caveats),
                tag=words("estimated") if drawn.estimated else "",
            )
        )
    if page["units"]:
        blocks.append(units_table(page))
    return Chapter("where", words("where"), (), tuple(blocks))


def units_table(page: Page) -> TextTable:
    header = ("covered_short", "observed", "whole_short", "interval")
    rows = [
        (
            row["name"],
            f"{number(row['done'])} / {number(row['areas'])}",
            number(row["observed"]),
            row["told"],
            row["interval"] or "–",
        )
        for row in page["units"]
    ]
    return TextTable(
        words("units"),
        (say("displacement.coverage.unit"), *(words(name) for name in header)),
        tuple(rows),
        words("source"),
    )


def areas_chapter(found: Results, page: Page) -> Chapter:
    """The largest areas, estimated ones marked; the rest is in the table to take along."""
    header = [say("displacement.area.one"), words("persons"), words("interval"), words("said")]
    if found.before is not None:
        header.append(words("change"))
    shown = page["areas"][:MOST_AREAS]
    rows = tuple(area_cells(row, found.before is not None) for row in shown)
    more = page["more"] + len(page["areas"]) - len(shown)
    caveats = (words("areas_more", count=number(more)),) if more else ()
    table = TextTable(words("areas_title"), tuple(header), rows, words("source"), caveats=caveats)
    return Chapter("areas", words("areas"), (), (table,))


def area_cells(row: Mapping[str, Any], again: bool) -> tuple[str, ...]:
    name = row["name"]
    if row["label"] == "estimated":
        name = f"{name} ({words('estimated')})"
    elif row["label"] == LEFT:
        name = f"{name} ({words('left')})"
    elif row["persons"] is None:
        name = f"{name} ({words('not_covered')})"
    told = [name, row["told"], row["interval"] or "–", said(row)]
    # Elsewhere only coverage has changed.
    return (
        (*told, number(row["change"], sign=True) if row["group"] == "both" else "–") if again else tuple(told)
    )


def said(row: Mapping[str, Any]) -> str:
    if row["lowest"] is None:
        return "–"
    low, high = number(row["lowest"]), number(row["highest"])
    return low if low == high else f"{low}–{high}"


def method_chapter(found: Results) -> Chapter:
    """How the figures were made, and what they are not."""
    return Chapter("method", words("method_title"), (), (), tuple(method_points(found)))


def method_points(found: Results) -> list[tuple[str, str]]:
    parts = ["informants", "triangulation", "estimates", "presence"]
    if found.before is not None:
        parts.insert(3, "comparing")
    return [(words(f"how.{part}"), words(f"how.{part}_about")) for part in parts]


def sources_chapter(found: Results, institution: str, days: str) -> Chapter:
    lang = language()
    residents = load_pack(PACK).table(TABLE).source.line(lang)
    last = f"{found.last:%Y-%m-%d %H:%M}" if found.last is not None else "–"
    number_ = number(found.round.number)
    slots = {"institution": institution, "round": number_, "days": days, "last": last}
    lines = [
        words("sources_counts", **slots),
        words("sources_residents", source=residents),
        boundaries_line(),
    ]
    if found.round.operation.purpose:
        lines.insert(0, words("sources_purpose", purpose=found.round.operation.purpose))
    lines += [words("licence"), words("contact", institution=institution)]
    return Chapter("sources", words("sources"), tuple(lines))
