"""What is expected, with its doubt: one fan over years, and many small ones on a common scale."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from nuudel.publication.charts import style
from nuudel.publication.charts.events import Event, draw_policy_bands
from nuudel.publication.charts.years import HALO

Values = NDArray[np.float64]
# Opacity of the 95 and the 80 % range.
OUTER, INNER = 0.1, 0.2
CELL_HEIGHT = 128.0


@dataclass(frozen=True)
class Fan:
    """A median with its 80 and 95 % ranges over years; ``past`` are counted values before it.

    ``quantiles`` has shape (5, years): 2.5, 10, 50, 90 and 97.5 per cent. ``end`` are the words at the last
    year; counted values have the fan's own colour, or one of their own with a name.
    """

    years: NDArray[np.int_]
    quantiles: Values
    name: str
    colour: str
    end: str = ""
    past_years: NDArray[np.int_] | None = None
    past: Values | None = None
    past_colour: str = ""
    past_name: str = ""


@dataclass(frozen=True)
class Beside:
    """Another's figures beside a fan: a line of points, with their 80 % ranges where they have one."""

    years: NDArray[np.int_]
    middle: Values
    name: str
    colour: str = style.OUT
    low: Values | None = None
    high: Values | None = None
    end: str = ""


def paint_fan(
    canvas: style.Canvas,
    fan: Fan,
    beside: Beside | None = None,
    *,
    height: float = 320,
    unit: str = "",
    decimals: int = 0,
    cut: Callable[[str], str] | None = None,
    events: Sequence[Event] = (),
) -> Figure:
    """One fan, named at its end; the axis starts at zero, or where ``cut`` says that it does."""
    drawing = style.new_drawing(canvas, height)
    left = 46.0
    right = 20.0 if canvas.is_phone else 138.0
    top = 62.0 if canvas.is_phone else 26.0
    axes = style.place_axes(drawing, left, top, canvas.width - left - right, height - top - 24)
    draw_fan(axes, fan)
    lows, highs = [fan.quantiles.min()], [fan.quantiles.max()]
    if fan.past is not None:
        lows.append(np.nanmin(fan.past))
        highs.append(np.nanmax(fan.past))
    if beside is not None:
        draw_beside(axes, beside)
        lows.append(np.nanmin(beside.middle if beside.low is None else beside.low))
        highs.append(np.nanmax(beside.middle if beside.high is None else beside.high))
    low, high = float(min(lows)), float(max(highs))
    floor = low - 0.12 * (high - low) if cut is not None or low < 0 else 0.0
    axes.set_ylim(floor, high + 0.08 * (high - floor))
    begin = fan.years[0] if fan.past_years is None else fan.past_years[0]
    finish_axes(axes, int(begin), int(fan.years[-1]), unit=unit, decimals=decimals, phone=canvas.is_phone)
    if cut is None:
        axes.axhline(0, color=style.INK, lw=1.25, zorder=4, clip_on=False)
    else:
        say_cut(axes, cut(style.number(floor, decimals) + unit))
    name_ends(axes, fan, beside, canvas)
    draw_policy_bands(axes, events)
    return drawing


def draw_fan(axes: Axes, fan: Fan, *, width: float = 2.4, outer: bool = True) -> None:
    """Bands, the dashed median and the counted years in one solid line; ``outer`` is the 95 % range."""
    for low, high, opacity in ((0, 4, OUTER), (1, 3, INNER))[0 if outer else 1 :]:
        axes.fill_between(
            fan.years,
            fan.quantiles[low],
            fan.quantiles[high],
            color=fan.colour,
            alpha=opacity,
            lw=0,
            zorder=1,
        )
    axes.plot(fan.years, fan.quantiles[2], color=fan.colour, lw=width, ls=(0, (5, 3)), zorder=3)
    if fan.past_years is not None and fan.past is not None:
        colour = fan.past_colour or fan.colour
        axes.plot(fan.past_years, fan.past, color=colour, lw=width, solid_capstyle="round", zorder=3)


def draw_beside(axes: Axes, beside: Beside) -> None:
    """Another's line of dots; ends of its range are thin dashes, so that both ranges can be seen."""
    axes.plot(beside.years, beside.middle, color=beside.colour, lw=1.8, ls=(0, (1, 1.6)), zorder=4)
    for edge in (beside.low, beside.high):
        if edge is not None:
            axes.plot(beside.years, edge, color=beside.colour, lw=1, ls=(0, (4, 3)), zorder=2)


def finish_axes(
    axes: Axes, first: int, last: int, *, unit: str = "", decimals: int = 0, phone: bool = False
) -> None:
    """Quiet grid lines, numbers with their unit, years at round numbers with the first and the last."""
    axes.set_xlim(first - 0.4, last + 0.4)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: style.number(value, decimals) + unit))
    axes.grid(axis="y", color=style.GRID, lw=1, zorder=0)
    axes.set_axisbelow(True)
    step = 10 if phone or last - first > 30 else 5
    room = (last - first) * (0.15 if phone else 0.07)
    ticks = [y for y in range(first - first % step, last, step) if y - first > room and last - y > room]
    axes.set_xticks([first, *ticks, last])


def say_cut(axes: Axes, words: str) -> None:
    """The words that tell that an axis does not start at zero, on its lower edge."""
    axes.axhline(axes.get_ylim()[0], color=style.LINE, lw=1, ls=(0, (2, 2)), zorder=1)
    axes.annotate(
        words, (0, 0), (4, 5), xycoords="axes fraction", textcoords="offset points", va="bottom",
        size=style.TICK, color=style.INK_2, path_effects=HALO, zorder=6,
    )  # fmt: skip


def name_ends(axes: Axes, fan: Fan, beside: Beside | None, canvas: style.Canvas) -> None:
    """Names at the lines' ends, pushed apart; on the phone above the axes, one under the other."""
    named = [(float(fan.quantiles[2, -1]), fan.name, fan.end, fan.colour)]
    if fan.past is not None and fan.past_name:
        named.append((float(fan.past[-1]), fan.past_name, "", fan.past_colour or fan.colour))
    if beside is not None:
        named.append((float(beside.middle[-1]), beside.name, beside.end, beside.colour))
    if canvas.is_phone:
        for row, (_, name, end, colour) in enumerate(named):
            axes.annotate(
                f"{name}: {end}" if end else name, (0, 1), (-42, 48 - 17 * row),
                xycoords="axes fraction", textcoords="offset points", va="top", color=colour,
                weight=600, size=style.TICK,
            )  # fmt: skip
        return
    low, high = axes.get_ylim()
    pixel = (high - low) / (axes.bbox.height)
    words = [textwrap.wrap(name, 20) + ([end] if end else []) for _, name, end, _ in named]
    heights = [17.0 * len(lines) * pixel for lines in words]
    middles = [value for value, *_ in named]
    if len(named) == 2:
        upper = int(middles[1] > middles[0])
        gap = (heights[0] + heights[1]) / 2 + 8 * pixel
        overlap = gap - (middles[upper] - middles[1 - upper])
        if overlap > 0:
            middles[upper] += overlap / 2
            middles[1 - upper] -= overlap / 2
    for middle, lines, (*_, colour) in zip(middles, words, named, strict=True):
        axes.annotate(
            "\n".join(lines), (1, middle), (10, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", linespacing=1.3, color=colour, weight=600,
            annotation_clip=False,
        )  # fmt: skip


@dataclass(frozen=True)
class SmallFan:
    """One of many: its fan, the words under its name, and the baseline beside it."""

    fan: Fan
    note: str = ""
    baseline: Values | None = None  # medians over the fan's years


def paint_small_fans(
    canvas: style.Canvas,
    cells: Sequence[SmallFan],
    *,
    unit: str = "",
    decimals: int = 0,
    signed: bool = False,
    zero: bool = False,
    columns: int = 4,
    outer: bool = True,
) -> Figure:
    """Many small fans on one scale, which is written at the first of each row; ``zero`` draws its line."""
    across = 2 if canvas.is_phone else columns
    rows = ceil(len(cells) / across)
    wrap = round((canvas.width / across - 12) / 6.6)
    titles = [textwrap.wrap(cell.fan.name, wrap) for cell in cells]
    head = 17.0 * (max(map(len, titles)) + 1) + 6
    height = head + 78 + 12
    drawing = style.new_drawing(canvas, rows * height + 22)
    left = 42.0
    cell_width = (canvas.width - left) / across
    everything = np.concatenate([cell.fan.quantiles[[0, 4] if outer else [1, 3]].ravel() for cell in cells])
    low, high = float(everything.min()), float(everything.max())
    room = 0.05 * (high - low or 1.0)
    for index, (cell, title) in enumerate(zip(cells, titles, strict=True)):
        row, column = divmod(index, across)
        axes = style.place_axes(
            drawing, left + column * cell_width, row * height + head, cell_width - 16, height - head - 12
        )
        draw_fan(axes, cell.fan, width=1.8, outer=outer)
        if cell.baseline is not None:
            axes.plot(cell.fan.years, cell.baseline, color=style.OUT, lw=1.6, ls=(0, (1, 1.4)), zorder=4)
        axes.set(ylim=(low - room, high + room), xlim=(cell.fan.years[0], cell.fan.years[-1]), xticks=[])
        if zero:
            axes.axhline(0, color=style.INK, lw=1, zorder=3)
        axes.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]))
        axes.yaxis.set_major_formatter(
            FuncFormatter(lambda value, _: style.number(value, decimals, sign=signed) + unit)
        )
        axes.tick_params(axis="y", labelleft=column == 0)
        axes.grid(axis="y", color=style.GRID, lw=1, zorder=0)
        lines = [*((line, style.INK, 600) for line in title), (cell.note, style.INK_2, 400)]
        for place, (text, colour, weight) in enumerate(reversed(lines)):
            axes.annotate(
                text, (0, 1), (0, 5 + 16 * place), xycoords="axes fraction", textcoords="offset points",
                va="bottom", size=style.TICK, color=colour, weight=weight,
            )  # fmt: skip
        if index + across >= len(cells):
            write_ends(axes, int(cell.fan.years[0]), int(cell.fan.years[-1]))
    return drawing


def write_ends(axes: Axes, first: int, last: int) -> None:
    """The first and the last year under a small drawing."""
    for position, year, side in ((0, first, "left"), (1, last, "right")):
        axes.text(
            position, -0.06, str(year), transform=axes.transAxes, size=style.TICK, va="top", ha=side,
            color=style.INK_2,
        )  # fmt: skip
