"""Facts of the ledger out of answers, as a mapping says."""

import uuid
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from nuudel.ledger.schema import Fact, Field
from nuudel.surveys.answers import Answers, Place
from nuudel.surveys.cells import CellError, cell
from nuudel.surveys.mapped import (
    Cell,
    Condition,
    Constant,
    FirstOf,
    FromContext,
    FromField,
    MappedFact,
    Mapping,
    Origin,
    SumOf,
)
from nuudel.surveys.values import Value

# The names of facts' ids (RFC 9562, version 5): never to be changed, or every fact would get a new one.
NAMESPACE = uuid.UUID("6f0f4c38-0f0b-5d5e-9a52-3c0d1f6b7a21")
# The ledger's own margin for clocks ahead of UTC.
CLOCK = timedelta(days=1)
SYNTHETIC = "synthetic"


@dataclass(frozen=True)
class Context:
    """What is known about a submission besides its answers.

    Attributes
    ----------
    round
        Key of the round, the ``round`` of the facts; empty: none.
    institution
        Who collected: the ``institution`` of the facts.
    received_at
        When the server had it, in the zone whose day counts; its day is ``{context: received_on}`` in a
        mapping, and no fact begins more than a day later.
    quality
        ``observed``; ``synthetic`` in a rehearsal, whatever the mapping says.
    place
        Place code of the area that the submission was asked for; ``{context: place}`` in a mapping.
    weight
        ``{context: weight}`` in a mapping.
    """

    round: str
    institution: str
    received_at: datetime
    quality: str = "observed"
    place: str = ""
    weight: float = 1.0


@dataclass(frozen=True)
class FactRow:
    """One fact: its kind (``movement`` …), the key of its series, and its row as in ``ledger.schema.FIELDS``.

    ``name`` and ``index`` say which fact of the mapping it is and of which row of a repeat: with the ids of
    form and submission they make the fact's id. When a fact was recorded is the ledger's to say.
    """

    fact: str
    series: str
    row: Table[str, Cell] = field(repr=False)
    name: str = ""
    index: Place = ()

    @property
    def id(self) -> str:
        return str(self.row["id"])


@dataclass(frozen=True)
class LeftOut:
    """A fact that was not made, and why: a value is missing or cannot stand in its column.

    ``why`` is ``missing``, ``not_a_code``, ``not_a_count``, ``not_an_age``, ``not_a_number``,
    ``not_a_date``, ``not_a_name``, ``in_the_future``, ``end_before_start``, ``ages_not_in_order``,
    ``no_place`` or ``same_place``.
    """

    name: str
    index: Place
    column: str
    why: str


@dataclass(frozen=True)
class Facts:
    """The facts of a submission, and those that could not be made."""

    rows: tuple[FactRow, ...]
    left_out: tuple[LeftOut, ...] = ()


class UnfitError(Exception):
    """A fact cannot be made: the column and the reason."""

    def __init__(self, column: str, why: str) -> None:
        super().__init__(column, why)
        self.column, self.why = column, why


def fact_id(form_id: str, instance_id: str, name: str, index: Place) -> str:
    """The id of a fact: the same for the same fact of the same submission, every time."""
    place = ".".join(map(str, index))
    return str(uuid.uuid5(NAMESPACE, "\n".join((form_id, instance_id, name, place))))


def facts(mapping: Mapping, answered: Answers, context: Context) -> Facts:
    """Make the facts of one submission; the same submission gives the same ids every time.

    A fact whose count is empty is none, and so is one whose count is 0 unless the mapping keeps zeros.
    """
    rows: list[FactRow] = []
    left_out: list[LeftOut] = []
    for mapped in mapping.facts:
        for index in places(mapped, answered):
            if not all(holds(condition, answered, index) for condition in mapped.when):
                continue
            try:
                row = row_of(mapped, answered, context, index)
            except UnfitError as unfit:
                left_out.append(LeftOut(mapped.name, index, unfit.column, unfit.why))
                continue
            if row is None:
                continue
            given: dict[str, Cell] = {
                "id": fact_id(answered.form_id, answered.instance_id, mapped.name, index),
                "series": mapped.series,
                "source": mapping.source,
                "round": context.round or None,
                "institution": context.institution,
            }
            rows.append(FactRow(mapped.fact.value, mapped.series, given | row, mapped.name, index))
    return Facts(tuple(rows), tuple(left_out))


def places(mapped: MappedFact, answered: Answers) -> Iterator[Place]:
    """The rows for which a fact is made: one without a repeat, or every row of it."""
    if not mapped.repeat:
        yield ()
        return
    for row in answered.rows.get(mapped.repeat, ()):
        yield row.index


def holds(condition: Condition, answered: Answers, index: Place) -> bool:
    value = answered.at(condition.path, index)
    if condition.values is None:
        return (value is not None) != condition.negated
    given = value if isinstance(value, tuple) else (value,)
    among = any(one is not None and str(one) in condition.values for one in given)
    return among != condition.negated


def row_of(mapped: MappedFact, answered: Answers, context: Context, index: Place) -> dict[str, Cell] | None:
    """The columns of one fact, None where nobody was counted."""
    row: dict[str, Cell] = {}
    for column, origin in mapped.filled:
        try:
            value = value_of(origin, column, answered, context, index)
        except CellError as error:
            raise UnfitError(column.name, str(error)) from None
        if column.name == "persons" and (value is None or (value == 0 and not mapped.zeros)):
            return None
        row[column.name] = value
    row["quality"] = SYNTHETIC if context.quality == SYNTHETIC else row.get("quality") or context.quality
    check_row(mapped, row, context)
    return row


def check_row(mapped: MappedFact, row: Table[str, Cell], context: Context) -> None:
    """What the ledger would refuse, said in terms of the mapping."""
    for name in mapped.required:
        if row.get(name) is None:
            raise UnfitError(name, "missing")
    start, end = row["start"], row.get("end")
    if isinstance(start, date) and start > context.received_at.date() + CLOCK:
        raise UnfitError("start", "in_the_future")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        raise UnfitError("end", "end_before_start")
    low, high = row.get("age_from"), row.get("age_to")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        raise UnfitError("age_to", "ages_not_in_order")
    if mapped.fact is Fact.MOVEMENT:
        origin, destination = row.get("origin"), row.get("destination")
        if origin is None and destination is None:
            raise UnfitError("destination", "no_place")
        if origin == destination:
            raise UnfitError("destination", "same_place")


def value_of(origin: Origin, column: Field, answered: Answers, context: Context, index: Place) -> Cell:
    """The value of a column, None where there is none; ``CellError`` where it cannot stand there."""
    if isinstance(origin, Constant):
        return origin.value
    if isinstance(origin, FromField):
        return from_field(origin, column, answered.at(origin.path, index))
    if isinstance(origin, FirstOf):
        found = (value_of(inner, column, answered, context, index) for inner in origin.values)
        return next((value for value in found if value is not None), None)
    if isinstance(origin, FromContext):
        value: dict[str, Value] = {
            "place": context.place,
            "weight": context.weight,
            "received_on": context.received_at.date(),
        }
        return cell(column, value[origin.name]) if value[origin.name] else None
    return sum_of(origin, column, answered, index)


def from_field(origin: FromField, column: Field, value: Value | None) -> Cell:
    if value is None:
        return None
    if origin.codes is None:
        return cell(column, value)
    if str(value) in origin.codes:
        return origin.codes[str(value)]
    if origin.has_otherwise:
        return origin.otherwise
    raise CellError("not_a_code")


def sum_of(origin: SumOf, column: Field, answered: Answers, index: Place) -> Cell:
    counts = [cell(column, value) for path in origin.paths for value in answered.all_at(path, index)]
    return cell(column, sum(count for count in counts if isinstance(count, int | float))) if counts else None


def corrected(before: Sequence[FactRow], after: Sequence[FactRow], answered: Answers) -> tuple[FactRow, ...]:
    """The facts of an edited submission, each superseding its earlier one.

    A fact that the edit no longer has is taken back: its correction counts nobody.

    Parameters
    ----------
    before
        The facts of the submission that was replaced, as they were entered, taken back ones among them.
    after, answered
        The facts and the answers of the edit.
    """
    old = {key(row): row for row in before}
    found = []
    for row in after:
        earlier = old.pop(key(row), None)
        found.append(replace(row, row=dict(row.row) | {"supersedes": earlier.id}) if earlier else row)
    for row in old.values():
        nobody: dict[str, Cell] = {
            "id": fact_id(answered.form_id, answered.instance_id, row.name, row.index),
            "supersedes": row.id,
            "persons": 0,
        }
        if row.row.get("households") is not None:
            nobody["households"] = 0
        found.append(replace(row, row=dict(row.row) | nobody))
    return tuple(found)


def key(row: FactRow) -> tuple[str, str, str, Place]:
    return row.fact, row.series, row.name, row.index
