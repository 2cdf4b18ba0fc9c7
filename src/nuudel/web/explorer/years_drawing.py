"""The drawing of the years: arrivals over the horizon, departures under it, events behind."""

from collections.abc import Mapping, Sequence
from typing import Any

from nuudel.publication.explorer.read import Bundle
from nuudel.web.words import language

# Pixels from the top; across, positions are shares of the width, so that the drawing fits every screen.
ZERO, TOP, BOTTOM = 64, 18, 96
BAR = 0.66


def bars(bundle: Bundle, code: str, chosen: int) -> list[dict[str, object]]:
    """Two bars a year: arrivals upwards, departures downwards, at one scale."""
    series: Mapping[str, Any] = bundle.series.get(code) or {}
    came, left = series.get("arrivals") or [], series.get("departures") or []
    scale = min((ZERO - TOP) / largest(came), (BOTTOM - ZERO) / largest(left))
    doubted = {doubt["year"] for doubt in series.get("doubtful", ())}
    step = step_of(bundle)
    drawn = []
    for at, year in enumerate(bundle.years):
        up = (came[at] or 0) * scale if came else 0
        down = (left[at] or 0) * scale if left else 0
        drawn.append(
            {
                "year": year,
                "now": year == chosen,
                "doubted": year in doubted,
                "x": f"{(at - BAR / 2) * step:.2f}%",
                "width": f"{BAR * step:.2f}%",
                "hit_x": f"{(at - 0.5) * step:.2f}%",
                "hit_width": f"{step:.2f}%",
                "up_y": f"{ZERO - up:.1f}",
                "up": f"{up:.1f}",
                "down": f"{down:.1f}",
            }
        )
    return drawn


def largest(values: Sequence[int | None]) -> float:
    return max((value or 0 for value in values), default=0) or 1


def step_of(bundle: Bundle) -> float:
    """The width of a year, in per cent."""
    return 100 / max(1, len(bundle.years) - 1)


def events(bundle: Bundle) -> list[dict[str, object]]:
    """The bands of events that lie in the years shown."""
    first, last, step = bundle.years[0], bundle.years[-1], step_of(bundle)
    drawn = []
    for event in bundle.index["events"]:
        if event["to"] < first or event["from"] > last:
            continue
        start, end = max(event["from"], first) - first - 0.5, min(event["to"], last) - first + 0.5
        middle = (start + end) / 2 * step
        drawn.append(
            {
                "kind": event["kind"],
                "x": f"{start * step:.2f}%",
                "width": f"{(end - start) * step:.2f}%",
                "end": f"{end * step:.2f}%",
                "middle": f"{middle:.2f}%",
                "late": middle > 60,
                "words": event["short"][language()],
            }
        )
    return drawn


def happened(bundle: Bundle, year: int) -> list[str]:
    """The events of a year in words."""
    told = [event for event in bundle.index["events"] if event["from"] <= year <= event["to"]]
    return [event["label"][language()] for event in told]
