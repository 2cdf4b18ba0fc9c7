"""Rows between the domains, Arrow and PostgreSQL: the same values in each, and no rule of facts."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from nuudel.base.errors import LedgerError
from nuudel.ledger.schema import FIELDS, SCHEMAS, Fact, Field, Form
from nuudel.web.facts.tables import names_of

TEXTS = (Form.ID, Form.CODE, Form.WORD, Form.TEXT)
BLOCK_BYTES = 8 * 1024 * 1024


def batch_of(fact: Fact, rows: Iterable[Mapping[str, object]]) -> Any:
    """Rows as domains give them, as one record batch; the ledger's rules read it as they read any table."""
    listed = list(rows)
    names = list(dict.fromkeys(name for row in listed for name in row))
    known = {field.name: field for field in FIELDS[fact]}
    arrays = []
    for name in names:
        field = known.get(name)
        # What one row leaves out means the same as a column that all leave out.
        absent = field.absent if field is not None else None
        arrays.append(values_of(field, [row.get(name, absent) for row in listed]))
    return pa.record_batch(arrays, names=names)


def values_of(field: Field | None, values: Sequence[object]) -> Any:
    """Values of one column; what is no value of its form becomes text, which the ledger then refuses."""
    if field is not None and field.form not in TEXTS:
        kind = pa.timestamp("us", "UTC") if field.form is Form.INSTANT else field.type
        try:
            return pa.array(values, kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            pass
    try:
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    except UnicodeEncodeError:
        raise LedgerError(
            205, "a column holds half a letter, which no text has.", "Write the text again.", named(field)
        ) from None


def named(field: Field | None) -> tuple[str, ...]:
    return (field.name,) if field is not None else ()


def statement_rows(batch: Any) -> list[list[object]]:
    """The rows of a batch in stored form as parameters of a statement."""
    columns = []
    for column in batch.columns:
        values = column.to_pylist()
        is_id = pa.types.is_fixed_size_binary(column.type)
        columns.append([hexadecimal(value) for value in values] if is_id else values)
    return [list(row) for row in zip(*columns, strict=True)]


def hexadecimal(value: bytes | None) -> str | None:
    return None if value is None else value.hex()


def csv_of(batch: Any) -> bytes:
    """A batch in stored form as CSV without header: empty is null, every text is quoted."""
    columns = []
    for column in batch.columns:
        if pa.types.is_fixed_size_binary(column.type):
            columns.append(hexadecimal_column(column))
        elif pa.types.is_dictionary(column.type):
            columns.append(column.dictionary_decode())
        else:
            columns.append(column)
    table = pa.record_batch(columns, names=batch.schema.names)
    target = io.BytesIO()
    pcsv.write_csv(table, target, pcsv.WriteOptions(include_header=False))
    return target.getvalue()


def hexadecimal_column(column: Any) -> Any:
    """16-byte ids as 32 digits."""
    if column.null_count == len(column):
        return pa.nulls(len(column), pa.string())
    values = column.fill_null(bytes(16)) if column.null_count else column
    digits = values.buffers()[1][16 * values.offset : 16 * (values.offset + len(values))].to_pybytes().hex()
    fixed = pa.Array.from_buffers(pa.binary(32), len(values), [None, pa.py_buffer(digits.encode())])
    texts = fixed.cast(pa.binary()).cast(pa.string())
    return pc.if_else(column.is_valid(), texts, None) if column.null_count else texts


class CopyReader(io.RawIOBase):
    """What PostgreSQL copies out, as a file that Arrow reads."""

    def __init__(self, blocks: Iterator[Any]) -> None:
        self.blocks = blocks
        self.left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        while not self.left:
            block = next(self.blocks, None)
            if block is None:
                return 0
            self.left = memoryview(block)
        size = min(len(target), len(self.left))
        target[:size] = self.left[:size]
        self.left = self.left[size:]
        return size


def read_as(kind: Any) -> Any:
    """The type in which Arrow reads a stored type from CSV."""
    if pa.types.is_fixed_size_binary(kind):
        return pa.string()
    return pa.dictionary(pa.int32(), pa.string()) if pa.types.is_dictionary(kind) else kind


def copied_out(fact: Fact, blocks: Iterator[Any]) -> Iterator[Any]:
    """Record batches of what PostgreSQL copies out as CSV: the columns of the schema, with fingerprints."""
    kinds = {field.name: read_as(field.type) for field in SCHEMAS[fact]}
    file = io.BufferedReader(CopyReader(blocks), BLOCK_BYTES)
    if not file.peek(1):
        return
    reader = pcsv.open_csv(
        pa.PythonFile(file, "r"),
        read_options=pcsv.ReadOptions(
            column_names=list(names_of(fact)), block_size=BLOCK_BYTES, use_threads=False
        ),
        parse_options=pcsv.ParseOptions(newlines_in_values=True),
        convert_options=pcsv.ConvertOptions(
            column_types=kinds, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )
    yield from reader
