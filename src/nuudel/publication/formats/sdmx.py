"""SDMX: the table's structure and figures as SDMX-ML 2.1, its figures also as SDMX-CSV 2.0, by pysdmx.

Importing pysdmx takes half a second, so it is imported where it is used.
"""

import io
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from nuudel.base.errors import PublicationError
from nuudel.base.provenance import COMPUTED
from nuudel.publication.formats.csvw import format_number, table_from_rows
from nuudel.publication.formats.files import read_bytes, write_atomically
from nuudel.publication.formats.sdmx_structure import (
    AGENCY,
    CODE_OF,
    VERSION,
    code_id,
    component_id,
    format_structure,
    message_header,
    read_structure,
    schema,
    table_id,
)
from nuudel.publication.tables import STATUSES, Dimension, Status, Table

if TYPE_CHECKING:
    from pysdmx.io.pd import PandasDataset

STRUCTURE_SUFFIX = ".structure.sdmx.xml"
DATA_SUFFIX = ".sdmx.xml"
CSV_SUFFIX = ".sdmx.csv"
OBSERVATION = re.compile(r"\t\t<Obs [^\n]*/>\n")


def write_sdmx(table: Table, folder: Path) -> tuple[Path, Path, Path]:
    """Write structure (``<key>.structure.sdmx.xml``), then ``<key>.sdmx.xml`` and ``<key>.sdmx.csv``.

    Raises
    ------
    PublicationError
        ``PUBLICATION-191``: a file cannot be written.
    """
    xml, csv = format_figures(table)
    structure = write_atomically(folder / f"{table.key}{STRUCTURE_SUFFIX}", format_structure(table))
    data = write_atomically(folder / f"{table.key}{DATA_SUFFIX}", xml)
    return structure, data, write_atomically(folder / f"{table.key}{CSV_SUFFIX}", csv)


def format_figures(table: Table) -> tuple[bytes, bytes]:
    """The figures as structure-specific data message (SDMX-ML 2.1) and as SDMX-CSV 2.0."""
    from pysdmx.io import write_sdmx as write
    from pysdmx.io.format import Format

    columns = observations(table)
    csv = str(write(dataset(table, columns), Format.DATA_SDMX_CSV_2_0_0))
    first = {name: values[:1] for name, values in columns.items()}
    header = message_header(table)
    xml = str(write(dataset(table, first), Format.DATA_SDMX_ML_2_1_STR, prettyprint=True, header=header))
    # pysdmx gives the table's identifier as scope, which the schema does not list
    xml = xml.replace(f'ss:dataScope="{table_id(table)}"', 'ss:dataScope="DataStructure"', 1)
    # pysdmx's own rows take ten times as long; identifiers and numbers need no escaping
    xml = OBSERVATION.sub(lambda _: xml_rows(columns), xml, count=1)
    return xml.encode(), csv.encode()


def xml_rows(columns: Mapping[str, list[str]]) -> str:
    attributes = [
        [f' {name}="{value}"' if value else "" for value in values] for name, values in columns.items()
    ]
    return "".join(f"\t\t<Obs{''.join(row)} />\n" for row in zip(*attributes, strict=True))


def observations(table: Table) -> dict[str, list[str]]:
    """A row per cell as columns of texts: codes as SDMX identifiers, ``OBS_VALUE``, ``OBS_STATUS``.

    Where a figure is estimated, ``OBS_STATUS`` says so, also in a table of estimates or scenarios.
    """
    normal = Status.ESTIMATED if table.quality in COMPUTED else Status.NORMAL
    status_codes = [CODE_OF[normal], *(CODE_OF[status] for status in STATUSES[1:])]
    codes = table.code_columns()
    columns: dict[str, list[str]] = {}
    for dimension in sorted(table.dimensions, key=lambda d: d.is_time):
        identifiers = dict(zip(dimension.codes, map(own_code(dimension), dimension.codes), strict=True))
        columns[component_id(dimension)] = [identifiers[code] for code in codes[dimension.key].to_list()]
    columns["OBS_VALUE"] = ["" if math.isnan(v) else format_number(v) for v in table.values.ravel().tolist()]
    columns["OBS_STATUS"] = [status_codes[status] for status in table.status.ravel().tolist()]
    return columns


def dataset(table: Table, columns: Mapping[str, list[str]]) -> "PandasDataset":
    import pandas as pd
    from pysdmx.io.pd import PandasDataset
    from pysdmx.model.dataset import ActionType

    return PandasDataset(
        structure=schema(table),
        data=pd.DataFrame(columns),
        attributes={"QUALITY": str(table.quality)},
        action=ActionType.Replace,
    )


def own_code(dimension: Dimension) -> Any:
    return str if dimension.is_time else code_id


def read_sdmx_xml(path: Path, structure: Path | None = None) -> Table:
    """Read the figures from an SDMX-ML file that ``write_sdmx`` wrote, and the rest from its structure.

    Parameters
    ----------
    path
        Structure-specific data message (SDMX-ML 2.1); it is validated against the schema by pysdmx.
    structure
        By default ``<key>.structure.sdmx.xml`` beside it.

    Raises
    ------
    PublicationError
        ``PUBLICATION-171`` the structure is not one of Nuudel's, ``172`` the data are no valid SDMX or of
        another table, ``154`` cells are missing or doubled, ``192`` a file cannot be opened; and those of
        ``Table``.
    """
    from pysdmx.io import read_sdmx

    content = read_bytes(path)
    description = description_of(path, DATA_SUFFIX, structure)
    try:
        data: Any = next(iter(read_sdmx(io.BytesIO(content), validate=True).data or ()))
        columns = {str(name): data.data[name].astype(str).tolist() for name in data.data.columns}
        of_structure = data.short_urn
    except Exception as error:  # pysdmx and its parsers raise whatever a document makes them raise
        raise not_sdmx(path, type(error).__name__) from None
    check_structure(path, of_structure, description)
    return table_from_sdmx(path.name, columns, description)


def read_sdmx_csv(path: Path, structure: Path | None = None) -> Table:
    """Read the figures from an SDMX-CSV file that ``write_sdmx`` wrote, and the rest from its structure.

    It is read as text, since pysdmx's reader takes the code ``01`` for the number 1. Errors as
    ``read_sdmx_xml``.
    """
    description = description_of(path, CSV_SUFFIX, structure)
    try:
        frame = pl.read_csv(io.BytesIO(read_bytes(path)), infer_schema=False, encoding="utf8")
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        raise not_sdmx(path, type(error).__name__) from None
    columns = {name: frame[name].fill_null("").to_list() for name in frame.columns}
    kinds, ids = columns.pop("STRUCTURE", []), columns.pop("STRUCTURE_ID", [])
    columns.pop("ACTION", None)
    if set(kinds) != {"dataflow"} or len(set(ids)) != 1:
        raise not_sdmx(path, "STRUCTURE, STRUCTURE_ID")
    check_structure(path, f"Dataflow={ids[0]}", description)
    return table_from_sdmx(path.name, columns, description)


def description_of(path: Path, suffix: str, structure: Path | None) -> dict[str, Any]:
    where = structure or path.with_name(path.name.removesuffix(suffix) + STRUCTURE_SUFFIX)
    return read_structure(read_bytes(where), where.name)


def not_sdmx(path: Path, reason: str) -> PublicationError:
    return PublicationError(
        172, f"{path.name} is not valid SDMX ({reason}).", "Restore the file, or write the table again."
    )


def check_structure(path: Path, found: str, description: Mapping[str, Any]) -> None:
    wanted = f"Dataflow={AGENCY}:{str(description.get('key')).upper()}({VERSION})"
    if found != wanted:
        raise PublicationError(
            172,
            f"{path.name} holds the data of {found}, its structure file describes {wanted}.",
            "Read the data with the structure that was written with them.",
        )


def table_from_sdmx(name: str, columns: dict[str, list[str]], description: dict[str, Any]) -> Table:
    """From columns of SDMX identifiers to a table."""
    try:
        dimensions = [Dimension(**entry) for entry in description["dimensions"]]
        normal = description["quality"] in COMPUTED
    except (KeyError, TypeError):
        raise PublicationError(
            153, "the description of the table lacks its dimensions.", "Restore the structure file."
        ) from None
    wanted = [*(component_id(d) for d in dimensions), "OBS_STATUS"]
    if set(columns) | {"OBS_VALUE", "QUALITY"} != {*wanted, "OBS_VALUE", "QUALITY"}:
        raise PublicationError(
            172,
            f"{name} has the columns {', '.join(columns)}, not {', '.join([*wanted, 'OBS_VALUE'])}.",
            "Read the data with the structure that was written with them.",
        )
    rows: dict[str, list[str]] = {}
    for dimension in dimensions:
        codes = {own_code(dimension)(code): code for code in dimension.codes}
        rows[dimension.key] = [codes.get(code, code) for code in columns[component_id(dimension)]]
    of_code = {code: str(status) for status, code in CODE_OF.items()}
    if normal:
        of_code[CODE_OF[Status.ESTIMATED]] = str(Status.NORMAL)
    empty = [""] * len(columns["OBS_STATUS"])
    values = columns.get("OBS_VALUE", empty)
    rows["value"] = ["" if value in {"NaN", "nan", "None"} else value for value in values]
    rows["status"] = [of_code.get(code, code) for code in columns["OBS_STATUS"]]
    return table_from_rows(name, pl.DataFrame(rows), description)
