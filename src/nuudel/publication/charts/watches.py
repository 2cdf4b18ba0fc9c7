"""Passages at a point, on the horizon: by hour inward above and outward below, and by day with its range.

Nobody watched is hatched, and so is told from nobody passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from nuudel.publication.charts import style

HOURS, EACH = 24, 6
HEIGHT = 150.0
STRIP = 0.07
"""Height of the sign of a day that nobody watched, as a part of the drawing."""


@dataclass(frozen=True)
class Hour:
    """Passages of an hour in both directions; None where nobody watched."""

    hour: int
    came: int | None
    left: int | None


@dataclass(frozen=True)
class Day:
    """What was counted on a day, and the whole day with its range where it is estimated."""

    name: str
    watched: bool
    counted: float
    whole: float | None = None
    low: float | None = None
    high: float | None = None


def paint_hours(canvas: style.Canvas, hours: Sequence[Hour], words: tuple[str, str]) -> Figure:
    """The hours of a day; ``words`` name the direction above the horizon and the one below it."""
    drawing = style.new_drawing(canvas, HEIGHT + 30)
    axes = style.place_axes(drawing, 44, 8, canvas.width - 64, HEIGHT)
    most = max([1, *(max(one.came or 0, one.left or 0) for one in hours)])
    axes.set(xlim=(0, HOURS), ylim=(-1.18 * most, 1.18 * most))
    for one in hours:
        if one.came is None:
            hatch(axes, one.hour, one.hour + 1)
    for values, sign, colour in (
        ([one.came or 0 for one in hours], 1, style.IN),
        ([one.left or 0 for one in hours], -1, style.OUT),
    ):
        at = [one.hour + 0.5 for one in hours]
        axes.bar(at, [sign * value for value in values], width=0.82, color=colour, zorder=2)
    axes.axhline(0, color=style.INK, lw=1.25, zorder=3)
    for word, y, colour, side in ((words[0], 1, style.IN, "top"), (words[1], 0, style.OUT, "bottom")):
        axes.annotate(
            word, (0, y), (4, 0), xycoords="axes fraction", textcoords="offset points", va=side, weight=600,
            color=colour, size=style.TICK, bbox={"facecolor": style.PAPER, "lw": 0, "pad": 1.5}, zorder=5,
        )  # fmt: skip
    axes.yaxis.set_major_locator(MaxNLocator(4, symmetric=True, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: style.number(abs(value))))
    axes.set_xticks(range(0, HOURS + 1, EACH), [f"{hour}:00" for hour in range(0, HOURS + 1, EACH)])
    return drawing


def paint_days(canvas: style.Canvas, days: Sequence[Day]) -> Figure:
    """The days: counted full, the whole day hollow and dashed with its range."""
    drawing = style.new_drawing(canvas, HEIGHT + 30)
    axes = style.place_axes(drawing, 44, 8, canvas.width - 64, HEIGHT)
    most = max([1.0, *(max(one.counted, one.high or one.whole or 0.0) for one in days)])
    axes.set(xlim=(0, len(days)), ylim=(0, 1.06 * most))
    for place, one in enumerate(days):
        if not one.watched:
            hatch(axes, place + 0.12, place + 0.88, STRIP)
        axes.bar(place + 0.5, one.counted, width=0.64, color=style.ALL, zorder=3)
        if one.whole is not None and one.low is not None and one.high is not None:
            axes.bar(
                place + 0.5, one.whole, width=0.64, color="none", edgecolor=style.ALL, lw=1, ls=(0, (3, 2)),
                zorder=2,
            )  # fmt: skip
            axes.plot(
                [place + 0.5] * 2, [one.low, one.high], color=style.INK_2, lw=2, solid_capstyle="round",
                zorder=4,
            )  # fmt: skip
    axes.axhline(0, color=style.INK, lw=1.25, zorder=5)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: style.number(value)))
    axes.grid(axis="y", color=style.GRID, lw=1, zorder=0)
    every = 4 if canvas.is_phone else 2
    shown = range((len(days) - 1) % every, len(days), every)
    axes.set_xticks([place + 0.5 for place in shown], [days[place].name for place in shown])
    return drawing


def hatch(axes: Axes, start: float, end: float, top: float = 1.0) -> None:
    axes.axvspan(
        start, end, ymax=top, facecolor=style.NO_DATA, edgecolor=style.HATCH, hatch="////", lw=0, zorder=1
    )
