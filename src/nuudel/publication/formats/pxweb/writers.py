"""Figures in the forms that PxWeb answers with: JSON-stat 2 and 1, plain JSON, CSV, PX."""

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from nuudel.base.errors import PublicationError
from nuudel.base.tables import nearest
from nuudel.publication.formats.px import format_px, table_to_px
from nuudel.publication.formats.px.convert import MARK_OF, SYMBOL_OF, mandatory_notes
from nuudel.publication.formats.px.model import SYMBOLS
from nuudel.publication.formats.px.words import NOTES, word
from nuudel.publication.formats.pxweb.answers import CSV, PX, Answer, json_answer
from nuudel.publication.formats.pxweb.contents import Kind, Variable, sources, updated, variables_of
from nuudel.publication.tables import STATUSES, Table

SIGNS: Mapping[int, str] = {
    **{STATUSES.index(status): SYMBOLS[symbol] for status, symbol in SYMBOL_OF.items()},
    **{STATUSES.index(status): mark for status, mark in MARK_OF.items()},
}
"""Sign of each status that is not normal, as in the PX file."""


def dataset(table: Table, lang: str, *, figures: bool = True) -> dict[str, Any]:
    """A JSON-stat 2 dataset (json-stat.org/full) with PxWeb's extensions; without figures, the metadata."""
    variables = variables_of(table, lang)
    made: dict[str, Any] = {
        "version": "2.0",
        "class": "dataset",
        "label": table.title[lang],
        "source": sources(table, lang),
        "updated": updated(table),
        "note": notes(table, lang),
        "role": roles(variables),
        "id": [variable.code for variable in variables],
        "size": [len(variable.codes) for variable in variables],
        "dimension": {variable.code: dimension(table, variable, lang) for variable in variables},
        "extension": {"px": described(table, variables, lang), "quality": str(table.quality)},
        "value": [],
    }
    if figures:
        made["value"] = values_of(table)
        signs = signs_of(table)
        if signs:
            made["status"] = signs
    return made


def notes(table: Table, lang: str) -> list[str]:
    """Quality, disclosure statement, legend of the signs and caveats."""
    return [*mandatory_notes(table, lang), *(caveat.text[lang] for caveat in table.caveats)]


def roles(variables: tuple[Variable, ...]) -> dict[str, list[str]]:
    found = {
        kind.value: [variable.code for variable in variables if variable.kind is kind]
        for kind in (Kind.TIME, Kind.GEO, Kind.METRIC)
    }
    return {kind: codes for kind, codes in found.items() if codes}


def dimension(table: Table, variable: Variable, lang: str) -> dict[str, Any]:
    category: dict[str, Any] = {
        "index": {code: place for place, code in enumerate(variable.codes)},
        "label": dict(zip(variable.codes, variable.texts, strict=True)),
    }
    if variable.kind is Kind.METRIC:
        unit = {"base": table.measure.unit[lang], "decimals": table.measure.decimals}
        category["unit"] = dict.fromkeys(variable.codes, unit)
    as_code = variable.kind is Kind.TIME and variable.codes == variable.texts
    extension: dict[str, Any] = {
        "elimination": False,
        "show": "code" if as_code else "value",
        "codelists": [],
    }
    return {"label": variable.text, "category": category, "extension": extension}


def described(table: Table, variables: tuple[Variable, ...], lang: str) -> dict[str, Any]:
    codes = [variable.code for variable in variables]
    return {
        "tableid": table.key,
        "decimals": table.measure.decimals,
        "official-statistics": False,
        "aggregallowed": False,
        "copyright": False,
        "language": lang,
        "contents": table.measure.title[lang],
        "descriptiondefault": False,
        "heading": codes[-2:],
        "stub": codes[:-2],
        "matrix": table.key,
        "subject-code": "MIG",
        "subject-area": word(NOTES["subject"], lang),
    }


def values_of(table: Table) -> list[int | float | None]:
    """The figures, the last dimension fastest; whole ones without a decimal point, null for none."""
    return [
        None if math.isnan(value) else int(value) if value == int(value) and abs(value) < 1e15 else value
        for value in table.values.ravel().tolist()
    ]


def signs_of(table: Table) -> dict[str, str]:
    """Position of a cell -> its sign, for cells that are not normal."""
    return {
        str(place): SIGNS[status]
        for place, status in enumerate(table.status.ravel().tolist())
        if status in SIGNS
    }


def printed(table: Table) -> list[str]:
    """The figures as they are printed: with the table's decimals where that loses nothing, or the sign."""
    decimals = table.measure.decimals
    shown = []
    for value, status in zip(table.values.ravel().tolist(), table.status.ravel().tolist(), strict=True):
        if math.isnan(value):
            shown.append(SIGNS[status])
        else:
            text = f"{value + 0.0:.{decimals}f}"
            shown.append(text if float(text) == value else repr(value))
    return shown


def json_stat_1(table: Table, lang: str) -> dict[str, Any]:
    """A JSON-stat 1 bundle with one dataset: ``id``, ``size`` and ``role`` stand among the dimensions."""
    second = dataset(table, lang)
    return {
        "dataset": {
            "dimension": {**second["dimension"], **{key: second[key] for key in ("id", "size", "role")}},
            **{
                key: second[key] for key in ("label", "source", "updated", "value", "status") if key in second
            },
            "extension": {"note": second["note"]},
        }
    }


def plain_json(table: Table, lang: str) -> dict[str, Any]:
    """PxWeb's own JSON: columns, and a row for each cell."""
    variables = variables_of(table, lang)
    keys = [variable for variable in variables if variable.kind is not Kind.METRIC]
    columns: list[dict[str, Any]] = [
        {"code": variable.code, "text": variable.text, "type": "t" if variable.kind is Kind.TIME else "d"}
        for variable in keys
    ]
    columns.append(
        {
            "code": table.measure.key,
            "text": table.measure.title[lang],
            "type": "c",
            "unit": table.measure.unit[lang],
        }
    )
    cells = itertools.product(*(variable.codes for variable in keys))
    return {
        "columns": columns,
        "comments": [{"variable": None, "value": None, "comment": note} for note in notes(table, lang)],
        "data": [
            {"key": list(codes), "values": [figure]}
            for codes, figure in zip(cells, printed(table), strict=True)
        ],
        "metadata": [{"updated": updated(table), "label": table.title[lang], "source": sources(table, lang)}],
    }


def csv_text(table: Table, lang: str) -> bytes:
    """CSV with the stub in rows and the heading (contents and last dimension) in columns, in texts."""
    *stub, contents, heading = variables_of(table, lang)
    titles = [
        *(variable.text for variable in stub),
        *(f"{contents.texts[0]} {text}" for text in heading.texts),
    ]
    lines = [",".join(quoted(title) for title in titles)]
    figures = [cell if cell[0] in "-0123456789" else quoted(cell) for cell in printed(table)]
    width = len(heading.texts)
    for number, texts in enumerate(itertools.product(*(variable.texts for variable in stub))):
        cells = figures[number * width : (number + 1) * width]
        lines.append(",".join([*(quoted(text) for text in texts), *cells]))
    return "".join(f"{line}\r\n" for line in lines).encode()


def quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def px_text(table: Table, lang: str) -> bytes:
    """The PX file, its main language the one asked for."""
    return format_px(table_to_px(first_language(table, lang)))


def first_language(table: Table, lang: str) -> Table:
    order = (lang, *(other for other in table.languages if other != lang))
    return replace(table, title={other: table.title[other] for other in order})


FORMS: Mapping[str, Callable[[Table, str], Answer]] = {
    "json-stat2": lambda table, lang: json_answer(dataset(table, lang)),
    "json-stat": lambda table, lang: json_answer(json_stat_1(table, lang)),
    "json": lambda table, lang: json_answer(plain_json(table, lang)),
    "csv": lambda table, lang: Answer(200, CSV, csv_text(table, lang)),
    "px": lambda table, lang: Answer(200, PX, px_text(table, lang)),
}
V1_FORMS = tuple(FORMS)
V2_FORMS = ("json-stat2", "csv", "px")


def write(table: Table, lang: str, form: str, allowed: tuple[str, ...]) -> Answer:
    """The figures in a form; error ``PUBLICATION-407`` for one that is not offered."""
    if form not in allowed:
        raise PublicationError(
            407,
            f"the format {form!r} is not offered.",
            f"Ask for one of them{nearest(form, allowed)}.",
            ("format",),
        )
    return FORMS[form](table, lang)
