"""Values with their doubt: a dot on a range line, by name from top to bottom or by lag from left to right."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from nuudel.publication.charts import style
from nuudel.publication.charts.years import HALO

ROW_HEIGHT, PHONE_ROW_HEIGHT = 38.0, 58.0


@dataclass(frozen=True)
class RangedValue:
    """A value with its range and the words that stand beside it; ``quiet`` ones step back."""

    name: str
    value: float
    low: float
    high: float
    colour: str = style.ALL
    quiet: bool = False


def paint_ranges(
    canvas: style.Canvas, rows: Sequence[RangedValue], *, decimals: int = 0, unit: str = ""
) -> Figure:
    """One row for each value on a common scale; zero is a line of ink from top to bottom.

    On the desk names stand at the left, on the phone above each range.
    """
    row_height = PHONE_ROW_HEIGHT if canvas.is_phone else ROW_HEIGHT
    drawing = style.new_drawing(canvas, row_height * len(rows) + 32)
    left = 16.0 if canvas.is_phone else 250.0
    axes = style.place_axes(drawing, left, 4, canvas.width - left - 16, row_height * len(rows))
    low = min(0.0, *(row.low for row in rows))
    high = max(0.0, *(row.high for row in rows))
    room = 0.06 * (high - low or 1.0)
    axes.set(xlim=(low - room, high + room), ylim=(len(rows) - 0.5, -0.5), yticks=[])
    axes.grid(axis="x", color=style.GRID, lw=1, zorder=0)
    axes.axvline(0, color=style.INK, lw=1.25, zorder=2)
    for place, row in enumerate(rows):
        at = place + (0.22 if canvas.is_phone else 0.12)
        draw_range(axes, row, at, horizontal=True)
        axes.annotate(
            style.number(row.value, decimals, sign=True) + unit,
            (row.value, at),
            (0, 7),
            textcoords="offset points",
            ha="center",
            va="bottom",
            weight=600,
            size=style.TICK,
            color=style.INK_2 if row.quiet else row.colour,
            path_effects=HALO,
            zorder=6,
        )
        axes.annotate(
            textwrap.fill(row.name, 46 if canvas.is_phone else 36),
            (0, place - 0.5 if canvas.is_phone else at),
            (-14, -2 if canvas.is_phone else 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="left" if canvas.is_phone else "right",
            va="top" if canvas.is_phone else "center",
            size=style.TICK if canvas.is_phone else style.LABEL,
            path_effects=HALO,
            zorder=7,
        )
    axes.xaxis.set_major_locator(MaxNLocator(4 if canvas.is_phone else 7, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: style.number(v, decimals, sign=True) + unit))
    return drawing


def paint_lags(
    canvas: style.Canvas,
    panels: Sequence[tuple[str, Sequence[RangedValue]]],
    *,
    before: int,
    words: tuple[str, str],
    decimals: int = 0,
    unit: str = "",
) -> Figure:
    """Values year by year round an event, on the horizon; the first ``before`` of them lie ahead of it.

    Each panel has a title and stands under the one before, on the same scale; ``words`` stand above the two
    parts of the first.
    """
    top, height, gap = 62.0, 170.0, 58.0
    drawing = style.new_drawing(canvas, top + (height + gap) * len(panels) - 22)
    left = 52.0
    everything = [value for _, values in panels for value in values]
    low = min(0.0, *(value.low for value in everything))
    high = max(0.0, *(value.high for value in everything))
    room = 0.08 * (high - low or 1.0)
    for number, (title, values) in enumerate(panels):
        axes = style.place_axes(
            drawing, left, top + number * (height + gap), canvas.width - left - 12, height
        )
        for place, value in enumerate(values):
            draw_range(axes, value, place, horizontal=False)
        axes.set(xlim=(-0.6, len(values) - 0.4), ylim=(low - room, high + room))
        axes.axhline(0, color=style.INK, lw=1.25, zorder=2)
        axes.axvspan(before - 0.5, len(values) - 0.4, color=style.BERRY_SOFT, lw=0, zorder=0)
        axes.grid(axis="y", color=style.GRID, lw=1, zorder=1)
        axes.set_xticks(np.arange(len(values)), [value.name for value in values])
        axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_formatter(
            FuncFormatter(lambda v, _: style.number(v, decimals, sign=True) + unit)
        )
        notes = [(title, -0.55, style.INK, 5 if number else 24)]
        if not number:
            notes += [(words[0], -0.55, style.INK_2, 5), (words[1], before - 0.45, style.BERRY, 5)]
        for word, at, colour, above in notes:
            axes.annotate(
                textwrap.fill(word, 17) if canvas.is_phone and word != title else word,
                (at, 1),
                (0, above + (14 if canvas.is_phone and above > 5 else 0)),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                va="bottom",
                color=colour,
                weight=600,
                size=style.LABEL if word == title else style.TICK,
            )
    return drawing


def draw_range(axes: Axes, row: RangedValue, at: float, *, horizontal: bool) -> None:
    """A range line with its dot; a quiet one is paler, and its dot is hollow."""
    colour = style.INK_2 if row.quiet else row.colour
    ends, places = (row.low, row.high), (at, at)
    line = (ends, places) if horizontal else (places, ends)
    axes.plot(*line, color=colour, lw=2.6, alpha=0.55, solid_capstyle="round", zorder=4)
    dot = (row.value, at) if horizontal else (at, row.value)
    fill = style.PAPER if row.quiet else colour
    axes.plot(*dot, "o", ms=8, mfc=fill, mec=colour, mew=1.6, zorder=5)
