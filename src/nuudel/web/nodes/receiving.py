"""At the centre: each operation is taken once, in the order of its record, and none is lost."""

import logging
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from django.utils import timezone

from nuudel.base.errors import NuudelError
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.nodes.message import Message
from nuudel.web.nodes.models import (
    CONFLICT,
    DONE,
    DROPPED,
    REFUSED,
    UNDECIDED,
    WAITING,
    Node,
    Received,
)
from nuudel.web.nodes.outbox import ATTACH, COMMENT
from nuudel.web.nodes.problems import DIFFERENT, EXPECTED, PASSING, UNREADABLE, AgainstError, problem_of
from nuudel.web.nodes.replay import as_posted, do, type_told
from nuudel.web.nodes.wire import Names, Told, column_of, digest_of, text_of
from nuudel.web.shell import records
from nuudel.web.shell.sent import lock
from nuudel.web.shell.states import CREATED

RECORD_TYPE = "nodes.operation"
CHANGED_CONTENT = "other_content"
MOST_SINCE = 10
SENT_AGAIN = ("WEB-191", "WEB-496")
"""Others enter the same facts just now; a file has not come yet: the operation is sent again."""


@dataclass(frozen=True)
class Answer:
    """What became of an operation; ``theirs``: the record at the centre, where a person must choose."""

    state: str
    problem: dict[str, Any] = field(default_factory=dict)
    theirs: dict[str, Any] | None = field(default=None, repr=False)


def take(message: Message, raw: dict[str, Any], known: Received | None) -> Answer:
    """Take one operation; the same one again gets the same answer and changes nothing.

    Parameters
    ----------
    known
        The operation, where it had come before this message.
    """
    try:
        told = msgspec.convert(raw, Told)
    except (msgspec.ValidationError, TypeError):
        return keep_unreadable(message, raw)
    digest = digest_of(raw)
    if known is not None:
        return again(message.node, known, digest)
    person = message.person(told.person)
    try:
        with message.acting(person):
            return take_first(message, person, told, digest)
    except PASSING:
        raise
    except Exception as error:  # whatever it is: the operation is kept, and those after it are not held up
        if isinstance(error, NuudelError) and error.code in SENT_AGAIN:
            return Answer(WAITING)
        told_fault(error)
        with message.acting(person):
            return keep(message.node, person, told, raw, digest, error)


def told_fault(error: Exception) -> None:
    """Log the kind of an error that no operation should cause; never its values."""
    if not isinstance(error, EXPECTED):
        logging.getLogger(__name__).error("an operation of a node failed: %s", type(error).__name__)


def again(node: Node, known: Received, digest: str) -> Answer:
    """The answer of before; who sends something else under an id that was used is refused."""
    if known.digest != digest or known.node_id != node.pk:
        return Answer(REFUSED, {"key": CHANGED_CONTENT})
    return answer_of(known)


def answer_of(known: Received) -> Answer:
    if known.state not in UNDECIDED:
        return Answer(known.state)
    with acting(known.person, f"node {known.node}"):
        return Answer(known.state, known.problem, theirs_of(known.person, told_of(known)))


def take_first(message: Message, person: User | None, told: Told, digest: str) -> Answer:
    """Do an operation that was not taken yet, in the running transaction; an error undoes all of it."""
    lock(told.id)
    found = Received.objects.in_bulk({told.id, *told.after})
    if told.id in found:  # a second delivery that came at the same time
        return again(message.node, found[told.id], digest)
    before = {key: row for key, row in found.items() if row.node_id == message.node.pk}
    if len(before) < len(set(told.after)) or any(row.state in UNDECIDED for row in before.values()):
        return Answer(WAITING)
    user = as_posted(person, message.node.place)
    replay = do(user, message, told, base=base_of(told, before))
    enter(message.node, person, told, DONE, digest=digest, numbers=replay.numbers)
    return Answer(DONE)


def base_of(told: Told, before: dict[UUID, Received]) -> int | None:
    """The number that the record's last action must have for an operation to be done; None: any."""
    if told.previous is None:
        return None if told.action in (CREATED, COMMENT, ATTACH) else told.base
    row = before[told.previous]
    if row.state == DROPPED:
        raise AgainstError(DIFFERENT, conflict=True)
    return int(row.numbers.get(str(told.record), told.base))


def enter(node: Node, person: User | None, told: Told, state: str, **kept: Any) -> None:
    """Write down that an operation has come, and what became of it."""
    note_audit(state, RECORD_TYPE, [told.id])
    Received.objects.create(
        id=told.id,
        node=node,
        record_type=told.record_type[:80],
        record_id=told.record,
        action=told.action[:40],
        person=person,
        state=state,
        **kept,
    )


def keep(
    node: Node, person: User | None, told: Told, raw: dict[str, Any], digest: str, error: Exception
) -> Answer:
    """Keep an operation whole until a person decides, with what stands against it."""
    lock(told.id)
    known = Received.objects.filter(pk=told.id).first()
    if known is not None:  # another delivery was first
        return again(node, known, digest)
    state = CONFLICT if isinstance(error, AgainstError) and error.conflict else REFUSED
    problem = problem_of(error)
    enter(node, person, told, state, digest=digest, content=text_of(raw), problem=problem)
    return Answer(state, problem, theirs_of(person, told))


def keep_unreadable(message: Message, raw: Any) -> Answer:
    """What is no operation is kept too, where it has at least an id."""
    try:
        key = UUID(str(raw["id"]))
    except (KeyError, TypeError, ValueError):
        return Answer(REFUSED, {"key": UNREADABLE})
    told = Told(key, 0, "", key, "", 0, timezone.now(), key)
    with message.acting(None):
        return keep(message.node, None, told, raw, digest_of(raw), AgainstError(UNREADABLE))


def told_of(row: Received) -> Told | None:
    """The operation that is kept; None where it is no readable one, or is not kept any more."""
    if not row.content:
        return None
    try:
        return msgspec.json.decode(row.content.encode(), type=Told)
    except msgspec.ValidationError:
        return None


def theirs_of(user: User | None, told: Told | None) -> dict[str, Any] | None:
    """The record as the centre has it, as far as this person may read it.

    The fields of the operation, those that were changed at the centre since, and what was done since.
    """
    if user is None or told is None:
        return None
    try:
        record_type = type_told(told)
    except AgainstError:
        return None
    found = records.readable(user, record_type).filter(pk=told.record).first()
    if found is None:
        return None
    row = Names(at_node=False).row(found)
    acts = records.history(record_type, found)
    since = [entry for entry in acts if entry.number > told.base][-MOST_SINCE:]
    changed = {name for entry in since for name in entry.changes}
    columns = {column_of(type(found), name) for name in changed & set(record_type.fields)}
    names = [name for name in row if name in told.values or name in columns]
    records.note_reading(record_type, [found])
    return {
        "values": {name: row[name] for name in names},
        "state": found.state,
        "since": [{"action": e.action, "at": e.created_at, "by": e.created_by.name} for e in since],
    }
