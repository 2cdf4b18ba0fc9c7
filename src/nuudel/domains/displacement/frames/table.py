"""A table of areas, as a planner sends it: CSV with a line for each area, or for all baghs of a soum."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from nuudel.base.errors import WebError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.codes import BAGH, PART, bagh_code, soum_of
from nuudel.domains.displacement.frames.making import Planned
from nuudel.domains.displacement.models.base import TITLE
from nuudel.domains.displacement.models.frames import CODE, NAME, PRIORITIES, USUAL
from nuudel.ledger.schema import PLACE
from nuudel.web.access.models import Place
from nuudel.web.words import say

COLUMNS = ("area", "name_mn", "name_en", "baghs", "team", "due", "priority")
MOST_BYTES = 2_000_000
MOST_AREAS = 5_000
MOST_BAGHS = 60
MOST_FAULTS = 50
LONGEST_NUMBER = 2
LONGEST = {"area": CODE, "name_mn": TITLE - NAME, "name_en": TITLE - NAME, "team": NAME}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line; ``message`` ends the key of its words."""

    line: int
    message: str
    slots: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        slots: dict[str, Any] = dict(self.slots)
        told = say(f"displacement.frame.fault_{self.message}", **slots)
        return say("displacement.frame.fault", line=self.line, told=told)


class FrameError(WebError):
    """A table that gives no frame; ``faults`` tell each line that is wrong."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults[:MOST_FAULTS])
        super().__init__(
            537,
            f"the table of areas has {len(faults)} faults, the first in line {faults[0].line}.",
            "Correct the lines that are named and send the table again.",
            ("file",),
        )


def from_csv(around: models.Round, content: bytes) -> list[Planned]:
    """The areas of a table.

    Parameters
    ----------
    content
        UTF-8, with commas, semicolons or tabs. Columns: ``area`` (code of a place, or of a bagh), and where
        wanted ``name_mn``, ``name_en``, ``baghs`` (their number in a soum: one area for each of them in its
        place), ``team``, ``due`` (2026-11-30), ``priority`` (1 to 3).

    Raises
    ------
    FrameError
        ``WEB-537`` with each line that is wrong; nothing is made then.
    """
    lines, faults = read_lines(content)
    if not faults:
        places = places_of(lines)
        planned: list[Planned] = []
        seen: set[str] = set()
        for line, cells in lines:
            wrong = list(faults_of(around, line, cells, places))
            made = [] if wrong else list(areas_of(cells, places))
            twice = sorted({one.area for one in made} & seen)
            wrong += [Fault(line, "twice", {"value": code}) for code in twice[:1]]
            seen |= {one.area for one in made}
            faults += wrong
            planned += made
        if len(planned) > MOST_AREAS:
            faults.append(Fault(lines[-1][0], "too_many", {"most": MOST_AREAS}))
    if faults:
        raise FrameError(faults)
    return planned


def read_lines(content: bytes) -> tuple[list[tuple[int, dict[str, str]]], list[Fault]]:
    """The lines with their numbers, and what is wrong with the table as a whole."""
    if len(content) > MOST_BYTES:
        return [], [Fault(1, "too_large", {"most": MOST_BYTES // 1_000_000})]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [], [Fault(content[: error.start].count(b"\n") + 1, "not_utf8")]
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        table = list(csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter, strict=True))
    except csv.Error:
        return [], [Fault(1, "no_csv")]
    if not table:
        return [], [Fault(1, "empty")]
    names = [name.strip().lower() for name in table[0]]
    unknown = [name for name in names if name and name not in COLUMNS]
    if unknown or "area" not in names:
        told = Fault(1, "column", {"value": unknown[0][:NAME]}) if unknown else Fault(1, "no_area_column")
        return [], [told]
    rows = [
        (number, {name: cell.strip() for name, cell in zip(names, row, strict=False)})
        for number, row in enumerate(table[1:], start=2)
        if any(cell.strip() for cell in row)
    ]
    return rows, [] if rows else [Fault(1, "empty")]


def places_of(lines: Sequence[tuple[int, Mapping[str, str]]]) -> dict[str, Place]:
    codes = {soum_of(cells.get("area", "")) for _, cells in lines}
    return {row.code: row for row in Place.objects.filter(code__in=codes)}


def faults_of(
    around: models.Round, line: int, cells: Mapping[str, str], places: Mapping[str, Place]
) -> Iterator[Fault]:
    """What is wrong with a line."""
    code = cells.get("area", "")
    place = places.get(soum_of(code))
    if not code:
        yield Fault(line, "no_area")
    elif place is None or not is_code(code):
        yield Fault(line, "unknown", {"value": code[:NAME]})
    elif around.place not in place.path:
        yield Fault(line, "outside", {"value": code})
    for name, most in LONGEST.items():
        if len(cells.get(name, "")) > most:
            yield Fault(line, "too_long", {"value": name, "most": most})
    baghs = cells.get("baghs", "")
    if baghs and not (is_number(baghs) and 1 <= int(baghs) <= MOST_BAGHS):
        yield Fault(line, "baghs", {"value": baghs[:NAME], "most": MOST_BAGHS})
    elif baghs and PART in code:
        yield Fault(line, "baghs_of_bagh")
    due = cells.get("due", "")
    if due and (day := day_of(due)) is None:
        yield Fault(line, "due", {"value": due[:NAME]})
    elif due and day and not around.start <= day <= around.end:
        yield Fault(line, "due_outside", {"value": due})
    if (cells.get("priority") or USUAL) not in PRIORITIES:
        yield Fault(line, "priority", {"value": cells["priority"][:NAME]})


def is_number(text: str) -> bool:
    return len(text) <= LONGEST_NUMBER and text.isascii() and text.isdecimal()


def is_code(code: str) -> bool:
    return re.fullmatch(PLACE, code) is not None and not code.endswith(PART)


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def areas_of(cells: Mapping[str, str], places: Mapping[str, Place]) -> Iterator[Planned]:
    """The areas of a line: one, or all baghs of a soum."""
    code = cells["area"]
    place = places[soum_of(code)]
    planned = {
        "team": cells.get("team", ""),
        "due": day_of(cells["due"]) if cells.get("due") else None,
        "priority": cells.get("priority") or USUAL,
    }
    if cells.get("baghs"):
        for number in range(1, int(cells["baghs"]) + 1):
            yield Planned(bagh_code(code, number), place.code, level=BAGH, **planned)  # type: ignore[arg-type]
        return
    level = BAGH if PART in code else str(place.level)
    names = (cells.get("name_mn", ""), cells.get("name_en", ""))
    yield Planned(code, place.code, *names, level=level, **planned)  # type: ignore[arg-type]
