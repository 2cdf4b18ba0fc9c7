"""Questions of a form: label and hint from the message files, the error above the field."""

from typing import Any

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

from nuudel.web import words
from nuudel.web.access.models import Place
from nuudel.web.accounts.models import Institution

register = template.Library()
KEY_FORMS = frozenset({"AddWebAuthnForm", "EditWebAuthnForm"})


def name_of(field: BoundField) -> str:
    """The name under which a field's words are kept; a key's name is not a person's."""
    if field.name == "name" and type(field.form).__name__ in KEY_FORMS:
        return "key_name"
    if type(field.form).__name__ == "ActivateTOTPForm":
        return "code_of_app"
    return str(field.name)


@register.filter
def label(field: BoundField) -> str:
    return words.say(f"accounts.field.{name_of(field)}")


@register.filter
def hint(field: BoundField) -> str:
    """The hint under a label; empty where there is none."""
    return words.messages(words.language()).get(f"accounts.hint.{name_of(field)}", "")


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's control, tied to its hint and its error."""
    told = [f"{field.auto_id}-hint"] if hint(field) else []
    told += [f"{field.auto_id}-error"] if field.errors else []
    attributes: dict[str, Any] = {"placeholder": False, "aria-describedby": " ".join(told) or False}
    if field.errors:
        attributes["aria-invalid"] = "true"
    return field.as_widget(attrs=attributes)


@register.filter
def kind(field: BoundField) -> str:
    """The control's kind: ``checkbox``, ``password`` or another."""
    return str(getattr(field.field.widget, "input_type", "select"))


@register.filter
def institution_name(institution: Institution) -> str:
    return institution.name(words.language())


@register.filter
def place_name(code: str) -> str:
    """A place in the active language; empty: everywhere."""
    if not code:
        return words.say("accounts.people.everywhere")
    place = Place.objects.filter(code=code).first()
    return place.name(words.language()) if place else code
