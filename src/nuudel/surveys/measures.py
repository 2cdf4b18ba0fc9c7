"""Measures of a submission: its figures under the names of its layout, as its form's mapping says."""

from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import date, datetime

from nuudel.ledger.schema import Field
from nuudel.surveys.answers import Answers, Place
from nuudel.surveys.cells import CellError
from nuudel.surveys.facts import Context, value_of
from nuudel.surveys.layouts import HEAD, LAYOUTS
from nuudel.surveys.mapped import Cell, Mapping, Origin, RowsMeasured


@dataclass(frozen=True)
class Measured:
    """The figures of one submission.

    Attributes
    ----------
    area
        Place code that the answers tell, empty where they tell none.
    day
        The day that the answers are about.
    began, ended
        When the form was opened and finished, by the clock of the phone.
    values
        Names of the layout -> number, code or clock time (``HH:MM``); what was not answered is not there.
    rows
        The same for what a submission tells several times.
    """

    layout: str
    area: str
    day: date | None
    began: datetime | None
    ended: datetime | None
    values: Table[str, Cell]
    rows: Table[str, tuple[Table[str, Cell], ...]]


def measured(mapping: Mapping, answered: Answers, context: Context) -> Measured | None:
    """The measures of a submission; None where the mapping declares none.

    An answer that cannot stand under its name, such as a text where a number belongs, is left out: it is
    among the answers that could not be read, or among the facts that were not made.
    """
    measures = mapping.measures
    if measures is None:
        return None
    layout = LAYOUTS[measures.layout]
    head = answered_columns(measures.head, HEAD, answered, context, ())
    began, ended, day = (head.get(name) for name in ("began", "ended", "day"))
    return Measured(
        measures.layout,
        str(head.get("area") or ""),
        day if isinstance(day, date) else None,
        began if isinstance(began, datetime) else None,
        ended if isinstance(ended, datetime) else None,
        answered_columns(measures.values, layout.values, answered, context, ()),
        {
            name: measured_rows(rows, layout.rows[name], answered, context)
            for name, rows in measures.rows.items()
        },
    )


def measured_rows(
    rows: RowsMeasured, known: Table[str, Field], answered: Answers, context: Context
) -> tuple[Table[str, Cell], ...]:
    """One for each row of a repeat, or for each choice that was ticked."""
    if rows.choices:
        name = next(iter(known))
        ticked = (value for value in answered.all_at(rows.choices) if isinstance(value, tuple))
        return tuple({name: str(choice)} for value in ticked for choice in value)
    return tuple(
        answered_columns(rows.values, known, answered, context, row.index)
        for row in answered.rows.get(rows.repeat, ())
    )


def answered_columns(
    origins: Table[str, Origin],
    known: Table[str, Field],
    answered: Answers,
    context: Context,
    index: Place,
) -> dict[str, Cell]:
    """What was answered, by the names of the layout."""
    found: dict[str, Cell] = {}
    for name, origin in origins.items():
        try:
            value = value_of(origin, known[name], answered, context, index)
        except CellError:
            continue
        if value is not None:
            found[name] = value
    return found


def as_json(measured: Measured) -> dict[str, object]:
    """Values and rows as they are kept: days as texts."""

    def plain(values: Table[str, Cell]) -> dict[str, Cell]:
        return {
            name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()
        }

    return {
        "values": plain(measured.values),
        "rows": {name: [plain(row) for row in rows] for name, rows in measured.rows.items()},
    }
