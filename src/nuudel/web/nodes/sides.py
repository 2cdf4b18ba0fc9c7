"""An operation and what stands against it as people see it: what the office wrote, what the centre has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.utils.dateparse import parse_datetime

from nuudel.web.nodes.models import Operation, Received
from nuudel.web.nodes.outbox import ATTACH, COMMENT
from nuudel.web.nodes.replay import type_told
from nuudel.web.nodes.wire import Names, Told, column_of
from nuudel.web.shell.codes import short_code
from nuudel.web.shell.record_types import RecordType
from nuudel.web.shell.shown import place_names, shown, title_of
from nuudel.web.words import language, messages, say


@dataclass(frozen=True)
class Line:
    """A field on both sides; ``mine`` is None where the office has left it as it was."""

    title: str
    mine: str | None = field(repr=False)
    theirs: str = field(repr=False)

    @property
    def differs(self) -> bool:
        return self.mine is not None and self.mine != self.theirs


@dataclass(frozen=True)
class Sides:
    """Both versions, side by side.

    Attributes
    ----------
    reasons
        What stands against the operation, in words.
    since
        What was done with the record at the centre in the meantime: action, when, by whom.
    """

    told: Told
    record_type: RecordType
    lines: list[Line]
    reasons: list[str]
    state: str = ""
    since: list[dict[str, Any]] = field(default_factory=list)

    @property
    def action(self) -> str:
        """The action as a deed."""
        known = messages(language())
        if self.told.command:
            return say(f"nodes.command.{self.told.command.rpartition('.')[2]}")
        own = known.get(self.record_type.words(f"action_{self.told.action}"))
        return own or known.get(f"shell.action.{self.told.action}") or say(f"nodes.action.{self.told.action}")


def sides_of(told: Told, theirs: Mapping[str, Any] | None, problem: Mapping[str, Any]) -> Sides:
    """The two versions; ``AgainstError`` where the program does not know this kind of operation.

    Values of personal fields are among them: whoever shows it has asked for the permission, and notes it.
    """
    record_type = type_told(told)
    there: Mapping[str, Any] = (theirs or {}).get("values", {})
    if told.command:
        lines = argument_lines(record_type, told)
    elif told.action in (COMMENT, ATTACH):
        text = str(told.values.get("text" if told.action == COMMENT else "name", ""))
        lines = [Line(say(f"nodes.action.{told.action}"), text, "")]
    else:
        lines = field_lines(record_type, told, there)
    since = [dict(entry) for entry in (theirs or {}).get("since", [])]
    for entry in since:
        entry["at"] = moment(entry["at"])
    problems = reasons_of(record_type, problem)
    return Sides(told, record_type, lines, problems, (theirs or {}).get("state", ""), since)


def field_lines(record_type: RecordType, told: Told, there: Mapping[str, Any]) -> list[Line]:
    """The fields that one side has written, those of the office first."""
    mine: list[Line] = []
    others: list[Line] = []
    for name in (*record_type.fields, "place"):
        column = column_of(record_type.model, name)
        other = text_of_value(record_type, name, there[column]) if column in there else ""
        if column in told.values:
            written = text_of_value(record_type, name, told.values[column])
            mine.append(Line(title_of(record_type, name), written, other))
        elif column in there:
            others.append(Line(title_of(record_type, name), None, other))
    return [*mine, *others]


def argument_lines(record_type: RecordType, told: Told) -> list[Line]:
    """What a function of a domain was called with: what has words, and no ids of records."""
    inner = [value for value in told.values.values() if isinstance(value, dict)]
    given = {name: value for part in inner for name, value in part.items()}
    columns = {field.name for field in record_type.model._meta.concrete_fields if not field.is_relation}
    lines = []
    for name, value in (told.values | given).items():
        if value in ("", None):
            continue
        if name == "place" or (name in columns and name in record_type.fields):
            title = title_of(record_type, name)
            lines.append(Line(title, text_of_value(record_type, name, value), ""))
        elif f"nodes.argument.{name}" in messages(language()):
            lines.append(Line(say(f"nodes.argument.{name}"), argument_text(record_type, name, value), ""))
    return lines


def argument_text(record_type: RecordType, name: str, value: Any) -> str:
    """An argument in words; a step by its name, a record by the end of its id, as offices say it."""
    known = messages(language())
    if name == "action":
        return known.get(record_type.words(f"action_{value}"), str(value))
    if name == "role":
        return known.get(f"{record_type.domain}.household_role_code.{value}", str(value))
    if name.endswith("_id") or name == "event":
        return short_code(str(value))
    return str(value)


def moment(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else parse_datetime(str(value))


def text_of_value(record_type: RecordType, name: str, value: Any) -> str:
    """A value of a message in words; one that cannot be read as it came."""
    if name == "place":
        return place_names([str(value)]).get(str(value), str(value))
    column = record_type.model._meta.get_field(name)
    try:
        return shown(record_type, name, Names(at_node=False).taken(column, value))
    except (KeyError, TypeError, ValueError):
        return str(value)


def reasons_of(record_type: RecordType, problem: Mapping[str, Any]) -> list[str]:
    """What stands against an operation, in the reader's language."""
    key = str(problem.get("key", ""))
    if key == "broken_rules":
        known = messages(language())
        return [
            f"{title_of(record_type, rule['field'])}: {say(rule['message'], **rule['slots'])}"
            for rule in problem["rules"]
            if rule["message"] in known
        ] or [say("nodes.problem.no_value")]
    if key == "error":
        return [say("nodes.problem.error", code=problem["code"])]
    known_key = f"nodes.problem.{key}"
    text = say(known_key) if known_key in messages(language()) else say("nodes.problem.no_value")
    named = [title_of(record_type, name) for name in problem.get("fields", ())]
    return [f"{text} ({', '.join(named)})" if named else text]


def told_of_row(row: Received | Operation) -> Told | None:
    """The operation that a row holds; None where it holds none that can be read."""
    try:
        return msgspec.json.decode((row.content or "").encode(), type=Told)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return None
