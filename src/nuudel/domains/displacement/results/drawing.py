"""Drawings of a round's results, for its page and its report: steps, bars beside a table, the map."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from nuudel.domains.displacement.frames.map import drawn_boundaries, land_of
from nuudel.domains.displacement.results.figures import Results
from nuudel.domains.displacement.results.mapped import KINDS, RoundMap, Spot
from nuudel.publication.charts.circles import LARGEST, Key, key_entries, placed_names, radius
from nuudel.publication.charts.steps import Step
from nuudel.publication.charts.style import known_decimals
from nuudel.web.words import language, number, say

WIDTH = 100.0
PHONE = 304.0
KEY_GAP = 8.0
NAMED = {"desk": 10, "phone": 4}


# --- figures in words ----------------------------------------------------------------------------------


def known(row: Mapping[str, object]) -> tuple[str, str]:
    """A figure and its 95 % interval, no more exact than that; none where it was counted."""
    persons, low, high = (row[name] for name in ("persons", "low_95", "high_95"))
    if persons is None:
        return "–", ""
    if low is None or high is None or low == high:
        return number(number_of(persons)), ""
    ends = number_of(low), number_of(high)
    digits = min(known_decimals(*ends), 0)
    first, last, middle = (number(round(value, digits)) for value in (*ends, number_of(persons)))
    return middle, f"{first}–{last}"


def if_worst(whole: Mapping[str, object]) -> str:
    """The scenario for areas that were not covered, no more exact than the interval; empty where all were."""
    if whole["persons_if_worst"] is None or whole["persons"] is None:
        return ""
    digits = min(known_decimals(number_of(whole["low_95"]), number_of(whole["high_95"])), 0)
    return number(round(number_of(whole["persons_if_worst"]), digits))


def number_of(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


# --- steps ---------------------------------------------------------------------------------------------


def steps_of(found: Results) -> list[Step]:
    """Last round, areas covered both times, newly covered, no longer covered, this round, with estimates.

    Only the areas covered both times tell who came and left; the next two are coverage.
    """
    whole = found.whole
    now = number_of(whole["observed"])
    steps = []
    if found.before is not None:
        before = number_of(whole["before"])
        steps.append(step("before", 0.0, before, "all"))
        level = before
        for key, change in (
            ("both", number_of(whole["both"])),
            ("new", number_of(whole["new"])),
            ("lost", -number_of(whole["lost"])),
        ):
            tone = "coverage" if key != "both" else "in" if change >= 0 else "out"
            steps.append(step(key, level, change, tone))
            level += change
    steps.append(step("now", 0.0, now, "all"))
    estimated = number_of(whole["estimated"])
    if estimated > 0 and whole["persons"] is not None:
        persons, interval = known(whole)
        low, high = number_of(whole["low_95"]), number_of(whole["high_95"])
        digits = min(known_decimals(low, high), 0)
        about = replace(
            step("estimated", now, estimated, "estimated"), text=number(round(estimated, digits), sign=True)
        )
        text = f"{persons} ({interval})" if interval else persons
        total = step("whole", 0.0, now + estimated, "whole")
        steps += [about, replace(total, text=text, low=low, high=high)]
    elif estimated > 0:
        steps.append(step("estimated", now, estimated, "estimated"))
    return steps


def step(key: str, start: float, value: float, tone: str) -> Step:
    text = number(value, sign=tone not in ("all", "whole"))
    return Step(say(f"displacement.results.step.{key}"), start, value, text, tone)


@dataclass(frozen=True)
class PageStep:
    """A step on the page: where its bar begins and how wide it is, per cent; its interval stands below."""

    step: Step
    start: str
    width: str
    text: str
    low: str = ""
    high: str = ""


def page_steps(steps: Sequence[Step]) -> list[PageStep]:
    most = max([1.0, *(max(one.start, one.start + one.value, one.high or 0.0) for one in steps)])
    return [
        PageStep(
            one,
            share(min(one.start, one.start + one.value), most),
            share(max(abs(one.value), most / 400), most),
            one.text.partition(" (")[0],
            "" if one.low is None else share(one.low, most),
            "" if one.high is None else share(one.high, most),
        )
        for one in steps
    ]


def share(value: float, most: float) -> str:
    return f"{WIDTH * value / most:.2f}"


# --- bars ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    """A row of a breakdown with its bar."""

    key: str
    persons: float
    areas: int
    share: float
    width: str


def bars_of(table: pl.DataFrame, key: str = "key", share_column: str = "share", most: int = 12) -> list[Bar]:
    """The largest rows of a breakdown, each with the width of its bar."""
    rows: Iterable[dict[str, object]] = table.head(most).iter_rows(named=True)
    told = [
        (str(row[key]), number_of(row["persons"]), row["areas"], number_of(row[share_column])) for row in rows
    ]
    widest = max((one[3] for one in told), default=0.0) or 1.0
    return [
        Bar(name, persons, int(number_of(areas)), 100 * part, share(part, widest))
        for name, persons, areas, part in told
    ]


# --- map -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dot:
    """A unit on the page's map; ``whole`` is the radius with estimates, ``counted`` without."""

    spot: Spot
    x: str
    y: str
    whole: str
    counted: str
    words: str
    anchor: str


@dataclass(frozen=True)
class Label:
    x: str
    y: str
    name: str


@dataclass(frozen=True)
class Mark:
    """An entry of the map's key."""

    kind: str
    x: str
    y: str
    radius: str
    text_x: str
    text: str


@dataclass(frozen=True)
class Sheet:
    """The circles for one width of the screen; sizes are in the map's units."""

    name: str
    view: str
    width: str
    height: str
    dots: Sequence[Dot]
    labels: Sequence[Label]
    entries: Sequence[Mark]
    below: str
    font: str
    line: str
    dash: str
    halo: str


@dataclass(frozen=True)
class PageMap:
    """The map of a page: paths of the land, drawn once, and circles for the desk and the phone."""

    covered: str
    missing: str
    rest: str
    upper: str
    approximate: bool
    source: str
    sheets: Sequence[Sheet]


def page_map(drawn: RoundMap, anchors: Mapping[str, str]) -> PageMap:
    """The map of a round as a page draws it.

    Parameters
    ----------
    anchors
        Where on the page the row of a unit stands, by its code.
    """
    land = land_of(drawn.place)
    assert land is not None, "a place that is drawn has a land"
    parts = {kind: "".join(path for codes, path in land.paths if drawn.kind(codes) == kind) for kind in KINDS}
    most = max((spot.count for spot in drawn.spots), default=1.0)
    return PageMap(
        **parts,
        upper=land.upper,
        approximate=land.approximate,
        source=boundaries_line(),
        sheets=[sheet(name, drawn, most, anchors) for name in NAMED],
    )


def sheet(name: str, drawn: RoundMap, most: float, anchors: Mapping[str, str]) -> Sheet:
    """The circles of one width: on a phone the land shrinks, and circles and names less."""
    width = drawn.shapes.width
    zoom = 1.0 if name == "desk" else max(width / PHONE, 1.0)
    largest = LARGEST * (zoom if name == "desk" else zoom * 0.7)
    font = 12.0 * zoom
    dots = [
        Dot(
            spot,
            f"{spot.x:.1f}",
            f"{spot.y:.1f}",
            f"{radius(spot.count, most) * largest / LARGEST:.1f}" if spot.count > spot.counted else "",
            f"{radius(spot.counted, most) * largest / LARGEST:.1f}" if spot.counted > 0 else "",
            spot_words(spot),
            anchors.get(spot.code, "areas"),
        )
        for spot in sorted(drawn.spots, key=lambda spot: -spot.count)
        if spot.count > 0
    ]
    circles = [spot.circle for spot in drawn.spots if spot.count > 0]
    names = placed_names(circles, most, largest, 1 / zoom, (0.0, width), NAMED[name])
    labels = [Label(f"{x:.1f}", f"{y + font * 0.85:.1f}", one.name) for one, x, y in names]
    height = drawn.shapes.height
    entries, tall = key_entries(width / zoom, key_of(drawn), most, largest / zoom)
    marks = [
        Mark(
            kind=entry.kind,
            x=f"{entry.x * zoom:.1f}",
            y=f"{entry.y * zoom:.1f}",
            radius=f"{entry.radius * zoom:.1f}",
            text_x=f"{entry.text_x * zoom:.1f}",
            text=entry.text,
        )
        for entry in entries
    ]
    whole = height + (tall + KEY_GAP) * zoom
    return Sheet(
        name=name,
        view=f"0 0 {width:g} {whole:.1f}",
        width=f"{width:g}",
        height=f"{whole:.1f}",
        dots=dots,
        labels=labels,
        entries=marks,
        below=f"{height + KEY_GAP * zoom:.1f}",
        font=f"{font:.1f}",
        line=f"{zoom * 1.8:.1f}",
        dash=f"{zoom * 3:.1f} {zoom * 2:.1f}",
        halo=f"{zoom * 3:.1f}",
    )


def boundaries_line() -> str:
    """Whose the outlines are, in the reader's language."""
    source = drawn_boundaries()[0].source.line(language())
    return say("displacement.results.sources_boundaries", source=source)


def key_of(drawn: RoundMap) -> Key:
    """What the map's signs say, as far as it has them."""
    return Key(
        say("displacement.results.map_counted"),
        say("displacement.results.map_estimated") if drawn.estimated else "",
        say("displacement.results.map_missing") if drawn.missing else "",
    )


def spot_words(spot: Spot) -> str:
    """What a unit's circle says."""
    counted = say("displacement.results.spot", name=spot.name, persons=number(spot.counted))
    if spot.count == spot.counted:
        return counted
    return (
        f"{counted} {say('displacement.results.spot_estimated', persons=number(spot.count - spot.counted))}"
    )
