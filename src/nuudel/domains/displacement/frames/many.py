"""The same done with many records at once: what ``web.shell.records`` does with one, in a few statements."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Max

from nuudel.web.access.decisions import demand
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell.models import Action
from nuudel.web.shell.record_types import RecordType
from nuudel.web.shell.records import AFTER_ACTION, changes_of, check_rules, part_of
from nuudel.web.shell.states import CHANGED, CREATED

BATCH = 500
Changes = Mapping[UUID, Mapping[str, Any]]


def create_many(user: User, record_type: RecordType, records: Sequence[Record]) -> None:
    """Make records whose fields, places and institutions are filled; all of them or none."""
    for record in records:
        record.created_by, record.state = user, record_type.states.first
        demand(user, record_type.key, CREATED, record)
        check_rules(record_type, record, CREATED)
    record_type.model._default_manager.bulk_create(records, batch_size=BATCH)
    note_many(user, record_type, records, CREATED)


def change_many(user: User, record_type: RecordType, records: Sequence[Record], before: Changes) -> None:
    """Save records whose fields were changed; ``before`` has the old values by the records' ids."""
    for record in records:
        demand(user, record_type.key, CHANGED, record)
        check_rules(record_type, record, CHANGED)
    save_many(record_type, records, {name for values in before.values() for name in values})
    note_many(user, record_type, records, CHANGED, before)


def save_many(record_type: RecordType, records: Sequence[Record], names: Iterable[str]) -> None:
    """Write some fields of records that are there."""
    for record in records:
        changed: Any = record._meta.get_field("changed_at")
        changed.pre_save(record, False)
    columns = sorted({*names, "changed_at"})
    if records:
        record_type.model._default_manager.bulk_update(records, columns, batch_size=BATCH)


def note_many(
    user: User,
    record_type: RecordType,
    records: Sequence[Record],
    action: str,
    before: Changes | None = None,
    reason: str = "",
) -> None:
    """History and audit of an action that was done with several records."""
    if not records:
        return
    keys = [record.pk for record in records]
    fields = sorted({name for values in (before or {}).values() for name in values})
    note_audit(action, record_type.key, keys, fields, reason)
    rows = Action.objects.filter(record_type=record_type.key, record_id__in=keys)
    last = {} if action == CREATED else dict(rows.values_list("record_id").annotate(last=Max("number")))
    entries = [
        Action(
            **part_of(user, record_type, record),
            number=last.get(record.pk, 0) + 1,
            action=action,
            state=record.state,
            reason=reason,
            changes=changes_of(record_type, record, (before or {}).get(record.pk, {})),
        )
        for record in records
    ]
    Action.objects.bulk_create(entries, batch_size=BATCH)
    for hook in AFTER_ACTION:
        for record, entry in zip(records, entries, strict=True):
            hook(user, record_type, record, entry)
