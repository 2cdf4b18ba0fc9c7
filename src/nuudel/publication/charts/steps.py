"""Steps from one total to the next: full bars stand on zero, what was added or lost hangs between them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from nuudel.publication.charts import style
from nuudel.publication.charts.labels import LINE_HEIGHT, broken, width_of
from nuudel.publication.charts.years import HALO

ROW_HEIGHT = 30.0
BAR = 17.0
COLOURS = {
    "all": style.ALL,
    "in": style.IN,
    "out": style.OUT,
    "coverage": style.LINE,
    "estimated": style.ALL,
    "whole": style.ALL,
}
HATCHED = frozenset(("estimated", "whole"))


@dataclass(frozen=True)
class Step:
    """A bar from ``start`` to ``start + value`` with the words beside it.

    ``tone``: ``all`` a total, ``in`` and ``out`` people who came and left, ``coverage`` what only coverage
    changed, ``estimated`` and ``whole`` what was estimated (hatched). ``low`` and ``high`` are a range line.
    """

    name: str
    start: float
    value: float
    text: str
    tone: str
    low: float | None = None
    high: float | None = None


def paint_steps(canvas: style.Canvas, steps: Sequence[Step]) -> Figure:
    """The steps from top to bottom, each beginning where the one above it ended."""
    told = broken([step.name for step in steps], canvas.width * 0.36)
    # On a phone there is no room for an interval beside its figure.
    texts = [step.text.replace(" (", "\n(") if canvas.is_phone else step.text for step in steps]
    heights = np.array(told.heights(ROW_HEIGHT))
    drawing = style.new_drawing(canvas, float(heights.sum()) + 8)
    left = told.room + 10
    width = canvas.width - left - 8
    axes = style.place_axes(drawing, left, 4, width, float(heights.sum()))
    rows = heights.sum() - np.cumsum(heights) + heights / 2
    ends = [max(step.start, step.start + step.value, step.high or 0.0) for step in steps]
    most = max([1.0, *ends])
    beside = max(width_of(line, style.LABEL, 600) for text in texts for line in text.split("\n")) + 12
    axes.set(xlim=(0, most * width / max(width - beside, 30.0)), ylim=(0, heights.sum()), xticks=[])
    for place, (step, row, end) in enumerate(zip(steps, rows.tolist(), ends, strict=True)):
        hatched = step.tone in HATCHED
        colour = COLOURS[step.tone]
        thinnest = most / 250
        axes.barh(
            row, max(abs(step.value), thinnest), left=min(step.start, step.start + step.value), height=BAR,
            color="none" if hatched else colour, edgecolor=colour if hatched else "none",
            hatch="////" if hatched else None, lw=0.9 if hatched else 0, zorder=2,
        )  # fmt: skip
        if step.low is not None and step.high is not None:
            axes.plot([step.low, step.high], [row, row], color=style.PAPER, lw=5, zorder=3)
            axes.plot([step.low, step.high], [row, row], color=style.INK, lw=2.2, zorder=4)
        axes.annotate(
            texts[place], (end, row), (6, 0), textcoords="offset points", va="center", weight=600,
            color=style.INK_2 if step.tone == "coverage" else style.INK if hatched else colour,
            path_effects=HALO, zorder=5,
        )  # fmt: skip
        if place + 1 < len(steps):
            level = step.start + step.value
            axes.plot([level] * 2, [row - BAR / 2, rows[place + 1] + BAR / 2], color=style.INK_2, lw=0.8)
    axes.axvline(0, color=style.INK, lw=1.25, zorder=5)
    axes.set_yticks(rows, told.texts, linespacing=LINE_HEIGHT)
    axes.tick_params(axis="y", labelcolor=style.INK, labelsize=style.LABEL)
    return drawing
