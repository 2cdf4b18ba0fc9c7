"""Drawings of the results page: the steps from the last round to this one, and bars beside a table."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from nuudel.domains.displacement.results.figures import Results

WIDTH = 100.0


@dataclass(frozen=True)
class Step:
    """One bar of the steps: where it begins and how wide it is (per cent of the width), and its number.

    ``tone`` is ``all``, ``in``, ``out`` or ``estimated``.
    """

    key: str
    start: str
    width: str
    value: float
    tone: str
    signed: bool = True


@dataclass(frozen=True)
class Bar:
    """A row of a breakdown with its bar."""

    key: str
    persons: float
    areas: int
    share: float
    width: str


def steps_of(found: Results) -> list[Step]:
    """Last round, areas covered both times, newly covered, no longer covered, this round, with estimates."""
    whole = found.whole
    now = number_of(whole["observed"])
    parts: list[tuple[str, float, float, str, bool]] = []
    if found.before is not None:
        before = number_of(whole["before"])
        parts.append(("before", 0.0, before, "all", False))
        level = before
        for key, change in (
            ("both", number_of(whole["both"])),
            ("new", number_of(whole["new"])),
            ("lost", -number_of(whole["lost"])),
        ):
            parts.append((key, level, change, "in" if change >= 0 else "out", True))
            level += change
    parts.append(("now", 0.0, now, "all", False))
    estimated = whole["estimated"]
    if isinstance(estimated, float | int) and estimated > 0:
        parts.append(("estimated", now, float(estimated), "estimated", True))
    most = max([1.0, *(max(start, start + value) for _, start, value, _, _ in parts)])

    def step(key: str, start: float, value: float, tone: str, signed: bool) -> Step:
        left = min(start, start + value)
        return Step(key, share(left, most), share(max(abs(value), most / 400), most), value, tone, signed)

    return [step(*part) for part in parts]


def number_of(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def share(value: float, most: float) -> str:
    return f"{WIDTH * value / most:.2f}"


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
