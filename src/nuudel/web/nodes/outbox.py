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
from nuudel.ledger.ids import new_id
from nuudel.web.access.context import BEFORE_COMMIT, Context, current, running
from nuudel.web.access.models import Protected, Record, RecordPart
from nuudel.web.accounts.models import User
from nuudel.web.facts.store import ELSEWHERE
from nuudel.web.nodes.changes import AT_THE_CENTRE, OF_ONE_MACHINE
from nuudel.web.nodes.here import is_node
from nuudel.web.nodes.models import OPEN, Operation, Touched
from nuudel.web.nodes.replaying import running_replay
from nuudel.web.nodes.wire import OWN, Names, Told, columns_of, text_of
from nuudel.web.shell.models import Action, Attachment, Comment
from nuudel.web.shell.record_types import RecordType
from nuudel.web.shell.records import AFTER_ACTION
from nuudel.web.shell.states import CREATED

SAVED, EFFECTS, NAMES = "nodes_saved", "nodes_effects", "nodes_names"
CALL = "nodes_call"  # the function of a domain under way, which is one operation
ATTACH, COMMENT = "attach", "comment"
PART_LABELS = frozenset(part._meta.label_lower for part in (Action, Attachment, Comment))
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
    if instance._meta.label_lower in OF_ONE_MACHINE:
        return
    saved: dict[tuple[str, UUID], bool] = context.held.setdefault(SAVED, {})
    row = (type(instance)._meta.label_lower, instance.pk)
    saved[row] = saved.get(row, False) or created


def after_action(user: User, record_type: RecordType, record: Record, entry: RecordPart) -> None:
    """At the centre what comes of an operation; on a node the operation itself."""
    replay = running_replay()
    if replay is not None:
        if isinstance(entry, Action):
            replay.numbers[str(record.pk)] = entry.number
            if current().held.get("service_rights") or replay.told.command:
                replay.effects.append((record_type.key, entry.action))
    elif is_node():
        if record_type.domain in AT_THE_CENTRE:
            raise not_here()
        held = current().held
        # What follows from the action or belongs to the function that is under way.
        if held.get("service_rights") or held.get(CALL):
            action = entry.action if isinstance(entry, Action) else COMMENT
            held.setdefault(EFFECTS, []).append((record_type.key, action))
        else:
            write_down(user, record_type, record, entry)


def refuse_the_rest(context: Context) -> None:
    """``WEB-483`` where rows were written that belong to no action which could be sent."""
    if context.held.get(SAVED):
        raise not_here()


def not_here() -> WebError:
    return WebError(
        483,
        "this changes records in a way that cannot be done without a link to the centre.",
        "Do it at the centre, when the link is back.",
    )


def write_down(user: User, record_type: RecordType, record: Record, entry: RecordPart) -> Operation:
    """Keep what was done as an operation that waits to be sent; ``WEB-484`` as ``centre_number``."""
    held = current().held
    saved: dict[tuple[str, UUID], bool] = held.pop(SAVED, {})
    effects = tuple(held.pop(EFFECTS, ()))
    action, base, values = said(record_type, record, entry)
    own = (type(record)._meta.label_lower, record.pk)
    named = named_by(record)
    last, after = before_it({key for _, key in saved} | {record.pk}, named)
    told = Told(
        id=new_id(),
        turn=next_turn(),
        record_type=record_type.key,
        record=record.pk,
        action=action,
        person=centre_number(user),
        made_at=entry.created_at,
        entry=entry.pk,
        base=base,
        previous=None if isinstance(entry, Comment | Attachment) else last.get(record.pk),
        after=after,
        values=values,
        reason=entry.reason if isinstance(entry, Action) else "",
        made={label: [key for key in keys if (label, key) != own] for label, keys in made_of(saved).items()},
        effects=effects,
    )
    return keep(user, told, saved, named)


def keep(user: User, told: Told, saved: dict[tuple[str, UUID], bool], named: set[UUID]) -> Operation:
    """Write an operation into the outbox, with the rows that it has written and those that it names."""
    operation = Operation(
        id=told.id,
        turn=told.turn,
        record_type=told.record_type,
        record_id=told.record,
        action=told.action,
        made_by=user,
        made_at=told.made_at,
        content=text_of(told),
    )
    operation.save(force_insert=True)
    rows = [*saved, *(("", key) for key in named - {key for _, key in saved})]
    Touched.objects.bulk_create(Touched(operation=operation, model=label, key=key) for label, key in rows)
    return operation


def made_of(saved: dict[tuple[str, UUID], bool]) -> dict[str, list[UUID]]:
    """The records that were made, by table."""
    made: dict[str, list[UUID]] = {}
    for (label, key), created in saved.items():
        if created and label not in PART_LABELS:
            made.setdefault(label, []).append(key)
    return made


def next_turn() -> int:
    with connection.cursor() as cursor:
        cursor.execute(TURN)
        return int(cursor.fetchone()[0])


def names_here() -> Names:
    """The node's names, looked up once in a transaction."""
    held = current().held
    if NAMES not in held:
        held[NAMES] = Names(at_node=True)
    names: Names = held[NAMES]
    return names


def centre_number(user: User) -> int:
    """The centre's number of a person; ``WEB-484`` where the centre does not know the account."""
    centre_id = names_here().centre.get(user.pk)
    if centre_id is None:
        raise WebError(
            484,
            "the centre does not know this account.",
            "Sign in as somebody whom the centre has sent here.",
        )
    return centre_id


def said(record_type: RecordType, record: Record, entry: RecordPart) -> tuple[str, int, dict[str, Any]]:
    """The action, the number of the record's action before it, and the values that it writes."""
    if isinstance(entry, Comment):
        return COMMENT, 0, {"text": entry.text}
    if isinstance(entry, Attachment):
        return ATTACH, 0, {"name": entry.name, "size": entry.size, "sha256": entry.sha256}
    assert isinstance(entry, Action)
    names = names_here()
    columns = [field for field in columns_of(type(record)) if field.name not in OWN]
    if entry.action != CREATED:
        columns = [field for field in columns if field.name in entry.changes]
    return entry.action, entry.number - 1, {field.attname: names.out(field, record) for field in columns}


def named_by(record: Record) -> set[UUID]:
    """The ids of the records that a record names."""
    fields: list[Any] = [field for field in record._meta.concrete_fields if field.is_relation]
    named = [field for field in fields if issubclass(field.related_model, Protected)]
    return {key for field in named if (key := getattr(record, field.attname)) is not None}


def before_it(written: set[UUID], named: set[UUID]) -> tuple[dict[UUID, UUID], tuple[UUID, ...]]:
    """What of this node is not settled and comes before an operation.

    Returns
    -------
    tuple
        The last operation that has written each row; and all that come before: those, and for the rows that
        the operation writes those that have named them since. So a training is held after its participants
        were entered.
    """
    rows = Touched.objects.filter(key__in=written | named, operation__state__in=OPEN)
    last: dict[UUID, UUID] = {}
    since: dict[UUID, list[UUID]] = {}
    for model, key, operation in rows.order_by("operation__turn").values_list("model", "key", "operation_id"):
        if model:
            last[key], since[key] = operation, []
        else:
            since.setdefault(key, []).append(operation)
    naming = {operation for key in written for operation in since.get(key, ())}
    return last, tuple(sorted({*last.values(), *naming}))
