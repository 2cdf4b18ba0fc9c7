"""How values of records are shown: codes in words, days as days, numbers with commas."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone

from nuudel.web.access.models import Place, Record
from nuudel.web.shell.forms import code_words
from nuudel.web.shell.record_types import RecordType
from nuudel.web.words import language, messages, number, say


@dataclass(frozen=True)
class Cell:
    """A value of a record in words: the field's name, its title, and whether it is a number."""

    name: str
    title: str
    text: str
    numeric: bool = False
    personal: bool = False


def title_of(record_type: RecordType, name: str) -> str:
    """What a field is called."""
    known = messages(language())
    return known.get(record_type.words(name)) or known.get(f"shell.field.{name}", name)


def cell(record_type: RecordType, record: Record, name: str) -> Cell:
    """A field of a record as people read it."""
    value = getattr(record, name)
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    return Cell(
        name, title_of(record_type, name), shown(record_type, record, name, value), numeric,
        name in record_type.personal,
    )  # fmt: skip


def shown(record_type: RecordType, record: Record, name: str, value: Any) -> str:
    """A value in words; an en dash where there is none."""
    if value in (None, "", []):
        return "–"
    if isinstance(value, list | tuple) or is_code(record, name):
        codes = value if isinstance(value, list | tuple) else [value]
        return ", ".join(code_words(record_type, name, code) for code in codes)
    return plain_text(value)


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


def is_code(record: Record, name: str) -> bool:
    """Whether a field holds one of a list of codes."""
    try:
        return bool(getattr(record._meta.get_field(name), "choices", None))
    except FieldDoesNotExist:
        return False


def place_names(codes: Iterable[str]) -> dict[str, str]:
    """Names of places, with the aimag before that of a soum."""
    wanted = set(codes)
    lang = language()
    rows = {place.code: place for place in Place.objects.filter(code__in=wanted)}
    above = {place.code: place for place in Place.objects.filter(code__in={p.parent for p in rows.values()})}
    found = {}
    for code in wanted:
        place = rows.get(code)
        parent = above.get(place.parent) if place else None
        upper = f"{parent.name(lang)}, " if parent and parent.parent else ""
        found[code] = f"{upper}{place.name(lang)}" if place else code
    return found
