"""Lists of figures: pages of them, and only the columns that are asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Schema

from nuudel.web.api.cursors import MAX_LIMIT, make_cursor, next_link, read_cursor
from nuudel.web.api.problems import ApiError, unknown_fields

Cursor = Annotated[
    str, Query(max_length=600, description="The page after this one; taken from the link next.")
]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Entries on a page.")]
Fields = Annotated[str, Query(max_length=400, description="Only these columns, with commas between.")]
Number = int | float


@dataclass(frozen=True)
class Paging:
    """What a client asked of a list, besides its filters."""

    cursor: str
    limit: int
    fields: str


def columns_of(model: type[Schema], fields: str) -> frozenset[str]:
    """The columns that are asked for; all where none are named."""
    known = list(model.model_fields)
    wanted = [name.strip() for name in fields.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise unknown_fields(unknown, known)
    return frozenset(wanted or known)


def page_of(
    request: HttpRequest, rows: Sequence[Mapping[str, Any]], model: type[Schema], paging: Paging, build: str
) -> dict[str, Any]:
    """A page of rows that do not change within a build: its entries and the address of the next one."""
    columns = columns_of(model, paging.fields)
    start = read_cursor(request, paging.cursor, build) if paging.cursor else 0
    if not isinstance(start, int) or not 0 <= start <= len(rows):
        raise ApiError("cursor")
    end = start + paging.limit
    link = next_link(request, make_cursor(request, end, build)) if end < len(rows) else None
    return {"items": only(rows[start:end], columns), "next": link}


def only(rows: Iterable[Mapping[str, Any]], columns: frozenset[str]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name in columns} for row in rows]


__all__ = ["Cursor", "Fields", "Limit", "Number", "Paging", "columns_of", "page_of"]
