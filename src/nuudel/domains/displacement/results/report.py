"""The report of a round as a PDF in the reader's language, set as the migration report is."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Drawing

from nuudel.domains.displacement.results.drawing import Bar
from nuudel.domains.displacement.results.figures import Results
from nuudel.publication.charts.ranking import paint_ranking
from nuudel.publication.charts.style import IN, OUT, Canvas
from nuudel.publication.report.document import Chapter, Figure, KeyFigure, Report, TextTable
from nuudel.publication.report.drawings import draw_figure
from nuudel.publication.report.pdf import write_pdf
from nuudel.web.shell.shown import place_names
from nuudel.web.words import language, number, say

Page = Mapping[str, Any]


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


def words(name: str, **slots: str) -> str:
    return say(f"displacement.results.{name}", **slots)


def compose(found: Results, page: Page) -> Report:
    whole = found.whole
    place = place_names([found.round.place])[found.round.place]
    days = f"{found.round.start} – {found.round.end}"
    marks = [words("preliminary")] if not found.is_final else []
    if found.round.operation.synthetic:
        marks.append(say("shell.example"))
    keys = [
        KeyFigure(number(float(whole["observed"])), words("key_present")),  # type: ignore[arg-type]
        KeyFigure(page["sums"]["arrived"], words("key_arrived"), "in"),
        KeyFigure(page["sums"]["departed"], words("key_departed"), "out"),
    ]
    chapters = (main_chapter(found, page), who_chapter(page), areas_chapter(found, page), method_chapter())
    return Report(
        lang=language(),
        title=f"{found.round}",
        running_title=" · ".join([f"{place}, {days}", *marks]),
        lead=" ".join([f"{finding(whole)}.", covered(whole), *(f"{mark}." for mark in marks)]),
        key_figures=tuple(keys),
        chapters=tuple(chapter for chapter in chapters if chapter is not None),
        colophon=(" · ".join([place, days, *marks]),),
    )


def finding(whole: Mapping[str, Any]) -> str:
    slots = {"now": number(whole["observed"]), "areas": number(whole["observed_areas"])}
    if whole.get("change") is None:
        return words("finding_first", **slots)
    again, change = number(whole["areas_both"]), number(whole["both"], sign=True)
    return words("finding", **slots, again=again, change=change)


def covered(whole: Mapping[str, Any]) -> str:
    return words("covered", done=number(whole["done"]), areas=number(whole["areas"]))


def main_chapter(found: Results, page: Page) -> Chapter:
    """The steps from the round before, the whole with its estimates, and the units."""
    whole = found.whole
    rows = tuple((words(f"step.{step.key}"), number(step.value, sign=step.signed)) for step in page["steps"])
    paragraphs = [words("steps_about")]
    if whole["estimated_areas"]:
        told: Any = whole
        if told["persons"] is None:
            paragraphs.append(words("no_whole", areas=number(told["not_estimated_areas"])))
        else:
            slots = {name: number(told[name]) for name in ("persons",)}
            slots |= {"low": number(told["low_95"]), "high": number(told["high_95"])}
            paragraphs.append(words("whole", **slots, areas=number(told["estimated_areas"])))
    steps = TextTable(words("steps"), (words("step_head"), words("persons")), rows, words("source"))
    units = TextTable(
        words("units"),
        (
            say("displacement.coverage.unit"),
            words("covered_short"),
            words("observed"),
            words("with_estimates"),
        ),
        tuple(
            (
                row["name"],
                f"{number(row['done'])} / {number(row['areas'])}",
                number(row["observed"]),
                with_interval(row),
            )
            for row in page["units"]
        ),
        words("source"),
    )
    return Chapter("steps", words("steps"), tuple(paragraphs), (steps, units) if page["units"] else (steps,))


def with_interval(row: Mapping[str, Any]) -> str:
    if row["persons"] is None:
        return "–"
    interval = f" ({number(row['low_95'])}–{number(row['high_95'])})" if row["estimated_areas"] else ""
    return f"{number(row['persons'])}{interval}"


def who_chapter(page: Page) -> Chapter | None:
    """Who came from where and why, who left, and who is present."""
    parts = (
        ("origins", "arrivals_from", IN),
        ("reasons", "reasons", IN),
        ("departures", "departures_to", OUT),
        ("people", "people_title", IN),
        ("needs", "needs", IN),
    )
    blocks = [ranking(key, words(title), page[key], colour) for key, title, colour in parts if page[key]]
    return Chapter("who", words("who"), (), tuple(blocks)) if blocks else None


def ranking(key: str, title: str, rows: Sequence[tuple[str, Bar]], colour: str) -> Figure:
    names = [name for name, _ in rows]
    values = np.array([bar.share for _, bar in rows])

    def paint(canvas: Canvas) -> Drawing:
        return paint_ranking(canvas, names, values, signed=False, colours=[colour] * len(names))

    return Figure(
        key, title, words("percent_of" if key != "needs" else "percent_of_areas"), paint, words("source"), ""
    )


def areas_chapter(found: Results, page: Page) -> Chapter:
    header = [say("displacement.area.one"), words("persons"), words("said")]
    if found.before is not None:
        header.append(words("change"))

    def cells(row: Mapping[str, Any]) -> tuple[str, ...]:
        estimated = row["label"] == "estimated"
        persons = "–" if row["persons"] is None else number(row["persons"])
        if estimated:
            persons += f" ({number(row['low_95'])}–{number(row['high_95'])}), {words('estimated')}"
        told = [row["name"], persons, said(row)]
        if found.before is not None:
            # Elsewhere only coverage has changed.
            told.append(number(row["change"], sign=True) if row["group"] == "both" else "–")
        return tuple(told)

    rows = tuple(cells(row) for row in page["areas"])
    table = TextTable(words("areas"), tuple(header), rows, words("source"))
    return Chapter("areas", words("areas"), (), (table,))


def said(row: Mapping[str, Any]) -> str:
    if row["lowest"] is None:
        return "–"
    low, high = number(row["lowest"]), number(row["highest"])
    return low if low == high else f"{low}–{high}"


def method_chapter() -> Chapter:
    return Chapter("method", words("method_title"), (words("method"), words("not_migrants")))
