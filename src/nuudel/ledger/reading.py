"""Reading files of facts in chunks: CSV (UTF-8, comma, header) and Parquet, each row with its line."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from nuudel.base.errors import LedgerError
from nuudel.ledger.load import Chunk
from nuudel.ledger.schema import FIELDS, Fact, Form, check_columns

CHUNK_ROWS = 262_144
BLOCK_BYTES = 32 * 1024 * 1024
Advance = Callable[[int, int], None]


def read_file(path: Path, fact: Fact, advance: Advance) -> Iterator[Chunk]:
    """The chunks of a file, by its ending; ``advance`` is told what is done and the total.

    Raises
    ------
    LedgerError
        ``LEDGER-208`` for another ending, ``LEDGER-209`` where the file cannot be read as what it says it is,
        ``LEDGER-202`` to ``LEDGER-204`` for its columns.
    """
    readers = {".csv": read_csv, ".parquet": read_parquet}
    if path.suffix.lower() not in readers:
        raise LedgerError(
            208, f"{path.name} ends neither in .csv nor in .parquet.", "Convert it to one of them.", ("file",)
        )
    try:
        yield from readers[path.suffix.lower()](path, fact, advance)
    except OSError as error:
        raise unreadable(path, error.strerror or "input or output failed") from None
    except pa.ArrowInvalid as error:
        # Arrow's message may quote the file: only what kind of trouble it was is told.
        what = (
            "it is not UTF-8 text" if "UTF8" in str(error) else f"it is damaged or no {path.suffix[1:]} file"
        )
        raise unreadable(path, what) from None


def unreadable(path: Path, why: str) -> LedgerError:
    return LedgerError(
        209, f"{path.name} cannot be read: {why}.", "Restore the file or name another.", ("file",)
    )


def read_parquet(path: Path, fact: Fact, advance: Advance) -> Iterator[Chunk]:
    schema = pq.read_schema(path)
    check_columns(fact, schema.names)
    words = {field.name for field in FIELDS[fact] if field.form in (Form.CODE, Form.WORD)}
    texts = [f.name for f in schema if f.name in words and pa.types.is_string(f.type)]
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        total, done = file.metadata.num_rows, 0
        for batch in file.iter_batches(CHUNK_ROWS):
            yield Chunk(batch, np.arange(done + 1, done + 1 + batch.num_rows))
            done += batch.num_rows
            advance(done, total)


def read_csv(path: Path, fact: Fact, advance: Advance) -> Iterator[Chunk]:
    """Every value is read as text; the header is line 1, and a record counts as one line."""
    broken: list[int] = []
    with path.open("rb") as raw:
        header = raw.readline(1 << 20).decode("utf-8-sig", errors="replace").strip("\r\n")
    if not header:
        raise unreadable(path, "it is empty")

    def skip(row: Any) -> str:
        broken.append(row.number)
        return "skip"

    names = [name.strip('"') for name in header.split(",")]
    check_columns(fact, names)
    with path.open("rb") as raw:
        reader = pcsv.open_csv(
            raw,
            read_options=pcsv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES),
            parse_options=pcsv.ParseOptions(
                newlines_in_values=True, invalid_row_handler=skip, ignore_empty_lines=False
            ),
            convert_options=pcsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
        size, told = path.stat().st_size, 0
        record = 2
        for batch in reader:
            # Lines that are no rows are missing from the batch; those before a row push its number up.
            lines = np.arange(record, record + batch.num_rows)
            for number in itertools.islice(broken, told, None):
                if number > lines[-1] if len(lines) else True:
                    break
                lines[lines >= number] += 1
                told += 1
            record = int(lines[-1]) + 1 if len(lines) else record
            filled = ~all_empty(batch)
            yield Chunk(
                batch.filter(pa.array(filled)) if not filled.all() else batch,
                lines[filled],
                np.empty(0, np.int64),
            )
            advance(min(raw.tell(), size), size)
    if broken:
        empty = batch_of_nothing(names)
        yield Chunk(empty, np.empty(0, np.int64), np.array(broken, np.int64))


def all_empty(batch: Any) -> Any:
    """Rows without any value: blank lines."""
    empty = np.ones(batch.num_rows, np.bool_)
    for column in batch.columns:
        empty &= pc.equal(column, "").fill_null(True).to_numpy(zero_copy_only=False)
        if not empty.any():
            break
    return empty


def batch_of_nothing(names: list[str]) -> Any:
    return pa.record_batch([pa.array([], pa.string()) for _ in names], names=names)


def table_chunks(table: Any) -> Iterator[Chunk]:
    """The chunks of what Python code gives: an Arrow table, batches of it, or a Polars frame."""
    done = 0
    if hasattr(table, "to_arrow"):
        table = table.to_arrow()
    if isinstance(table, pa.Table):
        table = table.to_batches(max_chunksize=CHUNK_ROWS)
    for batch in table:
        for part in batch.to_batches() if isinstance(batch, pa.Table) else [batch]:
            yield Chunk(part, np.arange(done + 1, done + 1 + part.num_rows))
            done += part.num_rows
