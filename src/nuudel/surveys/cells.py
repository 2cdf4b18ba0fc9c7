"""Cells of a fact: whether a value can stand in a column of the ledger, and as what."""

import math
import re
from datetime import date, datetime, time
from functools import cache

from nuudel.ledger.schema import Field, Form
from nuudel.surveys.mapped import Cell
from nuudel.surveys.values import Value

OLDEST_AGE = 130
FIRST_YEAR, LAST_YEAR = 1970, 2100
"""Of clocks that others tell; databases and screens fail on years far outside."""
OLDEST_YEAR = 1850
LARGEST_COUNT = 2**31 - 1
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class CellError(ValueError):
    """A value cannot stand in a column; the argument is the reason's key."""


def cell(column: Field, value: Value) -> Cell:
    """The value as the column takes it.

    Raises
    ------
    CellError
        ``not_a_code``, ``not_a_count``, ``not_an_age``, ``not_a_number``, ``not_a_date``, ``not_a_moment``,
        ``not_a_clock`` or ``not_a_name``.
    """
    if column.form is Form.DATE:
        return day(value)
    if column.form in (Form.COUNT, Form.AGE):
        return whole(column, value)
    if column.form is Form.NUMBER:
        return number(value)
    if column.form is Form.INSTANT:
        return moment(value)
    if column.form is Form.TEXT:
        return clock(value)
    return word(column, value)


def day(value: Value) -> date:
    if isinstance(value, datetime):
        # The day where the phone was: its clock's own zone, not UTC.
        return plausible_day(value.date())
    if isinstance(value, date):
        return plausible_day(value)
    if isinstance(value, str) and DAY.fullmatch(value.strip()):
        try:
            return plausible_day(date.fromisoformat(value.strip()))
        except ValueError:
            pass
    raise CellError("not_a_date")


def plausible_day(value: date) -> date:
    if not OLDEST_YEAR <= value.year <= LAST_YEAR:
        raise CellError("not_a_date")
    return value


def is_plausible(told: datetime) -> bool:
    """Whether a clock that somebody tells can be right: with a zone, and of our time."""
    return told.tzinfo is not None and FIRST_YEAR <= told.year <= LAST_YEAR


def moment(value: Value) -> datetime:
    if isinstance(value, datetime) and is_plausible(value):
        return value
    raise CellError("not_a_moment")


def clock(value: Value) -> str:
    """The time on the clock of the place, ``HH:MM``."""
    if isinstance(value, time):
        return value.strftime("%H:%M")
    raise CellError("not_a_clock")


def whole(column: Field, value: Value) -> int:
    why = "not_an_age" if column.form is Form.AGE else "not_a_count"
    if isinstance(value, str) and WHOLE.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise CellError(why)
    found = int(value)
    if not 0 <= found <= (OLDEST_AGE if column.form is Form.AGE else LARGEST_COUNT):
        raise CellError(why)
    return found


def number(value: Value) -> float:
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        value = float(value)
    if (
        not isinstance(value, int | float)
        or isinstance(value, bool)
        or not math.isfinite(value)
        or value <= 0
    ):
        raise CellError("not_a_number")
    return float(value)


def word(column: Field, value: Value) -> str:
    text = value.strip() if isinstance(value, str) else str(value) if isinstance(value, int) else ""
    if column.codes is not None:
        if text not in column.codes:
            raise CellError("not_a_code")
    elif not pattern(column.pattern).fullmatch(text):
        raise CellError("not_a_name")
    return text


@cache
def pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
