"""The records of the domains for the API: the shell's functions, and models made from the types' fields."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Field as ModelField
from ninja import Schema

from nuudel.web.access.decisions import demand, held
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import Institution, User
from nuudel.web.api.problems import ApiError, FieldError, invalid
from nuudel.web.api.records.fields import changed_model, needed, new_model, own_model, to_model, to_shown
from nuudel.web.api.records.register import Asked, Attachment, Comment
from nuudel.web.shell import models, records
from nuudel.web.shell.erased import said
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.record_types import RecordType, record_types
from nuudel.web.shell.states import CHANGED, CREATED
from nuudel.web.words import say

COMMON_LINKS = ("institution", "created_by")
"""Links of every record, filled by the shell."""


class ShellRegister:
    """A register over a record type of a domain; see ``Register``."""

    def __init__(self, record_type: RecordType) -> None:
        self.type = record_type
        self.key = record_type.key
        self.title = f"records of {record_type.key}"
        self.fields: type[Schema] = own_model(record_type)
        self.new: type[Schema] = new_model(record_type)
        self.changed: type[Schema] = changed_model(record_type)
        self.actions = tuple(step.action for step in record_type.states.transitions)

    def page(self, user: User, asked: Asked) -> Sequence[Record]:
        """The records of a list; personal fields are in none, so nothing personal is read."""
        demand(user, self.key, "read")
        found = records.readable(user, self.type).select_related("institution").order_by("-id")
        filters = {"state": asked.state, "place": asked.place, "id__lt": asked.after}
        found = found.filter(**{name: value for name, value in filters.items() if value})
        return list(found[: asked.limit + 1])

    def find(self, user: User, pk: UUID, *, to_change: bool = False) -> Record:
        """One record, its reading audited."""
        record = records.find(user, self.type, pk, to_change=to_change)
        if not to_change:
            records.note_reading(self.type, [record])
        return record

    def values(self, user: User, record: Record, *, listed: bool = False) -> Mapping[str, Any]:
        """The record's own fields; in a list without the personal ones."""
        names = [name for name in shown_fields(self.type) if not (listed and name in self.type.personal)]
        # A part's parent is shown by its number, for which nothing needs to be read.
        parent = {self.type.parent: getattr(record, f"{self.type.parent}_id")} if self.type.parent else {}
        return {name: parent.get(name) or to_shown(getattr(record, name)) for name in names}

    def create(self, user: User, values: Mapping[str, Any]) -> Record:
        """A new record, at its parent's place or at the one that is named."""
        if self.type.made_at or links_of(self.type):
            raise ApiError("method")
        own = {name: value for name, value in values.items() if name in self.type.fields}
        record = self.type.model(**{name: to_model(field_of(self.type, name), own[name]) for name in own})
        if self.type.parent:
            self.put_under(user, record, values[self.type.parent])
        else:
            record.place = values["place"]
            record.institution = self.institution(user, values.get("institution"))
        record.created_by = user
        demand(user, self.key, CREATED, record)  # who may not is not told what is wrong with the record
        self.check(record)
        with_words(lambda: records.create(user, self.type, record))
        return record

    def put_under(self, user: User, record: Record, pk: UUID) -> None:
        """A record that belongs to another one is where that one is."""
        above = field_of(self.type, self.type.parent).related_model
        named = next((t for t in record_types().values() if t.model is above), None)
        assert named is not None, f"{self.key} belongs to no record type"
        parent = records.find(user, named, pk)
        setattr(record, self.type.parent, parent)
        record.place, record.institution = parent.place, parent.institution
        record.holder = parent.holder

    def institution(self, user: User, code: str | None) -> Institution:
        """The institution that is named, or the only one for which the user may make records."""
        grants = held(user, self.key, CREATED)
        possible = {posting.institution_id: posting.institution for posting, _ in grants}.values()
        found = [entry for entry in possible if code in (None, entry.code)]
        if not possible:
            raise ApiError("forbidden")
        if len(found) != 1:
            raise invalid(("institution", "not_listed" if code else "missing"))
        return found[0]

    def change(self, user: User, record: Record, values: Mapping[str, Any]) -> Record:
        """The record with other values; what stays as it was is no change."""
        demand(user, self.key, CHANGED, record)
        before = {}
        for name, value in values.items():
            old, new = getattr(record, name), to_model(field_of(self.type, name), value)
            if old != new:
                before[name] = old
                setattr(record, name, new)
        self.check(record)
        version = records.version_of(record)
        return with_words(lambda: records.change(user, self.type, record, before, version))

    def transition(self, user: User, record: Record, action: str, reason: str) -> Record:
        """The record in its next state; some steps ask for a reason."""
        step = self.type.states.step(action)
        if step is not None and step.reason and not reason.strip():
            raise invalid(("reason", "missing"))
        return with_words(lambda: records.transition(user, self.type, record, action, reason=reason))

    def comments(self, user: User, record: Record) -> Sequence[Comment]:
        """Comments with the names of those who wrote them."""
        found = records.comments(self.type, record)
        return [
            Comment(entry.pk, said(entry.text), entry.created_by.name, entry.created_at) for entry in found
        ]

    def comment(self, user: User, record: Record, text: str) -> UUID:
        """Write about a record."""
        pk: UUID = records.comment(user, self.type, record, text).pk
        return pk

    def attachments(self, user: User, record: Record) -> Sequence[Attachment]:
        """The files of a record."""
        rows = models.Attachment.objects.filter(record_type=self.key, record_id=record.pk).order_by("id")
        return [Attachment(r.pk, r.name, r.media_type, r.size, r.created_at) for r in rows]

    def check(self, record: Record) -> None:
        """What the model says of its fields; the fault is told by the field's name."""
        own = set(self.type.fields)
        try:
            record.full_clean(exclude={f.name for f in record._meta.fields} - own)
        except ValidationError as error:
            raise invalid(*((name, "not_valid") for name in error.message_dict)) from None


def with_words(work: Callable[[], Record]) -> Record:
    """Do a work of the shell; rules that are broken are told in the domain's words."""
    try:
        return work()
    except BrokenRulesError as broken:
        told = [FieldError(p.field, say(p.message, **p.slots)) for p in broken.problems]  # type: ignore[arg-type]
        raise ApiError("invalid", errors=told) from None


def field_of(record_type: RecordType, name: str) -> "ModelField[Any, Any]":
    """The model's field of a name."""
    found: ModelField[Any, Any] = record_type.model._meta.get_field(name)  # type: ignore[assignment]
    return found


def links_of(record_type: RecordType) -> list[str]:
    """Records that one of a type cannot do without and that only its own form can name."""
    known = {*COMMON_LINKS, *record_type.fields, record_type.parent}
    links = (field for field in record_type.model._meta.fields if field.is_relation and needed(field))
    return [field.name for field in links if field.name not in known]


def shown_fields(record_type: RecordType) -> tuple[str, ...]:
    """The fields that are shown: those of the form, and the record it belongs to."""
    return (*record_type.fields, *([record_type.parent] if record_type.parent else []))


def registers() -> list[ShellRegister]:
    """A register for each record type of the domains."""
    return [ShellRegister(record_type) for record_type in record_types().values()]
