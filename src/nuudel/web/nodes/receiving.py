"""At the centre: each operation is taken once, in the order of its record, and none is lost."""

import logging
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from nuudel.base.errors import NuudelError
from nuudel.web.access.context import acting, current
from nuudel.web.access.decisions import may
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.nodes.calls import command_told
from nuudel.web.nodes.models import (
    CONFLICT,
    DONE,
    DROPPED,
    REFUSED,
    TAKEN,
    UNDECIDED,
    WAITING,
    Node,
    Received,
)
from nuudel.web.nodes.outbox import ATTACH, COMMENT
from nuudel.web.nodes.problems import DIFFERENT, EXPECTED, PASSING, UNREADABLE, AgainstError, problem_of
from nuudel.web.nodes.replay import as_posted, do, type_told
from nuudel.web.nodes.replaying import Replay
from nuudel.web.nodes.wire import Names, Told, digest_of, text_of
from nuudel.web.shell import records
from nuudel.web.shell.sent import lock
from nuudel.web.shell.states import CREATED

RECORD_TYPE = "nodes.operation"
CHANGED_CONTENT = "other_content"
SENT_AGAIN = ("WEB-191", "WEB-496")
"""Others enter the same facts just now; a file has not come yet: the operation is sent again."""


@dataclass(frozen=True)
class Answer:
    """What became of an operation; ``theirs``: the record at the centre, where a person must choose."""

    state: str
    problem: dict[str, Any] = field(default_factory=dict)
    theirs: dict[str, Any] | None = field(default=None, repr=False)


def take(node: Node, raw: dict[str, Any]) -> Answer:
    """Take one operation; the same one again gets the same answer and changes nothing."""
    try:
        told = msgspec.convert(raw, Told)
    except (msgspec.ValidationError, TypeError):
        return keep_unreadable(node, raw)
    digest = digest_of(raw)
    known = Received.objects.filter(pk=told.id).first()
    if known is not None:
        return again(node, known, digest)
    person = User.objects.filter(pk=told.person).first()
    try:
        with acting(person, f"node {node}"):
            return take_first(node, person, told, raw, digest)
    except PASSING:
        raise
    except Exception as error:  # found at the commit alone, by a constraint of the database
        told_fault(error)
        with acting(person, f"node {node}"):
            lock(told.id)
            known = Received.objects.filter(pk=told.id).first()
            if known is not None:
                return again(node, known, digest)
            return keep(node, person, told, raw, digest, REFUSED, problem_of(error))


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


def take_first(node: Node, person: User | None, told: Told, raw: dict[str, Any], digest: str) -> Answer:
    """An operation that was not taken yet, in the running transaction."""
    lock(told.id)
    known = Received.objects.filter(pk=told.id).first()
    if known is not None:  # a second delivery that came at the same time
        return again(node, known, digest)
    before = {row.pk: row for row in Received.objects.filter(pk__in=told.after, node=node)}
    if len(before) < len(told.after) or any(row.state in UNDECIDED for row in before.values()):
        return Answer(WAITING)
    notes = len(current().notes)
    try:
        user = as_posted(person, node.place)
        replay = do(user, node, told, base=base_of(told, before))
    except PASSING:
        raise
    except Exception as error:  # whatever it is: the operation is kept, and those after it are not held up
        if isinstance(error, NuudelError) and error.code in SENT_AGAIN:
            return Answer(WAITING)
        told_fault(error)
        del current().notes[notes:]
        state = CONFLICT if isinstance(error, AgainstError) and error.conflict else REFUSED
        return keep(node, person, told, raw, digest, state, problem_of(error))
    enter(node, person, told, digest, DONE, replay)
    return Answer(DONE)


def base_of(told: Told, before: dict[UUID, Received]) -> int | None:
    """The number that the record's last action must have for an operation to be done; None: any."""
    if told.previous is None:
        return None if told.action in (CREATED, COMMENT, ATTACH) else told.base
    row = before[told.previous]
    if row.state == DROPPED:
        raise AgainstError(DIFFERENT, conflict=True)
    return int(row.numbers.get(str(told.record), told.base))


def enter(
    node: Node, person: User | None, told: Told, digest: str, state: str, replay: Replay | None = None
) -> Received:
    """Write down that an operation has come, and what became of it."""
    note_audit(state, RECORD_TYPE, [told.id])
    return Received.objects.create(
        id=told.id,
        node=node,
        record_type=told.record_type[:80],
        record_id=told.record,
        action=told.action[:40],
        person=person,
        state=state,
        digest=digest,
        numbers=replay.numbers if replay is not None else {},
    )


def keep(
    node: Node,
    person: User | None,
    told: Told,
    raw: dict[str, Any],
    digest: str,
    state: str,
    problem: dict[str, Any],
) -> Answer:
    """Keep an operation whole until a person decides."""
    row = enter(node, person, told, digest, state)
    row.content, row.problem = text_of(raw), problem
    row.save(update_fields=["content", "problem"])
    return Answer(state, problem, theirs_of(person, told))


def keep_unreadable(node: Node, raw: Any) -> Answer:
    """What is no operation is kept too, where it has at least an id."""
    try:
        key = UUID(str(raw["id"]))
    except (KeyError, TypeError, ValueError):
        return Answer(REFUSED, {"key": UNREADABLE})
    told = Told(key, 0, "", key, "", 0, timezone.now(), key)
    known = Received.objects.filter(pk=key).first()
    if known is not None:
        return again(node, known, digest_of(raw))
    with acting(None, f"node {node}"):
        lock(key)
        if Received.objects.filter(pk=key).exists():
            return Answer(REFUSED, {"key": CHANGED_CONTENT})
        return keep(node, None, told, raw, digest_of(raw), REFUSED, {"key": UNREADABLE})


def told_of(row: Received) -> Told | None:
    """The operation that is kept; None where it is no readable one, or is not kept any more."""
    if not row.content:
        return None
    try:
        return msgspec.json.decode(row.content.encode(), type=Told)
    except msgspec.ValidationError:
        return None


def theirs_of(user: User | None, told: Told | None) -> dict[str, Any] | None:
    """The record as the centre has it, as far as this person may read it: the fields of the operation."""
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
    last = records.history(record_type, found)[-1:]
    names = [name for name in row if name in told.values]
    records.note_reading(record_type, [found])
    return {
        "values": {name: row[name] for name in names},
        "state": found.state,
        "last": [{"action": e.action, "at": e.created_at, "by": e.created_by.name} for e in last],
    }


def decide(user: User, row: Received, choice: str) -> Received:
    """Settle an operation that is kept, in the running transaction, in the name of who decides.

    Parameters
    ----------
    choice
        ``mine``: do it now, upon what the centre has; ``theirs``: leave what the centre has, give it up.

    Raises
    ------
    AgainstError, NuudelError, PermissionDenied, Http404, ValidationError, DatabaseError
        What stands against it still, or that this person may not decide it.
    """
    row = Received.objects.select_for_update(of=("self",)).select_related("node").get(pk=row.pk)
    if row.state not in UNDECIDED:
        return row
    told = told_of(row)
    demand_decider(user, row, told)
    replay = None
    if choice == "mine" and told is not None:
        replay = do(user, row.node, told, base=None, exactly=False)
    row.state = TAKEN if replay is not None else DROPPED
    row.numbers = replay.numbers if replay is not None else {}
    row.content, row.decided_by, row.decided_at = None, user, timezone.now()
    note_audit(row.state, RECORD_TYPE, [row.pk])
    row.save(update_fields=["state", "numbers", "content", "decided_by", "decided_at"])
    return row


def demand_decider(user: User, row: Received, told: Told | None) -> None:
    """Who decides may do what the operation does, at that record."""
    if not may_decide(user, row, told):
        raise PermissionDenied


def makes(told: Told) -> bool:
    """Whether an operation is a function that makes the record that it is about."""
    command = command_told(told)
    return command is not None and not command.about


def may_decide(user: User, row: Received, told: Told | None) -> bool:
    """Whether a person may settle an operation: whoever may do it, with that record or in that place."""
    if told is None:
        return any(posting.role == "administrator" for posting in user.current_postings)
    try:
        record_type = type_told(told)
        action = "comment" if told.action == "attach" else told.action
        if makes(told):
            record = record_type.model(id=told.record, place=row.node.place, created_by=user)
            record.institution_id = user.current_postings[0].institution_id
            return may(user, record_type.key, action, record)
        if told.action == CREATED:
            record = record_type.model(id=told.record)
            names = ("place", "other_place", "institution_id")
            values = {name: told.values[name] for name in names if name in told.values}
            for name, value in Names(at_node=False).columns(record_type.model, values).items():
                setattr(record, name, value)
            record.created_by = user
            return may(user, record_type.key, action, record)
        found = records.readable(user, record_type).filter(pk=told.record).first()
    except (AgainstError, KeyError, TypeError, ValueError):
        return any(posting.role == "administrator" for posting in user.current_postings)
    return found is not None and may(user, record_type.key, action, found)
