"""A table of a round as a workbook: rows as in the CSV, and what they mean on a second sheet."""

import io
from collections.abc import Sequence
from typing import Any

from nuudel.domains.displacement.results.export import RecordTable

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTH, WIDE = 16, 100


def workbook(table: RecordTable, names: tuple[str, str], notes: Sequence[tuple[str, str]]) -> bytes:
    """The workbook.

    Parameters
    ----------
    names
        Of both sheets.
    notes
        Rows of the second one: what, and about it.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    data, about = (book.create_sheet(name) for name in names)
    data.freeze_panes = "A3"
    for number, _ in enumerate(table.columns, start=1):
        data.column_dimensions[letter_of(number)].width = WIDTH
    data.append([cell(data, name, bold=True) for name in table.columns])
    data.append([cell(data, tag) for tag in table.columns.values()])
    for row in table.rows:
        data.append([cell(data, row.get(name)) for name in table.columns])
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 2 * WIDTH, WIDE
    for name, text in notes:
        about.append([cell(about, name, bold=True), cell(about, text, folds=True)])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def letter_of(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(number))


def cell(sheet: Any, value: object, *, bold: bool = False, folds: bool = False) -> Any:
    """A cell; a text is a text, whatever it begins with, and never a formula."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    made = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        made.data_type = "s"
    if bold:
        made.font = Font(bold=True)
    if folds:
        made.alignment = Alignment(wrap_text=True, vertical="top")
    return made
