"""Words of records in templates, and a form's controls tied to their hints and errors."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.utils.safestring import SafeString

from nuudel.web.access.models import Record
from nuudel.web.shell.baghs import bagh_words
from nuudel.web.shell.erased import said as words_of
from nuudel.web.shell.record_types import RecordType
from nuudel.web.shell.shown import shown_change, title_of
from nuudel.web.shell.states import Transition
from nuudel.web.words import language, messages, say

register = template.Library()
BOXES = ("checkbox", "radio")


@register.filter
def of_type(record_type: RecordType, name: str) -> str:
    """A message of a record type: ``{{ record_type|of_type:"many" }}``."""
    return say(record_type.words(name))


@register.filter
def state_of(state: str, record_type: RecordType) -> str:
    return say(record_type.words(f"state_{state}"))


@register.inclusion_tag("shell/tag.html")
def state_tag(record: Record, record_type: RecordType) -> dict[str, str]:
    """A state as a tag: a colour, a sign and a word."""
    look = record_type.states.tags.get(record.state, "")
    return {"look": look, "words": state_of(record.state, record_type)}


@register.inclusion_tag("shell/tag.html")
def look_tag(look: str, words: str) -> dict[str, str]:
    """A tag with a look of ``states.StateTable.tags``."""
    return {"look": look, "words": words}


@register.filter
def action_words(action: str, record_type: RecordType) -> str:
    """An action as a deed; those that all types have are the shell's."""
    known = messages(language())
    return known.get(record_type.words(f"action_{action}")) or known.get(f"shell.action.{action}", action)


@register.filter
def said(text: str) -> str:
    """What somebody wrote; in words where it was erased."""
    return words_of(text)


@register.filter
def field_title(name: str, record_type: RecordType) -> str:
    return title_of(record_type, name)


@register.simple_tag
def change_words(record_type: RecordType, name: str, text: str) -> str:
    """A value of the history in words."""
    return shown_change(record_type, name, text)


@register.filter
def is_refusal(step: Transition, record_type: RecordType) -> bool:
    """Whether a step ends in a state that is shown as refused."""
    return record_type.states.tags.get(step.end) == "refused"


@register.filter
def bagh_of(bagh: str, place: str) -> str:
    """A bagh or khoroo in words: ``{{ household.bagh|bagh_of:household.place }}``."""
    return bagh_words(place, bagh)


@register.filter
def domain_words(domain: str, name: str) -> str:
    return say(f"{domain}.{name}")


@register.filter
def institution_words(institution: Any) -> str:
    return str(institution.name(language()))


@register.filter
def entry_of(entries: Mapping[str, str] | None, name: str) -> str:
    """What a table says under a name; nothing where there is no table."""
    return entries.get(name, "") if entries else ""


@register.simple_tag
def is_demonstration() -> bool:
    return bool(settings.DEMO)


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether a field is several boxes, which need a group with a legend."""
    return bool(getattr(field.field.widget, "input_type", "") in BOXES and field.field.widget.use_fieldset)


@register.filter
def is_box(field: BoundField) -> bool:
    return bool(getattr(field.field.widget, "input_type", "") == "checkbox" and not is_group(field))


@register.filter
def place_in_page(field: BoundField) -> str:
    """Where the error summary leads: the control, or the first box of a group."""
    return f"{field.auto_id}_0" if is_group(field) else str(field.id_for_label or field.auto_id)


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's control, tied to its hint and its error."""
    told = [f"{field.auto_id}-hint"] if field.help_text else []
    told += [f"{field.auto_id}-error"] if field.errors else []
    attributes: dict[str, Any] = {"aria-describedby": " ".join(told) or False}
    if field.errors:
        attributes["aria-invalid"] = "true"
    return field.as_widget(attrs=attributes)
