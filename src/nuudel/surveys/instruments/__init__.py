"""Instruments that come with Nuudel: six forms after IOM's framework for DTM, as tables and mappings.

A folder has one CSV for each sheet of its workbook (``survey``, ``choices``, ``settings``, ``entities``), a
``mapping.yaml`` and a ``README.md``. Lists of choices that several forms use are in ``lists.csv``; a workbook
gets those that its questions name.
"""

import csv
import io
from pathlib import Path

from nuudel.base.errors import SurveyError
from nuudel.base.tables import nearest

__all__ = ["keys", "mapping_text", "sheets", "workbook"]

FOLDER = Path(__file__).parent
KEYS = (
    "baseline_area",
    "baseline_subarea",
    "flow_point_profile",
    "flow_registry",
    "flow_survey",
    "emergency_tracking",
)
SHEETS = ("survey", "choices", "settings", "entities")
SELECTS = frozenset({"select_one", "select_multiple"})
WIDEST_COLUMN = 60

Sheet = list[list[str]]


def keys() -> tuple[str, ...]:
    """The keys of the instruments, those of mobility tracking first."""
    return KEYS


def folder_of(key: str) -> Path:
    """The folder of an instrument; ``SURVEY-150`` where there is none."""
    if key not in KEYS:
        raise SurveyError(
            150, f"there is no instrument {key!r}.", f"Name one of them{nearest(key, KEYS)}.", ("key",)
        )
    return FOLDER / key


def mapping_text(key: str) -> str:
    """The mapping of an instrument, as it is uploaded with its form."""
    return (folder_of(key) / "mapping.yaml").read_text("utf-8")


def workbook(key: str) -> bytes:
    """The instrument as an XLSForm (.xlsx) that a user can download, change and upload as his own.

    Raises
    ------
    SurveyError
        ``SURVEY-150`` where there is no such instrument.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets(key).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([cell or None for cell in row])
        sheet.freeze_panes = "A2"
        for cells in sheet.columns:
            cells[0].font = Font(bold=True)
            longest = max(len(str(cell.value or "")) for cell in cells)
            sheet.column_dimensions[cells[0].column_letter].width = min(longest + 2, WIDEST_COLUMN)
            for cell in cells:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def sheets(key: str) -> dict[str, Sheet]:
    """The sheets of an instrument: header and rows of each."""
    folder = folder_of(key)
    found = {
        name: read_sheet(folder / f"{name}.csv") for name in SHEETS if (folder / f"{name}.csv").is_file()
    }
    shared = read_sheet(FOLDER / "lists.csv")
    asked = lists_of(found["survey"])
    own = found.get("choices", [shared[0]])
    found["choices"] = [*own, *(row for row in shared[1:] if row[0] in asked)]
    return {name: found[name] for name in SHEETS if name in found}


def read_sheet(path: Path) -> Sheet:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def lists_of(survey: Sheet) -> set[str]:
    """Names of the lists of choices that questions name."""
    column = survey[0].index("type")
    types = (row[column].split() for row in survey[1:])
    return {words[1] for words in types if words[0] in SELECTS}
