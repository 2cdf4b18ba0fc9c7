"""Reading an XLSForm: a workbook in which somebody wrote a form."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from nuudel.base.errors import SurveyError
from nuudel.surveys.checks.refusals import refusal
from nuudel.surveys.checks.whole import workbook_faults
from nuudel.surveys.definition import Definition
from nuudel.surveys.faults import Fault, FaultsError, fault, first_of
from nuudel.surveys.workbooks.sheets import Workbook, read_workbook
from nuudel.surveys.xform import read_xform

__all__ = ["Fault", "XlsFormError", "read_xlsform"]


class XlsFormError(FaultsError):
    """A workbook that is no form: ``faults`` has everything that was found, each at its cell."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        SurveyError.__init__(self, 120, *first_of("workbook", faults))
        self.faults = tuple(faults)


def read_xlsform(content: bytes, name: str) -> Definition:
    """Read a workbook (.xlsx, .xlsm, .xls, .csv, .md) into a form.

    Parameters
    ----------
    name
        Name of the file; its ending tells the kind, its stem is the form's id where none is written.

    Raises
    ------
    XlsFormError
        ``SURVEY-120`` with every fault that was found.
    SurveyError
        ``SURVEY-121`` to ``SURVEY-124`` for a file that is no workbook, or too large.
    """
    workbook = read_workbook(content, name)
    faults = workbook_faults(workbook)
    made = None
    if not [one for one in faults if one.key in {"sheet_missing", "sheet_empty", "column_missing"}]:
        made, refused = convert(workbook, PurePath(name).stem)
        if refused is not None and not told(refused, faults):
            faults.append(refused)
    if faults or made is None:
        raise XlsFormError(faults)
    try:
        return read_xform(made.xform.encode(), (made.itemsets or "").encode())
    except SurveyError as error:
        raise XlsFormError([fault("refused", said=error.problem)]) from None


def convert(workbook: Workbook, stem: str) -> tuple[Any, Fault | None]:
    """What pyxform makes of a workbook, or the first thing that it refuses."""
    from pyxform import xls2xform
    from pyxform.errors import PyXFormError

    sheets = workbook.sheets
    given: dict[str, Any] = {"sheet_names": list(sheets), "fallback_form_name": stem}
    for name, sheet in sheets.items():
        given[name] = [dict(row.texts) for row in sheet.rows]
        given[f"{name}_header"] = [dict.fromkeys(sheet.letters)]
    try:
        return xls2xform.convert(given), None
    except PyXFormError as error:
        return None, refusal(error, sheets)
    except Exception:  # pyxform fails on some forms instead of refusing them
        return None, fault("unforeseen", "survey")


def told(refused: Fault, faults: list[Fault]) -> bool:
    """Whether a fault is what pyxform refuses: of the same row, or any where pyxform names no row."""
    row = row_of(refused)
    return any(row_of(one) == row and one.sheet == refused.sheet for one in faults) or (
        not row and bool(faults)
    )


def row_of(one: Fault) -> str:
    return "".join(sign for sign in one.cell.partition(":")[0] if sign.isdigit())
