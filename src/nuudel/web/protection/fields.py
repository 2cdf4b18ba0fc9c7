"""A model's field whose text the database never sees: encrypted on save, decrypted when it is read.

It is bound to its table, column and row, so that a record needs a primary key of its own making (UUIDv7).
"""

from collections.abc import Collection
from typing import Any

from django.core import checks
from django.db import models
from django.db.models import signals
from django.db.models.query_utils import DeferredAttribute

from nuudel.base.errors import WebError
from nuudel.web.protection.blind import INDEX_BYTES, blind_index
from nuudel.web.protection.envelope import current_key, key_number, seal, unseal


class Sealed:
    """A value as the database has it; says nothing of itself."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __repr__(self) -> str:
        return "<encrypted>"


class OpenedOnRead(DeferredAttribute):
    """Decrypts a record's value when somebody asks for it, and keeps it for the record's life."""

    field: "EncryptedTextField"

    def __get__(self, instance: models.Model | None, owner: Any = None) -> Any:
        value = super().__get__(instance, owner)
        if instance is None or not isinstance(value, Sealed):
            return value
        text = unseal(value.content, self.field.place(instance), instance._state.db or "default")
        instance.__dict__[self.field.attname] = text
        return text

    def __set__(self, instance: models.Model, value: Any) -> None:
        """That there is this method makes Python ask ``__get__`` for values that are already loaded."""
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.BinaryField):  # type: ignore[type-arg]
    """Text that is encrypted in the database.

    Parameters
    ----------
    index
        Also keep a blind index in a column ``<name>_index``, for exact look-up:
        ``Person.objects.filter(number_index=blind_index("cases_person.number", number))``.

    Raises
    ------
    WebError
        ``WEB-175`` where it is changed or searched other than by saving its record;
        ``WEB-176`` where ``update_fields`` names it without its index.
    """

    descriptor_class = OpenedOnRead

    def __init__(self, *args: Any, index: bool = False, **options: Any) -> None:
        options.setdefault("editable", True)
        super().__init__(*args, **options)
        self.index = index

    def check(self, **options: Any) -> list[checks.CheckMessage]:
        found = super().check(**options)
        key = self.model._meta.pk
        if not isinstance(key, models.UUIDField) or not key.has_default():
            found.append(
                checks.Error(
                    "An encrypted field needs a primary key that is known before the row is written.",
                    hint="Use a UUIDField with a default, as web.access.models.Record does.",
                    obj=self,
                    id="protection.E001",
                )
            )
        return found

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        companion = f"{name}_index"
        if self.index and companion not in {field.name for field in cls._meta.local_fields}:
            cls.add_to_class(companion, BlindIndexField(of=name))
        if self.index and not cls._meta.abstract:
            signals.pre_save.connect(self.ask_for_both, sender=cls, weak=False, dispatch_uid=(cls, name))

    def ask_for_both(self, update_fields: Collection[str] | None = None, **_: Any) -> None:
        if update_fields and self.name in update_fields and f"{self.name}_index" not in update_fields:
            raise WebError(
                176,
                "an encrypted field was to be saved without its index.",
                f"Name {self.name}_index in update_fields too.",
                (self.name,),
            )

    def place(self, instance: models.Model) -> bytes:
        """Where a record's value belongs: table, column and row."""
        return f"{self.where}\0{instance.pk}".encode()

    @property
    def where(self) -> str:
        """Table and column, by which the blind index is named too."""
        return f"{self.model._meta.db_table}.{self.column}"

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """The value sealed with the current key; one that is already, and was not touched, as it is."""
        using = model_instance._state.db or "default"
        value = model_instance.__dict__.get(self.attname)
        if value is None:
            return None
        number = current_key(using)
        if isinstance(value, Sealed):
            if key_number(value.content) == number:
                return value
            value = getattr(model_instance, self.attname)
        return Sealed(seal(str(value), self.place(model_instance), number, using))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise WebError(
                175,
                "an encrypted field is changed only by saving its record, and searched only by its index.",
                "Save the record, or filter by the blind index.",
                (self.name,),
            )
        return super().get_db_prep_value(value.content, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Nothing: a serialised record does not carry it."""
        return ""

    def formfield(self, **options: Any) -> Any:
        from django import forms

        return models.Field.formfield(self, **({"form_class": forms.CharField} | options))

    def deconstruct(self) -> Any:
        """Without ``index``: in migrations the index is a column of its own."""
        name, path, args, options = super().deconstruct()
        options.pop("editable", None)
        return name, path, args, options


class BlindIndexField(models.BinaryField):  # type: ignore[type-arg]
    """The blind index of an encrypted field, filled whenever the record is saved."""

    def __init__(self, *args: Any, of: str = "", **options: Any) -> None:
        options |= {"max_length": INDEX_BYTES, "null": True, "blank": True, "editable": False}
        options["db_index"] = True
        super().__init__(*args, **options)
        self.of = of

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:
        field = model_instance._meta.get_field(self.of)
        assert isinstance(field, EncryptedTextField)
        text = getattr(model_instance, field.attname)
        return blind_index(field.where, text) if text else None

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        for option in ("max_length", "null", "blank", "editable", "db_index"):
            options.pop(option, None)
        return name, path, args, options | {"of": self.of}
