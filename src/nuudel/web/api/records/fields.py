"""Models of what is sent and shown, made from the fields of a record type."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from ninja import Schema
from pydantic import Field, create_model

from nuudel.web.api.schemas import Strict
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell.record_types import RecordType

LONGEST_TEXT = 20_000
BIGGEST = 2**31 - 1
TYPES: "dict[type[models.Field[Any, Any]], Any]" = {
    models.BooleanField: bool,
    models.DateTimeField: datetime,
    models.DateField: date,
    models.DecimalField: Decimal,
    models.FloatField: float,
    models.PositiveIntegerField: Annotated[int, Field(ge=0, le=BIGGEST)],
    models.IntegerField: Annotated[int, Field(ge=-BIGGEST, le=BIGGEST)],
    models.UUIDField: UUID,
    models.JSONField: dict[str, Any],
}
"""A model's field and the type of its value; the first that fits."""


def type_of(field: "models.Field[Any, Any]") -> Any:
    """The type of a field's value as it is sent."""
    if field.is_relation:
        return UUID
    if isinstance(field, ArrayField):
        return list[type_of(field.base_field)]  # type: ignore[misc]
    if field.choices:
        return Literal[tuple(code for code, _ in field.flatchoices)]
    if not isinstance(field, EncryptedTextField):
        for kind, shown in TYPES.items():
            if isinstance(field, kind):
                return shown
    return Annotated[str, Field(max_length=field.max_length or LONGEST_TEXT)]


def needed(field: "models.Field[Any, Any]") -> bool:
    """Whether a new record must have a value of the field."""
    return not (field.blank or field.null or field.has_default())


def fields_of(record_type: RecordType) -> "dict[str, models.Field[Any, Any]]":
    return {name: record_type.model._meta.get_field(name) for name in record_type.fields}  # type: ignore[misc]


def optional(field: "models.Field[Any, Any]") -> Any:
    """The type of a field that may be left out, and be null where the model allows it."""
    kind = type_of(field)
    return kind | None if field.null else kind


def new_model(record_type: RecordType) -> type[Schema]:
    """What makes a record: its fields, and where it is, or to which record it belongs."""
    parts: dict[str, Any] = {
        name: (type_of(field), ...) if needed(field) else (optional(field), None)
        for name, field in fields_of(record_type).items()
    }
    if record_type.parent:
        parts[record_type.parent] = (UUID, ...)
    else:
        code = Annotated[str, Field(max_length=32, description="Code of the place.")]
        office = Annotated[str, Field(max_length=40, description="Code; where you work for several.")]
        parts |= {"place": (code, ...), "institution": (office, None)}
    return create_model(f"{name_of(record_type)}New", __base__=Strict, **parts)


def changed_model(record_type: RecordType) -> type[Schema]:
    """What can be changed; what is left out stays."""
    parts: dict[str, Any] = {name: (optional(field), None) for name, field in fields_of(record_type).items()}
    return create_model(f"{name_of(record_type)}Changed", __base__=Strict, **parts)


def own_model(record_type: RecordType) -> type[Schema]:
    """What a record shows of itself."""
    parts: dict[str, Any] = {
        name: (read_type(field) | None, None) for name, field in fields_of(record_type).items()
    }
    if record_type.parent:
        parts[record_type.parent] = (UUID | None, None)
    return create_model(f"{name_of(record_type)}Fields", __base__=Schema, **parts)


def read_type(field: "models.Field[Any, Any]") -> Any:
    """The type of a value as it is shown: what is stored may be more than what can be sent today."""
    if field.choices or isinstance(field, EncryptedTextField):
        return str if not isinstance(field, models.IntegerField) else int
    return type_of(field)


def name_of(record_type: RecordType) -> str:
    return "".join(part.title() for part in record_type.key.replace(".", "_").split("_"))


def to_model(field: "models.Field[Any, Any]", value: Any) -> Any:
    """A value that was sent as the model takes it."""
    if field.is_relation and value is not None:
        related = field.related_model
        found = related._default_manager.filter(pk=value).first()  # type: ignore[union-attr]
        return found if found is not None else related(pk=value)  # type: ignore[misc]
    return value


def to_shown(value: Any) -> Any:
    """A value as it is shown: another record by its number."""
    return value.pk if isinstance(value, models.Model) else value
