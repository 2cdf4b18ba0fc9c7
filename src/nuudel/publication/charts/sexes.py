"""People of two sexes by broad groups of age: one sex to the left of the line, the other to the right."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from nuudel.publication.charts import style
from nuudel.publication.charts.labels import LINE_HEIGHT, broken, width_of

ROW_HEIGHT, BAR = 34.0, 22.0
LEFT, RIGHT = style.CATEGORIES[5], style.CATEGORIES[6]


@dataclass(frozen=True)
class Group:
    """A group of age: how many of each sex, and how that is written."""

    name: str
    left: float
    right: float
    left_text: str
    right_text: str


def paint_sexes(canvas: style.Canvas, groups: Sequence[Group], sides: tuple[str, str]) -> Figure:
    """The groups from top to bottom on one scale; ``sides`` name the two sexes."""
    told = broken([group.name for group in groups], canvas.width * 0.28)
    room, top = told.room + 14, 26.0
    height = sum(told.heights(ROW_HEIGHT))
    drawing = style.new_drawing(canvas, top + height + 6)
    axes = style.place_axes(drawing, room, top, canvas.width - room - 8, height)
    most = max([1.0, *(value for group in groups for value in (group.left, group.right))])
    texts = [text for group in groups for text in (group.left_text, group.right_text)]
    half = (canvas.width - room - 8) / 2
    beside = max(width_of(text, style.TICK, 600) for text in texts) + 12
    end = most * half / max(half - beside, 40.0)
    axes.set(xlim=(-end, end), ylim=(height, 0), xticks=[])
    at, middles = 0.0, []
    for group, tall in zip(groups, told.heights(ROW_HEIGHT), strict=True):
        middle = at + tall / 2
        middles.append(middle)
        at += tall
        sexes = ((-1, group.left, group.left_text, LEFT), (1, group.right, group.right_text, RIGHT))
        for sign, value, text, colour in sexes:
            axes.barh(middle, sign * value, height=BAR, color=colour, lw=0, zorder=2)
            axes.annotate(
                text, (sign * value, middle), (5 * sign, 0), textcoords="offset points", va="center",
                ha="left" if sign > 0 else "right", weight=600, size=style.TICK, color=style.INK,
            )  # fmt: skip
    axes.axvline(0, color=style.INK, lw=1.25, zorder=4)
    for sign, word in ((-1, sides[0]), (1, sides[1])):
        axes.annotate(
            word, (0, 0), (6 * sign, 8), textcoords="offset points", weight=600, size=style.LABEL,
            ha="left" if sign > 0 else "right", va="bottom", color=style.INK,
        )  # fmt: skip
    axes.set_yticks(middles, told.texts, linespacing=LINE_HEIGHT)
    axes.tick_params(axis="y", labelcolor=style.INK, labelsize=style.LABEL)
    return drawing
