"""Erasure: a person's pseudonym goes, place and date become coarse, the counted fact stays.

The one change that is no new fact. The files that name the person are written anew and the manifest is
replaced in one step; the old files and every snapshot, which would still name the person, are removed.
"""

from collections.abc import Callable, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from nuudel.ledger.fingerprint import fingerprints
from nuudel.ledger.manifest import Manifest, Segment
from nuudel.ledger.schema import PLACE_COLUMNS, SCHEMAS, Fact
from nuudel.ledger.segments import SegmentWriter, publish

Coarsen = Callable[[str], str]


def erase(
    folder: Path, work: Path, manifest: Manifest, pseudonyms: Set[str], coarsen: Coarsen
) -> tuple[Manifest, int]:
    """Write the files that hold one of the pseudonyms anew.

    Returns
    -------
    tuple
        The manifest to put in place, and the number of facts that were made coarse.
    """
    wanted = pa.array(sorted(pseudonyms), pa.string())
    written: list[tuple[Path, Segment]] = []
    kept: list[Segment] = []
    erased = 0
    for number, segment in enumerate(manifest.segments):
        table = pq.read_table(folder / segment.file, partitioning=None).combine_chunks()
        hit = pc.is_in(table.column("pseudonym").cast(pa.string()), value_set=wanted)
        mask = hit.combine_chunks().to_numpy(zero_copy_only=False).astype(bool)
        if not mask.any():
            kept.append(segment)
            continue
        erased += int(mask.sum())
        target = work / f"erasure-{number}"
        target.mkdir()
        writer = SegmentWriter(target, Fact(segment.fact))
        for batch in coarse(Fact(segment.fact), table, mask, coarsen).combine_chunks().to_batches():
            writer.add(batch)
        written += writer.close()
    return replace(manifest, segments=(*kept, *publish(folder, written))), erased


def coarse(fact: Fact, table: Any, mask: NDArray[np.bool_], coarsen: Coarsen) -> Any:
    """The table with the masked rows made coarse.

    Pseudonym and household go; places become units of an upper level; a start becomes the first and an end
    the last day of its year. Id and recorded time stay: without them the fact could be loaded again.
    """
    schema = SCHEMAS[fact]
    chosen = pa.array(mask)
    columns = {name: one_array(table.column(name)) for name in schema.names}
    for name in ("pseudonym", "group"):
        columns[name] = pc.if_else(chosen, pa.scalar(None, columns[name].type), columns[name])
    for name, places in coarse_places(fact, columns, mask, coarsen).items():
        columns[name] = pa.array(places, pa.string()).dictionary_encode()
    for name, last in (("start", False), ("end", True)):
        columns[name] = pc.if_else(chosen, year_limit(columns[name], last), columns[name])
    columns = {name: columns[name].cast(schema.field(name).type) for name in schema.names}
    prints = fingerprints(fact, columns, table.num_rows)
    columns["fingerprint"] = pa.array(prints.view(np.int64))
    return pa.table([columns[name] for name in schema.names], schema=schema)


def coarse_places(
    fact: Fact, columns: dict[str, Any], mask: NDArray[np.bool_], coarsen: Coarsen
) -> dict[str, list[str | None]]:
    """The place columns with the masked rows made coarse.

    A movement whose ends would become one place would be none (``LEDGER-104``): it keeps the places it had.
    """
    before = {name: columns[name].cast(pa.string()).to_pylist() for name in PLACE_COLUMNS[fact]}
    after: dict[str, list[str | None]] = {name: [] for name in before}
    for hit, *places in zip(mask, *before.values(), strict=True):
        made = [coarsen(place) if hit and place is not None else place for place in places]
        merged = len(made) > 1 and made[0] is not None and made[0] == made[1]
        for name, place in zip(after, places if merged else made, strict=True):
            after[name].append(place)
    return after


def one_array(column: Any) -> Any:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def year_limit(days: Any, last: bool) -> Any:
    """First or last day of each day's year; null stays null."""
    first = pc.floor_temporal(days, unit="year").cast(pa.date32())
    if not last:
        return first
    following = pc.floor_temporal(
        pc.add(first.cast(pa.timestamp("s")), pa.scalar(366 * 86_400, pa.duration("s"))), unit="year"
    )
    return pc.subtract(following, pa.scalar(86_400, pa.duration("s"))).cast(pa.date32())
