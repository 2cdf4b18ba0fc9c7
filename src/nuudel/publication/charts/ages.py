"""Two age profiles as steps, the difference between them filled."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from nuudel.publication.charts import style


def paint_ages(
    canvas: style.Canvas,
    groups: Sequence[str],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    names: tuple[str, str],
) -> Figure:
    """Shares by age group in per cent: ``first`` in ink, ``second`` quiet; the difference is filled."""
    drawing = style.new_drawing(canvas, 270)
    axes = style.place_axes(drawing, 40, 16, canvas.width - 52, 270 - 16 - 30)
    edges = np.arange(len(groups) + 1)

    def steps(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return np.repeat(edges, 2)[1:-1].astype(float), np.repeat(values, 2)

    x, upper = steps(first)
    _, lower = steps(second)
    axes.fill_between(x, upper, lower, where=upper >= lower, color=style.IN, alpha=0.2, lw=0)
    axes.fill_between(x, upper, lower, where=upper < lower, color=style.OUT, alpha=0.15, lw=0)
    axes.plot(x, lower, color=style.INK_2, lw=1.5)
    axes.plot(x, upper, color=style.INK, lw=2.4)
    for row, (name, colour, width) in enumerate(((names[0], style.INK, 2.4), (names[1], style.INK_2, 1.5))):
        height = 0.95 - 0.09 * row
        axes.plot([0.62, 0.66], [height, height], color=colour, lw=width, transform=axes.transAxes)
        axes.text(0.68, height, name, transform=axes.transAxes, va="center", weight=600, color=colour)
    axes.set(xlim=(0, len(groups)), ylim=(0, max(first.max(), second.max()) * 1.15))
    axes.axhline(0, color=style.INK, lw=1.25, clip_on=False)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    axes.grid(axis="y", color=style.GRID)
    axes.set_axisbelow(True)
    step = 3 if not canvas.is_phone else 4
    shown = sorted({*range(0, len(groups) - 2, step), len(groups) - 1})
    axes.set_xticks([i + 0.5 for i in shown], [groups[i].replace("-", "–") for i in shown])
    return drawing
