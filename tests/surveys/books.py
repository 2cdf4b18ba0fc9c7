"""Workbooks for the tests, made cell by cell."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook

Sheets = Mapping[str, Sequence[Sequence[Any]]]

SMALL: Sheets = {
    "survey": [
        ["type", "name", "label::English (en)", "label::Монгол (mn)"],
        ["integer", "women", "Women", "Эмэгтэй"],
        [],
        ["select_one sex", "sex", "Sex", "Хүйс"],
    ],
    "choices": [
        ["list_name", "name", "label::English (en)", "label::Монгол (mn)"],
        ["sex", "f", "Female", "Эмэгтэй"],
        ["sex", "m", "Male", "Эрэгтэй"],
    ],
    "settings": [["form_id", "version"], ["small", 3]],
}


def xlsx(sheets: Sheets) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def changed(content: bytes, **parts: bytes) -> bytes:
    """The same archive with parts replaced or added; ``__`` in a name stands for the slash."""
    made = io.BytesIO()
    given = {name.replace("__", "/") + ".xml": text for name, text in parts.items()}
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, given.pop(name, None) or old.read(name))
        for name, text in given.items():
            new.writestr(name, text)
    return made.getvalue()


def csv(sheets: Sheets, delimiter: str = ",") -> str:
    lines = []
    for name, rows in sheets.items():
        lines.append(name)
        lines += [
            delimiter.join(["", *(f'"{"" if cell is None else cell}"' for cell in row)]) for row in rows
        ]
    return "\r\n".join(lines) + "\r\n"


def markdown(sheets: Sheets) -> str:
    lines = []
    for name, rows in sheets.items():
        lines.append(f"| {name} |")
        lines += [
            "| | " + " | ".join("" if cell is None else str(cell) for cell in row) + " |"
            for row in rows
            if row
        ]
    return "\n".join(lines) + "\n"


def xls(rows: Sequence[Sequence[Any]]) -> bytes:
    """One sheet in the oldest of the formats that are called .xls (BIFF2)."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    cells = b""
    for n, row in enumerate(rows):
        for column, value in enumerate(row):
            head = struct.pack("<HH3x", n, column)
            if isinstance(value, float | int):
                cells += record(0x0003, head + struct.pack("<d", value))
            elif value is not None:
                text = value.encode("latin-1")
                cells += record(0x0004, head + bytes([len(text)]) + text)
    return record(0x0009, struct.pack("<HH", 2, 0x10)) + cells + record(0x000A, b"")
