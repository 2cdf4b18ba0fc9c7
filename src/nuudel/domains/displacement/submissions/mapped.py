"""From a submission to its facts: what it gives by its form's mapping, and what supersedes what."""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from functools import lru_cache
from uuid import UUID

from django.utils.timezone import localtime

from nuudel.base.provenance import Quality
from nuudel.domains.displacement import models
from nuudel.domains.displacement.rehearsal.series import rows_apart, series_apart
from nuudel.ledger.series import Series
from nuudel.surveys.answers import Answers, answers
from nuudel.surveys.definition import Definition
from nuudel.surveys.facts import SYNTHETIC, fact_id
from nuudel.surveys.mapped import Cell
from nuudel.surveys.mapping import Context, FactRow, Mapping, corrected, facts, read_mapping
from nuudel.surveys.measures import Measured, measured
from nuudel.surveys.submission import read_submission
from nuudel.surveys.xform import read_xform

REJECTED = "#rejected"
"""What is added to a submission's id in the ids of the facts that take it back."""

WEIGHED = "#weighed-"
"""What is added to a submission's id, with the number of the weighing, in the ids of weighted facts."""


@dataclass(frozen=True)
class Given:
    """The facts of a submission, their series, what it could not give, and its figures under common names.

    ``void``: its facts only take back those of what it corrects.
    """

    rows: tuple[FactRow, ...] = ()
    left_out: int = 0
    unread: int = 0
    series: Table[str, Series] = field(default_factory=dict)
    measures: Measured | None = None
    void: bool = False


NOTHING = Given()


def given_by(record: models.Submission) -> Given:
    """The facts of a submission; those of a correction supersede those of what it corrects.

    Raises
    ------
    SurveyError
        The submission cannot be read by its form.
    """
    return made_after(record, before(record))


def before(record: models.Submission) -> Given:
    """The facts of what a submission corrects, as they are in the ledger."""
    given = NOTHING
    for one in lineage(record):
        given = made_after(one, given)
        if one.state == "rejected" and not is_void(one):
            given = emptied(given, one, REJECTED)
    return given


def lineage(record: models.Submission) -> list[models.Submission]:
    """What a submission corrects, the oldest first; without those that entered nothing."""
    found, earlier = [], record.replaces
    while earlier is not None:
        if earlier.mapped_at is None or earlier.facts:
            found.append(earlier)
        earlier = earlier.replaces
    return found[::-1]


def is_void(record: models.Submission) -> bool:
    """Whether a submission only takes back: as it was entered, or as it will be."""
    return record.void or (record.mapped_at is None and record.state == "rejected")


def made_after(record: models.Submission, earlier: Given) -> Given:
    """The facts of a submission after those of the one that it corrects."""
    if record.encrypted or is_void(record):
        return emptied(earlier, record)
    definition, mapping = read_version(record.version_id)
    answered = answers(definition, read_submission(record.content))
    if mapping is None:
        return replace(emptied(earlier, record), unread=len(answered.unread))
    context = context_of(record)
    made = facts(mapping, answered, context)
    fresh, own = made.rows, dict(mapping.series)
    if record.round.operation.rehearses_id is not None:
        fresh, own = rows_apart(fresh), series_apart(own)
    rows = weighted(record, answered, corrected(earlier.rows, fresh, answered))
    series = {**earlier.series, **own}
    told = measured(mapping, answered, context)
    return Given(rows, len(made.left_out), len(answered.unread), series, told)


def weighted(record: models.Submission, answered: Answers, rows: tuple[FactRow, ...]) -> tuple[FactRow, ...]:
    """The facts as the newest weighing of the submission left them; each supersedes that before."""
    if not record.weighings:
        return rows
    told: dict[str, Cell] = {"weight": 1.0 if record.weight is None else record.weight}
    found = []
    for row in rows:
        if row.row.get("weight") is None or not row.row.get("persons"):
            found.append(row)
            continue
        if record.weight is not None and row.row["quality"] != SYNTHETIC:
            told["quality"] = Quality.ESTIMATED.value
        numbers = (record.weighings - 1, record.weighings)
        before, now = (weighed_id(row, answered, number) for number in numbers)
        found.append(replace(row, row=dict(row.row) | told | {"id": now, "supersedes": before}))
    return tuple(found)


def weighed_id(row: FactRow, answered: Answers, number: int) -> str:
    """The id of a fact after so many weighings; before the first it is that of the fact itself."""
    if not number:
        return row.id
    return fact_id(answered.form_id, f"{answered.instance_id}{WEIGHED}{number}", row.name, row.index)


def emptied(earlier: Given, record: models.Submission, mark: str = "") -> Given:
    """Facts that count nobody in the place of earlier ones: each supersedes one of them."""
    definition, _ = read_version(record.version_id)
    bare = Answers(definition, definition.form_id, definition.version, record.instance_id + mark, {}, {})
    return Given(corrected(earlier.rows, (), bare), series=earlier.series, void=True)


def void_of(record: models.Submission) -> Given:
    """What is entered for a submission that gives no facts of its own."""
    return emptied(before(record), record)


def taken_back(record: models.Submission) -> Given:
    """What takes the facts of a submission back."""
    return NOTHING if record.void else emptied(given_by(record), record, REJECTED)


def context_of(record: models.Submission) -> Context:
    around = record.round
    return Context(
        round=around.key,
        institution=record.institution.code,
        received_at=localtime(record.created_at),
        quality="synthetic" if around.operation.synthetic else "observed",
        place=record.place,
    )


@lru_cache(maxsize=64)
def read_version(pk: UUID) -> tuple[Definition, Mapping | None]:
    """The form and the mapping of a version, which never change."""
    version = models.FormVersion.objects.get(pk=pk)
    definition = read_xform(bytes(version.xml), bytes(version.itemsets))
    return definition, read_mapping(version.mapping) if version.mapping.strip() else None
