"""Bars and lines over years: the horizon chart and the line chart."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from nuudel.publication.charts import style
from nuudel.publication.charts.events import Event, draw_dzud_marks, draw_policy_bands

HALO = [withStroke(linewidth=3.5, foreground=style.PAPER)]


@dataclass(frozen=True)
class Series:
    """One row of values over years, NaN where there is none, and how it is drawn.

    ``labels`` maps a year to the words that stand at its end; ``doubtful`` and ``marked`` are years whose
    bars are hatched, or stand in the colour of rules; ``heavy`` years stand in the colour of dzud.
    """

    values: NDArray[np.float64]
    colour: str
    name: str = ""
    labels: Mapping[int, str] = field(default_factory=dict)
    doubtful: frozenset[int] = frozenset()
    marked: frozenset[int] = frozenset()
    heavy: frozenset[int] = frozenset()
    dashed: bool = False
    colour_below: str = ""  # of bars under zero, where theirs is another


@dataclass(frozen=True)
class Band:
    """A range over years, NaN where there is none: the doubt about a line, paler the wider it is."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    colour: str
    opacity: float = 0.2


def paint_horizon(
    canvas: style.Canvas,
    years: NDArray[np.int_],
    above: Series,
    below: Series | None = None,
    *,
    events: Sequence[Event] = (),
    dzud_word: str = "",
    height: float = 330,
    decimals: int = 0,
) -> Figure:
    """Bars on a full-width ink line: ``above`` upwards, ``below`` (given positive) downwards."""
    drawing = style.new_drawing(canvas, height)
    left = 44.0
    below_axes = 44 if dzud_word else 24
    axes = style.place_axes(drawing, left, 28, canvas.width - left - 12, height - 28 - below_axes)
    draw_bars(axes, years, above, decimals=decimals)
    if below is not None:
        draw_bars(axes, years, below, downwards=True, decimals=decimals)
    finish_year_axis(axes, years, canvas, decimals, signed=bool(above.colour_below))
    draw_policy_bands(axes, events)
    if dzud_word:
        draw_dzud_marks(axes, events, dzud_word)
    return drawing


def paint_two_panels(
    canvas: style.Canvas,
    years: NDArray[np.int_],
    upper: Series,
    lower: Series,
    *,
    events: Sequence[Event] = (),
    lower_decimals: int = 0,
    one_scale: bool = False,
) -> Figure:
    """Two panels under each other on one time axis, each on its own horizon, never two y axes.

    With ``one_scale`` both are of one height and scale, to be compared.
    """
    top = 64 if canvas.is_phone else 46
    low_height = 180 if one_scale else 124
    drawing = style.new_drawing(canvas, top + 266 + low_height)
    left = 44.0
    width = canvas.width - left - 12
    first = style.place_axes(drawing, left, top, width, 180)
    draw_bars(first, years, upper)
    second = style.place_axes(drawing, left, top + 236, width, low_height)
    draw_bars(second, years, lower, decimals=lower_decimals)
    if one_scale:
        limits = np.array([first.get_ylim(), second.get_ylim()])
        for axes in (first, second):
            axes.set_ylim(limits[:, 0].min(), limits[:, 1].max())
    finish_year_axis(first, years, canvas, 0, labels=False, signed=bool(upper.colour_below))
    finish_year_axis(second, years, canvas, lower_decimals, signed=bool(lower.colour_below))
    draw_policy_bands(first, events)
    draw_policy_bands(second, events, label=False)
    for axes, series, offset in ((first, upper, 24), (second, lower, 12)):
        axes.annotate(
            textwrap.fill(series.name, round(canvas.width / 6.5)),
            (0, 1),
            (-left + 2, offset),
            xycoords="axes fraction",
            textcoords="offset points",
            va="bottom",
            color=style.INK_2,
            size=style.TICK,
        )
    return drawing


def paint_lines(
    canvas: style.Canvas,
    years: NDArray[np.int_],
    lines: Sequence[Series],
    *,
    bands: Sequence[Band] = (),
    events: Sequence[Event] = (),
    dzud_word: str = "",
    height: float = 310,
    decimals: int = 0,
    unit: str = "",
) -> Figure:
    """Lines from zero, named directly at their last value or, on the phone, above the axes.

    ``bands`` lie behind the lines.
    """
    drawing = style.new_drawing(canvas, height)
    left, right = 40.0, 20.0 if canvas.is_phone else 118.0
    below_axes = 44 if dzud_word else 24
    axes = style.place_axes(drawing, left, 40, canvas.width - left - right, height - 40 - below_axes)
    for band in bands:
        axes.fill_between(years, band.low, band.high, color=band.colour, alpha=band.opacity, lw=0, zorder=1)
    for line in lines:
        draw_line(axes, years, line)
        for year, text in line.labels.items():
            value = float(line.values[np.flatnonzero(years == year)[0]])
            axes.plot([year], [value], "o", ms=5, color=line.colour, zorder=4)
            axes.annotate(
                text,
                (year, value),
                (0, 8),
                textcoords="offset points",
                ha="center",
                weight=600,
                color=line.colour,
                path_effects=HALO,
                zorder=5,
            )
    axes.set_ylim(0, None)
    finish_year_axis(axes, years, canvas, decimals, unit=unit)
    name_lines(axes, years, lines, canvas)
    draw_policy_bands(axes, events)
    if dzud_word:
        draw_dzud_marks(axes, events, dzud_word)
    return drawing


def draw_line(axes: Axes, years: NDArray[np.int_], line: Series) -> None:
    """One line; pieces that begin or end in a doubtful year are dashed and paler."""
    certain = line.values.copy()
    certain[np.isin(years, list(line.doubtful))] = np.nan
    if line.doubtful:
        axes.plot(years, line.values, color=line.colour, lw=1.8, ls=(0, (3, 2.5)), alpha=0.75, zorder=3)
    pattern = (0, (5, 3)) if line.dashed else "-"
    axes.plot(years, certain, color=line.colour, lw=2.4, ls=pattern, solid_capstyle="round", zorder=3)


def name_lines(axes: Axes, years: NDArray[np.int_], lines: Sequence[Series], canvas: style.Canvas) -> None:
    if canvas.is_phone:
        for row, line in enumerate(lines):
            axes.annotate(
                line.name,
                (0, 1),
                (4, -12 - 16 * row),
                xycoords="axes fraction",
                textcoords="offset points",
                color=line.colour,
                weight=600,
                size=style.TICK,
                path_effects=HALO,
                zorder=6,
            )
        return
    ends = [(float(line.values[np.isfinite(line.values)][-1]), line) for line in lines]
    ends.sort(key=lambda end: end[0])
    low, high = axes.get_ylim()
    gap = (high - low) * 0.075
    position = -np.inf
    for value, line in ends:
        position = max(value, position + gap)
        axes.annotate(
            line.name,
            (float(years[-1]), position),
            (10, 0),
            textcoords="offset points",
            va="center",
            color=line.colour,
            weight=600,
            annotation_clip=False,
        )


def draw_bars(
    axes: Axes, years: NDArray[np.int_], series: Series, *, downwards: bool = False, decimals: int = 0
) -> None:
    """The bars of one series; marked years in violet, doubtful ones hatched, labels at their ends."""
    values = np.where(downwards, -series.values, series.values)
    for year, value in zip(years.tolist(), values.tolist(), strict=True):
        if not np.isfinite(value):
            continue
        colour = series.colour_below if value < 0 and series.colour_below else series.colour
        colour = style.VIOLET if year in series.marked else colour
        colour = style.BERRY if year in series.heavy else colour
        hatched = year in series.doubtful
        axes.bar(
            year,
            value,
            width=0.66,
            color="none" if hatched else colour,
            edgecolor=colour if hatched else "none",
            hatch="////" if hatched else None,
            lw=0,
            zorder=2,
        )
        text = series.labels.get(year)
        if text:
            at_edge = year == years[-1]  # centred words would run out of the drawing
            axes.annotate(
                text,
                (year, value),
                (10 if at_edge else 0, 4 if value >= 0 else -4),
                textcoords="offset points",
                ha="right" if at_edge else "center",
                va="bottom" if value >= 0 else "top",
                weight=600,
                color=colour,
                path_effects=HALO,
                zorder=5,
            )


def finish_year_axis(
    axes: Axes,
    years: NDArray[np.int_],
    canvas: style.Canvas,
    decimals: int,
    *,
    labels: bool = True,
    unit: str = "",
    signed: bool = False,
) -> None:
    """The horizon, quiet grid lines and years at round numbers, the first and the last year among them.

    Numbers under the horizon have no minus, for they count as those above; with ``signed`` they have one.
    """
    first, last = int(years[0]), int(years[-1])
    axes.set_xlim(first - 0.6, last + 0.6)
    low, high = axes.get_ylim()
    axes.set_ylim(low * 1.12 if low < 0 else 0, high * 1.1)
    axes.axhline(0, color=style.INK, lw=1.25, zorder=4, clip_on=False)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(
        FuncFormatter(
            lambda value, _: style.number(value if signed else abs(value), decimals) + (unit if value else "")
        )
    )
    axes.grid(axis="y", color=style.GRID, lw=1, zorder=0)
    axes.set_axisbelow(True)
    step = 10 if canvas.is_phone or last - first > 25 else 5
    ticks = [y for y in range(first - first % step, last + 1, step) if first <= y <= last]
    room = (last - first) * (0.15 if canvas.is_phone else 0.075)
    ticks = [y for y in ticks if y - first > room and last - y > room]
    axes.set_xticks([first, *ticks, last] if labels else [])
    if not labels:
        axes.tick_params(labelbottom=False)
    else:
        axes.tick_params(axis="x", pad=6 if low >= 0 else 2)
