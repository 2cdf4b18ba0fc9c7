"""Answers of the PxWeb interface, version 2: configuration, tables, metadata, figures, default selection."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from nuudel.base.errors import PublicationError
from nuudel.publication.formats.pxweb.answers import Answer, illegal, json_answer, read_json, told_v2
from nuudel.publication.formats.pxweb.catalogue import Catalogue, folder_name
from nuudel.publication.formats.pxweb.contents import (
    Positions,
    Variable,
    select,
    sources,
    updated,
    variables_of,
)
from nuudel.publication.formats.pxweb.selection import check_size, choose_v2, default_positions, split_list
from nuudel.publication.formats.pxweb.words import LANGUAGES
from nuudel.publication.formats.pxweb.writers import V2_FORMS, dataset, write
from nuudel.publication.tables import Table

VERSION = "2.0.0"
PAGE_SIZE = 20
IN_BRACKETS = re.compile(r"(valueCodes|codelist|outputValues)\[(.*)\]", re.IGNORECASE | re.DOTALL)
KNOWN = {
    "tables": {"lang", "query", "pagenumber", "pagesize", "includediscontinued"},
    "table": {"lang"},
    "metadata": {"lang", "outputformat", "defaultselection"},
    "data": {"lang", "outputformat"},
}
UNITS_OF_TIME = (
    (r"\d{4}", "Annual"),
    (r"\d{4}-S[12]", "HalfYear"),
    (r"\d{4}-Q[1-4]", "Quarterly"),
    (r"\d{4}-\d\d", "Monthly"),
    (r"\d{4}-W\d\d", "Weekly"),
)


def handle_v2(
    catalogue: Catalogue, path: Sequence[str], method: str, query: Mapping[str, str], body: bytes = b""
) -> Answer:
    """Answer a request of version 2.

    Parameters
    ----------
    path
        What stands behind the address of version 2, decoded; empty parts are left out.
    method
        ``GET``; ``POST`` for figures also.
    query
        The parameters; one that is there several times with its values joined by commas.
    body
        The posted selection, JSON.

    Returns
    -------
    Answer
        Also for what is refused: ``{type, title, status, detail}``, the detail with the code of this house.
    """
    try:
        return answer(catalogue, [part for part in path if part], method, query, body)
    except PublicationError as error:
        return told_v2(error)


def answer(
    catalogue: Catalogue, path: list[str], method: str, query: Mapping[str, str], body: bytes
) -> Answer:
    asked = {key.casefold(): value for key, value in query.items() if not IN_BRACKETS.fullmatch(key)}
    is_data = len(path) == 3 and path[0] == "tables" and path[2] == "data"
    if method != "GET" and not (method == "POST" and is_data):
        raise PublicationError(413, f"{method} is not answered here.", "Use GET, or POST to /data.")
    lang = catalogue.language(asked.get("lang"))
    match path:
        case ["config"]:
            return json_answer(config(catalogue))
        case ["tables"]:
            check_parameters(asked, "tables")
            return json_answer(tables(catalogue, lang, asked))
        case ["tables", key]:
            check_parameters(asked, "table")
            return json_answer({"language": lang, **entry(catalogue, catalogue.table(key), lang)})
        case ["tables", key, "metadata"]:
            check_parameters(asked, "metadata")
            return metadata(catalogue, catalogue.table(key), lang, asked)
        case ["tables", key, "defaultselection"]:
            check_parameters(asked, "table")
            return json_answer(default_selection(catalogue, catalogue.table(key), lang))
        case ["tables", key, "data"]:
            check_parameters(asked, "data")
            table = catalogue.table(key)
            chosen = from_body(body) if method == "POST" else from_query(query)
            return data(catalogue, table, lang, asked.get("outputformat", "json-stat2"), chosen)
        case ["codelists", key]:
            raise PublicationError(416, f"there is no codelist {key!r}.", "The tables have none.")
    raise PublicationError(412, "there is nothing at this address.", "Begin at /config or /tables.")


def check_parameters(asked: Mapping[str, str], what: str) -> None:
    for key in sorted(set(asked) - KNOWN[what]):
        raise PublicationError(414, f"the parameter {key!r} is not offered here.", "Leave it out.", (key,))


def no_codelist(key: str) -> PublicationError:
    return PublicationError(
        408, f"there is no codelist {key!r}.", "The tables have none; leave it out.", (key,)
    )


def config(catalogue: Catalogue) -> dict[str, Any]:
    limits = catalogue.limits
    return {
        "apiVersion": VERSION,
        "appVersion": VERSION,
        "languages": [{"id": lang, "label": LANGUAGES.get(lang, lang)} for lang in catalogue.languages],
        "defaultLanguage": catalogue.languages[0],
        "maxDataCells": limits.most_cells,
        "maxCallsPerTimeWindow": limits.calls,
        "timeWindow": limits.seconds,
        "license": catalogue.licence,
        "sourceReferences": [],
        "defaultDataFormat": V2_FORMS[0],
        "dataFormats": list(V2_FORMS),
        "features": [{"id": "CORS", "params": [{"key": "enabled", "value": "True"}]}],
    }


def number(asked: Mapping[str, str], key: str, default: int) -> int:
    text = asked.get(key, str(default))
    if not re.fullmatch(r"[1-9]\d{0,8}", text):
        raise illegal(f"{key} is no number from 1")
    return int(text)


def tables(catalogue: Catalogue, lang: str, asked: Mapping[str, str]) -> dict[str, Any]:
    """One page of the tables that are found."""
    found = catalogue.find(asked.get("query", ""), lang)
    size, page = number(asked, "pagesize", PAGE_SIZE), number(asked, "pagenumber", 1)
    pages = max(math.ceil(len(found) / size), 1)
    if page > pages:
        raise PublicationError(409, f"there is no page {page}.", f"The last one is {pages}.", ("pageNumber",))
    near = {"previous": page - 1, "next": page + 1, "last": pages}
    links = [page_link(catalogue, lang, asked, rel, to, size) for rel, to in near.items() if 1 <= to <= pages]
    return {
        "language": lang,
        "tables": [entry(catalogue, table, lang) for table in found[(page - 1) * size : page * size]],
        "page": {
            "pageNumber": page,
            "pageSize": size,
            "totalElements": len(found),
            "totalPages": pages,
            "links": links if pages > 1 else [],
        },
        "links": [page_link(catalogue, lang, asked, "self", page, size)],
    }


def page_link(
    catalogue: Catalogue, lang: str, asked: Mapping[str, str], rel: str, page: int, size: int
) -> dict[str, str]:
    words = {"query": asked["query"]} if asked.get("query") else {}
    parameters = urlencode({"lang": lang, **words, "pagesize": size, "pageNumber": page})
    return {"rel": rel, "hreflang": lang, "href": f"{catalogue.address}/tables/?{parameters}"}


def link(
    catalogue: Catalogue, table: Table, rel: str, lang: str, below: str = "", extra: str = ""
) -> dict[str, str]:
    href = f"{catalogue.address}/tables/{quote(table.key)}{below}?lang={lang}{extra}"
    return {"rel": rel, "hreflang": lang, "href": href}


def entry(catalogue: Catalogue, table: Table, lang: str) -> dict[str, Any]:
    """A table as it is listed."""
    time = table.time
    periods = sorted(time.codes) if time else []
    name = folder_name(table.quality, lang)
    units = [unit for pattern, unit in UNITS_OF_TIME if all(re.fullmatch(pattern, code) for code in periods)]
    return {
        "id": table.key,
        "label": table.title[lang],
        "description": "",
        "sortCode": table.key,
        "updated": updated(table),
        "firstPeriod": periods[0] if periods else "",
        "lastPeriod": periods[-1] if periods else "",
        "category": "public",
        "variableNames": [variable.text for variable in variables_of(table, lang)],
        "source": sources(table, lang),
        "subjectCode": "MIG",
        "timeUnit": units[0] if periods and units else "Other",
        "paths": [[{"id": str(table.quality), "label": name, "sortCode": name}]],
        "links": [
            link(catalogue, table, "self", lang),
            *(link(catalogue, table, "alternate", o) for o in catalogue.languages if o != lang),
            link(catalogue, table, "metadata", lang, "/metadata"),
            link(catalogue, table, "data", lang, "/data", "&outputFormat=json-stat2"),
        ],
    }


def metadata(catalogue: Catalogue, table: Table, lang: str, asked: Mapping[str, str]) -> Answer:
    """The metadata as JSON-stat 2 without figures, of the whole table or of the default selection."""
    form = asked.get("outputformat", "json-stat2")
    if form != "json-stat2":
        raise PublicationError(
            407, f"the format {form!r} is not offered.", "Ask for json-stat2.", ("outputFormat",)
        )
    if asked.get("defaultselection", "false").casefold() == "true":
        table = select(table, default_positions(variables_of(table, lang)))
    return json_answer(dataset(table, lang, figures=False))


def default_selection(catalogue: Catalogue, table: Table, lang: str) -> dict[str, Any]:
    """Which values are answered when none are chosen, and where they stand."""
    variables = variables_of(table, lang)
    codes = [variable.code for variable in variables]
    return {
        "language": lang,
        "selection": [
            {"variableCode": variable.code, "codelist": None, "valueCodes": chosen}
            for variable, chosen in zip(
                variables, codes_at(variables, default_positions(variables)), strict=True
            )
        ],
        "placement": {"heading": codes[-2:], "stub": codes[:-2]},
        "links": [
            link(catalogue, table, "self", lang, "/defaultselection"),
            link(catalogue, table, "data", lang, "/data"),
        ],
    }


def codes_at(variables: Sequence[Variable], positions: Positions) -> list[list[str]]:
    return [
        [variable.codes[place] for place in chosen]
        for variable, chosen in zip(variables, positions, strict=True)
    ]


def from_query(query: Mapping[str, str]) -> dict[str, list[str]]:
    """The selection in ``valueCodes[…]``; codelists are refused, as no table has one."""
    chosen: dict[str, list[str]] = {}
    for key, value in query.items():
        named = IN_BRACKETS.fullmatch(key)
        if not named:
            continue
        if named[1].casefold() != "valuecodes":
            raise no_codelist(value)
        if named[2].casefold() in {code.casefold() for code in chosen}:
            raise illegal(f"variable {named[2]} is there twice")
        chosen[named[2]] = split_list(value)
    return chosen


def from_body(body: bytes) -> dict[str, list[str]]:
    """The selection in a posted object; ``placement`` is not followed, so it is refused."""
    posted = read_json(body) if body.strip() else {}
    chosen: dict[str, list[str]] = {}
    if set(posted) - {"selection"} or not isinstance(posted.get("selection", []), list):
        raise illegal('only {"selection": […]} is read')
    for item in posted.get("selection", []):
        match item:
            case {"variableCode": str(code), "valueCodes": list(values), **rest} if all(
                isinstance(value, str) for value in values
            ):
                if rest.get("codelist"):
                    raise no_codelist(str(rest["codelist"]))
                if code in chosen or set(rest) - {"codelist"}:
                    raise illegal(f"variable {code} is there twice, or with an unknown key")
                chosen[code] = values
            case _:
                raise illegal('a selection is not {"variableCode": …, "valueCodes": […]}')
    return chosen


def data(catalogue: Catalogue, table: Table, lang: str, form: str, chosen: dict[str, list[str]]) -> Answer:
    """The figures of a selection, or of the default one where nothing is chosen."""
    variables = variables_of(table, lang)
    most = catalogue.limits.most_cells
    if chosen:
        positions = choose_v2(variables, chosen, most)
    else:
        positions = default_positions(variables)
        check_size(positions, most)
    return write(select(table, positions), lang, form, V2_FORMS)
