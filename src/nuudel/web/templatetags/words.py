"""Words and numbers in templates: ``{% say "explorer.explore.title" year=2021 %}``, ``{{ n|number }}``."""

import re

from django import template
from django.urls import translate_url
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from nuudel.web import words

register = template.Library()

HYPHENED = re.compile(r"\b[0-9A-Z]{2,5}(?:-[0-9A-Z]{2,5}){1,2}\b")
"""Days and short codes, which a narrow page would break at a hyphen."""


@register.simple_tag
def say(key: str, **slots: object) -> str:
    """A message in the active language; what fills its slots is escaped, once."""
    text = conditional_escape(words.say(key))
    filled = {name: conditional_escape(str(value)) for name, value in slots.items()}
    return SafeString(text.format(**filled) if slots else text)


@register.simple_tag(takes_context=True)
def in_language(context: template.Context, lang: str) -> str:
    """The address of this page in another language, its query included."""
    return translate_url(context["request"].get_full_path(), lang)


@register.filter
def number(value: float | None, digits: int = 0) -> str:
    return words.number(value, digits)


@register.filter
def unbroken(text: object) -> SafeString:
    """A text whose days and codes stay on one line."""
    return SafeString(HYPHENED.sub(r'<span class="unbroken">\g<0></span>', conditional_escape(str(text))))


@register.filter
def signed(value: float | None, digits: int = 0) -> str:
    return words.number(value, digits, sign=True)


@register.filter
def in_words(value: str, prefix: str) -> str:
    """A code's message: ``{{ role|in_words:"accounts.role" }}``."""
    return words.say(f"{prefix}.{value}")
