"""Words of records in templates, and a form's controls tied to their hints and errors."""

from typing import Any

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

from nuudel.web.access.models import Record
from nuudel.web.shell.record_types import RecordType
from nuudel.web.shell.shown import place_names, title_of
from nuudel.web.words import language, messages, say

register = template.Library()
BOXES = ("checkbox", "radio")


@register.filter
def of_type(record_type: RecordType, name: str) -> str:
    """A message of a record type: ``{{ record_type|of_type:"many" }}``."""
    return say(record_type.words(name))


@register.filter
def state_words(record: Record, record_type: RecordType) -> str:
    return say(record_type.words(f"state_{record.state}"))


@register.filter
def state_of(state: str, record_type: RecordType) -> str:
    return say(record_type.words(f"state_{state}"))


@register.filter
def state_tag(state: str, record_type: RecordType) -> str:
    """The class of a state's tag."""
    return record_type.states.tags.get(state, "")


@register.filter
def action_words(action: str, record_type: RecordType) -> str:
    """An action as a deed; those that all types have are the shell's."""
    known = messages(language())
    return known.get(record_type.words(f"action_{action}")) or known.get(f"shell.action.{action}", action)


@register.filter
def field_title(name: str, record_type: RecordType) -> str:
    return title_of(record_type, name)


@register.filter
def domain_words(domain: str, name: str) -> str:
    return say(f"{domain}.{name}")


@register.filter
def place_words(code: str) -> str:
    return place_names([code])[code]


@register.filter
def institution_words(institution: Any) -> str:
    return str(institution.name(language()))


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether a field is several boxes, which need a group with a legend."""
    return bool(getattr(field.field.widget, "input_type", "") in BOXES and field.field.widget.use_fieldset)


@register.filter
def is_box(field: BoundField) -> bool:
    return bool(getattr(field.field.widget, "input_type", "") == "checkbox" and not is_group(field))


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's control, tied to its hint and its error."""
    told = [f"{field.auto_id}-hint"] if field.help_text else []
    told += [f"{field.auto_id}-error"] if field.errors else []
    attributes: dict[str, Any] = {"aria-describedby": " ".join(told) or False}
    if field.errors:
        attributes["aria-invalid"] = "true"
    return field.as_widget(attrs=attributes)
