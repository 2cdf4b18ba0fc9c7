"""Events on a time axis: a rule is a violet band, a dzud a berry triangle, each with its word."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from nuudel.publication.charts import style

# Dzud marks stand in a row of their own under the years, in points below the axes.
MARK_ROW = 31.0


@dataclass(frozen=True)
class Event:
    """Something that happened in the years ``start`` to ``end`` (inclusive)."""

    kind: str  # "policy", "dzud" or "epidemic"
    start: int
    end: int
    label: str


def draw_policy_bands(axes: Axes, events: Sequence[Event], *, label: bool = True) -> None:
    """Bands behind the data for the rules in force, with their words above the axes."""
    low, high = axes.get_xlim()
    for event in events:
        if event.kind != "policy" or event.end < low or event.start > high:
            continue
        axes.axvspan(event.start - 0.5, event.end + 0.5, color=style.VIOLET_SOFT, zorder=0, lw=0)
        if label:
            middle = (event.start + event.end) / 2
            room = (high - middle) / (high - low) * axes.bbox.width
            near_edge = room < 3.6 * len(event.label)
            axes.annotate(
                event.label,
                (event.end + 0.5 if near_edge else middle, 1),
                (0, 4),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="right" if near_edge else "center",
                va="bottom",
                color=style.VIOLET,
                weight=600,
                size=style.TICK,
            )


def draw_dzud_marks(axes: Axes, events: Sequence[Event], word: str) -> None:
    """Triangles under the axis at each dzud's years; the word stands beside each group."""
    low, high = axes.get_xlim()
    for event in events:
        years = [y for y in range(event.start, event.end + 1) if low <= y <= high]
        if event.kind != "dzud" or not years:
            continue
        shift = ScaledTranslation(0, -MARK_ROW / 72, axes.figure.dpi_scale_trans)
        axes.plot(
            years,
            [0] * len(years),
            marker="^",
            ls="",
            ms=6,
            color=style.BERRY,
            mec="none",
            transform=axes.get_xaxis_transform() + shift,
            clip_on=False,
        )
        axes.annotate(
            word,
            (years[-1], 0),
            (7, -MARK_ROW - 0.5),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            va="center",
            color=style.BERRY,
            size=style.TICK,
            annotation_clip=False,
        )
