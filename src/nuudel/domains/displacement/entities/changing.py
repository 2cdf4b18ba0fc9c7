"""What submissions change in the lists that phones look up."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q

from nuudel.domains.displacement import models
from nuudel.domains.displacement.models.entities import LONGEST_ENTITY
from nuudel.domains.displacement.submissions.mapped import read_version
from nuudel.surveys.entities import EntityChange, entity_changes
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.sent import lock
from nuudel.web.shell.states import CHANGED

KEY = "displacement.entity"
NAMESPACE = UUID("6c0c9f0e-7a55-5b0a-9a0f-0d3cf8d2f8a1")
UNCOUNTED = ("rejected",)
OWN = frozenset({"places", "informants"})
"""Lists that the server makes: no submission fills them."""


def change_lists(user: User, row: models.Submission) -> None:
    """Enter what a submission asks for into the lists of its operation, all of it or nothing.

    Parameters
    ----------
    user
        The system's own account: whoever sent it may not change lists otherwise.
    """
    before = ancestors(row)
    changes = asked(row)
    if not changes and not before:
        return
    operation = row.round.operation
    with transaction.atomic():
        lists = {change.list_name for change in changes}
        lists |= set(models.Entity.objects.filter(submission__in=before).values_list("list_name", flat=True))
        hold(operation, lists)
        for change in changes:
            apply(user, row, before, change)
        forget(user, before, "corrected")


def hold(operation: models.Operation, lists: "set[str]") -> None:
    """Nobody else changes these lists until the transaction ends; locked in one order."""
    for key in sorted(uuid5(NAMESPACE, f"{operation.pk}/{name}") for name in lists):
        lock(key)


def asked(row: models.Submission) -> Sequence[EntityChange]:
    """The changes that a submission asks for and that can be: with an id, and no longer than may be."""
    if row.encrypted or row.state in UNCOUNTED:
        return ()
    definition, _ = read_version(row.version_id)
    if not definition.entity_lists:
        return ()
    changes = entity_changes(definition, row.content)
    filled = set(definition.entity_lists) - OWN
    return [one for one in changes if one.list_name in filled and is_name(one.list_name) and is_name(one.id)]


def is_name(text: str) -> bool:
    return bool(text.strip()) and len(text) <= LONGEST_ENTITY and "\0" not in text


def ancestors(row: models.Submission) -> list[models.Submission]:
    """The submissions that this one corrects."""
    found, earlier = [], row.replaces
    while earlier is not None:
        found.append(earlier)
        earlier = earlier.replaces
    return found


def apply(
    user: User, row: models.Submission, before: Sequence[models.Submission], change: EntityChange
) -> None:
    """One change; what does not fit is kept too, and marked for somebody to look at."""
    operation = row.round.operation
    rows = models.Entity.objects.select_related("institution").filter(
        operation=operation, list_name=change.list_name, entity_id=change.id
    )
    found = rows.first()
    if found is None:
        made = models.Entity(
            operation=operation,
            list_name=change.list_name,
            entity_id=change.id,
            label=change.label.strip() or change.id,
            submission=row,
            conflict=not change.creates,
            place=operation.place,
            institution=operation.institution,
        )
        made.put(change.properties)
        records.create(user, record_types()[KEY], made)
        return
    own = found.submission_id == row.pk or found.submission_id in {one.pk for one in before}
    if change.creates and not change.updates and not own:
        # Two entries under one id: the first stays, and the answers of the second are in its submission.
        mark(user, found)
        return
    stale = change.base_version != str(found.number)
    found.conflict = found.conflict or (stale and not own)
    found.label = change.label.strip() or found.label
    found.put(found.values | dict(change.properties))
    found.number, found.submission = found.number + 1, row
    save(user, found, ("label", "properties", "number", "submission", "conflict"))
    if found.state == "withdrawn":
        records.transition(user, record_types()[KEY], found, "restore")


def forget(user: User, sources: Sequence[models.Submission], why: str) -> None:
    """Withdraw what only these submissions made; mark what they have changed, which nobody can undo."""
    left = models.Entity.objects.filter(state="kept", submission__in=sources)
    for found in left.select_related("institution"):
        if found.number == 1:
            records.transition(user, record_types()[KEY], found, "withdraw", reason=why)
        else:
            mark(user, found)


def forget_rejected(user: User) -> None:
    """What was rejected serves no phone any more."""
    rejected = models.Entity.objects.filter(state="kept", submission__state="rejected")
    rejected = rejected.filter(Q(conflict=False) | Q(number=1))
    sources = {one.submission for one in rejected.select_related("submission") if one.submission}
    if sources:
        forget(user, list(sources), "rejected")


def mark(user: User, found: models.Entity) -> None:
    if not found.conflict:
        found.conflict = True
        save(user, found, ("conflict",))


def save(user: User, found: models.Entity, names: Sequence[str]) -> None:
    """Save fields; the history names them and, of personal ones, no value."""
    record: Record = found
    record.save(update_fields=[*names, "changed_at"])
    records.done(user, record_types()[KEY], record, CHANGED, fields=list(names))
