"""Answers of the PxWeb interface, version 1: folders, tables, metadata, queries."""

from collections.abc import Mapping, Sequence
from typing import Any

from nuudel.base.errors import PublicationError
from nuudel.base.provenance import Quality
from nuudel.base.tables import nearest
from nuudel.publication.formats.px.words import word
from nuudel.publication.formats.pxweb.answers import Answer, illegal, json_answer, read_json, told_v1
from nuudel.publication.formats.pxweb.catalogue import DATABASE_ID, Catalogue, folder_name
from nuudel.publication.formats.pxweb.contents import Kind, select, updated, variables_of
from nuudel.publication.formats.pxweb.selection import choose_v1
from nuudel.publication.formats.pxweb.words import DATABASE
from nuudel.publication.formats.pxweb.writers import V1_FORMS, write
from nuudel.publication.tables import Table


def handle_v1(
    catalogue: Catalogue,
    lang: str,
    path: Sequence[str],
    method: str,
    query: Mapping[str, str],
    body: bytes = b"",
) -> Answer:
    """Answer a request of version 1.

    Parameters
    ----------
    lang
        The language in the address.
    path
        What stands behind it, decoded: nothing, ``database``, ``database, folder`` or
        ``database, folder, table``; empty parts are left out.
    method
        ``GET`` for lists and metadata, ``POST`` for figures; others are refused.
    query
        ``config`` for the limits; ``query`` for a search below the database.
    body
        The posted query, JSON.

    Returns
    -------
    Answer
        Also for what is refused: ``{"error": …}`` with the code of this house; 403 for too many values.
    """
    try:
        return answer(
            catalogue, catalogue.language(lang), [part for part in path if part], method, query, body
        )
    except PublicationError as error:
        return told_v1(error)


def answer(
    catalogue: Catalogue, lang: str, path: list[str], method: str, query: Mapping[str, str], body: bytes
) -> Answer:
    if method == "POST" and len(path) == 3:
        return figures(catalogue, lang, in_folder(catalogue, path), body)
    if method != "GET":
        raise PublicationError(
            413,
            f"{method} is not answered here.",
            "Use GET for lists and metadata, POST to a table for figures.",
        )
    if "config" in query:
        return json_answer(config(catalogue))
    return json_answer(look_up(catalogue, lang, path, query))


def look_up(catalogue: Catalogue, lang: str, path: list[str], query: Mapping[str, str]) -> Any:
    """A list of databases, folders or tables, what a search finds, or the metadata of a table."""
    if not path:
        return [{"dbid": DATABASE_ID, "text": word(DATABASE, lang)}]
    check_database(path[0])
    if len(path) == 3:
        return metadata(in_folder(catalogue, path), lang)
    if "query" in query:
        return [found(table, lang) for table in catalogue.find(query["query"], lang)]
    if len(path) == 1:
        return [{"id": str(q), "type": "l", "text": folder_name(q, lang)} for q in catalogue.folders()]
    if len(path) == 2:
        return [listed(table, lang) for table in folder(catalogue, path[1])]
    raise PublicationError(412, "there is nothing at this address.", "Begin at the list of databases.")


def check_database(name: str) -> None:
    if name.casefold() != DATABASE_ID:
        raise PublicationError(412, f"there is no database {name!r}.", f"Its name is {DATABASE_ID}.")


def folder(catalogue: Catalogue, name: str) -> list[Table]:
    folders = {str(quality): tables for quality, tables in catalogue.folders().items()}
    if name.casefold() not in folders:
        raise PublicationError(
            412, f"there is no folder {name!r}.", f"Name one that is there{nearest(name, folders)}."
        )
    return folders[name.casefold()]


def in_folder(catalogue: Catalogue, path: list[str]) -> Table:
    """A table by its whole path; it must lie in the folder named."""
    check_database(path[0])
    tables = folder(catalogue, path[1])
    table = catalogue.table(path[2])
    if table not in tables:
        raise PublicationError(
            401, f"table {table.key} is not in folder {path[1]!r}.", f"It is in {table.quality}."
        )
    return table


def config(catalogue: Catalogue) -> dict[str, Any]:
    limits = catalogue.limits
    return {
        "maxValues": limits.most_cells,
        "maxCells": limits.most_cells,
        "maxCalls": limits.calls,
        "timeWindow": limits.seconds,
        "CORS": True,
    }


def listed(table: Table, lang: str) -> dict[str, str]:
    return {"id": f"{table.key}.px", "type": "t", "text": table.title[lang], "updated": updated(table)}


def found(table: Table, lang: str) -> dict[str, Any]:
    return {
        "id": f"{table.key}.px",
        "path": f"/{Quality(table.quality)}",
        "title": table.title[lang],
        "score": 1.0,
        "published": updated(table),
    }


def metadata(table: Table, lang: str) -> dict[str, Any]:
    """``{title, variables}``; ``time`` stands only where it is true, ``elimination`` nowhere, as none is."""
    return {
        "title": table.title[lang],
        "variables": [
            {
                "code": variable.code,
                "text": variable.text,
                "values": list(variable.codes),
                "valueTexts": list(variable.texts),
                **({"time": True} if variable.kind is Kind.TIME else {}),
            }
            for variable in variables_of(table, lang)
        ],
    }


def figures(catalogue: Catalogue, lang: str, table: Table, body: bytes) -> Answer:
    """The answer to a posted query."""
    asked = read_json(body)
    for key in asked:
        if key not in {"query", "response"}:
            raise illegal(f"{key!r} is unknown{nearest(key, ('query', 'response'))}")
    response = asked.get("response", {})
    form = response.get("format", "json-stat2") if isinstance(response, dict) else None
    if not isinstance(form, str):
        raise illegal('response is not {"format": …}')
    variables = variables_of(table, lang)
    positions = choose_v1(variables, asked.get("query", []), catalogue.limits.most_cells)
    return write(select(table, positions), lang, form, V1_FORMS)
