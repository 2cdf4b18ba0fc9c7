"""Values of answers: read from the text that phones write, and written as they write it."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeAlias, TypeVar

from nuudel.surveys.definition import Question


@dataclass(frozen=True)
class GeoPoint:
    """A position: degrees, metres above the ellipsoid, metres of accuracy (None where not told)."""

    latitude: float
    longitude: float
    altitude: float | None = None
    accuracy: float | None = None


Value: TypeAlias = (
    str | int | float | bool | date | datetime | time | GeoPoint | tuple[str, ...] | tuple[GeoPoint, ...]
)


Moment = TypeVar("Moment", date, datetime, time)


class UnreadableError(ValueError):
    """A text is no value of its question; the argument is the reason's key."""


INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}.*", re.ASCII)
CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}.*", re.ASCII)
# A name that would leave its folder, or that no system can keep.
NO_FILE_NAME = re.compile(r"[/\\\x00-\x1f\x7f]|^\.{0,2}$")
LONGEST_FILE_NAME = 255
SEVERAL = frozenset({"select_multiple", "rank"})
TRUTH = {"true": True, "1": True, "false": False, "0": False}


def read_integer(text: str) -> int:
    if not INTEGER.fullmatch(text):
        raise UnreadableError("not_integer")
    return int(text)


def read_decimal(text: str) -> float:
    number = float(text) if DECIMAL.fullmatch(text) else math.inf
    if not math.isfinite(number):
        raise UnreadableError("not_decimal")
    return number


def read_date(text: str) -> date:
    return parsed(DAY, date.fromisoformat, text, "not_date")


def read_moment(text: str) -> datetime:
    return parsed(MOMENT, datetime.fromisoformat, text, "not_datetime")


def read_clock(text: str) -> time:
    return parsed(CLOCK, time.fromisoformat, text, "not_time")


def parsed(form: re.Pattern[str], read: Callable[[str], Moment], text: str, why: str) -> Moment:
    """The value of a text of a certain form; the library's own readers take more than phones write."""
    if not form.fullmatch(text):
        raise UnreadableError(why)
    try:
        return read(text)
    except ValueError:
        raise UnreadableError(why) from None


def read_point(text: str) -> GeoPoint:
    parts = text.split()
    if not 2 <= len(parts) <= 4:
        raise UnreadableError("not_geopoint")
    try:
        numbers = [read_decimal(part) for part in parts]
    except UnreadableError:
        raise UnreadableError("not_geopoint") from None
    if abs(numbers[0]) > 90 or abs(numbers[1]) > 180:
        raise UnreadableError("not_geopoint")
    return GeoPoint(*numbers)


def read_line(text: str) -> tuple[GeoPoint, ...]:
    try:
        return tuple(read_point(part) for part in text.split(";") if part.strip())
    except UnreadableError:
        raise UnreadableError("not_geotrace") from None


def read_truth(text: str) -> bool:
    if text not in TRUTH:
        raise UnreadableError("not_boolean")
    return TRUTH[text]


def read_file_name(text: str) -> str:
    if NO_FILE_NAME.search(text) or len(text.encode()) > LONGEST_FILE_NAME:
        raise UnreadableError("not_a_file_name")
    return text


READERS: Mapping[str, Callable[[str], Value]] = {
    "int": read_integer,
    "decimal": read_decimal,
    "date": read_date,
    "dateTime": read_moment,
    "time": read_clock,
    "geopoint": read_point,
    "geotrace": read_line,
    "geoshape": read_line,
    "boolean": read_truth,
    "binary": read_file_name,
}


def read_value(question: Question, text: str) -> Value | None:
    """The value of an answer, None for an empty one.

    Raises
    ------
    UnreadableError
        The text is no value of the question; its argument says why: ``not_integer``, ``not_a_choice`` …
    """
    said = text.strip()
    if not said:
        return None
    if question.kind in SEVERAL:
        return read_choices(question, tuple(said.split()))
    if question.kind == "select_one":
        return read_choices(question, (said,))[0]
    read = READERS.get(question.data)
    # The blanks around a text are the person's own.
    return read(said) if read else text


def read_choices(question: Question, names: tuple[str, ...]) -> tuple[str, ...]:
    known = question.choice_names
    if known and not known.issuperset(names):
        raise UnreadableError("not_a_choice")
    return names


def write_value(value: Value) -> str:
    """The text that phones write for a value."""
    if isinstance(value, tuple):
        between = ";" if any(isinstance(part, GeoPoint) for part in value) else " "
        return between.join(write_value(part) for part in value)
    if isinstance(value, GeoPoint):
        return write_point(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | time):
        return value.isoformat(timespec="milliseconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def write_point(point: GeoPoint) -> str:
    parts = [point.latitude, point.longitude]
    if point.altitude is not None or point.accuracy is not None:
        parts += [point.altitude or 0.0, point.accuracy or 0.0]
    return " ".join(repr(part) for part in parts)
