"""Functions of domains that are one operation: written down on a node, called again at the centre."""

import inspect
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Max, Model
from django.utils import timezone

from nuudel.base.errors import WebError
from nuudel.ledger.ids import new_id
from nuudel.web.access.context import current, running
from nuudel.web.access.models import Protected, Record
from nuudel.web.accounts.models import Institution, User
from nuudel.web.nodes.commands import CALLED, COMMANDS, MISSING, Command
from nuudel.web.nodes.commands import DRAWN as HOOKS_DRAWN
from nuudel.web.nodes.here import is_node
from nuudel.web.nodes.needing import all_here
from nuudel.web.nodes.outbox import (
    CALL,
    EFFECTS,
    SAVED,
    before_it,
    centre_number,
    keep,
    made_of,
    named_by,
    next_turn,
)
from nuudel.web.nodes.replaying import DRAWN, next_text
from nuudel.web.nodes.wire import Told
from nuudel.web.shell import records
from nuudel.web.shell.models import Action
from nuudel.web.shell.record_types import RecordType, record_types


def listen() -> None:
    """Call the commands of this process."""
    if not CALLED:
        CALLED.append(called)
        HOOKS_DRAWN.append(next_text)
        MISSING.append(is_missing)
        records.AFTER_LOCKING.append(demand_all)


def demand_all(record_type: RecordType, asked: int, found: int) -> None:
    """``WEB-483`` on a node that has not all of the records that a step concerns."""
    if found < asked and is_node():
        raise WebError(
            483,
            "this concerns records of another office, which are not here.",
            "Do it at the centre, when the link is back.",
        )


def is_missing(error: BaseException) -> bool:
    """Whether a record was not found on a node that names it: it belongs to another office."""
    return isinstance(error, ObjectDoesNotExist) and is_node()


def called(command: Command, bound: inspect.BoundArguments) -> Any:
    """Call a command; on a node what it does is kept as one operation."""
    context = running()
    if context is None or not is_node() or context.held.get(CALL):
        return command.call(bound)
    held, user = context.held, bound.arguments["user"]
    existing = record_of(command, user, bound)
    kind = record_types()[command.record_type]
    base = last_number(kind, existing.pk) if existing is not None else 0
    before = {name: held.get(name) for name in (SAVED, EFFECTS)}
    held[SAVED], held[EFFECTS], held[CALL], held[DRAWN] = {}, [], True, {}
    try:
        with all_here():
            result = command.call(bound)
            if held[SAVED]:
                write_down(command, bound, existing or result, base)
    finally:
        for name in (SAVED, EFFECTS, CALL, DRAWN):
            del held[name]
        held.update({name: value for name, value in before.items() if value is not None})
    return result


def last_number(record_type: RecordType, key: UUID) -> int:
    """The number of a record's last action; 0 where it has none."""
    rows = Action.objects.filter(record_type=record_type.key, record_id=key)
    return rows.aggregate(last=Max("number"))["last"] or 0


def record_of(command: Command, user: User, bound: inspect.BoundArguments) -> Any:
    """The record that a command concerns; None where it makes it."""
    if not command.about:
        return None
    value = bound.arguments[command.about]
    if isinstance(value, Record):
        return value
    if isinstance(value, Protected):  # what tells of a person
        return getattr(value, command.record_type.rpartition(".")[2])
    return records.find(user, record_types()[command.record_type], value)


def write_down(command: Command, bound: inspect.BoundArguments, record: Record, base: int) -> None:
    """Keep a command that was called, with its arguments and what it has drawn."""
    held = current().held
    saved = held[SAVED]
    values = written(bound)
    drawn: dict[str, list[Any]] = held[DRAWN]
    named = named_by(record) | ids_in(values)
    last, after = before_it({key for _, key in saved} | {record.pk}, named)
    made = made_of(saved)
    told = Told(
        id=new_id(),
        turn=next_turn(),
        record_type=command.record_type,
        record=record.pk,
        action=command.action,
        person=centre_number(bound.arguments["user"]),
        made_at=timezone.now(),
        entry=new_id(),
        base=base,
        previous=last.get(record.pk),
        after=after,
        values=values,
        made={label: drawn[label] for label in made if label in drawn},
        effects=tuple(held[EFFECTS]),
        command=command.key,
        drawn={label: texts for label, texts in drawn.items() if "." not in label},
    )
    keep(bound.arguments["user"], told, saved, named)


def written(bound: inspect.BoundArguments) -> dict[str, Any]:
    """The arguments of a command as a message has them."""
    given = {name: value for name, value in bound.arguments.items() if name != "user"}
    values: dict[str, Any] = msgspec.to_builtins(given, enc_hook=plain)
    return values


def plain(value: Any) -> Any:
    if isinstance(value, Institution):
        return value.code
    if isinstance(value, Model):
        return value.pk
    raise TypeError(type(value).__name__)


def ids_in(values: Any) -> set[UUID]:
    """All ids that stand anywhere in arguments."""
    if isinstance(values, dict):
        return ids_in([*values.keys(), *values.values()])
    if isinstance(values, list):
        return set().union(*map(ids_in, values)) if values else set()
    try:
        return {UUID(values)} if isinstance(values, str) and len(values) == 36 else set()
    except ValueError:
        return set()


def command_told(told: Told) -> Command | None:
    """The command of an operation; None where the program has none such."""
    command = COMMANDS.get(told.command)
    if command is None or (command.record_type, command.action) != (told.record_type, told.action):
        return None
    return command


def read(command: Command, user: User, values: dict[str, Any]) -> inspect.BoundArguments:
    """A message's arguments, by the types of the function; ``TypeError`` or ``ValueError`` for others."""
    hints = get_type_hints(command.function)
    given = {name: argument(command, user, name, hints[name], value) for name, value in values.items()}
    signature = inspect.signature(command.function)
    bound = signature.bind_partial(user)
    for name, parameter in signature.parameters.items():
        if name in given:
            bound.arguments[name] = given.pop(name)
        elif name != "user" and parameter.default is inspect.Parameter.empty:
            raise TypeError(name)
    if given:
        raise TypeError("an argument that is not known")
    return bound


def argument(command: Command, user: User, name: str, hint: Any, value: Any) -> Any:
    kinds = [kind for kind in get_args(hint) if kind is not NoneType]
    kind = kinds[0] if get_origin(hint) in (Union, UnionType) and len(kinds) == 1 else hint
    if not (isinstance(kind, type) and issubclass(kind, Model)):
        return msgspec.convert(value, hint, strict=False)
    if value is None and kind is not hint:
        return None
    if kind is Institution:
        return Institution.objects.get(code=value)
    if name in command.loads:
        return command.loads[name](user, UUID(value))
    rows: Any = kind._default_manager
    return rows.get(pk=UUID(value))
