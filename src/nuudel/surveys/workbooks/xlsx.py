"""Workbooks of today, .xlsx and .xlsm: zipped XML, so bombs are looked for before anything is parsed."""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from nuudel.base.errors import SurveyError
from nuudel.surveys.faults import Fault, fault
from nuudel.surveys.workbooks.sheets import (
    MOST_COLUMNS,
    MOST_ROWS,
    SHEETS,
    Line,
    RawSheet,
    letter,
    no_workbook,
)

MOST_UNPACKED = 64 * 2**20
MOST_FILES = 2000
# Workbooks with a password are no zip: they begin as the old ones do.
LOCKED = b"\xd0\xcf\x11\xe0"
BLOCK = 2**20
DTD = re.compile(rb"<\0?!\0?D\0?O\0?C\0?T\0?Y\0?P\0?E")
FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
OVERLAP = 32


def xlsx_lines(content: bytes) -> list[RawSheet]:
    """The sheets of an .xlsx file."""
    formulas = look_inside(content)
    try:
        with warnings.catch_warnings():
            # Of what openpyxl does not keep (validations, styles), a form needs nothing.
            warnings.simplefilter("ignore")
            return read_sheets(content, formulas)
    except SurveyError:
        raise
    except Exception:  # a broken file fails anywhere in the library, with any error
        raise no_workbook("a broken .xlsx") from None


def look_inside(content: bytes) -> bool:
    """Unpack every part once, counting; whether there are formulas in one."""
    if content.startswith(LOCKED):
        raise no_workbook("a workbook with a password, or an old one,")
    unpacked, formulas = 0, False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # A part of XML may have any name: none is left out.
            parts = archive.infolist()
            if len(parts) > MOST_FILES:
                raise too_large()
            for part in parts:
                with archive.open(part) as stream:
                    before = b""
                    while block := stream.read(BLOCK):
                        unpacked += len(block)
                        if unpacked > MOST_UNPACKED:
                            raise too_large()
                        # A word may lie across two blocks.
                        piece = before + block
                        if DTD.search(piece):
                            raise no_workbook("a file with document types in its XML")
                        formulas = formulas or FORMULA.search(piece) is not None
                        before = block[-OVERLAP:]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise no_workbook("a file that is no .xlsx inside") from None
    return formulas


def too_large() -> SurveyError:
    return SurveyError(
        123,
        f"the workbook holds more than {MOST_UNPACKED // 2**20} MiB when it is unpacked.",
        "Take out what is no form; long lists of choices go into a CSV file beside it.",
    )


def read_sheets(content: bytes, formulas: bool) -> list[RawSheet]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    written = load_workbook(io.BytesIO(content), read_only=True, keep_links=False) if formulas else None
    found = []
    for name in book.sheetnames:
        wanted = name.lower() in SHEETS or len(book.sheetnames) == 1
        lines = list(read_lines(book[name])) if wanted else []
        faults = tuple(formula_faults(written[name], name, lines)) if wanted and written else ()
        found.append(RawSheet(name, lines, faults=faults))
    return found


def read_lines(sheet: Any) -> Iterator[Line]:
    """The lines of a sheet that hold something, as wide as its first."""
    from pyxform.xls2json_backends import is_empty, xlsx_value_to_str

    def text(value: object) -> str:
        return "" if is_empty(value) else xlsx_value_to_str(value).strip()

    # What the file says of its own extent may be wrong, or a bomb.
    sheet.reset_dimensions()
    first = next(sheet.iter_rows(max_row=1, values_only=True), ())
    width = max((n for n, value in enumerate(first, start=1) if not is_empty(value)), default=1)
    if width > MOST_COLUMNS:
        raise no_workbook(f"a sheet of more than {MOST_COLUMNS} columns")
    for number, values in enumerate(
        sheet.iter_rows(max_row=MOST_ROWS, max_col=width, values_only=True), start=1
    ):
        cells = [text(value) for value in values]
        if number == 1 or any(cells):
            yield number, cells
    if any(any(row) for row in sheet.iter_rows(min_row=MOST_ROWS + 1, max_col=width, values_only=True)):
        raise no_workbook(f"a sheet of more than {MOST_ROWS:,} rows")


def formula_faults(sheet: Any, name: str, lines: list[Line]) -> Iterator[Fault]:
    """Formulas whose result the file does not hold: their cells would be read as empty."""
    width = max((len(cells) for _, cells in lines), default=1)
    results = dict(lines)
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS, max_col=width), start=1):
        for n, cell in enumerate(cells):
            if getattr(cell, "data_type", "") != "f":
                continue
            row = results.get(number, ())
            if n >= len(row) or not row[n]:
                yield fault("formula_without_result", name.lower(), f"{letter(n + 1)}{number}")
