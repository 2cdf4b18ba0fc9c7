"""Workbooks written as text: CSV with the sheet's name in the first column, and Markdown tables."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator

from nuudel.base.errors import SurveyError
from nuudel.surveys.workbooks.sheets import MOST_COLUMNS, MOST_ROWS, Line, RawSheet, no_workbook

COMMENT = re.compile(r"\s*#")
TABLE_LINE = re.compile(r"\s*\|(.*)\|\s*")
RULE = re.compile(r"[|:\s-]+")
PIPE = re.compile(r"(?<!\\)\|")
# The first column holds the names of the sheets.
FIRST_COLUMN = 2


def text_of(content: bytes) -> str:
    """The text of a file in UTF-8, or in UTF-16 with its mark; else ``SURVEY-124``."""
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError:
        raise SurveyError(
            124, "the workbook is not in UTF-8.", "Save it as “CSV UTF-8”, or as .xlsx.", ("encoding",)
        ) from None


def csv_lines(text: str) -> list[RawSheet]:
    """The sheets of a CSV; programs in some languages part the cells by semicolons."""
    beginning = text[:5000]
    delimiter = ";" if beginning.count(";") > beginning.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return sheets((reader.line_num, [cell.strip() for cell in row]) for row in reader)
    except csv.Error:
        raise no_workbook("a CSV with broken lines") from None


def markdown_lines(text: str) -> list[RawSheet]:
    """The sheets of Markdown tables."""

    def lines() -> Iterator[tuple[int, list[str]]]:
        for number, line in enumerate(text.split("\n"), start=1):
            found = TABLE_LINE.fullmatch(line.rstrip("\r"))
            if found and not COMMENT.match(line) and not RULE.fullmatch(found[1]):
                yield number, [cell.strip().replace("\\|", "|") for cell in PIPE.split(found[1])]

    return sheets(lines())


def sheets(lines: Iterable[tuple[int, list[str]]]) -> list[RawSheet]:
    """Cut lines into sheets where the first column names one."""
    found: dict[str, list[Line]] = {}
    name = ""
    rows = 0
    for number, cells in lines:
        if cells and cells[0]:
            name = cells[0]
            found.setdefault(name, [])
        rest = cells[1:]
        if name and any(rest):
            rows += 1
            if rows > MOST_ROWS or len(rest) > MOST_COLUMNS:
                raise no_workbook(f"a table of more than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns")
            found[name].append((number, rest))
    if not any(found.values()):
        raise no_workbook("a text without the table of a sheet")
    return [RawSheet(name, lines, FIRST_COLUMN) for name, lines in found.items()]
