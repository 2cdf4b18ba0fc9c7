"""Bars by place: the ranking and the many small horizons."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nuudel.publication.charts import style
from nuudel.publication.charts.labels import LINE_HEIGHT, broken, width_of

ROW_HEIGHT = 21.0
NAMES = 0.42
"""The part of a drawing that names may take."""


def paint_ranking(
    canvas: style.Canvas,
    names: Sequence[str],
    values: NDArray[np.float64],
    *,
    decimals: int = 0,
    signed: bool = True,
    colours: Sequence[str] | None = None,
    texts: Sequence[str] | None = None,
    ranges: NDArray[np.float64] | None = None,
) -> Figure:
    """Horizontal bars from zero, in the order given, each with its name and value.

    Long names are broken into lines. ``texts`` stand beside the bars instead of the values; ``ranges``, shape
    (names, 2), are drawn as dark lines.
    """
    told = broken(names, canvas.width * NAMES)
    heights = np.array(told.heights(ROW_HEIGHT))
    drawing = style.new_drawing(canvas, float(heights.sum()) + 12)
    left = max(104.0 if canvas.is_phone else 140.0, told.room + 10)
    axes = style.place_axes(drawing, left, 6, canvas.width - left - 8, float(heights.sum()))
    rows = heights.sum() - np.cumsum(heights) + heights / 2
    if colours is None:
        colours = [style.OUT if value < 0 else style.IN for value in values]
    if texts is None:
        texts = [style.number(value, decimals, sign=signed) for value in values]
    axes.barh(rows, values, height=0.62 * ROW_HEIGHT, color=list(colours), zorder=2)
    ends = values if ranges is None else np.vstack([values, ranges.T])
    low, high = min(0.0, float(ends.min())), max(0.0, float(ends.max()))
    high = high if high > low else 1.0  # all values are zero
    widest = max(width_of(text, style.TICK, 600) for text in texts) + 12
    share = max(0.26 if canvas.is_phone else 0.12, widest / (canvas.width - left - 8 - widest))
    room = (high - low) * share
    axes.set_xlim(low - (room if low < 0 else 0), high + (room if high > 0 else 0))
    axes.set_ylim(0, heights.sum())
    axes.axvline(0, color=style.INK, lw=1.25, zorder=3)
    tips = values if ranges is None else ranges[:, 1]
    for row, value, tip, colour, text in zip(rows, values, tips, colours, texts, strict=True):
        axes.annotate(
            text,
            (max(value, tip) if value >= 0 else value, row),
            (5 if value >= 0 else -5, 0),
            textcoords="offset points",
            ha="left" if value >= 0 else "right",
            va="center",
            weight=600,
            color=style.INK_2 if colour == style.QUIET else colour,
            size=style.TICK,
        )
    if ranges is not None:
        axes.hlines(rows, ranges[:, 0], ranges[:, 1], color=style.INK, lw=2, zorder=4)
    axes.set_xticks([])
    axes.set_yticks(rows, told.texts, linespacing=LINE_HEIGHT)
    axes.tick_params(axis="y", labelcolor=style.INK, labelsize=style.LABEL)
    return drawing


def paint_small_horizons(
    canvas: style.Canvas,
    years: NDArray[np.int_],
    names: Sequence[str],
    balance: NDArray[np.float64],
    sums: Sequence[str],
    *,
    band: tuple[int, int] | None = None,
) -> Figure:
    """One small horizon for each place, all from −100 to +100.

    ``balance`` has shape (years, places), per 100 moves; ``sums`` are the words beside each name.
    """
    columns = 2 if canvas.is_phone else 4
    cell_width, cell_height = canvas.width / columns, 88.0
    drawing = style.new_drawing(canvas, ceil(len(names) / columns) * cell_height + 18)
    for index, name in enumerate(names):
        row, column = divmod(index, columns)
        axes = style.place_axes(
            drawing, column * cell_width, row * cell_height + 20, cell_width - 14, cell_height - 30
        )
        values = np.nan_to_num(balance[:, index])
        if band is not None:
            axes.axvspan(band[0] - 0.5, band[1] + 0.5, color=style.VIOLET_SOFT, lw=0, zorder=0)
        colours = [style.IN if value >= 0 else style.OUT for value in values]
        axes.bar(years, values, width=0.8, color=colours, zorder=2)
        axes.axhline(0, color=style.INK, lw=1, zorder=3)
        axes.set(xlim=(years[0] - 0.6, years[-1] + 0.6), ylim=(-100, 100), xticks=[], yticks=[])
        axes.text(0, 1.04, name, transform=axes.transAxes, weight=600, size=style.TICK, va="bottom")
        axes.text(
            1, 1.04, sums[index], transform=axes.transAxes, ha="right", va="bottom", size=style.TICK,
            color=style.INK_2,
        )  # fmt: skip
        if index + columns >= len(names):
            for position, year, side in ((0, years[0], "left"), (1, years[-1], "right")):
                axes.text(
                    position, -0.03, str(year), transform=axes.transAxes, size=12, va="top", ha=side,
                    color=style.INK_2,
                )  # fmt: skip
    return drawing
