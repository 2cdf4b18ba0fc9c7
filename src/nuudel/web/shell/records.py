"""Everything that can be done with a record, for pages, interface and jobs alike.

Each function asks for the permission, keeps the history, enters the facts, notes the audit and leaves the
notices, all in the running transaction of ``acting``.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from nuudel.web.access.decisions import demand, may, visible
from nuudel.web.access.models import Record, RecordPart
from nuudel.web.access.prepared import preparing
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_rights
from nuudel.web.facts.store import append
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell.errors import BrokenRulesError, ConflictError, WrongStateError
from nuudel.web.shell.models import Action, Comment
from nuudel.web.shell.notices import leave_notice
from nuudel.web.shell.record_types import RecordType, no_entry
from nuudel.web.shell.states import CHANGED, CREATED, WRITTEN, Transition

SHORT = 200
"""Longest value that the history keeps of a changed field."""

AFTER_ACTION: list[Callable[[User, RecordType, Record, RecordPart], None]] = []
"""Called after each action, comment and file, in its transaction, with the entry that tells of it."""

AFTER_LOCKING: list[Callable[[RecordType, int, int], None]] = []
"""Called after records were locked, with how many were asked for and how many there are."""


def version_of(record: Record) -> str:
    """Changes with every change of the record."""
    return f"{int(record.changed_at.timestamp() * 1_000_000):x}"


def readable(user: User, record_type: RecordType) -> "QuerySet[Record]":
    """The records of a type that the user may read."""
    return visible(record_type.model._default_manager.all(), user, record_type.key)


def find(user: User, record_type: RecordType, pk: UUID, *, to_change: bool = False) -> Record:
    """One record; 404 where there is none that the user may read. Locked where it is to be changed."""
    rows = readable(user, record_type).select_related("institution")
    if to_change:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def note_reading(record_type: RecordType, records: Collection[Record], fields: Sequence[str] = ()) -> None:
    """Audit that personal data were read; nothing where the type has none."""
    if record_type.personal and records:
        names = fields or sorted(record_type.personal)
        note_audit("read", record_type.key, [record.pk for record in records], names)


def create(user: User, record_type: RecordType, record: Record) -> Record:
    """Make a record whose fields, place and institution are filled.

    Raises
    ------
    PermissionDenied
        The user may not make it there.
    BrokenRulesError
        ``WEB-214``: a rule of the domain.
    """
    record.created_by = user
    record.state = record_type.states.first
    demand(user, record_type.key, CREATED, record)
    check_rules(record_type, record, CREATED)
    with preparing():
        record.save(force_insert=True)
    record_type.effects(user, record, CREATED)
    written = [name for name in record_type.fields if getattr(record, name) not in (None, "", [])]
    done(user, record_type, record, CREATED, fields=written)
    return record


def change(
    user: User, record_type: RecordType, record: Record, before: Mapping[str, Any], version: str
) -> Record:
    """Save a record whose fields were changed; ``before`` holds the old values of those that differ.

    Raises
    ------
    PermissionDenied
        The user may not change it.
    ConflictError
        ``WEB-212``: it is no longer the ``version`` that was read.
    WrongStateError, BrokenRulesError
        ``WEB-213``, ``WEB-214``.
    """
    demand(user, record_type.key, CHANGED, record)
    demand_version(record, version)
    if record.state in record_type.states.fixed:
        raise WrongStateError(CHANGED, record.state)
    check_rules(record_type, record, CHANGED)
    if not before:
        return record
    record.save(update_fields=[*columns_of(record, before), "changed_at"])
    record_type.effects(user, record, CHANGED)
    done(
        user,
        record_type,
        record,
        CHANGED,
        fields=list(before),
        changes=changes_of(record_type, record, before),
    )
    return record


def columns_of(record: Record, names: Collection[str]) -> list[str]:
    """The columns to write: an encrypted field that can be looked up has a second one."""
    columns = []
    for name in names:
        columns.append(name)
        column = record._meta.get_field(name)
        if isinstance(column, EncryptedTextField) and column.index:
            columns.append(f"{name}_index")
    return columns


def transition(
    user: User, record_type: RecordType, record: Record, action: str, *, reason: str = "", version: str = ""
) -> Record:
    """Take a record to its next state; errors as ``change``."""
    demand(user, record_type.key, action, record)
    if version:
        demand_version(record, version)
    step = record_type.states.step(action)
    if step is None or record.state not in step.start:
        raise WrongStateError(action, record.state)
    check_rules(record_type, record, action)
    record.state = step.end
    record.save(update_fields=["state", "changed_at"])
    record_type.effects(user, record, action)
    done(user, record_type, record, action, reason=reason, notice=step.notice)
    return record


def locked(record_type: RecordType, keys: Collection[UUID]) -> list[Any]:
    """Records that a step of another one concerns, locked in the order of their ids.

    They are reached with the system's rights: whoever calls has decided that the step may concern them.
    """
    with service_rights():
        rows = record_type.model._default_manager.select_for_update(of=("self",)).select_related(
            "institution"
        )
        found = list(rows.filter(pk__in=keys).order_by("pk"))
    for hook in AFTER_LOCKING:
        hook(record_type, len(set(keys)), len(found))
    return found


def follow(
    user: User,
    record_type: RecordType,
    record: Record,
    action: str,
    *,
    before: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Record:
    """Do with a record what follows from a step of another one: with the system's rights, in the user's name.

    The permission is that of the step that causes it. ``before`` holds the old values of the fields that
    were changed. The record is to be ``locked``.

    Raises
    ------
    WrongStateError
        ``WEB-213``: its state does not allow the action.
    """
    step = record_type.states.step(action)
    if action not in WRITTEN and (step is None or record.state not in step.start):
        raise WrongStateError(action, record.state)
    changed = dict(before or {})
    with service_rights():
        if action == CREATED:
            record.created_by, record.state = user, record_type.states.first
            record.save(force_insert=True)
        else:
            record.state = step.end if step else record.state
            record.save(update_fields=[*columns_of(record, changed), "state", "changed_at"])
        done(
            user,
            record_type,
            record,
            action,
            reason=reason,
            fields=list(changed),
            changes=changes_of(record_type, record, changed),
            notice=bool(step and step.notice),
        )
    return record


def demand_version(record: Record, version: str) -> None:
    if version_of(record) != version:
        raise ConflictError


def check_rules(record_type: RecordType, record: Record, action: str) -> None:
    problems = record_type.rules(record, action)
    if problems:
        raise BrokenRulesError(problems)


def changes_of(
    record_type: RecordType, record: Record, before: Mapping[str, Any]
) -> dict[str, list[str] | None]:
    """Old and new value of each changed field, as texts; null for personal ones."""
    return {
        name: None if name in record_type.personal else [short(old), short(value_of(record, name))]
        for name, old in before.items()
    }


def value_of(record: Record, name: str) -> Any:
    """A field's value; of one that names another record, that record's id."""
    return getattr(record, getattr(record._meta.get_field(name), "attname", name))


def short(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ";".join(map(str, value))[:SHORT]
    return "" if value is None else str(value)[:SHORT]


def done(
    user: User,
    record_type: RecordType,
    record: Record,
    action: str,
    *,
    reason: str = "",
    fields: Sequence[str] = (),
    changes: Mapping[str, Any] | None = None,
    notice: bool = False,
) -> Action:
    """Write the action into the history, its facts into the ledger, and note the audit."""
    note_audit(action, record_type.key, [record.pk], fields, reason)
    before = [] if action == CREATED else earlier(record_type, record)
    entry = Action(
        **part_of(user, record_type, record),
        # A part of the history may lie where the user may not read: the last action never does.
        number=before[-1].number + 1 if before else 1,
        action=action,
        state=record.state,
        reason=reason,
        changes=dict(changes or {}),
    )
    with preparing():
        entry.save(force_insert=True)
    for fact in record_type.entries(record, entry, before):
        append(fact.fact, [fact.row], fact.series, record.institution.code)
    if notice:
        leave_notice(record_type, record, action, user)
    for hook in AFTER_ACTION:
        hook(user, record_type, record, entry)
    return entry


def part_of(user: User, record_type: RecordType, record: Record) -> dict[str, Any]:
    """What each part of a record says of where it belongs."""
    return {
        "record_type": record_type.key,
        "record_id": record.pk,
        "place": record.place,
        "other_place": record.other_place,
        "institution": record.institution,
        "created_by": user,
        "holder_id": record.holder_id or record.created_by_id,
    }


def history(record_type: RecordType, record: Record) -> list[Action]:
    """What was done with a record, the first action first."""
    rows = Action.objects.filter(record_type=record_type.key, record_id=record.pk)
    return list(rows.select_related("created_by").order_by("number"))


def earlier(record_type: RecordType, record: Record) -> list[Action]:
    """The history for what is done next: only its last action where no facts follow from the others."""
    if record_type.entries is not no_entry:
        return history(record_type, record)
    rows = Action.objects.filter(record_type=record_type.key, record_id=record.pk)
    return list(rows.only("number").order_by("-number")[:1])


def folded_state(record_type: RecordType, actions: Sequence[Action]) -> str:
    """The state that the history leads to; it is the record's, or the history is broken."""
    state = ""
    for entry in actions:
        state = record_type.states.after(state, entry.action)
    return state


def possible(user: User, record_type: RecordType, record: Record) -> list[Transition]:
    """The steps that the user may take now."""
    steps = record_type.states.steps_from(record.state)
    return [
        step
        for step in steps
        if may(user, record_type.key, step.action, record) and record_type.offered(user, record, step.action)
    ]


def changeable(user: User, record_type: RecordType, record: Record) -> bool:
    return record.state not in record_type.states.fixed and may(user, record_type.key, CHANGED, record)


def comment(user: User, record_type: RecordType, record: Record, text: str) -> Comment:
    """Write about a record; whoever may read it and works with it may."""
    if not may(user, record_type.key, "comment", record):
        raise PermissionDenied
    said = Comment(**part_of(user, record_type, record), text=text)
    note_audit("comment", record_type.key, [record.pk])
    said.save(force_insert=True)
    for hook in AFTER_ACTION:
        hook(user, record_type, record, said)
    return said


def comments(record_type: RecordType, record: Record) -> list[Comment]:
    rows = Comment.objects.filter(record_type=record_type.key, record_id=record.pk)
    return list(rows.select_related("created_by").order_by("created_at", "id"))
