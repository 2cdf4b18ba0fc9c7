"""Two pyramids of age on one axis: people now as an area, people later as a dashed line with its range."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from nuudel.publication.charts import style
from nuudel.publication.charts.years import HALO

Values = NDArray[np.float64]


def paint_pyramid(
    canvas: style.Canvas,
    now: Values,
    later: Values,
    names: tuple[str, str],
    sides: tuple[str, str],
    say: Callable[[float], str] = style.number,
) -> Figure:
    """People by single year of age, the open age left out: one sex to the left, the other to the right.

    ``now`` has shape (2, ages), ``later`` (5, 2, ages): its 2.5, 10, 50, 90 and 97.5 per cent quantiles.
    ``names`` are those of now and later, ``sides`` those of the two sexes; ``say`` writes numbers.
    """
    height = 470.0 if canvas.is_phone else 440.0
    drawing = style.new_drawing(canvas, height)
    left, top = 34.0, 44.0
    axes = style.place_axes(drawing, left, top, canvas.width - left - 10, height - top - 28)
    ages = now.shape[1] - 1
    for sex, sign in ((0, -1.0), (1, 1.0)):
        at, values = steps(now[sex, :ages])
        axes.fill_betweenx(at, 0, sign * values, color=style.QUIET, alpha=0.75, lw=0, zorder=1)
        for low, high, opacity in ((0, 4, 0.12), (1, 3, 0.25)):
            at, inner = steps(later[low, sex, :ages])
            _, outer = steps(later[high, sex, :ages])
            axes.fill_betweenx(at, sign * inner, sign * outer, color=style.IN, alpha=opacity, lw=0, zorder=2)
        at, middle = steps(later[2, sex, :ages])
        axes.plot(sign * middle, at, color=style.IN, lw=1.8, ls=(0, (5, 2.5)), zorder=3)
    finish_pyramid(axes, float(max(now[:, :ages].max(), later[4, :, :ages].max())), ages, say)
    for place, side, word in ((-0.0, "left", sides[0]), (1.0, "right", sides[1])):
        axes.text(place, 1.0, word, transform=axes.transAxes, ha=side, va="bottom", weight=600)
    for row, (name, colour) in enumerate(((names[0], style.INK_2), (names[1], style.IN))):
        axes.annotate(
            name, (1, 1), (0, -12 - 18 * row), xycoords="axes fraction", textcoords="offset points",
            ha="right", va="top", weight=600, color=colour, path_effects=HALO, zorder=6,
        )  # fmt: skip
    return drawing


def steps(values: Values) -> tuple[Values, Values]:
    """Corners of a staircase: each age is a step as high as one year."""
    edges = np.repeat(np.arange(values.size + 1.0), 2)[1:-1]
    return edges, np.repeat(values, 2)


def finish_pyramid(axes: Axes, widest: float, ages: int, say: Callable[[float], str]) -> None:
    axes.set(xlim=(-1.04 * widest, 1.04 * widest), ylim=(0, ages))
    axes.axvline(0, color=style.INK, lw=1.25, zorder=4)
    axes.xaxis.set_major_locator(MaxNLocator(5, symmetric=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: say(abs(value))))
    axes.set_yticks(np.arange(0, ages, 20))
    axes.grid(axis="both", color=style.GRID, lw=1, zorder=0)
    axes.set_axisbelow(True)
