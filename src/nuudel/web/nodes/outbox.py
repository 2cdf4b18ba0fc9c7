"""On a node: whatever is done with records is written down in its own transaction, to be sent later.

What cannot be written down as an action of a person is refused at once: nothing is done here that the centre
would not do.
"""

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model
from django.db.models.signals import post_save

from nuudel.base.errors import WebError
from nuudel.web.access.context import BEFORE_COMMIT, Context, current, running
from nuudel.web.access.models import Protected, Record, RecordPart
from nuudel.web.accounts.models import User
from nuudel.web.facts.store import ELSEWHERE
from nuudel.web.nodes.here import is_node
from nuudel.web.nodes.models import OPEN, KnownPerson, Operation, Touched
from nuudel.web.nodes.replaying import running_replay
from nuudel.web.nodes.wire import OWN, Names, Told, columns_of, text_of
from nuudel.web.shell.models import Action, Attachment, Comment
from nuudel.web.shell.record_types import RecordType
from nuudel.web.shell.records import AFTER_ACTION
from nuudel.web.shell.states import CREATED

SAVED, EFFECTS = "nodes_saved", "nodes_effects"
ATTACH, COMMENT = "attach", "comment"
TURN = "SELECT nextval('nodes_turn')"


def listen() -> None:
    """Follow all records of this process."""
    post_save.connect(note_saved, dispatch_uid="nuudel.nodes.saved")
    if after_action not in AFTER_ACTION:
        AFTER_ACTION.append(after_action)
        BEFORE_COMMIT.append(refuse_the_rest)


def note_saved(sender: type[Model], instance: Any, created: bool, using: str, **_: Any) -> None:
    """Remember a row that this transaction has written on a node."""
    context = running()
    if context is None or using != "default" or not isinstance(instance, Protected) or not is_node():
        return
    context.held[ELSEWHERE] = True
    saved: dict[tuple[str, UUID], bool] = context.held.setdefault(SAVED, {})
    row = (type(instance)._meta.label_lower, instance.pk)
    saved[row] = saved.get(row, False) or created


def after_action(user: User, record_type: RecordType, record: Record, entry: RecordPart) -> None:
    """At the centre what comes of an operation; on a node the operation itself."""
    replay = running_replay()
    if replay is not None:
        if isinstance(entry, Action):
            replay.numbers[str(record.pk)] = entry.number
            if current().held.get("service_rights"):
                replay.effects.append((record_type.key, entry.action))
    elif is_node():
        held = current().held
        if held.get("service_rights"):  # what follows from the action that is under way
            action = entry.action if isinstance(entry, Action) else COMMENT
            held.setdefault(EFFECTS, []).append((record_type.key, action))
        else:
            write_down(user, record_type, record, entry)


def refuse_the_rest(context: Context) -> None:
    """``WEB-483`` where rows were written that belong to no action which could be sent."""
    if context.held.get(SAVED):
        raise WebError(
            483,
            "this changes records in a way that cannot be done without a link to the centre.",
            "Do it at the centre, when the link is back.",
        )


def write_down(user: User, record_type: RecordType, record: Record, entry: RecordPart) -> Operation:
    """Keep what was done as an operation that waits to be sent.

    Raises
    ------
    WebError
        ``WEB-484``: the centre does not know who has done it.
    """
    held = current().held
    saved: dict[tuple[str, UUID], bool] = held.pop(SAVED, {})
    effects = tuple(held.pop(EFFECTS, ()))
    centre_id = KnownPerson.objects.filter(user=user).values_list("centre_id", flat=True).first()
    if centre_id is None:
        raise WebError(
            484,
            "the centre does not know this account.",
            "Sign in as somebody whom the centre has sent here.",
        )
    with connection.cursor() as cursor:
        cursor.execute(TURN)
        turn = int(cursor.fetchone()[0])
    action, base, values = said(record_type, record, entry)
    own = (type(record)._meta.label_lower, record.pk)
    parts = {part._meta.label_lower for part in (Action, Attachment, Comment)}
    concerned = {key for _, key in saved} | {record.pk} | set(named_by(record))
    before = before_it(concerned)
    is_part = isinstance(entry, Comment | Attachment)
    operation = Operation(
        turn=turn, record_type=record_type.key, record_id=record.pk, action=action, made_by=user
    )
    operation.made_at = entry.created_at
    made: dict[str, list[UUID]] = {}
    for (label, key), created in saved.items():
        if created and label not in parts and (label, key) != own:
            made.setdefault(label, []).append(key)
    told = Told(
        id=operation.pk,
        turn=turn,
        record_type=record_type.key,
        record=record.pk,
        action=action,
        person=centre_id,
        made_at=entry.created_at,
        entry=entry.pk,
        base=base,
        previous=None if is_part else before.get(record.pk),
        after=tuple(sorted(set(before.values()))),
        values=values,
        reason=entry.reason if isinstance(entry, Action) else "",
        made=made,
        effects=effects,
    )
    operation.content = text_of(told)
    operation.save(force_insert=True)
    Touched.objects.bulk_create(Touched(operation=operation, model=label, key=key) for label, key in saved)
    return operation


def said(record_type: RecordType, record: Record, entry: RecordPart) -> tuple[str, int, dict[str, Any]]:
    """The action, the number of the record's action before it, and the values that it writes."""
    if isinstance(entry, Comment):
        return COMMENT, 0, {"text": entry.text}
    if isinstance(entry, Attachment):
        return ATTACH, 0, {"name": entry.name, "size": entry.size, "sha256": entry.sha256}
    assert isinstance(entry, Action)
    names = Names(at_node=True)
    columns = [field for field in columns_of(type(record)) if field.name not in OWN]
    if entry.action != CREATED:
        columns = [field for field in columns if field.name in entry.changes]
    return entry.action, entry.number - 1, {field.attname: names.out(field, record) for field in columns}


def named_by(record: Record) -> list[UUID]:
    """The ids of the records that a record names."""
    fields: list[Any] = [field for field in record._meta.concrete_fields if field.is_relation]
    named = [field for field in fields if issubclass(field.related_model, Protected)]
    return [key for field in named if (key := getattr(record, field.attname)) is not None]


def before_it(keys: set[UUID]) -> dict[UUID, UUID]:
    """The last operation that is not settled of each of these rows, where there is one."""
    rows = Touched.objects.filter(key__in=keys, operation__state__in=OPEN).order_by("operation__turn")
    return dict(rows.values_list("key", "operation_id"))
