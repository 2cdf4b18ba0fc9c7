"""Records and operations as messages between a node and its centre.

People are named by the centre's numbers, institutions by their codes, everything else as it is. Encrypted
fields are in plain: the message goes inside TLS, and each side seals with keys of its own.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.contrib.postgres.fields import ArrayField
from django.db import models

from nuudel.web.accounts.models import Institution, User
from nuudel.web.nodes.models import KnownPerson
from nuudel.web.protection.fields import BlindIndexField

OWN = frozenset({"id", "state", "created_by", "created_at", "changed_at"})
"""Columns that the shell fills itself: an operation does not name them."""


class Told(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An operation as a node tells it.

    Attributes
    ----------
    person
        Who did it, by the centre's number.
    base, previous, after
        The number of the record's last action before it; the operation of this node that has it; all
        operations of this node on whose outcome it depends.
    values
        Fields written, by column; of a comment ``text``, of a file ``name``, ``size`` and ``sha256``.
    entry
        The id of its action, comment or file.
    made, effects
        Ids of other records that it made, by model; what else was done with records: type and action.
    command, drawn
        The function of a domain that does it as a whole, with ``values`` as its arguments; what that drew by
        chance, by label.
    """

    id: UUID
    turn: int
    record_type: str
    record: UUID
    action: str
    person: int
    made_at: datetime
    entry: UUID
    base: int = 0
    previous: UUID | None = None
    after: tuple[UUID, ...] = ()
    values: dict[str, Any] = {}
    reason: str = ""
    made: dict[str, list[UUID]] = {}
    effects: tuple[tuple[str, str], ...] = ()
    command: str = ""
    drawn: dict[str, list[str]] = {}


def text_of(content: Any) -> str:
    """A message as one text, the same for equal content."""
    return msgspec.json.encode(content, order="deterministic").decode()


def digest_of(content: Any) -> str:
    return hashlib.sha256(text_of(content).encode()).hexdigest()


def is_keyed(field: Any) -> bool:
    """Whether a column holds what only this installation's keys give: each side computes its own."""
    if isinstance(field, BlindIndexField):
        return True
    return isinstance(field, models.BigIntegerField) and not field.editable and field.name.endswith("_key")


def columns_of(model: type[models.Model]) -> list[Any]:
    """The columns of a record that are sent."""
    return [field for field in model._meta.concrete_fields if not is_keyed(field)]


def column_of(model: type[models.Model], name: str) -> str:
    """The column of a field, by which messages name it."""
    return str(getattr(model._meta.get_field(name), "attname", name))


class Names:
    """People and institutions between this database and the messages.

    Parameters
    ----------
    at_node
        Whether people have other numbers here than at the centre.
    """

    def __init__(self, at_node: bool) -> None:
        self.codes: dict[int, str] = dict(Institution.objects.values_list("pk", "code"))
        self.institutions = {code: pk for pk, code in self.codes.items()}
        self.at_node = at_node
        self.centre: dict[int, int] = {}
        if at_node:
            self.centre = dict(KnownPerson.objects.values_list("user_id", "centre_id"))
        self.here = {centre: here for here, centre in self.centre.items()}

    def out(self, field: Any, record: models.Model) -> Any:
        """A column's value for a message."""
        value = getattr(record, field.attname)
        if value is None or not field.is_relation:
            return value
        if field.related_model is Institution:
            return self.codes[value]
        if field.related_model is User and self.at_node:
            return self.centre.get(value)
        return value

    def taken(self, field: Any, value: Any) -> Any:
        """A message's value for a column; ``ValidationError``, ``KeyError`` or ``TypeError`` for no value."""
        if value is None:
            return None
        if field.is_relation:
            if field.related_model is Institution:
                return self.institutions[value]
            if field.related_model is User:
                return self.here.get(int(value)) if self.at_node else int(value)
            return field.target_field.to_python(value)
        if isinstance(field, ArrayField):
            return [field.base_field.to_python(entry) for entry in value]
        return field.to_python(value)

    def row(self, record: models.Model) -> dict[str, Any]:
        """All columns of a record."""
        return {field.attname: self.out(field, record) for field in columns_of(type(record))}

    def columns(self, model: type[models.Model], row: Mapping[str, Any]) -> dict[str, Any]:
        """A row of a message as values of columns; what names no column is a ``KeyError``."""
        known = {field.attname: field for field in columns_of(model)}
        return {name: self.taken(known[name], value) for name, value in row.items()}
