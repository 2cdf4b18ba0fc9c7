"""What is done when: one row for each act, hatched bars over its years."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from nuudel.publication.charts import style
from nuudel.publication.charts.years import HALO

ROW_HEIGHT, PHONE_ROW_HEIGHT = 30.0, 46.0


@dataclass(frozen=True)
class Span:
    """Years of an act, both included, with its strength from 0 to 1 and the words on it."""

    first: int
    last: int
    strength: float
    words: str = ""


@dataclass(frozen=True)
class TimelineRow:
    """One act in one place; ``opens`` are the words of a group that begins with this row."""

    name: str
    spans: tuple[Span, ...]
    opens: str = ""


def paint_timeline(
    canvas: style.Canvas, rows: Sequence[TimelineRow], years: tuple[int, int], colour: str = style.VIOLET
) -> Figure:
    """Rows from top to bottom; a bar's height is its strength. Names stand left, on the phone above."""
    row_height = PHONE_ROW_HEIGHT if canvas.is_phone else ROW_HEIGHT
    wrap = 44 if canvas.is_phone else 90
    heads = [textwrap.wrap(row.opens, wrap) for row in rows]
    heights = [row_height + 18.0 * len(head) + (8 if head else 0) for head in heads]
    drawing = style.new_drawing(canvas, sum(heights) + 34)
    left = 4.0 if canvas.is_phone else 170.0
    width, total = canvas.width - left - 10, sum(heights)
    axes = style.place_axes(drawing, left, 4, width, total)
    axes.set(xlim=(years[0] - 0.5, years[1] + 0.5), ylim=(total, 0), yticks=[])
    top = 0.0
    for row, head, height in zip(rows, heads, heights, strict=True):
        for line, words in enumerate(head):
            axes.annotate(
                words, (0, top + 8 + 18 * line + 9), (-left, 0), xycoords=("axes fraction", "data"),
                textcoords="offset points", va="center", weight=600, path_effects=HALO,
            )  # fmt: skip
        base = top + height - 6
        axes.annotate(
            row.name,
            (0, base - 30 if canvas.is_phone else base - 9),
            (0 if canvas.is_phone else -8, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="left" if canvas.is_phone else "right",
            va="center",
            path_effects=HALO,
        )
        axes.plot([years[0] - 0.5, years[1] + 0.5], [base, base], color=style.LINE, lw=0.8, zorder=1)
        for span in row.spans:
            tall = 4 + 14 * span.strength
            axes.bar(
                (span.first + span.last) / 2, -tall, width=span.last - span.first + 0.9, bottom=base,
                color="none", edgecolor=colour, hatch="//////", lw=0, zorder=2,
            )  # fmt: skip
            axes.annotate(
                span.words, ((span.first + span.last) / 2, base - tall / 2), ha="center", va="center",
                size=style.TICK, weight=600, color=colour, path_effects=HALO, zorder=4,
            )  # fmt: skip
        top += height
    ticks = [year for year in range(years[0], years[1] + 1) if year % 5 == 0]
    axes.set_xticks(ticks)
    axes.grid(axis="x", color=style.GRID, lw=1, zorder=0)
    axes.set_axisbelow(True)
    return drawing
