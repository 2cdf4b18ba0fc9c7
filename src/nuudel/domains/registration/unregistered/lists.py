"""Lists of rounds and services as CSV: read strictly, bad rows told by line and column and by no value."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.timezone import localdate

from nuudel.base.errors import WebError
from nuudel.domains.registration import codes, kinds
from nuudel.domains.registration.models import UnregisteredHousehold
from nuudel.domains.registration.unregistered.rules import problems
from nuudel.web.access.decisions import may
from nuudel.web.access.models import Place
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types

COLUMNS = (
    *("reference", "place", "bagh", "found_on", "persons", "children", "came_from"),
    *("hindrances", "contact_name", "contact_phone", "note"),
)
REQUIRED = ("reference", "place", "bagh", "found_on", "persons")
LONGEST = {"reference": 80, "bagh": 40, "contact_name": 200, "contact_phone": 40, "note": 4000}
MOST_ROWS, MOST_PERSONS, DIGITS = 5000, 100, 3


@dataclass(frozen=True)
class Reject:
    """A row that was not taken: its line in the file, the column, and why (``list_reject.<why>``)."""

    line: int
    column: str
    why: str


@dataclass
class Loaded:
    """What became of the rows: cases made, rows that were listed before, and rows that were not taken."""

    made: int = 0
    repeated: int = 0
    rejects: list[Reject] = field(default_factory=list)


def load(user: User, text: str, *, source: str, round_: str) -> Loaded:
    """List the households of a file, in the running transaction; good rows enter, bad ones are told.

    Raises
    ------
    WebError
        ``WEB-431`` where the columns are not those of the format, ``WEB-432`` where the rows are too many.
    """
    loaded, office = Loaded(), user.current_postings[0].institution
    places = set(Place.objects.values_list("code", flat=True))
    with service_rights():
        listed = UnregisteredHousehold.objects.filter(source=source, round=round_)
        known = set(listed.values_list("reference", flat=True))
    for line, row in rows_of(text):
        case = UnregisteredHousehold(source=source, round=round_, institution=office)
        try:
            fill(case, row, places)
            if not may(user, kinds.UNREGISTERED, "create", case):
                raise CellError("place", "not_yours")
        except CellError as wrong:
            loaded.rejects.append(Reject(line, *wrong.told))
            continue
        if case.reference in known:
            loaded.repeated += 1
        else:
            records.create(user, record_types()[kinds.UNREGISTERED], case)
            known.add(case.reference)
            loaded.made += 1
    return loaded


def rows_of(text: str) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    """The rows with their lines; empty ones are passed over."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        check_columns(reader.fieldnames or ())
        rows = [(reader.line_num, row) for row in reader if any(row.values())]
    except csv.Error:
        raise not_a_list("its quotes do not close", ()) from None
    if len(rows) > MOST_ROWS:
        raise WebError(432, f"a list has {MOST_ROWS:,} rows at most.", "Send it in parts.", ("file",))
    yield from rows


def check_columns(names: Sequence[str]) -> None:
    odd = tuple(sorted(set(COLUMNS) ^ set(names)))
    if odd or len(names) != len(COLUMNS):
        raise not_a_list("columns are missing, unknown or doubled", tuple(set(odd) & set(COLUMNS)))


def not_a_list(why: str, columns: tuple[str, ...]) -> WebError:
    return WebError(431, f"this is no list: {why}.", f"Use the columns {', '.join(COLUMNS)}.", columns)


class CellError(Exception):
    """A value that cannot be: its column, and why."""

    def __init__(self, column: str, why: str) -> None:
        self.told = (column, why)
        super().__init__(why)


def fill(case: UnregisteredHousehold, row: Mapping[str, str | None], places: set[str]) -> None:
    """Fill a case from a row; ``CellError`` where it cannot be."""
    if None in row or None in row.values():
        raise CellError("", "columns")
    values = {name: (row[name] or "").strip() for name in COLUMNS}
    check_texts(values, places)
    for name in ("reference", "place", "bagh", "came_from", "note"):
        setattr(case, name, values[name])
    case.hindrances = [one.strip() for one in values["hindrances"].split(";") if one.strip()]
    if not set(case.hindrances) <= set(codes.HINDRANCES):
        raise CellError("hindrances", "code")
    try:
        case.found_on = date.fromisoformat(values["found_on"])
    except ValueError:
        raise CellError("found_on", "day") from None
    case.persons = number_in("persons", values) or 0
    case.children = number_in("children", values)
    case.contact_name = values["contact_name"] or None
    case.contact_phone = values["contact_phone"] or None
    for broken in problems(case, localdate()):
        raise CellError(broken.field, broken.message.rpartition(".")[2])


def check_texts(values: Mapping[str, str], places: set[str]) -> None:
    """What must be there, is not too long, and names a place that there is."""
    for name in REQUIRED:
        if not values[name]:
            raise CellError(name, "missing")
    for name, most in LONGEST.items():
        if len(values[name]) > most or "\0" in values[name]:
            raise CellError(name, "too_long")
    for name in ("place", "came_from"):
        if values[name] and values[name] not in places:
            raise CellError(name, "place")


def number_in(name: str, values: Mapping[str, str]) -> int | None:
    text = values[name]
    if text and not (text.isascii() and text.isdigit() and len(text) <= DIGITS and int(text) <= MOST_PERSONS):
        raise CellError(name, "number")
    return int(text) if text else None
