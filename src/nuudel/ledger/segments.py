"""Writing facts as Parquet: one file per load and year of start, rows near each other in place together."""

import contextlib
import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from nuudel.ledger.fingerprint import add_sums, content_sum, numbers_of
from nuudel.ledger.ids import from_arrow
from nuudel.ledger.manifest import Segment, SeriesCount, sync_folder
from nuudel.ledger.rules import index_of
from nuudel.ledger.schema import PLACE_COLUMNS, SCHEMAS, Fact

FLUSH_ROWS = 1_000_000
HELD_ROWS = 4_000_000
GROUP_ROWS = 131_072
WRITERS = 2
# Nearly every value is another: looking for repeats costs more than all the rest of the writing.
PLAIN = ("id", "fingerprint", "group", "supersedes", "pseudonym", "recorded_at")
RANDOM = ("id", "fingerprint")


@dataclass
class Part:
    """What is known of one year's file while it is written."""

    path: Path
    writer: Any = None
    held: list[Any] = field(default_factory=list)
    held_rows: int = 0
    pieces: list[Segment] = field(default_factory=list)


class SegmentWriter:
    """Collects accepted facts and writes them year by year into a folder of temporary files."""

    def __init__(self, folder: Path, fact: Fact) -> None:
        self.folder = folder
        self.fact = fact
        self.parts: dict[int, Part] = {}
        self.held_rows = 0
        self.pool = ThreadPoolExecutor(WRITERS, thread_name_prefix="ledger-write")
        self.pending: dict[int, Future[None]] = {}

    def add(self, batch: Any) -> None:
        """Take a record batch in stored form."""
        years = years_of(numbers_of(batch.column("start")))
        found = np.unique(years)
        if bool((years[1:] >= years[:-1]).all()):
            limits = np.searchsorted(years, [*found, found[-1] + 1])
            for year, first, last in zip(found, limits[:-1], limits[1:], strict=True):
                self.hold(int(year), batch.slice(first, last - first))
            return
        for year in found:
            # A slice would keep the whole batch in memory for a few rows.
            self.hold(int(year), batch.take(pa.array(np.flatnonzero(years == year))))

    def hold(self, year: int, batch: Any) -> None:
        part = self.parts.setdefault(year, Part(self.folder / f"{year}.parquet"))
        part.held.append(batch)
        part.held_rows += batch.num_rows
        self.held_rows += batch.num_rows
        if part.held_rows >= FLUSH_ROWS:
            self.flush(year)
        while self.held_rows > HELD_ROWS:
            self.flush(max(self.parts, key=lambda y: self.parts[y].held_rows))

    def flush(self, year: int) -> None:
        """Hand a year's rows to a writing thread; no more are under way than there are threads."""
        part = self.parts[year]
        batches, part.held = part.held, []
        self.held_rows -= part.held_rows
        part.held_rows = 0
        while year in self.pending or len(self.pending) >= WRITERS:
            self.pending.pop(next(iter(self.pending))).result()
        self.pending[year] = self.pool.submit(self.write, year, part, batches)

    def wait(self) -> None:
        while self.pending:
            self.pending.popitem()[1].result()

    def write(self, year: int, part: Part, batches: list[Any]) -> None:
        table = pa.Table.from_batches(batches).combine_chunks()
        table = table.take(pa.array(place_order(self.fact, table)))
        if part.writer is None:
            part.writer = pq.ParquetWriter(part.path, SCHEMAS[self.fact], **layout(self.fact))
        part.writer.write_table(table, row_group_size=GROUP_ROWS)
        part.pieces.append(described(self.fact, year, table))

    def close(self) -> list[tuple[Path, Segment]]:
        """Write what is held, make the files durable, and say what each is."""
        for year in sorted(self.parts):
            if self.parts[year].held:
                self.flush(year)
        self.wait()
        self.pool.shutdown()
        found = []
        for year in sorted(self.parts):
            part = self.parts[year]
            part.writer.close()
            sync_file(part.path)
            found.append((part.path, joined(part.pieces)))
        return found

    def abandon(self) -> None:
        """Stop without result; the temporary files are left to whoever made the folder."""
        self.pool.shutdown(wait=True, cancel_futures=True)
        for part in self.parts.values():
            # A full disk fails here a second time; the first failure is the one to tell.
            with contextlib.suppress(OSError):
                if part.writer is not None:
                    part.writer.close()


def layout(fact: Fact) -> dict[str, Any]:
    """How columns are written."""
    names = SCHEMAS[fact].names
    return {
        "compression": {name: "NONE" if name in RANDOM else "ZSTD" for name in names},
        "use_dictionary": [name for name in names if name not in PLAIN],
    }


def years_of(days: NDArray[np.int32]) -> NDArray[np.int16]:
    """The calendar year of each day since 1970; each day of the range is worked out once."""
    first = int(days.min())
    every = np.arange(first, int(days.max()) + 1).astype("datetime64[D]").astype("datetime64[Y]")
    table = (every.astype(np.int64) + 1970).astype(np.int16)
    years: NDArray[np.int16] = table[days - first]
    return years


def place_order(fact: Fact, table: Any) -> NDArray[np.int64]:
    """Rows of one place after another: it makes columns small and tables by place fast."""
    key = np.zeros(len(table), np.int64)
    largest = 1
    for name in (*PLACE_COLUMNS[fact], "sex"):
        column = table.column(name).chunk(0)
        key = key * (len(column.dictionary) + 1) + index_of(column) + 1
        largest *= len(column.dictionary) + 1
    # Equal keys keep their order, so that the file depends on nothing else.
    row_bits = len(table).bit_length()
    if largest.bit_length() + row_bits > 62:
        return np.argsort(key, kind="stable")
    # Key and row in one number: sorting numbers is several times faster than sorting rows by them.
    both = np.sort((key << row_bits) | np.arange(len(table)))
    return both & ((1 << row_bits) - 1)


def described(fact: Fact, year: int, table: Any) -> Segment:
    """The manifest's entry for some rows, without the name of a file."""
    columns = {name: table.column(name).chunk(0) for name in table.column_names}
    ids = from_arrow(columns["id"])
    recorded = numbers_of(columns["recorded_at"])
    return Segment(
        file="",
        fact=fact.value,
        year=year,
        rows=len(table),
        lowest=int(ids[:, 0].min()),
        highest=int(ids[:, 0].max()),
        sums=content_sum(ids, numbers_of(columns["fingerprint"]).view(np.uint64), recorded),
        recorded_from=int(recorded.min()),
        recorded_to=int(recorded.max()),
        corrections=len(table) - columns["supersedes"].null_count,
        weighted=int((numbers_of(columns["weight"]) != 1).sum()),
        series=series_counts(fact, columns),
    )


def series_counts(fact: Fact, columns: Mapping[str, Any]) -> dict[str, SeriesCount]:
    series, quality = columns["series"], columns["quality"]
    keys, qualities = series.dictionary.to_pylist(), quality.dictionary.to_pylist()
    ends = np.zeros(len(series), np.int64)
    names = [""]
    if fact is Fact.MOVEMENT:
        names = ["both", "origin", "destination", "none"]
        ends += (index_of(columns["destination"]) < 0) + 2 * (index_of(columns["origin"]) < 0)
    # One number for each combination; all three parts are small.
    both = (index_of(series).astype(np.int64) * len(qualities) + index_of(quality)) * len(names) + ends
    counts = np.bincount(both, minlength=len(keys) * len(qualities) * len(names))
    cube = counts.reshape(len(keys), len(qualities), len(names))
    found = {}
    for number, key in enumerate(keys):
        if cube[number].sum():
            by_quality = zip(qualities, cube[number].sum(axis=1), strict=True)
            by_ends = zip(names, cube[number].sum(axis=0), strict=True)
            found[key] = SeriesCount(
                int(cube[number].sum()),
                {name: int(n) for name, n in by_quality if n},
                {name: int(n) for name, n in by_ends if n and name},
            )
    return found


def joined(pieces: list[Segment]) -> Segment:
    """One entry for the pieces of one file, named by its content."""
    series: dict[str, SeriesCount] = {}
    for piece in pieces:
        for key, count in piece.series.items():
            series[key] = series.get(key, SeriesCount()).plus(count)
    sums = add_sums(piece.sums for piece in pieces)
    first = pieces[0]
    return Segment(
        file=f"{first.fact}/year={first.year}/{sums[0]:016x}{sums[1]:016x}.parquet",
        fact=first.fact,
        year=first.year,
        rows=sum(piece.rows for piece in pieces),
        lowest=min(piece.lowest for piece in pieces),
        highest=max(piece.highest for piece in pieces),
        sums=sums,
        recorded_from=min(piece.recorded_from for piece in pieces),
        recorded_to=max(piece.recorded_to for piece in pieces),
        corrections=sum(piece.corrections for piece in pieces),
        weighted=sum(piece.weighted for piece in pieces),
        series=dict(sorted(series.items())),
    )


def sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def publish(folder: Path, written: list[tuple[Path, Segment]]) -> list[Segment]:
    """Move finished files to their names; they count only once the manifest lists them."""
    for path, segment in written:
        target = folder / segment.file
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, target)
        sync_folder(target.parent)
        sync_folder(target.parent.parent)
    sync_folder(folder)
    return [segment for _, segment in written]
