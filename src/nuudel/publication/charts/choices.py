"""How far each assumption moves a figure: a range from the lowest choice to the highest, round a base."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from nuudel.publication.charts import style
from nuudel.publication.charts.years import HALO

ROW_HEIGHT, PHONE_ROW_HEIGHT = 46.0, 84.0


@dataclass(frozen=True)
class AssumptionRow:
    """An assumption and the change that each other choice of it makes, with the choice's words."""

    name: str
    choices: tuple[tuple[str, float], ...]


def paint_choices(
    canvas: style.Canvas, rows: Sequence[AssumptionRow], base_words: str, *, decimals: int, unit: str
) -> Figure:
    """Bars from zero, which is the figure as it is, to each choice; the words of the ends stand at them."""
    row_height = PHONE_ROW_HEIGHT if canvas.is_phone else ROW_HEIGHT
    top = 22.0
    drawing = style.new_drawing(canvas, top + row_height * len(rows) + 32)
    left = 10.0 if canvas.is_phone else 190.0
    axes = style.place_axes(drawing, left, top, canvas.width - left - 10, row_height * len(rows))
    thick = 0.2 if canvas.is_phone else 0.3
    values = [value for row in rows for _, value in row.choices]
    low, high = min(0.0, *values), max(0.0, *values)
    room = (0.06 if canvas.is_phone else 0.3) * (high - low or 1.0)
    axes.set(xlim=(low - room, high + room), ylim=(len(rows) - 0.5, -0.5), yticks=[])
    if not canvas.is_phone:
        axes.axvline(0, color=style.INK, lw=1.25, zorder=3)
    axes.text(0, -0.5, base_words, ha="center", va="bottom", size=style.TICK, weight=600, path_effects=HALO)
    for place, row in enumerate(rows):
        at = place - (0.02 if canvas.is_phone else 0.0)
        axes.annotate(
            textwrap.fill(row.name, 44 if canvas.is_phone else 27),
            (0, place - 0.47 if canvas.is_phone else at),
            (0 if canvas.is_phone else -12, -2 if canvas.is_phone else 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="left" if canvas.is_phone else "right",
            va="top" if canvas.is_phone else "center",
            size=style.TICK if canvas.is_phone else style.LABEL,
            path_effects=HALO,
            zorder=7,
        )
        for _, value in row.choices:
            colour = style.IN if value > 0 else style.OUT
            axes.barh(at, value, height=thick, color="none", edgecolor=colour, hatch="//////", lw=0, zorder=2)
            axes.plot([value] * 2, [at - 0.6 * thick, at + 0.6 * thick], color=colour, lw=2.2, zorder=4)
        if canvas.is_phone:
            axes.plot([0, 0], [at - thick, at + 0.7 * thick], color=style.INK, lw=1.25, zorder=3)
            said = ", ".join(say(choice, decimals, unit) for choice in ends_of(row))
            axes.annotate(
                textwrap.fill(said, 46), (0, at + 0.17), (0, 0), xycoords=("axes fraction", "data"),
                textcoords="offset points", va="top", size=style.TICK, color=style.INK_2,
                linespacing=1.1, path_effects=HALO, zorder=6,
            )  # fmt: skip
        else:
            name_ends(axes, row, at, say_with=(decimals, unit))
    axes.xaxis.set_major_locator(MaxNLocator(4 if canvas.is_phone else 6, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: style.number(value, decimals, sign=True) + unit)
    )
    axes.grid(axis="x", color=style.GRID, lw=1, zorder=0)
    axes.set_axisbelow(True)
    return drawing


def ends_of(row: AssumptionRow) -> list[tuple[str, float]]:
    """The lowest and the highest choice; where both lie on one side of zero, the farther one alone."""
    low, high = (end(row.choices, key=lambda choice: choice[1]) for end in (min, max))
    if (low[1] < 0) == (high[1] < 0):
        return [max(low, high, key=lambda choice: abs(choice[1]))]
    return [low, high]


def say(choice: tuple[str, float], decimals: int, unit: str) -> str:
    """A choice and its change."""
    return f"{choice[0]}: {style.number(choice[1], decimals, sign=True)}{unit}"


def name_ends(axes: Axes, row: AssumptionRow, at: float, say_with: tuple[int, str]) -> None:
    """Words at the outer ends of a row, folded into the room that is left."""
    left, right = axes.get_xlim()
    pixel = (right - left) / axes.bbox.width
    for choice in ends_of(row):
        up = choice[1] > 0
        space = ((right - choice[1]) if up else (choice[1] - left)) / pixel - 8
        axes.annotate(
            textwrap.fill(say(choice, *say_with), max(int(space / 6.4), 10)), (choice[1], at),
            (6 if up else -6, 0), textcoords="offset points", ha="left" if up else "right", va="center",
            size=style.TICK, linespacing=1.1, path_effects=HALO, zorder=6,
        )  # fmt: skip
