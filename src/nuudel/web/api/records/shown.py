"""The models of what records show and of what is sent to them, the same for all record types."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import Field, create_model

from nuudel.web.api.records.register import Register
from nuudel.web.api.schemas import Paged, Strict


class Head(Schema):
    """What every record has."""

    id: UUID | None = None
    state: str = ""
    version: str = Field("", description="For If-Match, in quotation marks.")
    place: str = ""
    institution: str = ""
    created_at: datetime | None = None
    changed_at: datetime | None = None


class Done(Schema):
    """The answer to a write. It holds nothing of what was written; read the record to see that."""

    id: UUID
    state: str
    version: str
    comment: UUID | None = Field(None, description="The comment that was written.")


class TransitionNew(Strict):
    """A step of a record from one state to the next."""

    action: str = Field(max_length=40)
    reason: str = Field("", max_length=2000, description="Why, where the step asks for it.")


class CommentNew(Strict):
    """What is written about a record."""

    text: str = Field(min_length=1, max_length=5000)


class CommentOut(Schema):
    """What somebody wrote about a record."""

    id: UUID
    text: str
    by: str
    at: datetime


class Comments(Schema):
    items: list[CommentOut]


class AttachmentOut(Schema):
    """A file that hangs on a record."""

    id: UUID
    name: str
    media_type: str
    size: int = Field(description="Bytes.")
    at: datetime


class Attachments(Schema):
    items: list[AttachmentOut]


def record_model(register: Register) -> type[Schema]:
    """A record as it is shown: what every record has, and its own fields."""
    name = camel(register.key)
    return create_model(name, __base__=Head, fields=(register.fields, Field(default_factory=register.fields)))


def page_model(register: Register) -> type[Schema]:
    """A page of records."""
    items: Any = list[record_model(register)]  # type: ignore[misc]
    return create_model(f"{camel(register.key)}Page", __base__=Paged, items=(items, ...))


def camel(key: str) -> str:
    """``campaigns.training`` as the name of a model: ``CampaignsTraining``."""
    return "".join(part.title() for part in key.replace(".", "_").split("_"))
