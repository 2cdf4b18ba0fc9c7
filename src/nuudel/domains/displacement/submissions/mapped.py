"""From a submission to its facts: what it gives by its form's mapping, and what supersedes what."""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from functools import lru_cache
from uuid import UUID

from django.utils.timezone import localtime

from nuudel.domains.displacement import models
from nuudel.ledger.series import Series
from nuudel.surveys.answers import Answers, answers
from nuudel.surveys.definition import Definition
from nuudel.surveys.mapping import Context, FactRow, Mapping, corrected, facts, read_mapping
from nuudel.surveys.measures import Measured, measured
from nuudel.surveys.submission import read_submission
from nuudel.surveys.xform import read_xform

REJECTED = "#rejected"
"""What is added to a submission's id in the ids of the facts that take it back."""


@dataclass(frozen=True)
class Given:
    """The facts of a submission, their series, what it could not give, and its figures under common names."""

    rows: tuple[FactRow, ...]
    mapping: Mapping | None
    answered: Answers | None
    left_out: int = 0
    unread: int = 0
    series: Table[str, Series] = field(default_factory=dict)
    measures: Measured | None = None


NOTHING = Given((), None, None)


def given_by(record: models.Submission) -> Given:
    """The facts of a submission; those of a correction supersede those of what it corrects.

    Raises
    ------
    SurveyError
        The submission cannot be read by its form.
    """
    given = NOTHING
    for one in lineage(record):
        given = following(given, one)
    return given


def lineage(record: models.Submission) -> list[models.Submission]:
    """A submission and those that it corrects, the oldest first; without those that entered nothing."""
    found, earlier = [record], record.replaces
    while earlier is not None:
        if earlier.mapped_at is None or earlier.facts:
            found.append(earlier)
        earlier = earlier.replaces
    return found[::-1]


def following(before: Given, record: models.Submission) -> Given:
    """The facts of a submission after those of the one that it corrects."""
    if record.encrypted:
        return NOTHING
    definition, mapping = read_version(record.version_id)
    answered = answers(definition, read_submission(record.content))
    if mapping is None:
        return Given((), None, answered, unread=len(answered.unread))
    context = context_of(record)
    made = facts(mapping, answered, context)
    rows = corrected(before.rows, made.rows, answered)
    series = {**before.series, **mapping.series}
    told = measured(mapping, answered, context)
    return Given(rows, mapping, answered, len(made.left_out), len(answered.unread), series, told)


def taken_back(record: models.Submission) -> Given:
    """What takes the facts of a submission back: each is superseded by one that counts nobody."""
    given = given_by(record)
    if given.answered is None:
        return NOTHING
    renamed = replace(given.answered, instance_id=given.answered.instance_id + REJECTED)
    return replace(given, rows=corrected(given.rows, (), renamed))


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
