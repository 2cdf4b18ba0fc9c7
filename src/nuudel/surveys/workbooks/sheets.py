"""A workbook as sheets of texts, each with the cell it stands in; from .xlsx, .xls, .csv or Markdown."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from nuudel.base.errors import SurveyError
from nuudel.surveys.faults import Fault, fault

MOST_BYTES = 10 * 2**20
MOST_COLUMNS = 500
MOST_ROWS = 100_000
SHEETS = ("survey", "choices", "settings", "external_choices", "osm", "entities")
ENDINGS = (".xlsx", ".xlsm", ".xls", ".csv", ".md")
# What spreadsheet programs show where a formula failed.
CELL_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Line = tuple[int, Sequence[str]]
"""Number of a line, and its cells; the empty ones are empty texts."""


@dataclass(frozen=True)
class Row:
    """A row of a sheet: its number in the file, and its texts by heading."""

    number: int
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """A sheet with a line of headings.

    Attributes
    ----------
    letters
        Heading -> letter of its column.
    """

    name: str
    heading_row: int
    letters: Mapping[str, str]
    rows: tuple[Row, ...]

    def cell(self, row: int, heading: str) -> str:
        """``C12``; of a heading that is not there, the row alone."""
        letter = self.letters.get(heading, "")
        return f"{letter}{row}" if letter else f"{row}:{row}"

    def heading_cell(self, heading: str) -> str:
        return self.cell(self.heading_row, heading)


@dataclass(frozen=True)
class Workbook:
    """The sheets of a form by their names in lower case, the names as written, and what is wrong in cells."""

    sheets: Mapping[str, Sheet]
    names: tuple[str, ...]
    faults: tuple[Fault, ...] = field(default=())


def read_workbook(content: bytes, name: str) -> Workbook:
    """Read a workbook.

    Raises
    ------
    SurveyError
        ``SURVEY-121`` too large, ``SURVEY-122`` not a workbook of its ending, ``SURVEY-123`` too large when
        unpacked, ``SURVEY-124`` a text that is not in UTF-8.
    """
    from nuudel.surveys.workbooks.texts import csv_lines, markdown_lines, text_of
    from nuudel.surveys.workbooks.xls import xls_lines
    from nuudel.surveys.workbooks.xlsx import xlsx_lines

    if len(content) > MOST_BYTES:
        raise SurveyError(
            121,
            f"the workbook has {len(content):,} bytes, {MOST_BYTES:,} is the limit.",
            "Take pictures and unused sheets out of it; long lists of choices go into a CSV file beside it.",
        )
    ending = PurePath(name).suffix.lower()
    if ending in (".xlsx", ".xlsm"):
        return workbook(xlsx_lines(content))
    if ending == ".xls":
        return workbook(xls_lines(content))
    if ending == ".csv":
        return workbook(csv_lines(text_of(content)))
    if ending == ".md":
        return workbook(markdown_lines(text_of(content)))
    raise no_workbook(f"a file that ends in {ending!r}")


def no_workbook(said: str) -> SurveyError:
    return SurveyError(
        122,
        f"{said} is no workbook of a form.",
        f"Save it from the spreadsheet program as one of: {', '.join(ENDINGS)}.",
    )


@dataclass(frozen=True)
class RawSheet:
    """A sheet before its headings are known: the lines, the first column's number, faults at cells."""

    name: str
    lines: Iterable[Line]
    first_column: int = 1
    faults: tuple[Fault, ...] = ()


def workbook(raw: Iterable[RawSheet]) -> Workbook:
    """Put sheets together; of sheets of one name, letters apart, the last is read as pyxform does."""
    listed = list(raw)
    sheets: dict[str, Sheet] = {}
    faults: list[Fault] = []
    for one in listed:
        known = one.name.lower()
        # A workbook with one sheet is the survey, whatever it is called.
        key = known if known in SHEETS else "survey" if len(listed) == 1 else ""
        if key:
            sheets[key] = sheet(key, one, faults)
            faults += one.faults
    return Workbook(sheets, tuple(one.name for one in listed), tuple(faults))


def sheet(name: str, raw: RawSheet, faults: list[Fault]) -> Sheet:
    """Read headings and rows; empty rows are left out, and rows after many empty ones are not."""
    lines: Iterator[Line] = iter(raw.lines)
    number, cells = next(lines, (1, ()))
    letters: dict[str, str] = {}
    headings: list[str] = []
    for n, text in enumerate(cells, start=raw.first_column):
        heading = " ".join(text.split())
        if heading and heading in letters:
            faults.append(fault("heading_twice", name, f"{letter(n)}{number}", heading=heading))
            heading = ""
        elif heading:
            letters[heading] = letter(n)
        headings.append(heading)
    rows = []
    for here, texts in lines:
        # Cells beyond the headings belong to no column.
        row = {heading: text for heading, text in zip(headings, texts, strict=False) if heading and text}
        if row:
            rows.append(Row(here, row))
            faults += text_faults(name, here, row, letters)
    return Sheet(name, number, letters, tuple(rows))


def text_faults(
    name: str, number: int, row: Mapping[str, str], letters: Mapping[str, str]
) -> Iterator[Fault]:
    """Texts that no form can hold, or that are the error of a formula."""
    for heading, text in row.items():
        cell = f"{letters[heading]}{number}"
        if text in CELL_ERRORS:
            yield fault("cell_error", name, cell, value=text)
        elif NOT_IN_XML.search(text):
            yield fault("cell_sign", name, cell)


def letter(column: int) -> str:
    """``AB`` of 28: columns as spreadsheet programs name them."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
