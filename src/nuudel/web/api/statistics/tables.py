"""The tables of the release: what they are, and their figures in the formats that statistical offices use."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Schema

from nuudel.base.provenance import Quality
from nuudel.publication.formats.description import describe
from nuudel.publication.formats.pxweb.writers import dataset
from nuudel.publication.tables import Table
from nuudel.web.api.problems import not_found
from nuudel.web.api.routers import Router
from nuudel.web.api.schemas import PUBLIC_PROBLEMS, Problem, Words, public
from nuudel.web.api.statistics.answers import current_release, served
from nuudel.web.api.statistics.lookup import table_of
from nuudel.web.api.statistics.places import Caveat, Source

router = Router(tags=["tables"])
router.add_decorator(served, mode="view")
FormatName = Literal["csv", "csvw", "px", "sdmx-csv", "sdmx-xml", "sdmx-structure", "json-stat"]


@dataclass(frozen=True)
class Form:
    """A format: its media type, the ending of its files, and how it is written where no file lies ready."""

    media_type: str
    ending: str
    write: Callable[[Table, str], bytes] | None = None


def json_stat(table: Table, lang: str) -> bytes:
    """The table as a JSON-stat 2 dataset in one language."""
    return json.dumps(dataset(table, lang), ensure_ascii=False, separators=(",", ":")).encode()


FORMS: Mapping[str, Form] = {
    "csv": Form("text/csv; charset=utf-8", ".csv"),
    "csvw": Form("application/csvm+json", ".csv-metadata.json"),
    "px": Form("text/x-pcaxis; charset=utf-8", ".px"),
    "sdmx-csv": Form("application/vnd.sdmx.data+csv", ".sdmx.csv"),
    "sdmx-xml": Form("application/vnd.sdmx.data+xml", ".sdmx.xml"),
    "sdmx-structure": Form("application/vnd.sdmx.structure+xml", ".structure.sdmx.xml"),
    "json-stat": Form("application/json", ".json-stat.json", json_stat),
}
MEDIA_TYPES = sorted({form.media_type.partition(";")[0] for form in FORMS.values()})


class TableRow(Schema):
    """A table in the list."""

    key: str
    title: Words
    quality: Quality
    as_of: str
    cells: int


class Tables(Schema):
    items: list[TableRow]


class Dimension(Schema):
    """A classification of a table: codes and labels in order."""

    key: str
    title: Words
    codes: list[str]
    labels: dict[str, list[str]]
    is_time: bool


class Measure(Schema):
    """What is counted."""

    key: str
    title: Words
    unit: Words
    decimals: int


class TableOut(Schema):
    """All about a table but its figures."""

    key: str
    title: Words
    dimensions: list[Dimension]
    measure: Measure
    quality: Quality
    sources: list[Source]
    disclosure: Words
    as_of: str
    caveats: list[Caveat]


@router.get(
    "", response=public(Tables), operation_id="tables_list", url_name="tables-list",
    summary="The tables of the release",
)  # fmt: skip
def list_tables(request: HttpRequest) -> dict[str, Any]:
    return {
        "items": [
            {
                "key": key,
                "title": table.title,
                "quality": str(table.quality),
                "as_of": table.as_of.isoformat(),
                "cells": int(table.values.size),
            }
            for key, table in current_release().tables.items()
        ]
    }


@router.get(
    "/{key}", response=public(TableOut), operation_id="tables_show", url_name="tables-show",
    summary="All about a table but its figures",
)  # fmt: skip
def show_table(request: HttpRequest, key: str) -> dict[str, Any]:
    return describe(table_of(key))


@router.get(
    "/{key}/data", operation_id="tables_data", url_name="tables-data",
    response={200: None, 304: None, PUBLIC_PROBLEMS: Problem},
    summary="The figures of a table, as a file",
    openapi_extra={
        "responses": {200: {"content": {kind: {"schema": {}} for kind in MEDIA_TYPES}}},
    },
)  # fmt: skip
def table_data(
    request: HttpRequest,
    key: str,
    format: FormatName = "csv",  # noqa: A002
    lang: Literal["mn", "en"] = "en",
) -> HttpResponse:
    """JSON-stat has one language (``lang``); the other formats hold both."""
    table = table_of(key)
    form = FORMS[format]
    response = HttpResponse(figures(table, form, lang), content_type=form.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{table.key}{form.ending}"'
    return response


def figures(table: Table, form: Form, lang: str) -> bytes:
    """A table in a format: the file of the release, or written now."""
    if form.write is not None:
        return form.write(table, lang)
    path: Path = current_release().folder / "tables" / f"{table.key}{form.ending}"
    if not path.is_file():
        raise not_found("format")
    return path.read_bytes()
