"""What pyxform refuses, as faults at cells: it stops at its first, so most are found before it is asked."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from nuudel.surveys.faults import Fault, fault, has
from nuudel.surveys.workbooks.sheets import Sheet

ROW = re.compile(r"\[row : (\d+)\]")
SHEET = re.compile(r"(?:On|on) the '(\w+)' sheet")
COLUMN = re.compile(r"the '([\w: ]+)' value|'(parameters|trigger|calculation|name|type)'")
SLOT = re.compile(r"\\\{(\w+)\\\}")


def refusal(error: Exception, sheets: Mapping[str, Sheet]) -> Fault:
    """The fault that an error of pyxform tells."""
    text = " ".join(ROW.sub("", str(error)).split())
    context: Mapping[str, Any] = getattr(error, "context", {})
    said = str(error)
    row = context.get("row") or (found[1] if (found := ROW.search(said)) else None)
    name = context.get("sheet") or (found[1] if (found := SHEET.search(said)) else "survey")
    sheet = sheets.get(str(name))
    cell = ""
    if sheet is not None and row is not None and 0 <= int(row) - 2 < len(sheet.rows):
        column = context.get("column") or (found[1] or found[2] if (found := COLUMN.search(said)) else "")
        # pyxform counts the rows that it was given: those that hold something.
        cell = sheet.cell(sheet.rows[int(row) - 2].number, str(column))
    code = code_of(said)
    where = (str(name) if sheet is not None else "", cell)
    if code and has(code):
        return fault(code, *where, said=text)
    return fault("refused", *where, said=text)


def code_of(text: str) -> str:
    """The code of pyxform whose message a text is: it mostly tells the text alone."""
    return next((code for code, pattern in patterns() if pattern.fullmatch(text)), "")


@cache
def patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    from pyxform.errors import ErrorCode

    def pattern(message: str) -> re.Pattern[str]:
        escaped = re.escape(message.replace("{{", "\x00").replace("}}", "\x01"))
        return re.compile(SLOT.sub(".*?", escaped).replace("\x00", r"\{").replace("\x01", r"\}"), re.DOTALL)

    return tuple((code.name, pattern(code.value.msg)) for code in ErrorCode)
