"""The three kinds of fact as strict tables: each column, its form, and what it means when empty."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa

from nuudel.base.errors import LedgerError
from nuudel.base.packs import nearest
from nuudel.ledger import codes
from nuudel.ledger.codes import CodeList


class Fact(StrEnum):
    """The kinds of fact."""

    MOVEMENT = "movement"
    PRESENCE = "presence"
    EVENT = "event"


class Form(StrEnum):
    """How a column's values are read, stored and checked."""

    ID = "id"  # UUID, 16 bytes
    CODE = "code"  # one of a closed list
    WORD = "word"  # one of few texts: a key, a name
    TEXT = "text"  # one of many texts
    DATE = "date"
    INSTANT = "instant"  # UTC, microseconds
    COUNT = "count"  # 32-bit whole number
    AGE = "age"  # completed years
    NUMBER = "number"


TYPES: Mapping[Form, Any] = {
    # 16 plain bytes: DuckDB, Polars and Spark all read them, and NumPy sees them as two 64-bit numbers.
    Form.ID: pa.binary(16),
    Form.CODE: pa.dictionary(pa.int8(), pa.string()),
    Form.WORD: pa.dictionary(pa.int32(), pa.string()),
    Form.TEXT: pa.string(),
    Form.DATE: pa.date32(),
    Form.INSTANT: pa.timestamp("us"),
    Form.COUNT: pa.int32(),
    Form.AGE: pa.int16(),
    Form.NUMBER: pa.float64(),
}


@dataclass(frozen=True)
class Field:
    """One column.

    Attributes
    ----------
    required
        Whether a value must be there after ``default`` has been put where none is given.
    column
        Whether the input must have the column, even if its values may be empty.
    default
        What an empty value means.
    absent
        What a missing column means, where that differs from ``default``.
    """

    name: str
    form: Form
    required: bool = False
    column: bool = False
    default: str | int | float | None = None
    absent: str | int | float | None = None
    codes: CodeList | None = None
    pattern: str = ""

    @property
    def type(self) -> Any:
        return TYPES[self.form]


PLACE = r"[A-Z]{2}[A-Za-z0-9._-]{0,30}"
KEY = r"[a-z0-9][a-z0-9._-]{0,79}"
NAME = r"[^\x00-\x1f]{1,200}"
COUNTRY = r"[A-Z]{2}|stateless"


def word(name: str, pattern: str, required: bool = False, column: bool = False) -> Field:
    return Field(name, Form.WORD, required=required, column=column or required, pattern=pattern)


def common(kind: Field) -> tuple[Field, ...]:
    """The columns that all facts have, in order."""
    return (
        Field("id", Form.ID),
        word("series", KEY, required=True),
        word("source", NAME, required=True),
        word("round", NAME),
        word("institution", NAME, required=True),
        kind,
        Field("start", Form.DATE, required=True, column=True),
        Field("end", Form.DATE),
        Field("recorded_at", Form.INSTANT),
        Field("supersedes", Form.ID),
        Field("persons", Form.COUNT, required=True, absent=1),
        Field("households", Form.COUNT),
        Field("sex", Form.CODE, default="unknown", absent="all", codes=codes.SEXES),
        Field("age_from", Form.AGE),
        Field("age_to", Form.AGE),
        word("citizenship", COUNTRY),
        Field("reason", Form.CODE, default="unknown", codes=codes.REASONS),
        Field("group", Form.ID),
        Field("pseudonym", Form.TEXT),
        Field("weight", Form.NUMBER, default=1.0),
        Field("quality", Form.CODE, required=True, column=True, codes=codes.QUALITIES),
    )


def kind_of(list_of_codes: CodeList) -> Field:
    return Field("kind", Form.CODE, required=True, column=True, codes=list_of_codes)


FIELDS: Mapping[Fact, tuple[Field, ...]] = {
    Fact.MOVEMENT: (
        *common(kind_of(codes.MOVEMENT_KINDS)),
        word("origin", PLACE, column=True),
        word("destination", PLACE, column=True),
        Field("mode", Form.CODE, default="unknown", codes=codes.MODES),
        Field("duration", Form.CODE, default="unknown", codes=codes.DURATIONS),
    ),
    Fact.PRESENCE: (*common(kind_of(codes.PRESENCE_KINDS)), word("place", PLACE, required=True)),
    # What can happen is open: each register names its own events.
    Fact.EVENT: (*common(word("kind", KEY, required=True)), word("place", PLACE, required=True)),
}

# A hash of what a fact says (fingerprint.py): it tells a repeated fact from a changed one.
FINGERPRINT = pa.field("fingerprint", pa.int64(), nullable=False)

SCHEMAS: Mapping[Fact, Any] = {
    fact: pa.schema([*(pa.field(field.name, field.type) for field in fields), FINGERPRINT])
    for fact, fields in FIELDS.items()
}
"""What a segment stores, without the partition column ``year`` (the year of ``start``)."""

PLACE_COLUMNS: Mapping[Fact, tuple[str, ...]] = {
    Fact.MOVEMENT: ("origin", "destination"),
    Fact.PRESENCE: ("place",),
    Fact.EVENT: ("place",),
}


def fact_named(name: str) -> Fact:
    """The kind of fact of a name; ``LEDGER-201`` where there is none."""
    if name not in list(Fact):
        raise LedgerError(
            201, f"there is no kind of fact {name!r}.", f"Name one of them{nearest(name, Fact)}.", ("fact",)
        )
    return Fact(name)


def check_columns(fact: Fact, names: list[str]) -> None:
    """Refuse a table with an unknown, doubled or missing column: ``LEDGER-202`` to ``LEDGER-204``."""
    known = [field.name for field in FIELDS[fact]]
    for name in names:
        if name not in known:
            raise LedgerError(
                202,
                f"column {name!r} is unknown for a {fact}.",
                f"Rename or remove it; nearest known{nearest(name, known)}.",
                (name,),
            )
        if names.count(name) > 1:
            raise LedgerError(203, f"column {name!r} is there twice.", "Keep one of the two.", (name,))
    lacking = tuple(field.name for field in FIELDS[fact] if field.column and field.name not in names)
    if lacking:
        said = ", ".join(repr(name) for name in lacking)
        raise LedgerError(204, f"a table of {fact} facts lacks: {said}.", "Add what is missing.", lacking)
