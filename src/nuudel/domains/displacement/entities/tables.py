"""A table that fills a list, read strictly: each line that does not fit is told with its value."""

import csv
import difflib
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nuudel.base.errors import WebError
from nuudel.base.packs import load_pack
from nuudel.domains.displacement.country import PACK
from nuudel.domains.displacement.entities.changing import is_name
from nuudel.domains.displacement.entities.known import HEAD, KNOWN, Known, choices
from nuudel.domains.displacement.frames.codes import PART, soum_of
from nuudel.surveys.instruments.lookups import countries
from nuudel.web.access.models import Place
from nuudel.web.words import say

MOST_ROWS = 20_000
MOST_FAULTS = 50
SHOWN = 60
"""Letters of a wrong value that are told."""
LEVELS = ("country", "aimag", "soum")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?([+-]\d\d:\d\d)?)?")
NUMBER = re.compile(r"\d{1,9}([.,]\d+)?")
POSITION = re.compile(r"-?\d+(\.\d+)? -?\d+(\.\d+)?( -?\d+(\.\d+)?){0,2}")
Row = Mapping[str, str]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line; ``message`` ends the key of its words."""

    line: int
    message: str
    slots: Mapping[str, object] = field(default_factory=dict)
    near: str = ""

    @property
    def sentence(self) -> str:
        slots: dict[str, Any] = dict(self.slots)
        told = say(f"displacement.list.fault_{self.message}", **slots)
        hint = f" {say('displacement.list.near', value=self.near)}" if self.near else ""
        return say("displacement.list.fault", line=self.line, told=told) + hint


class ListError(WebError):
    """A table that fills no list; ``faults`` tell each line that is wrong."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults[:MOST_FAULTS])
        super().__init__(
            530,
            f"the list has {len(faults)} faults, the first in line {faults[0].line}.",
            "Correct the lines that are named and send the table again.",
            ("file",),
        )


def read_list(list_name: str, content: bytes, there: Mapping[str, Row]) -> dict[str, Row]:
    """The rows of a table by their ids.

    Parameters
    ----------
    content
        UTF-8, with commas, semicolons or tabs; a header with ``name`` and ``label``, and of the lists of the
        shipped forms no column that they do not know.
    there
        The columns of the entries that the list has already: what a table does not say of them stays.

    Raises
    ------
    ListError
        ``WEB-530`` with each line that is wrong.
    """
    lines, faults = read_lines(content)
    known = KNOWN.get(list_name)
    if lines:
        faults += faults_of_head(lines[0][1], known)
    found: dict[str, Row] = {}
    if not faults:
        places = Places()
        for line, cells in lines:
            wrong = list(faults_of(line, cells, found))
            name = cells["name"]
            if known is not None:
                wrong += faults_known(line, cells, known, there.get(name, {}), places)
            faults += wrong
            if not wrong:
                found[name] = cells
        if len(found) > MOST_ROWS:
            faults.append(Fault(lines[-1][0], "too_many", {"most": MOST_ROWS}))
    if faults:
        raise ListError(faults)
    return found


def read_lines(content: bytes) -> tuple[list[tuple[int, dict[str, str]]], list[Fault]]:
    """The lines with their numbers, and what is wrong with the table as a whole."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [], [Fault(content[: error.start].count(b"\n") + 1, "not_utf8")]
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    found: list[tuple[int, dict[str, str]]] = []
    faults: list[Fault] = []
    try:
        head = [name.strip() for name in next(reader, [])]
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) > len(head) and any(cell.strip() for cell in row[len(head) :]):
                faults.append(Fault(reader.line_num, "too_wide"))
            cells = dict.fromkeys(head, "") | dict(zip(head, (cell.strip() for cell in row), strict=False))
            found.append((reader.line_num, {name: cell for name, cell in cells.items() if name}))
    except csv.Error:
        return [], [Fault(reader.line_num, "no_csv")]
    return (found, faults) if found else ([], [Fault(1, "empty")])


def faults_of_head(cells: Row, known: Known | None) -> Iterator[Fault]:
    """Columns that are lacking, and those that nobody knows; of the server's own nothing is asked."""
    for name in HEAD:
        if name not in cells:
            yield Fault(1, "no_column", {"value": name}, nearest(name, cells))
    if known is not None:
        columns = (*HEAD, *known.columns)
        for name in cells:
            if name not in columns and not name.startswith("__"):
                yield Fault(1, "column", {"value": name[:SHOWN]}, nearest(name, columns))


def faults_of(line: int, cells: Row, before: Mapping[str, Row]) -> Iterator[Fault]:
    """What every list asks: an id of its own, and a label."""
    name = cells["name"]
    if not is_name(name):
        yield Fault(line, "no_name", {"value": name[:SHOWN]})
    elif name in before:
        yield Fault(line, "twice", {"value": name[:SHOWN]})
    if not cells["label"]:
        yield Fault(line, "no_label")


def faults_known(line: int, cells: Row, known: Known, before: Row, places: "Places") -> Iterator[Fault]:
    """What the lists of the shipped forms ask: codes that there are."""
    place = cells.get("place", "")
    if not place and not before.get("place"):
        yield Fault(line, "no_place")
    elif place and not places.is_area(place):
        yield Fault(line, "place", {"value": place[:SHOWN]}, places.near(place, places.is_area))
    for name in known.ends:
        end = cells.get(name, "")
        if end and not places.is_end(end):
            yield Fault(line, "end", {"column": name, "value": end[:SHOWN]}, places.near(end, places.is_end))
    ends = [cells.get(name) for name in known.ends]
    if any(ends) and len(set(ends)) == 1:
        yield Fault(line, "same_ends", {"value": ends[0]})
    for name, of in known.codes.items():
        codes, code = choices(known.form, of), cells.get(name, "")
        if code and code not in codes:
            slots = {"column": name, "value": code[:SHOWN], "known": ", ".join(codes)}
            yield Fault(line, "code", slots, nearest(code.lower(), codes))
    for names, pattern, message in (
        (known.times, TIME, "time"),
        (known.numbers, NUMBER, "number"),
        (("geometry",), POSITION, "position"),
    ):
        for name in names:
            value = cells.get(name, "")
            if value and not pattern.fullmatch(value):
                yield Fault(line, message, {"column": name, "value": value[:SHOWN]})


def nearest(word: str, names: Any) -> str:
    return next(iter(difflib.get_close_matches(word, list(names), n=1, cutoff=0.6)), "")


class Places:
    """Codes of places that a list may name, read once for a table."""

    def __init__(self) -> None:
        rows = list(Place.objects.filter(level__in=LEVELS))
        self.looked = 0
        self.codes = {row.code: row.level for row in rows}
        abroad = list(countries(load_pack(PACK)))
        self.abroad = {area.code for area in abroad}
        self.named = {name: area.code for area in abroad for name in (area.name_mn, area.name_en)}
        self.named |= {str(name): row.code for row in rows for name in (row.name_mn, row.name_en)}

    def is_area(self, code: str) -> bool:
        """A unit of the country, or a bagh in a soum."""
        soum, part, number = code.partition(PART)
        return soum in self.codes and (not part or (number != "" and self.codes[soum_of(code)] == "soum"))

    def is_end(self, code: str) -> bool:
        """An aimag or a country, as the ends of a road are."""
        return code in self.abroad or self.codes.get(code) in ("country", "aimag")

    def near(self, value: str, fits: Callable[[str], bool]) -> str:
        """The code that may be meant, of those that fit, where somebody wrote a name or mistyped the code."""
        self.looked += 1
        if self.looked > MOST_FAULTS:  # those faults are not told
            return ""
        name = nearest(value, [name for name, code in self.named.items() if fits(code)])
        if name:
            return f"{self.named[name]} ({name})"
        return nearest(value, [code for code in (*self.codes, *self.abroad) if fits(code)])
