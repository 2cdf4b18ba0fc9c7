"""Drawings and tables of the explorer's pages in templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django import template
from django.utils.safestring import SafeString, mark_safe

from nuudel.publication.report.document import TextTable
from nuudel.publication.report.drawings import Drawings
from nuudel.web.explorer.release import release
from nuudel.web.words import LANGUAGES

register = template.Library()
# Tables whose first column names places.
WITH_PLACES = ("units", "flows")


@dataclass(frozen=True)
class BodyRow:
    """A row of a small table: its head, perhaps a place that has a page, and the labelled cells."""

    first: str
    code: str
    cells: tuple[tuple[str, str, bool], ...]
    total: bool


@register.filter
def drawing(drawings: Mapping[str, Drawings], key: str) -> Drawings:
    return drawings[key]


@register.filter
def for_desk(drawings: Drawings) -> SafeString:
    return mark_safe(drawings.desk)  # noqa: S308  drawn by our own charts


@register.filter
def for_phone(drawings: Drawings) -> SafeString:
    return mark_safe(drawings.phone)  # noqa: S308  drawn by our own charts


@register.filter
def header_cells(table: TextTable) -> list[tuple[str, bool]]:
    """Titles of the columns, and whether each holds numbers."""
    return list(zip(table.header, table.numeric, strict=True))


@register.filter
def body_rows(table: TextTable) -> list[BodyRow]:
    """The rows; where the first column names places, each leads to its page."""
    codes = (
        codes_by_name(release().bundle.build) if table.table == "indicators" and table.text_columns else {}
    )
    last = len(table.rows) - 1
    return [
        BodyRow(
            row[0],
            codes.get(row[0], ""),
            tuple(zip(row[1:], table.header[1:], table.numeric[1:], strict=True)),
            table.total_row and index == last,
        )
        for index, row in enumerate(table.rows)
    ]


@lru_cache(maxsize=2)
def codes_by_name(build: str) -> dict[str, str]:
    """Code of the place of a name, where only one place has it."""
    found: dict[str, set[str]] = {}
    for code, place in release().bundle.places.items():
        for lang in LANGUAGES:
            found.setdefault(place.name(lang), set()).add(code)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}
