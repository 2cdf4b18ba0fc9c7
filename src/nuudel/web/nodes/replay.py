"""At the centre: an operation of a node is done again in the name of who did it, by the same rules."""

from typing import Any, cast

import msgspec
from django.core.files.uploadedfile import UploadedFile

from nuudel.web.access.decisions import path_of
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.nodes.calls import command_told, last_number, read, record_of
from nuudel.web.nodes.files import held_file
from nuudel.web.nodes.message import Message
from nuudel.web.nodes.models import Node
from nuudel.web.nodes.outbox import ATTACH, COMMENT
from nuudel.web.nodes.problems import (
    EARLIER,
    ELSEWHERE,
    FOLLOWS,
    STRANGER,
    UNKNOWN,
    VALUE,
    AgainstError,
)
from nuudel.web.nodes.replaying import Replay, replaying
from nuudel.web.nodes.wire import OWN, Names, Told, columns_of
from nuudel.web.shell import records
from nuudel.web.shell.attachments import attach
from nuudel.web.shell.record_types import RecordType, record_types
from nuudel.web.shell.states import CHANGED, CREATED


def type_told(told: Told) -> RecordType:
    """The kind of record of an operation."""
    found = record_types().get(told.record_type)
    if found is not None and told.command:
        if command_told(told) is None:
            raise AgainstError(UNKNOWN)
        return found
    if found is None or (found.states.step(told.action) is None and told.action not in ACTIONS):
        raise AgainstError(UNKNOWN)
    return found


FOUND = ("registration.pair",)
"""What a search among all records has found: the centre finds more than a node, and that is no conflict."""
ACTIONS = (CREATED, CHANGED, COMMENT, ATTACH)


def as_posted(user: User | None, place: str) -> User:
    """The person with the postings at the node's place alone: no other right of hers is used from there."""
    if user is None or not user.is_active:
        raise AgainstError(STRANGER)
    here = [posting for posting in user.current_postings if posting.place and is_below(posting.place, place)]
    if not here:
        raise AgainstError(STRANGER)
    user.__dict__["current_postings"] = here
    return user


def is_below(code: str, place: str) -> bool:
    """Whether a place is another one or lies in it."""
    return bool(code) and place in path_of(code)


def do(user: User, message: Message, told: Told, *, base: int | None, exactly: bool = True) -> Replay:
    """Do an operation in the running transaction, which is undone where something stands against it.

    Parameters
    ----------
    base
        The number that the record's last action must have; None: whatever it has.
    exactly
        Whether what follows with other records must be what followed on the node.

    Raises
    ------
    AgainstError, NuudelError, PermissionDenied, Http404, ValidationError, DatabaseError
        What stands against it.
    """
    node, record_type = message.node, type_told(told)
    with replaying(told, node.joined_at or node.made_at) as replay:
        if told.command:
            call(user, node, record_type, told, base)
        elif told.action == CREATED:
            create(user, message, record_type, told)
        else:
            found = records.find(user, record_type, told.record, to_change=True)
            demand_place(node, found)
            demand_base(record_type, told, base)
            step(user, message, record_type, found, told)
        followed, expected = (
            sorted(e for e in some if e[0] not in FOUND) for some in (replay.effects, told.effects)
        )
        if exactly and followed != expected:
            raise AgainstError(FOLLOWS, conflict=True)
    if str(told.record) not in replay.numbers:  # a comment or a file is no action
        replay.numbers[str(told.record)] = last_number(record_type, told.record)
    return replay


def demand_base(record_type: RecordType, told: Told, base: int | None) -> None:
    """Nobody else has worked on the record since."""
    if base is not None and last_number(record_type, told.record) != base:
        raise AgainstError(EARLIER, conflict=True)


def call(user: User, node: Node, record_type: RecordType, told: Told, base: int | None) -> None:
    """Call a function of a domain with the arguments that it had on the node."""
    command = command_told(told)
    assert command is not None, "type_told has looked it up"
    try:
        bound = read(command, user, told.values)
    except (TypeError, ValueError, msgspec.ValidationError) as error:
        raise AgainstError(VALUE) from error
    record: Any
    if command.about:
        record = records.find(user, record_type, told.record, to_change=True)
        demand_base(record_type, told, base)
        concerned = record_of(command, user, bound)
        if concerned.pk != told.record:
            raise AgainstError(VALUE)
        demand_place(node, record)
        command.call(bound)
    else:
        record = command.call(bound)
        demand_place(node, record)
        if record.pk != told.record:
            raise AgainstError(FOLLOWS, conflict=True)


def demand_place(node: Node, record: Record) -> None:
    """A node works with what concerns its place, and with nothing else."""
    if not any(is_below(place, node.place) for place in (record.place, record.other_place) if place):
        raise AgainstError(ELSEWHERE)


def written(names: Names, record: Record, told: Told) -> dict[str, Any]:
    """Fill a record with what an operation says; the old values of what differs, by field."""
    allowed = {f.attname: f for f in columns_of(type(record)) if f.name not in OWN}
    if unknown := sorted(told.values.keys() - allowed.keys()):
        raise AgainstError(VALUE, fields=tuple(name for name in unknown if name.isidentifier())[:5])
    before: dict[str, Any] = {}
    for name, value in names.columns(type(record), told.values).items():
        before[allowed[name].name] = getattr(record, name)
        setattr(record, name, value)
    told_names = {allowed[name].name for name in told.values if not allowed[name].is_relation}
    record.clean_fields(exclude={f.name for f in record._meta.fields} - told_names)
    return before


def create(user: User, message: Message, record_type: RecordType, told: Told) -> None:
    record = record_type.model(id=told.record)
    written(message.names, record, told)
    if not is_below(record.place, message.node.place):
        raise AgainstError(ELSEWHERE)
    records.create(user, record_type, record)


def step(user: User, message: Message, record_type: RecordType, found: Record, told: Told) -> None:
    """Everything but the making of a record."""
    if told.action == CHANGED:
        version = records.version_of(found)
        before = written(message.names, found, told)
        demand_place(message.node, found)
        records.change(user, record_type, found, before, version)
    elif told.action == COMMENT:
        records.comment(user, record_type, found, text_told(told, "text"))
    elif told.action == ATTACH:
        path = held_file(message.node, text_told(told, "sha256"))
        with path.open("rb") as file:
            upload = UploadedFile(file, text_told(told, "name"), size=path.stat().st_size)
            attach(user, record_type, found, cast("Any", upload))
    else:
        records.transition(user, record_type, found, told.action, reason=told.reason[:500])


def text_told(told: Told, name: str) -> str:
    text = told.values.get(name)
    if not isinstance(text, str) or not text.strip() or len(text) > 4000:
        raise AgainstError(VALUE, fields=(name,))
    return text
