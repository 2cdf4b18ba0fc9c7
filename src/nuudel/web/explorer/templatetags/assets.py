"""Scripts, styles and fonts that the installation has built: ``{% asset "explore.ts" %}``."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from nuudel.base.errors import WebError
from nuudel.web.words import language, say

register = template.Library()
BUILT = Path(__file__).parents[2] / "static" / "nuudel"
FOLDERS = {".ts": "src", ".css": "styles"}
# What the first view needs at once; Literata may come late.
PRELOADED = {
    "mn": ("golos-400-cyrillic", "golos-600-cyrillic", "golos-400-latin"),
    "en": ("golos-400-latin", "golos-600-latin"),
}
# Entries of the main navigation and the routes that belong to each.
SECTIONS = {
    "explore": ("explore",),
    "places": ("places", "place"),
    "compare": ("compare",),
    "timeline": ("timeline",),
    "reports": ("reports", "report"),
    "data": ("data", "table"),
}


@cache
def manifest() -> Mapping[str, Any]:
    """The list of built files; ``WEB-341`` where the installation has built none."""
    try:
        return dict(json.loads((BUILT / "manifest.json").read_text("utf-8")))
    except OSError:
        raise WebError(
            341,
            "the scripts and styles that the installation builds are missing.",
            "Run `uv sync --reinstall-package nuudel` with the network on.",
        ) from None


def address(source: str) -> str:
    return static(f"nuudel/{manifest()[source]['file']}")


@register.simple_tag
def asset(name: str) -> SafeString:
    """The elements that load a script (its parts announced) or a style sheet, by its name in frontend/."""
    source = f"{FOLDERS[name[name.rindex('.') :]]}/{name}"
    if name.endswith(".css"):
        return format_html('<link rel="stylesheet" href="{}">', address(source))
    parts = [(address(part),) for part in manifest()[source].get("imports", ())]
    announced = format_html_join("", '<link rel="modulepreload" href="{}">', parts)
    return format_html('{}<script type="module" src="{}"></script>', announced, address(source))


@register.simple_tag
def font_preloads() -> SafeString:
    """Announces the fonts that the page's language needs first."""
    fonts = [(address(f"fonts/{name}.woff2"),) for name in PRELOADED[language()]]
    element = '<link rel="preload" as="font" type="font/woff2" crossorigin href="{}">'
    return format_html_join("", element, fonts)


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[dict[str, object]]:
    """The main sections: address, words, and whether the page belongs to it."""
    match = getattr(context.get("request"), "resolver_match", None)
    entries: list[dict[str, object]] = []
    for name, routes in SECTIONS.items():
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        here = match is not None and match.url_name in routes
        entries.append({"url": url, "words": say(f"web.frame.nav.{name}"), "here": here})
    return entries
