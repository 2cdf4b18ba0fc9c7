"""Partners of a place: for each a bar of those who went there and one of those who came from there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nuudel.publication.charts import style
from nuudel.publication.charts.years import HALO

ROW_HEIGHT, BAR = 40.0, 0.34


@dataclass(frozen=True)
class Stream:
    """Persons with the range of the estimate; without a range they are counted. NaN: nothing is known."""

    persons: float
    low: float = np.nan
    high: float = np.nan

    @property
    def estimated(self) -> bool:
        return bool(np.isfinite(self.low))


@dataclass(frozen=True)
class Partner:
    """Another place, with those who went there and those who came from there."""

    name: str
    to: Stream
    back: Stream


def paint_partners(canvas: style.Canvas, partners: Sequence[Partner], words: tuple[str, str]) -> Figure:
    """Two bars a partner on one scale: estimated ones hatched, with a dark line for the range.

    ``words`` name those who went and those who came; they stand above the bars.
    """
    drawing = style.new_drawing(canvas, ROW_HEIGHT * len(partners) + 30)
    left = 104.0 if canvas.is_phone else 140.0
    axes = style.place_axes(drawing, left, 26, canvas.width - left - 8, ROW_HEIGHT * len(partners))
    ends = [e for p in partners for s in (p.to, p.back) for e in (s.persons, s.high) if np.isfinite(e)]
    longest = max(ends, default=1.0) or 1.0
    axes.set(
        xlim=(0, longest * (1.22 if canvas.is_phone else 1.1)), ylim=(len(partners) - 0.5, -0.5), xticks=[]
    )
    for row, partner in enumerate(partners):
        for stream, shift, colour in ((partner.to, -BAR / 2, style.OUT), (partner.back, BAR / 2, style.IN)):
            draw_stream(axes, stream, row + shift, colour)
    axes.axvline(0, color=style.INK, lw=1.25, zorder=4)
    axes.set_yticks(range(len(partners)), [partner.name for partner in partners])
    axes.tick_params(axis="y", labelcolor=style.INK, labelsize=style.LABEL)
    for word, at, colour in zip(words, (0.0, 0.5), (style.OUT, style.IN), strict=True):
        axes.annotate(
            word, (at, 1), (0, 8), xycoords="axes fraction", textcoords="offset points", color=colour,
            weight=600, size=style.TICK, va="bottom",
        )  # fmt: skip
    return drawing


def draw_stream(axes: Axes, stream: Stream, at: float, colour: str) -> None:
    """One bar with its range and its number; nothing where nothing is known."""
    if not np.isfinite(stream.persons):
        return
    hatched = stream.estimated
    axes.barh(
        at, stream.persons, height=BAR, color="none" if hatched else colour, edgecolor=colour,
        hatch="////" if hatched else None, lw=0, zorder=2,
    )  # fmt: skip
    end = stream.persons
    if hatched:
        axes.plot(
            [stream.low, stream.high], [at, at], color=style.INK, lw=2, solid_capstyle="round", zorder=3
        )
        end = max(end, stream.high)
    axes.annotate(
        style.number(stream.persons), (end, at), (6, 0), textcoords="offset points", va="center", weight=600,
        color=colour, size=style.TICK, path_effects=HALO, zorder=5,
    )  # fmt: skip
