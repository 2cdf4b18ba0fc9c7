"""Cost against effect: each best mix of a budget with the range of its effect, the chosen one marked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from nuudel.publication.charts import style
from nuudel.publication.charts.years import HALO


@dataclass(frozen=True)
class FrontPoint:
    """What a budget buys: cost, effect and its 80 % range; ``words`` stand at the point."""

    cost: float
    effect: float
    low: float
    high: float
    words: str = ""
    chosen: bool = False


def paint_front(
    canvas: style.Canvas,
    points: Sequence[FrontPoint],
    *,
    cost_words: str,
    effect_words: str,
    say_cost: Callable[[float], str],
    say_effect: Callable[[float], str],
    height: float = 340,
) -> Figure:
    """Points by cost, joined by a dashed line: between them nothing was searched."""
    drawing = style.new_drawing(canvas, height)
    left = 54.0
    axes = style.place_axes(drawing, left, 34, canvas.width - left - 26, height - 34 - 48)
    ordered = sorted(points, key=lambda point: point.cost)
    costs = [point.cost for point in ordered]
    axes.plot(costs, [p.effect for p in ordered], color=style.ALL, lw=1.6, ls=(0, (5, 3)), zorder=3)
    for point in ordered:
        colour = style.VIOLET if point.chosen else style.ALL
        axes.plot(
            [point.cost] * 2, [point.low, point.high], color=colour, lw=2.6, alpha=0.45, zorder=4,
            solid_capstyle="round",
        )  # fmt: skip
        axes.plot(
            point.cost, point.effect, "o", ms=10 if point.chosen else 7, color=colour, mec=style.PAPER,
            zorder=5,
        )  # fmt: skip
    low = min(0.0, *(p.low for p in ordered))
    high = max(0.0, *(p.high for p in ordered))
    room = 0.1 * (high - low or 1.0)
    widest = max(costs) or 1.0
    axes.set(xlim=(-0.03 * widest, 1.06 * widest), ylim=(low - room, high + room))
    axes.axhline(0, color=style.INK, lw=1.25, zorder=2)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_locator(MaxNLocator(4 if canvas.is_phone else 6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: say_effect(value)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: say_cost(value)))
    axes.grid(color=style.GRID, lw=1, zorder=0)
    axes.set_axisbelow(True)
    notes = (
        (effect_words, (0, 1), (-left + 2, 10), "left", "bottom"),
        (cost_words, (1, 0), (0, -30), "right", "top"),
    )
    for words, at, shift, side, up in notes:
        axes.annotate(
            words, at, shift, xycoords="axes fraction", textcoords="offset points", ha=side, va=up,
            color=style.INK_2, size=style.TICK,
        )  # fmt: skip
    for point in ordered:
        if point.words:
            name_point(axes, point, widest)
    return drawing


def name_point(axes: Axes, point: FrontPoint, widest: float) -> None:
    """Words beside a point's range: where the dashed line is not, to the left of points far right."""
    left = point.cost > 0.6 * widest
    ends = sorted((point.low, point.high), key=abs)
    axes.annotate(
        point.words, (point.cost, (point.effect + ends[1 if left else 0]) / 2), (-9 if left else 9, 0),
        textcoords="offset points", ha="right" if left else "left", va="center", weight=600,
        size=style.TICK, color=style.VIOLET if point.chosen else style.ALL, path_effects=HALO, zorder=6,
    )  # fmt: skip
