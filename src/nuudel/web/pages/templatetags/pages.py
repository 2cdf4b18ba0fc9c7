"""Drawings and tables of the explorer's pages in templates."""

from collections.abc import Mapping
from dataclasses import dataclass

from django import template
from django.utils.safestring import SafeString, mark_safe

from nuudel.publication.report.document import TextTable
from nuudel.publication.report.drawings import Drawings
from nuudel.web.words import say

register = template.Library()


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
def kind_of(kind: str, domain: str) -> str:
    """What a domain calls a kind of event."""
    return say(f"{domain}.kind.{kind}")


@register.filter
def header_cells(table: TextTable) -> list[tuple[str, bool]]:
    """Titles of the columns, and whether each holds numbers."""
    return list(zip(table.header, table.numeric, strict=True))


@register.filter
def body_rows(table: TextTable, places: Mapping[str, str]) -> list[BodyRow]:
    """The rows; where the first column names places, each leads to its page (``places``: code by name)."""
    last = len(table.rows) - 1
    return [
        BodyRow(
            row[0],
            places.get(row[0], ""),
            tuple(zip(row[1:], table.header[1:], table.numeric[1:], strict=True)),
            table.total_row and index == last,
        )
        for index, row in enumerate(table.rows)
    ]
