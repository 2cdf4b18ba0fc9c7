"""One load: chunks of rows become facts or rejects, and all the facts of the load are in, or none.

The order of work:

1. ``prepare`` (parallel, from the rows alone): read columns, check rows, fingerprint them.
2. ``Load.take`` (in the order of the file): give ids, check series, corrections and ids against the ledger
   and the lines before, hand the accepted rows to the writer.
3. ``SegmentWriter.close`` and the ledger: move the files to their names, replace the manifest. Until that
   last step nothing of the load is there, so a killed load is run again as if it had never been.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from nuudel.ledger.columns import read_columns
from nuudel.ledger.corrections import Corrections
from nuudel.ledger.fingerprint import Hashes, fingerprints, mix
from nuudel.ledger.ids import Ids, from_arrow, to_arrow, version_8
from nuudel.ledger.known import KnownIds, Stored
from nuudel.ledger.manifest import Manifest, Segment
from nuudel.ledger.occurrences import Occurrences
from nuudel.ledger.rules import RULES, Fault, Mask, check_places, check_rows, index_of
from nuudel.ledger.schema import FIELDS, SCHEMAS, Fact, check_columns
from nuudel.ledger.segments import SegmentWriter
from nuudel.ledger.series import Series

REJECTS = {"line": pl.Int64, "code": pl.String, "reason": pl.String}


@dataclass(frozen=True)
class Chunk:
    """Rows as they come: the table, the line of each row, and lines that are no rows of it at all."""

    batch: Any
    lines: NDArray[np.int64]
    broken: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))


@dataclass(frozen=True)
class Prepared:
    """A chunk in stored form, checked by itself."""

    columns: dict[str, Any]
    lines: NDArray[np.int64]
    broken: NDArray[np.int64]
    faults: list[Fault]
    ids: Ids
    prints: Hashes
    other_prints: Hashes | None


def prepare(fact: Fact, chunk: Chunk, places: Set[str] | None, known_at: int) -> Prepared:
    """Everything that needs neither the ledger nor the lines before."""
    check_columns(fact, chunk.batch.schema.names)
    rows = chunk.batch.num_rows
    columns, faults = read_columns(fact, chunk.batch, known_at)
    checked = check_rows(fact, columns, known_at) + check_places(fact, columns, places)
    for fault in checked:
        # What could not be read is empty here; it is reported once, as unreadable.
        for unread in faults:
            if set(unread.columns) & set(fault.columns):
                fault.rows[unread.rows] = False
    unread_id = [fault.rows for fault in faults if fault.columns == ("id",)]
    missing = columns["id"].null_count - sum(int(mask.sum()) for mask in unread_id)
    return Prepared(
        columns=columns,
        lines=chunk.lines,
        broken=chunk.broken,
        faults=[fault for fault in faults + checked if fault.rows.any()],
        ids=from_arrow(columns["id"]) if columns["id"].null_count < rows else np.zeros((rows, 2), np.uint64),
        prints=fingerprints(fact, columns, rows),
        other_prints=fingerprints(fact, columns, rows, lane=1) if missing else None,
    )


class Load:
    """The part of a load that runs in the order of the file."""

    def __init__(
        self,
        fact: Fact,
        series: Mapping[str, Series],
        known: KnownIds,
        corrections: Corrections,
        keep: Callable[[Any], None],
    ) -> None:
        self.fact = fact
        self.series = dict(series)
        self.known = known
        self.corrections = corrections
        self.keep_batch = keep
        self.occurrences = Occurrences()
        self.rejects: list[pl.DataFrame] = []
        self.accepted = self.already_there = self.rejected = 0

    def take(self, chunk: Prepared) -> None:
        """Accept or reject the rows of one chunk."""
        rows = len(chunk.lines)
        faults = list(chunk.faults)
        good = np.ones(rows, np.bool_)
        for fault in faults:
            good &= ~fault.rows
        ids = self.with_ids(chunk, good)
        self.look_up(chunk, ids)
        self.reject(self.check_series(chunk.columns, good), faults, good)
        if chunk.columns["supersedes"].null_count < rows:
            self.reject(
                self.corrections.check(chunk.columns, ids, chunk.prints, good, self.known), faults, good
            )
        picked = np.flatnonzero(good)
        met = self.known.meet(ids[picked], chunk.prints[picked])
        for number, mask in ((111, met.doubled), (112, met.changed)):
            found = np.zeros(rows, np.bool_)
            found[picked[mask]] = True
            self.reject([Fault(number, ("id",), found)], faults, good)
        self.already_there += int(met.again.sum())
        self.rejected += int((~good).sum()) + len(chunk.broken)
        self.keep(chunk, ids, picked[met.new])
        self.note_rejects(chunk, faults)

    def look_up(self, chunk: Prepared, ids: Ids) -> None:
        """Learn what the ledger has of a chunk's ids; a folder's index reads by itself what comes near."""

    def reject(self, found: list[Fault], faults: list[Fault], good: Mask) -> None:
        for fault in found:
            if fault.rows.any():
                faults.append(fault)
                good &= ~fault.rows

    def with_ids(self, chunk: Prepared, good: Mask) -> Ids:
        """The ids; a fact that came without one gets one from what it says and how often the load said it."""
        array = chunk.columns["id"]
        if not array.null_count:
            return chunk.ids
        missing = array.is_null().to_numpy(zero_copy_only=False) & good
        if not missing.any():
            return chunk.ids
        assert chunk.other_prints is not None
        first, second = chunk.prints[missing], chunk.other_prints[missing]
        times = self.occurrences.count(first)
        ids = chunk.ids.copy()
        ids[missing] = version_8(first, mix(second ^ mix(times)))
        chunk.columns["id"] = to_arrow(ids)
        return ids

    def check_series(self, columns: Mapping[str, Any], good: Mask) -> list[Fault]:
        """Rows whose series is of another source or kind, or does not count their duration class.

        A series that nobody has declared is declared by its first fact.
        """
        series, source = columns["series"], columns["source"]
        keys, sources = series.dictionary.to_pylist(), source.dictionary.to_pylist()
        number = index_of(series).astype(np.int64) * len(sources) + index_of(source)
        pairs, first = np.unique(number[good], return_index=True)
        faults = []
        for pair in pairs[np.argsort(first)]:
            key, name = keys[pair // len(sources)], sources[pair % len(sources)]
            declared = self.series.setdefault(key, Series(key, name, self.fact.value))
            rows = (number == pair) & good
            if (declared.source, declared.fact) != (name, self.fact.value):
                faults.append(Fault(117, ("series", "source"), rows))
            elif declared.durations and self.fact is Fact.MOVEMENT:
                durations = columns["duration"]
                names = durations.dictionary.to_pylist()
                counted = np.array([duration in declared.durations for duration in names] + [False])
                faults.append(Fault(118, ("duration",), rows & ~counted[index_of(durations)]))
        return faults

    def keep(self, chunk: Prepared, ids: Ids, new: NDArray[np.int64]) -> None:
        """Hand accepted rows to whoever stores them."""
        if not len(new):
            return
        prints = pa.array(chunk.prints.view(np.int64))
        arrays = [chunk.columns[field.name] for field in FIELDS[self.fact]]
        batch = pa.record_batch([*arrays, prints], schema=SCHEMAS[self.fact])
        self.keep_batch(batch if len(new) == batch.num_rows else batch.take(pa.array(new)))
        self.corrections.note(batch.column("supersedes"), new)
        self.accepted += len(new)

    def note_rejects(self, chunk: Prepared, faults: list[Fault]) -> None:
        found = [(fault.number, ", ".join(fault.columns), chunk.lines[fault.rows]) for fault in faults]
        found += [(119, "", chunk.broken)] if len(chunk.broken) else []
        for number, columns, lines in found:
            frame = pl.DataFrame({"line": lines}, schema={"line": pl.Int64})
            self.rejects.append(frame.with_columns(number=pl.lit(number), columns=pl.lit(columns)))

    def reject_table(self, lang: str) -> pl.DataFrame:
        """All rejects: ``line``, ``code``, ``reason``; a row that breaks two rules has two lines."""
        if not self.rejects:
            return pl.DataFrame(schema=REJECTS)
        frame = pl.concat(self.rejects).sort("line", "number", "columns")
        kinds = frame.select("number", "columns").unique()
        named = kinds.with_columns(
            code=pl.Series([RULES[number].error.code for number in kinds["number"]], dtype=pl.String),
            reason=pl.Series(
                [RULES[number].sentence(lang, columns) for number, columns in kinds.iter_rows()],
                dtype=pl.String,
            ),
        )
        return frame.join(named, on=["number", "columns"], how="left", maintain_order="left").select(*REJECTS)


def folder_load(
    folder: Path, manifest: Manifest, fact: Fact, series: Mapping[str, Series], writer: SegmentWriter
) -> Load:
    """A load into a folder, against the segments that its manifest lists."""
    segments = manifest.of(fact)
    known = KnownIds([Stored(s.lowest, s.highest, reader(folder, s)) for s in segments])
    return Load(fact, series, known, Corrections(folder, segments), writer.add)


def reader(folder: Path, segment: Segment) -> Callable[[], tuple[Ids, Hashes]]:
    """A function that reads a segment's ids and fingerprints."""

    def read() -> tuple[Ids, Hashes]:
        table = pq.read_table(folder / segment.file, columns=["id", "fingerprint"], partitioning=None)
        table = table.combine_chunks()
        ids, prints = (table.column(name).chunk(0) for name in ("id", "fingerprint"))
        return from_arrow(ids), prints.to_numpy().view(np.uint64)

    return read
