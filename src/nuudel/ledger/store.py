"""A ledger is a folder: immutable Parquet segments by kind of fact and year, and one manifest.

ledger/
  manifest.json                            what is there; replaced in one step
  movement/year=2019/<content sum>.parquet
  presence/year=2020/…   event/year=2021/…
  lock                                     held while writing
  work/                                    the load under way; whatever a killed one left is removed
  snapshots/<name>/                        the same layout, one file per kind and year, sorted by id
"""

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from nuudel.base.errors import LedgerError
from nuudel.ledger.load import Chunk, Prepared, folder_load, prepare
from nuudel.ledger.lock import writing
from nuudel.ledger.manifest import FILE, Manifest, SeriesCount, read_manifest, unusable, write_manifest
from nuudel.ledger.reading import Advance, read_file, table_chunks
from nuudel.ledger.schema import Fact, fact_named
from nuudel.ledger.segments import SegmentWriter, publish
from nuudel.ledger.series import Series, declare
from nuudel.ledger.snapshot import write_snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from nuudel.ledger.engines import LedgerConnection

WAIT_SECONDS = 60.0
AHEAD = 2


@dataclass(frozen=True)
class LoadResult:
    """What a load did.

    Attributes
    ----------
    accepted, rejected, already_there
        Rows; together all rows that were given.
    rejects
        ``line``, ``code``, ``reason`` of each broken rule; never a value of a row.
    rejects_file
        Where the rejects are written; None where there are none or no file was asked for.
    name
        Name of the ledger's content after the load.
    """

    accepted: int
    rejected: int
    already_there: int
    name: str
    rejects: pl.DataFrame = field(repr=False)
    rejects_file: Path | None = None


@dataclass(frozen=True)
class Ledger:
    """A ledger's folder.

    Attributes
    ----------
    folder
        Where it is.
    places
        The place codes that facts may name; None: every well-formed code.
    wait_seconds
        How long a write waits for another one.
    """

    folder: Path
    places: Set[str] | None = None
    wait_seconds: float = WAIT_SECONDS

    @classmethod
    def open(
        cls,
        folder: str | Path,
        *,
        places: Iterable[str] | None = None,
        create: bool = True,
        wait_seconds: float = WAIT_SECONDS,
    ) -> "Ledger":
        """Open a ledger, or make an empty one.

        Raises
        ------
        LedgerError
            ``LEDGER-304`` where there is none and ``create`` is false, ``LEDGER-302`` where the folder cannot
            be used, ``LEDGER-301`` where its manifest is damaged.
        """
        path = Path(folder)
        if not create and not path.joinpath(FILE).is_file():
            raise LedgerError(
                304,
                f"there is no ledger in {path.name!r}.",
                "Load facts first, or name its folder.",
                ("ledger",),
            )
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unusable(path, error) from None
        read_manifest(path)
        return cls(path, frozenset(places) if places is not None else None, wait_seconds)

    @property
    def manifest(self) -> Manifest:
        """What is there now."""
        return read_manifest(self.folder)

    @property
    def name(self) -> str:
        """Name of the content: equal for equal facts, in whatever order and portions they were loaded."""
        return self.manifest.name

    @property
    def series(self) -> Mapping[str, Series]:
        return self.manifest.series

    def counts(self, fact: str) -> dict[str, SeriesCount]:
        """Facts by series, superseded ones included."""
        return self.manifest.counts(fact_named(fact))

    def register(self, *series: Series) -> None:
        """Declare series, with what they count; ``LEDGER-207`` where one contradicts what is there."""
        with self.writing():
            manifest = self.manifest
            write_manifest(self.folder, manifest.plus((), declare(manifest.series, series)))

    def append(
        self,
        table: Any,
        fact: str = "movement",
        *,
        series: Iterable[Series] = (),
        known_at: int | None = None,
        lang: str = "en",
    ) -> LoadResult:
        """Append a Polars frame, an Arrow table, or an iterable of Arrow batches or tables.

        Parameters
        ----------
        table
            Columns as in ``schema.FIELDS[fact]``; those with a default may be missing.
        series
            Declarations to make in the same step.
        known_at
            The time of the load (microseconds since 1970 UTC); now, when not given.

        Raises
        ------
        LedgerError
            ``LEDGER-201`` to ``LEDGER-205`` for a table that is no table of facts, ``LEDGER-303`` where
            another load is writing. Bad rows are no error: they are in the result.
        """
        return self.load_chunks(table_chunks(table), fact_named(fact), series, known_at, lang)

    def load_file(
        self,
        file: str | Path,
        fact: str = "movement",
        *,
        rejects: str | Path | None = None,
        advance: Advance = lambda done, total: None,
        lang: str = "en",
    ) -> LoadResult:
        """Append a CSV or Parquet file; rejects are written to ``<file>.rejects.csv`` or to ``rejects``."""
        path = Path(file)
        if path.is_dir():
            raise LedgerError(209, f"{str(file)!r} is a folder.", "Name a file of facts.", ("file",))
        target = Path(rejects) if rejects else path.with_name(f"{path.name}.rejects.csv")
        kind = fact_named(fact)
        return self.load_chunks(read_file(path, kind, advance), kind, (), None, lang, target)

    def load_chunks(
        self,
        chunks: Iterable[Chunk],
        fact: Fact,
        series: Iterable[Series],
        known_at: int | None,
        lang: str,
        rejects_file: Path | None = None,
    ) -> LoadResult:
        known_at = time.time_ns() // 1000 if known_at is None else known_at
        with self.writing() as work:
            manifest = self.manifest
            declared = declare(manifest.series, series)
            writer = SegmentWriter(work, fact)
            try:
                load = folder_load(self.folder, manifest, fact, declared, writer)
                for chunk in prepared(chunks, lambda c: prepare(fact, c, self.places, known_at)):
                    load.take(chunk)
                written = writer.close()
            except BaseException:
                writer.abandon()
                raise
            table = load.reject_table(lang)
            kept = write_rejects(table, rejects_file) if rejects_file else None
            segments = publish(self.folder, written)
            after = manifest.plus(segments, load.series)
            if segments or after.series != manifest.series:
                write_manifest(self.folder, after)
        return LoadResult(load.accepted, load.rejected, load.already_there, after.name, table, kept)

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """Hold the lock, with an empty folder to work in; what a killed load left is removed."""
        work = self.folder / "work"
        try:
            with writing(self.folder, self.wait_seconds):
                if self.manifest.frozen:
                    raise LedgerError(
                        309, f"{self.folder.name!r} is a snapshot.", "Load into the ledger it was made of."
                    )
                remove_leftovers(self.folder, self.manifest)
                work.mkdir()
                try:
                    yield work
                finally:
                    shutil.rmtree(work, ignore_errors=True)
        except OSError as error:
            raise unusable(self.folder, error) from None

    def snapshot(self, advance: Advance = lambda done, total: None) -> Path:
        """Write the content to ``snapshots/<name>``; equal facts give equal files, byte for byte."""
        with self.writing() as work:
            return write_snapshot(self.folder, self.manifest, work, advance)

    def erase(self, pseudonyms: Iterable[str], coarsen: Callable[[str], str]) -> int:
        """Remove pseudonyms; the facts stay, coarse in place and date. Snapshots are removed with them.

        Parameters
        ----------
        coarsen
            From a place code to the one that may stay, such as the aimag of a soum.

        Returns
        -------
        int
            Number of facts that were made coarse.

        Raises
        ------
        LedgerError
            ``LEDGER-303`` another load is writing, ``LEDGER-309`` the ledger is a snapshot.
        """
        from nuudel.ledger.erasure import erase

        with self.writing() as work:
            after, erased = erase(self.folder, work, self.manifest, frozenset(pseudonyms), coarsen)
            shutil.rmtree(self.folder / "snapshots", ignore_errors=True)
            if erased:
                write_manifest(self.folder, after)
                remove_files(self.folder, after)
        return erased

    def connect(self) -> "LedgerConnection":
        """The facts in DuckDB, for the functions of queries.py."""
        from nuudel.ledger.engines import connect

        return connect(self)

    def facts(self, fact: str, as_known_on: date | None = None) -> "ir.Table":
        """The facts that stand, as an Ibis table on DuckDB; or as they stood at the end of a day (UTC)."""
        return self.connect().facts(fact, as_known_on)


def prepared(chunks: Iterable[Chunk], work: Callable[[Chunk], Prepared]) -> Iterator[Prepared]:
    """Prepare chunks in threads, a few ahead, and give them in order."""
    waiting: list[Future[Prepared]] = []
    with ThreadPoolExecutor(AHEAD, thread_name_prefix="ledger-read") as pool:
        try:
            for chunk in chunks:
                waiting.append(pool.submit(work, chunk))
                if len(waiting) > AHEAD:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def write_rejects(table: pl.DataFrame, path: Path) -> Path | None:
    """Write the rejects, whole or not at all; an old list of ours goes when there are none."""
    try:
        if table.is_empty():
            path.unlink(missing_ok=True)
            return None
        temporary = path.with_name(f"{path.name}.new")
        table.write_csv(temporary)
        os.replace(temporary, path)
    except OSError as error:
        raise LedgerError(
            305,
            f"the rejects cannot be written to {path.name!r}: {error.strerror}.",
            "Name a file that can be written with --rejects; nothing was loaded.",
            ("rejects",),
        ) from None
    return path


def remove_leftovers(folder: Path, manifest: Manifest) -> None:
    """Remove what a killed load left: its working folder, and files that no manifest lists."""
    shutil.rmtree(folder / "work", ignore_errors=True)
    remove_files(folder, manifest)


def remove_files(folder: Path, manifest: Manifest) -> None:
    """Remove facts' files that no manifest lists."""
    listed = {segment.file for segment in manifest.segments}
    for fact in Fact:
        for path in folder.glob(f"{fact}/year=*/*.parquet"):
            if path.relative_to(folder).as_posix() not in listed:
                path.unlink()
