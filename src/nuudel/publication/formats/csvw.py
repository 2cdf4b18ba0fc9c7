"""CSV on the Web: a CSV file (RFC 4180, UTF-8) and beside it its metadata (W3C, Metadata Vocabulary for
Tabular Data, 2015).

Each row is a cell: for every dimension its code and its labels in all languages, then value, status and
quality. The metadata are complete: a table is read back equal.
"""

import io
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from nuudel.base.errors import PublicationError
from nuudel.base.provenance import Text
from nuudel.publication.formats.description import describe, table_from_description
from nuudel.publication.formats.files import read_bytes, write_atomically
from nuudel.publication.tables import STATUSES, Dimension, Status, Table, positions

DESCRIPTION = "urn:nuudel:table"
SUFFIX = "-metadata.json"
TITLES: Mapping[str, Text] = {
    "status": {"en": "status", "mn": "төлөв"},
    "quality": {"en": "quality", "mn": "чанар"},
}


def write_csvw(table: Table, folder: Path) -> tuple[Path, Path]:
    """Write ``<key>.csv`` and ``<key>.csv-metadata.json``; errors ``PUBLICATION-191``.

    The metadata are written first, so that no CSV file ever stands without them.
    """
    csv = folder / f"{table.key}.csv"
    metadata = json.dumps(csvw_metadata(table, csv.name), ensure_ascii=False, indent=1)
    described = write_atomically(folder / f"{csv.name}{SUFFIX}", metadata.encode())
    return write_atomically(csv, format_csv(table)), described


def format_csv(table: Table) -> bytes:
    """The CSV file: header and one row per cell, the last dimension fastest."""
    columns: list[pl.Series] = []
    for key, codes in table.code_columns().items():
        columns += [codes, *(table.label_column(key, lang) for lang in table.languages)]
    texts = [None if math.isnan(v) else format_number(v) for v in table.values.ravel().tolist()]
    index = pl.Series(table.status.ravel().astype(np.uint32))
    columns.append(pl.Series("value", texts, dtype=pl.String))
    columns.append(pl.Series("status", [str(s) for s in STATUSES]).gather(index))
    columns.append(pl.Series("quality", [str(table.quality_of(s)) for s in STATUSES]).gather(index))
    return pl.DataFrame(columns).write_csv(line_terminator="\r\n", quote_style="necessary").encode()


def format_number(value: float) -> str:
    """A number as short as it can be without loss."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def csvw_metadata(table: Table, url: str) -> dict[str, Any]:
    """The metadata document of a table's CSV file."""
    columns: list[dict[str, Any]] = []
    for dimension in table.dimensions:
        columns += dimension_columns(dimension)
    measure = {lang: f"{title} ({table.measure.unit[lang]})" for lang, title in table.measure.title.items()}
    columns.append({"name": "value", "titles": ["value"], "datatype": "double", "dc:title": said(measure)})
    for name, texts in TITLES.items():
        columns.append({"name": name, "titles": [name], "datatype": "string", "dc:title": said(texts)})
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": table.languages[0]}],
        "url": url,
        "dc:title": said(table.title),
        "dc:source": [
            value for s in table.sources for value in said({lang: s.line(lang) for lang in table.languages})
        ],
        "dc:license": [source.licence for source in table.sources],
        "dc:modified": {"@value": table.as_of.isoformat(), "@type": "date"},
        "dc:description": said(table.disclosure),
        "notes": [
            {"type": str(caveat.effect), "key": caveat.key, "body": said(caveat.text)}
            for caveat in table.caveats
        ],
        DESCRIPTION: json.dumps(describe(table), ensure_ascii=False),
        "dialect": {
            "encoding": "utf-8",
            "delimiter": ",",
            "quoteChar": '"',
            "doubleQuote": True,
            "header": True,
        },
        "tableSchema": {"columns": columns, "primaryKey": [d.key for d in table.dimensions]},
    }


def dimension_columns(dimension: Dimension) -> list[dict[str, Any]]:
    code = {
        "name": dimension.key,
        "titles": [dimension.key],
        "datatype": "string",
        "required": True,
        "dc:title": said(dimension.title),
    }
    labels = [
        {
            "name": f"{dimension.key}_{lang}",
            "titles": [f"{dimension.key}_{lang}"],
            "lang": lang,
            "datatype": "string",
        }
        for lang in dimension.labels
    ]
    return [code, *labels]


def said(text: Text) -> list[dict[str, str]]:
    return [{"@value": words, "@language": lang} for lang, words in text.items()]


def read_csvw(path: Path) -> Table:
    """Read a CSV file that ``write_csvw`` wrote, with the metadata beside it.

    Parameters
    ----------
    path
        The CSV file; its metadata are in ``<file>-metadata.json``.

    Raises
    ------
    PublicationError
        ``PUBLICATION-151`` the metadata are not JSON or describe no table, ``152`` the CSV has other columns
        than its metadata or cannot be read, ``153`` the description is incomplete, ``154`` a value is no
        number or a cell is missing or doubled; ``192`` a file cannot be opened; and those of ``Table``.
    """
    description = read_metadata(path.with_name(path.name + SUFFIX))
    frame = read_rows(path, description)
    return table_from_rows(path.name, frame, description)


def read_metadata(path: Path) -> dict[str, Any]:
    try:
        text = json.loads(read_bytes(path))
        description: Any = json.loads(text[DESCRIPTION])
    except (ValueError, KeyError, TypeError, RecursionError):
        description = None
    if not isinstance(description, dict):
        raise PublicationError(
            151,
            f"{path.name} is not JSON, or does not describe a table as Nuudel does ({DESCRIPTION}).",
            "Restore it, or write the table again.",
            (DESCRIPTION,),
        )
    return description


def read_rows(path: Path, description: Mapping[str, Any]) -> pl.DataFrame:
    try:
        expected = [
            name
            for entry in description["dimensions"]
            for name in (entry["key"], *(f"{entry['key']}_{lang}" for lang in entry["labels"]))
        ]
    except (KeyError, TypeError):
        raise PublicationError(
            153, "the description of the table lacks its dimensions.", "Restore the metadata file."
        ) from None
    try:
        frame = pl.read_csv(io.BytesIO(read_bytes(path)), infer_schema=False, encoding="utf8")
        found = frame.columns
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        found = [str(error).partition("\n")[0]]
    expected += ["value", "status", "quality"]
    if found != expected:
        columns = f"{', '.join(found)} instead of {', '.join(expected)}"
        raise PublicationError(
            152,
            f"{path.name} does not have the columns of its metadata: {columns}.",
            "Restore the file, or write the table again.",
            tuple(expected),
        )
    return frame


def table_from_rows(name: str, frame: pl.DataFrame, description: Mapping[str, Any]) -> Table:
    """A table from rows of texts (codes, ``value``, ``status``), each cell exactly once."""
    sizes = [len(entry["codes"]) for entry in description["dimensions"]]
    cell = np.zeros(len(frame), dtype=np.int64)
    for entry, size in zip(description["dimensions"], sizes, strict=True):
        cell = cell * size + positions(frame[entry["key"]], entry["codes"], entry["key"])
    texts = frame["value"].replace("", None)
    numbers = texts.cast(pl.Float64, strict=False)
    if len(cell) != math.prod(sizes) or len(np.unique(cell)) != len(cell):
        raise PublicationError(
            154, f"{name} lacks a cell, or has one twice.", "Restore the file, or write the table again."
        )
    wrong = texts.is_not_null() & (numbers.is_null() | ~numbers.is_finite())
    if wrong.any():
        row = int(wrong.arg_max() or 0)
        raise PublicationError(
            154, f"{name}, row {row + 1}: {texts[row]!r} is no number.", "Correct the value.", ("value",)
        )
    values = np.empty(len(cell))
    status = np.empty(len(cell), dtype=np.int8)
    values[cell] = numbers.fill_null(float("nan")).to_numpy()
    status[cell] = positions(frame["status"], tuple(str(s) for s in Status), "status")
    return table_from_description(description, values.reshape(sizes), status.reshape(sizes))
