"""Workbooks of the old kind, .xls."""

import io
from collections.abc import Iterator
from typing import Any

from nuudel.surveys.faults import Fault, fault
from nuudel.surveys.workbooks.sheets import MOST_COLUMNS, SHEETS, Line, RawSheet, letter, no_workbook


def xls_lines(content: bytes) -> list[RawSheet]:
    """The sheets of an .xls file."""
    from xlrd import open_workbook

    try:
        # What it has to say about the file goes nowhere: it may quote cells.
        book = open_workbook(file_contents=content, logfile=io.StringIO())
        wanted = [sheet for sheet in book.sheets() if sheet.name.lower() in SHEETS or book.nsheets == 1]
        read = {sheet.name: read_sheet(sheet, book.datemode) for sheet in wanted}
    except Exception:  # a broken file fails anywhere in the library, with any error
        raise no_workbook("a broken or locked file, or one that is no .xls inside,") from None
    return [RawSheet(sheet.name, *read.get(sheet.name, ([], 1, ()))) for sheet in book.sheets()]


def read_sheet(sheet: Any, datemode: int) -> tuple[list[Line], int, tuple[Fault, ...]]:
    faults: list[Fault] = []
    width = min(sheet.ncols, MOST_COLUMNS)
    lines: list[Line] = [(n + 1, list(texts(sheet, n, width, datemode, faults))) for n in range(sheet.nrows)]
    return lines, 1, tuple(faults)


def texts(sheet: Any, row: int, width: int, datemode: int, faults: list[Fault]) -> Iterator[str]:
    """The cells of a row as pyxform writes them."""
    from pyxform.xls2json_backends import xls_value_to_unicode
    from xlrd import XL_CELL_ERROR
    from xlrd.xldate import XLDateError

    for column in range(min(width, sheet.row_len(row))):
        cell = sheet.cell(row, column)
        value = cell.value.strip() if isinstance(cell.value, str) else cell.value
        where = f"{letter(column + 1)}{row + 1}"
        text = ""
        if cell.ctype == XL_CELL_ERROR:
            faults.append(fault("cell_error", sheet.name.lower(), where, value="#"))
        elif value != "":
            try:
                text = xls_value_to_unicode(value, cell.ctype, datemode)
            except XLDateError:
                faults.append(fault("cell_date", sheet.name.lower(), where))
        yield text
