"""Reading a table's columns into stored form: each value of its column's type, or a fault that says so."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nuudel.base.errors import LedgerError
from nuudel.ledger.ids import parse, to_arrow
from nuudel.ledger.rules import Fault, Mask, index_of
from nuudel.ledger.schema import FIELDS, Fact, Field, Form

Read = tuple[Any, Mask | None]
SMALLEST_YEAR, LARGEST_YEAR = 1800, 2200
FIRST_DAY = int(np.datetime64(f"{SMALLEST_YEAR}-01-01").astype(int))
LAST_DAY = int(np.datetime64(f"{LARGEST_YEAR}-01-01").astype(int))


def read_columns(fact: Fact, batch: Any, known_at: int) -> tuple[dict[str, Any], list[Fault]]:
    """Turn a record batch into columns of stored form.

    Parameters
    ----------
    batch
        ``pyarrow.RecordBatch`` whose column names have been checked.
    known_at
        What stands where ``recorded_at`` is empty, microseconds since 1970 UTC.

    Returns
    -------
    columns
        Every column of the kind of fact, shape (rows,); null where nothing was given or could be read.
    faults
        ``LEDGER-106`` unknown code, ``LEDGER-107`` malformed place, ``LEDGER-114`` unreadable value.
    """
    columns: dict[str, Any] = {}
    faults: list[Fault] = []
    for field in FIELDS[fact]:
        if field.name not in batch.schema.names:
            columns[field.name] = absent(field, batch.num_rows)
            continue
        given = batch.column(field.name)
        if given.null_count == len(given):
            columns[field.name] = filled(field, pa.nulls(len(given), field.type))
            continue
        array, wrong = READERS[field.form](field, plain(given))
        columns[field.name] = filled(field, array)
        if wrong is not None and wrong.any():
            faults.append(Fault(fault_number(field), (field.name,), wrong))
    recorded = columns["recorded_at"]
    if recorded.null_count:
        columns["recorded_at"] = recorded.fill_null(pa.scalar(known_at, pa.timestamp("us")))
    return columns, faults


def fault_number(field: Field) -> int:
    if field.form is Form.CODE:
        return 106
    return 107 if field.name in ("origin", "destination", "place") else 114


def absent(field: Field, rows: int) -> Any:
    value = field.default if field.absent is None else field.absent
    if value is None:
        return pa.nulls(rows, field.type)
    if field.codes is not None:
        indices = np.full(rows, field.codes.names.index(str(value)), np.int8)
        return pa.DictionaryArray.from_arrays(pa.array(indices), pa.array(field.codes.names))
    return pa.repeat(pa.scalar(value, field.type), rows)


def filled(field: Field, array: Any) -> Any:
    if field.default is None or not array.null_count:
        return array
    if field.codes is not None:
        # A code that is not in its list is null here and a fault; the default does no harm to it.
        indices = array.indices.fill_null(field.codes.names.index(str(field.default)))
        return pa.DictionaryArray.from_arrays(indices, pa.array(field.codes.names))
    return array.fill_null(field.default)


def plain(array: Any) -> Any:
    """Without extension types and views, which few Arrow functions take."""
    if isinstance(array.type, pa.BaseExtensionType):
        array = array.storage
    if pa.types.is_string_view(array.type):
        return array.cast(pa.large_string())
    if pa.types.is_binary_view(array.type):
        return array.cast(pa.large_binary())
    return array


def is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def words(field: Field, array: Any) -> Any:
    """A column of texts with each text once."""
    if pa.types.is_dictionary(array.type) and is_text(array.type.value_type):
        return array
    if is_text(array.type):
        return array.dictionary_encode()
    raise wrong_type(field, array)


def wrong_type(field: Field, array: Any) -> LedgerError:
    return LedgerError(
        205,
        f"column {field.name!r} holds {array.type}, which is no {field.form.value}.",
        "Convert the column.",
        (field.name,),
    )


def read_code(field: Field, array: Any) -> Read:
    assert field.codes is not None
    encoded = words(field, array)
    numbers = {name: n for n, name in enumerate(field.codes.names)} | {"": -1, None: -1}
    table = np.array([numbers.get(value, -2) for value in encoded.dictionary.to_pylist()] + [-1], np.int8)
    found = table[index_of(encoded)]
    empty = found < 0
    indices = pa.array(found, mask=empty if empty.any() else None)
    codes = pa.DictionaryArray.from_arrays(indices, pa.array(field.codes.names))
    return codes, (found == -2) if (table == -2).any() else None


def read_word(field: Field, array: Any) -> Read:
    encoded = words(field, array)
    pattern = re.compile(field.pattern)
    # What is malformed may be somebody's name in a wrong column: it must not stay in the dictionary.
    kept: dict[str, int] = {}
    table, bad = [], []
    for value in encoded.dictionary.to_pylist():
        good = bool(value) and pattern.fullmatch(value) is not None
        table.append(kept.setdefault(value, len(kept)) if good else -1)
        bad.append(bool(value) and not good)
    given = index_of(encoded)
    found = np.array([*table, -1], np.int32)[given]
    missing = found < 0 if -1 in table or encoded.null_count else None
    array = pa.DictionaryArray.from_arrays(pa.array(found, mask=missing), pa.array(list(kept), pa.string()))
    return array, np.array([*bad, False])[given] if any(bad) else None


def read_text(field: Field, array: Any) -> Read:
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if not is_text(array.type):
        raise wrong_type(field, array)
    array = array.cast(pa.string())
    # No database and few files keep a NUL.
    wrong = pc.match_substring(array, "\0").fill_null(False).to_numpy(zero_copy_only=False)
    return without(pc.if_else(pc.equal(array, ""), None, array), None, wrong)


def texts_of(field: Field, array: Any) -> pl.Series:
    """Texts for parsing; empty ones are null."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if not is_text(array.type):
        raise wrong_type(field, array)
    series = pl.Series(values=pl.from_arrow(array), dtype=pl.String)
    return series.set(series == "", None)


def parsed(texts: pl.Series, values: pl.Series, kind: Any) -> Read:
    """The values in stored type, and where a text was there that gave none."""
    wrong: Mask = (texts.is_not_null() & values.is_null()).to_numpy()
    return values.to_arrow().cast(kind), wrong


def read_date(field: Field, array: Any) -> Read:
    # A moment in a time zone has no one day: whoever knows the zone must say which.
    if pa.types.is_date64(array.type) or (pa.types.is_timestamp(array.type) and array.type.tz is None):
        array = array.cast(pa.date32(), safe=False)
    wrong = None
    if not pa.types.is_date32(array.type):
        texts = texts_of(field, array)
        array, wrong = parsed(texts, texts.str.to_date("%Y-%m-%d", strict=False), field.type)
    days = (array.view(pa.int32()).fill_null(0) if array.null_count else array.view(pa.int32())).to_numpy()
    outside = (days < FIRST_DAY) | (days >= LAST_DAY)
    return without(array, wrong, outside)


def without(array: Any, wrong: Mask | None, outside: NDArray[np.bool_]) -> Read:
    """Values outside their range become null and wrong."""
    if not outside.any():
        return array, wrong
    return pc.if_else(pa.array(outside), None, array), outside if wrong is None else wrong | outside


def read_instant(field: Field, array: Any) -> Read:
    if pa.types.is_timestamp(array.type):
        # A time zone is a way of showing: what is stored is UTC, with it or without.
        utc = array.view(pa.int64()).view(pa.timestamp(array.type.unit))
        return utc.cast(pa.timestamp("us"), safe=False), None
    if pa.types.is_date32(array.type):
        return array.cast(pa.timestamp("us")), None
    texts = texts_of(field, array)
    times = texts.str.strip_suffix("Z")
    read = [
        times.str.to_datetime(form, time_unit="us", strict=False)
        for form in ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f")
    ]
    day = times.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
    return parsed(texts, pl.select(pl.coalesce(*read, day)).to_series(), field.type)


def read_integer(field: Field, array: Any) -> Read:
    wrong = None
    if pa.types.is_dictionary(array.type) or is_text(array.type):
        texts = texts_of(field, array)
        array, wrong = parsed(texts, texts.cast(pl.Int64, strict=False), pa.int64())
    elif pa.types.is_floating(array.type):
        whole = array.fill_null(0).to_numpy()
        broken = ~((whole == np.floor(whole)) & (np.abs(whole) < 2**53))
        array, wrong = without(array, None, broken)
        array = array.cast(pa.int64())
    elif not pa.types.is_integer(array.type):
        raise wrong_type(field, array)
    if array.type == field.type:
        return array, wrong
    limits = np.iinfo(field.type.to_pandas_dtype())
    numbers = (array.fill_null(0) if array.null_count else array).to_numpy()
    array, wrong = without(array, wrong, (numbers < limits.min) | (numbers > limits.max))
    return array.cast(field.type), wrong


def read_number(field: Field, array: Any) -> Read:
    if pa.types.is_dictionary(array.type) or is_text(array.type):
        texts = texts_of(field, array)
        return parsed(texts, texts.cast(pl.Float64, strict=False), field.type)
    if pa.types.is_floating(array.type) or pa.types.is_integer(array.type):
        return array.cast(field.type, safe=False), None
    raise wrong_type(field, array)


def read_id(field: Field, array: Any) -> Read:
    if array.type == field.type:
        return array, None
    if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        lengths = pc.binary_length(array).fill_null(16).to_numpy(zero_copy_only=False)
        array, wrong = without(array, None, lengths != 16)
        return array.cast(field.type), wrong
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if not is_text(array.type):
        raise wrong_type(field, array)
    ids, readable = parse(array)
    given = pc.not_equal(array, "").fill_null(False).to_numpy(zero_copy_only=False)
    return to_arrow(ids, ~readable), given & ~readable


READERS: Mapping[Form, Callable[[Field, Any], Read]] = {
    Form.ID: read_id,
    Form.CODE: read_code,
    Form.WORD: read_word,
    Form.TEXT: read_text,
    Form.DATE: read_date,
    Form.INSTANT: read_instant,
    Form.COUNT: read_integer,
    Form.AGE: read_integer,
    Form.NUMBER: read_number,
}
