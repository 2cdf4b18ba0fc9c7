"""What a mapping says, as it is held: which facts of the ledger a form's answers are."""

from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, cached_property
from typing import TypeAlias

from nuudel.base.errors import SurveyError
from nuudel.ledger.codes import MIGRATION_KINDS, PASSAGES
from nuudel.ledger.schema import FIELDS, Fact, Field
from nuudel.ledger.series import Series
from nuudel.surveys.faults import Fault, FaultsError, first_of

Cell: TypeAlias = str | int | float | date | datetime | None
# What a fact counts, and the kind of fact that this is; where the ledger's kinds are limited by it, which.
COUNTS: Table[str, tuple[Fact, tuple[str, ...] | None]] = {
    "presence": (Fact.PRESENCE, None),
    # Who passes a point is counted there and then: a passage is no change of residence and no migration.
    "passage": (Fact.MOVEMENT, PASSAGES),
    "move": (Fact.MOVEMENT, MIGRATION_KINDS),
    "event": (Fact.EVENT, None),
}
# Columns that come from the submission and its round; no pseudonym: these facts are counted.
GIVEN = frozenset(
    {
        "group",
        "id",
        "institution",
        "pseudonym",
        "recorded_at",
        "round",
        "series",
        "source",
        "supersedes",
    }
)
CONTEXTS = ("place", "weight", "received_on")


@cache
def columns_of(fact: Fact) -> Table[str, Field]:
    """The columns of a kind of fact that a mapping fills."""
    return {column.name: column for column in FIELDS[fact] if column.name not in GIVEN}


@dataclass(frozen=True)
class Constant:
    """The same value in every fact."""

    value: Cell
    line: int


@dataclass(frozen=True)
class FromField:
    """The answer to a question; with ``codes`` what stands there for it, or ``otherwise``."""

    path: str
    line: int
    codes: Table[str, Cell] | None = None
    otherwise: Cell = None
    has_otherwise: bool = False


@dataclass(frozen=True)
class SumOf:
    """The sum of the answers that there are; of questions in a repeat, over its rows."""

    paths: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class FirstOf:
    """The first of several that has a value."""

    values: "tuple[Origin, ...]"
    line: int


@dataclass(frozen=True)
class FromContext:
    """What is known besides the answers: ``place``, ``weight`` or ``received_on``."""

    name: str
    line: int


Origin: TypeAlias = Constant | FromField | SumOf | FirstOf | FromContext


@dataclass(frozen=True)
class Condition:
    """An answer must be among ``values``, or be there at all where they are None; ``negated``: it must not.

    Of a question with several answers, one among the values is enough.
    """

    path: str
    values: frozenset[str] | None
    negated: bool
    line: int


@dataclass(frozen=True)
class MappedFact:
    """One fact of a submission, or of each row of a repeat.

    Attributes
    ----------
    name
        Its name, part of the fact's id; ``present.women`` for one of ``each``.
    counts
        ``presence``, ``passage``, ``move`` or ``event``.
    zeros
        Whether a count of 0 is a fact.
    """

    name: str
    counts: str
    series: str
    repeat: str
    when: tuple[Condition, ...]
    zeros: bool
    columns: Table[str, Origin]
    line: int

    @cached_property
    def fact(self) -> Fact:
        return COUNTS[self.counts][0]

    @cached_property
    def filled(self) -> "tuple[tuple[Field, Origin], ...]":
        """The columns with their origins, the count first: without one, the rest is not asked."""
        known = columns_of(self.fact)
        names = sorted(self.columns, key=lambda name: name != "persons")
        return tuple((known[name], self.columns[name]) for name in names)

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The columns that a fact cannot be without."""
        return tuple(name for name, column in columns_of(self.fact).items() if column.required)


@dataclass(frozen=True)
class RowsMeasured:
    """What a submission tells several times: rows of a repeat, or the ticked choices of one question."""

    repeat: str
    choices: str
    values: Table[str, Origin]
    line: int


@dataclass(frozen=True)
class Measures:
    """Which answers are the figures of a layout (layouts.py)."""

    layout: str
    head: Table[str, Origin]
    values: Table[str, Origin]
    rows: Table[str, RowsMeasured]
    line: int


@dataclass(frozen=True)
class Mapping:
    """What of a form's answers becomes facts; made by ``read_mapping``.

    Attributes
    ----------
    series
        The series of its facts, as the ledger declares them.
    measures
        Its figures under common names, where the mapping tells them.
    """

    form_id: str
    source: str
    series: Table[str, Series]
    facts: tuple[MappedFact, ...]
    text: str = field(repr=False)
    measures: Measures | None = None


class MappingError(FaultsError):
    """A mapping that cannot be read: ``faults`` has everything that was found, each at its line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        SurveyError.__init__(self, 140, *first_of("mapping", faults))
        self.faults = tuple(faults)
