"""How values of records are shown: codes in words, days as days, numbers with commas."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q
from django.utils import timezone

from nuudel.web.access.models import Place, Record
from nuudel.web.shell.baghs import bagh_words
from nuudel.web.shell.codes import short_code
from nuudel.web.shell.forms import code_words
from nuudel.web.shell.record_types import RecordType, record_types
from nuudel.web.words import language, messages, number, say

NOTHING = "–"
BAGHS = {"bagh": "place", "from_bagh": "other_place"}
"""Fields that name a bagh or khoroo, and the one with the place that it is a part of."""


@dataclass(frozen=True)
class Cell:
    """A value of a record in words: the field's name, its title, and whether it is a number."""

    name: str
    title: str
    text: str = field(repr=False)  # what is personal is in no line of a log
    numeric: bool = False
    personal: bool = False


def title_of(record_type: RecordType, name: str) -> str:
    """What a field is called."""
    known = messages(language())
    return known.get(record_type.words(name)) or known.get(f"shell.field.{name}", name)


def cells(record_type: RecordType, record: Record, names: Iterable[str]) -> list[Cell]:
    """Several fields of a record."""
    return [cell(record_type, record, name) for name in names]


def cell(record_type: RecordType, record: Record, name: str) -> Cell:
    """A field of a record as people read it."""
    value = getattr(record, name)
    if name in BAGHS:
        value = bagh_words(getattr(record, BAGHS[name]), value)
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    return Cell(
        name, title_of(record_type, name), shown(record_type, name, value), numeric,
        name in record_type.personal,
    )  # fmt: skip


def shown(record_type: RecordType, name: str, value: Any) -> str:
    """A value in words; an en dash where there is none."""
    if value in (None, "", []):
        return NOTHING
    values = value if isinstance(value, list | tuple) else [value]
    if is_code(record_type.model, name):
        return ", ".join(code_words(record_type, name, code) for code in values)
    return ", ".join(plain_text(entry) for entry in values)


def shown_change(record_type: RecordType, name: str, text: str) -> str:
    """A value as the history keeps it: codes in words, places by name, records by kind and short code."""
    if text and (linked := linked_type(record_type, name)):
        return f"{say(linked.words('one'))} {short_code(text)}"
    if text and name in ("place", "other_place"):
        return place_names([text])[text]
    codes = text.split(";") if text and is_code(record_type.model, name) else []
    known = messages(language())
    keys = [f"{record_type.domain}.{name}_code.{code}" for code in codes]
    return ", ".join(known.get(key, code) for key, code in zip(keys, codes, strict=True)) or text or NOTHING


def linked_type(record_type: RecordType, name: str) -> RecordType | None:
    """The kind of record that a field names, if it names one."""
    try:
        model = record_type.model._meta.get_field(name).related_model
    except FieldDoesNotExist:
        return None
    return next((kind for kind in record_types().values() if model is not None and kind.model is model), None)


def plain_text(value: Any) -> str:
    """A value that is no code, in words."""
    if isinstance(value, bool):
        return say("shell.yes" if value else "shell.no")
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, int | float):
        return number(value, 0 if isinstance(value, int) else 1)
    return str(value)


def is_code(model: type[Model], name: str) -> bool:
    """Whether a field holds one or several of a list of codes."""
    try:
        column = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    inner = getattr(column, "base_field", column)
    return bool(getattr(inner, "choices", None))


def place_names(codes: Iterable[str]) -> dict[str, str]:
    """Names of places, with the aimag before that of a soum."""
    wanted = set(codes)
    lang = language()
    named = Place.objects.filter(code__in=wanted)
    rows = {p.code: p for p in Place.objects.filter(Q(code__in=wanted) | Q(code__in=named.values("parent")))}
    found = {}
    for code in wanted:
        place = rows.get(code)
        parent = rows.get(place.parent) if place else None
        upper = f"{parent.name(lang)}, " if parent and parent.parent else ""
        found[code] = f"{upper}{place.name(lang)}" if place else code
    return found
