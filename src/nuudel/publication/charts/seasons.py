"""The temperature of a place over the year, on the horizon of 0 °C: warm above it, cold below."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from nuudel.publication.charts import style

PERIODS = 36
WARM, COLD = "#91B675", "#9CCFEF"


def paint_seasons(
    canvas: style.Canvas, mean_c: NDArray[np.float64], months: Sequence[str], unit: str
) -> Figure:
    """Means of the 36 ten-day periods of a year as a staircase; ``months`` are twelve short names."""
    drawing = style.new_drawing(canvas, 230)
    axes = style.place_axes(drawing, 48, 14, canvas.width - 60, 230 - 14 - 28)
    edges = np.repeat(np.arange(PERIODS + 1.0), 2)[1:-1]
    values = np.repeat(mean_c, 2)
    axes.fill_between(edges, 0, values, where=values >= 0, color=WARM, lw=0, zorder=2)
    axes.fill_between(edges, 0, values, where=values < 0, color=COLD, lw=0, zorder=2)
    axes.plot(edges, values, color=style.INK_2, lw=1.4, zorder=3)
    low, high = min(0.0, float(mean_c.min())), max(0.0, float(mean_c.max()))
    axes.set(xlim=(0, PERIODS), ylim=(low * 1.2, high * 1.25))
    axes.axhline(0, color=style.INK, lw=1.25, zorder=4, clip_on=False)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: style.number(value) + unit))
    axes.grid(axis="y", color=style.GRID, lw=1, zorder=0)
    axes.set_axisbelow(True)
    shown = range(0, 12, 3 if canvas.is_phone else 1)
    axes.set_xticks([3 * month + 1.5 for month in shown], [months[month] for month in shown])
    for at, side in ((int(mean_c.argmin()), "top"), (int(mean_c.argmax()), "bottom")):
        axes.annotate(
            style.number(float(mean_c[at]), 1) + unit,
            (at + 0.5, mean_c[at]),
            (0, 4 if side == "bottom" else -4),
            textcoords="offset points",
            ha="center",
            va=side,
            weight=600,
            size=style.TICK,
            annotation_clip=False,
        )
    return drawing
