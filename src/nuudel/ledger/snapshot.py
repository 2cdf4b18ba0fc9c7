"""Snapshots: the whole content in one file per kind of fact and year, sorted by id, named by what it says."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from nuudel.base.errors import LedgerError
from nuudel.ledger.manifest import Manifest, Segment, sync_folder, write_manifest
from nuudel.ledger.schema import SCHEMAS, Fact
from nuudel.ledger.segments import GROUP_ROWS, described, joined, layout, publish, sync_file


def write_snapshot(folder: Path, manifest: Manifest, work: Path, advance: Callable[[int, int], None]) -> Path:
    """Write ``snapshots/<name>``; one that is there already is left as it is.

    Returns
    -------
    Path
        The snapshot's folder, which ``Ledger.open`` reads like a ledger.
    """
    target = folder / "snapshots" / manifest.name
    if target.is_dir():
        return target
    made = work / manifest.name
    made.mkdir()
    segments = []
    years = sorted({(Fact(segment.fact), segment.year) for segment in manifest.segments})
    for done, (fact, year) in enumerate(years, 1):
        files = [folder / segment.file for segment in manifest.of(fact) if segment.year == year]
        path = work / "year.parquet"
        segments += publish(made, [(path, write_year(fact, files, year, path))])
        advance(done, len(years))
    written = Manifest(tuple(segments), manifest.series, frozen=True)
    if written.name != manifest.name:
        raise LedgerError(
            306,
            f"the files of {folder.name!r} are not what its manifest says.",
            "Restore the folder from its backup.",
        )
    write_manifest(made, written)
    target.parent.mkdir(exist_ok=True)
    os.replace(made, target)
    sync_folder(target.parent)
    return target


def write_year(fact: Fact, files: list[Path], year: int, path: Path) -> Segment:
    """Write one year's facts in the order of their ids."""
    # Opened here, for it brings pandas.
    import pyarrow.dataset as ds

    table = ds.dataset([str(file) for file in files], schema=plain_schema(fact)).to_table()
    table = table.sort_by([("id", "ascending")])
    table = in_stored_form(fact, table)
    pq.write_table(table, path, row_group_size=GROUP_ROWS, **layout(fact))
    sync_file(path)
    return joined([described(fact, year, table)])


def plain_schema(fact: Fact) -> Any:
    """Texts as texts: the dictionaries of two files have nothing in common."""
    return pa.schema(
        [
            pa.field(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
            for field in SCHEMAS[fact]
        ]
    )


def in_stored_form(fact: Fact, table: Any) -> Any:
    """Dictionaries in the order of first occurrence, which the order of ids decides."""
    columns = []
    for field in SCHEMAS[fact]:
        values = table.column(field.name).combine_chunks()
        encoded = pa.types.is_dictionary(field.type)
        columns.append(values.dictionary_encode().cast(field.type) if encoded else values)
    return pa.table(columns, schema=SCHEMAS[fact]).combine_chunks()
