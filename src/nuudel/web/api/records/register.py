"""What the API asks of a record type; who may do what is decided by whoever answers, not here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ninja import Schema

from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User


@dataclass(frozen=True)
class Asked:
    """Which records of a list: filters, and the last one of the page before."""

    state: str
    place: str
    after: UUID | None
    limit: int


@dataclass(frozen=True)
class Comment:
    """What somebody wrote about a record."""

    id: UUID
    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Attachment:
    """A file that hangs on a record."""

    id: UUID
    name: str
    media_type: str
    size: int
    at: datetime


class Register(Protocol):
    """The records of one type.

    Every function asks for the permission itself (``PermissionDenied``), answers ``Http404`` for a record
    that the user may not see, and notes what it reads or writes in the audit.

    Attributes
    ----------
    key
        Such as ``campaigns.training``.
    title
        What one record is called, in English, for the description of the API.
    fields
        The model of what a record shows of itself, every field optional.
    new
        The model of what is needed to make one.
    changed
        The model of what can be changed, every field optional.
    actions
        The names of the transitions.
    """

    key: str
    title: str
    fields: type[Schema]
    new: type[Schema]
    changed: type[Schema]
    actions: tuple[str, ...]

    def page(self, user: User, asked: Asked) -> Sequence[Record]:
        """The records that the user may read, the newest first; one more than ``limit`` where there are."""

    def find(self, user: User, pk: UUID, *, to_change: bool = False) -> Record:
        """One record; to change it, locked until the transaction ends."""

    def values(self, user: User, record: Record, *, listed: bool = False) -> Mapping[str, Any]:
        """What the user may see of a record, by the names of ``fields``; less of it in a list."""

    def create(self, user: User, values: Mapping[str, Any]) -> Record:
        """A new record."""

    def change(self, user: User, record: Record, values: Mapping[str, Any]) -> Record:
        """The record with other values."""

    def transition(self, user: User, record: Record, action: str, reason: str) -> Record:
        """The record in its next state."""

    def comments(self, user: User, record: Record) -> Sequence[Comment]:
        """What was written about the record, the oldest first."""

    def comment(self, user: User, record: Record, text: str) -> UUID:
        """Write about the record; the comment's id."""

    def attachments(self, user: User, record: Record) -> Sequence[Attachment]:
        """The record's files, the oldest first."""
