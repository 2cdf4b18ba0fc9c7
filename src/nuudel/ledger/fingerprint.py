"""What facts say, as numbers: a fingerprint of each fact, and an order-free sum that names their content.

The fingerprint covers every column except ``id`` and ``recorded_at``; an empty value adds nothing, so a
column that is added later changes no old fingerprint. The sum is an incremental multiset hash by addition
(Clarke, Devadas, van Dijk, Gassend & Suh 2003, "Incremental multiset hash functions and their application
to memory integrity checking", section 5): it depends on which facts there are and not on their order or
files. It finds faults of storage and copying; it is no signature against someone who forges facts.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import xxhash
from numpy.typing import NDArray

from nuudel.ledger.ids import Ids, from_arrow
from nuudel.ledger.schema import FIELDS, Fact, Field, Form

Hashes: TypeAlias = NDArray[np.uint64]

TABLE_RANGE = 1 << 16
OTHER_LANE = 0x6E75_7564_656C


def mix(values: Hashes) -> Hashes:
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014); changes and returns its own copy."""
    mixed = values + np.uint64(0x9E37_79B9_7F4A_7C15)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58_476D_1CE4_E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D0_49BB_1331_11EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def fingerprints(fact: Fact, columns: Mapping[str, Any], rows: int, lane: int = 0) -> Hashes:
    """A 64-bit hash of what each fact says, shape (rows,); another ``lane`` gives an independent one."""
    total = np.zeros(rows, np.uint64)
    for field in FIELDS[fact]:
        if field.name in ("id", "recorded_at"):
            continue
        array = columns[field.name]
        if array.null_count < rows:
            total += column_hashes(field, array, xxhash.xxh3_64_intdigest(field.name.encode(), seed=lane))
    return mix(total)


def column_hashes(field: Field, array: Any, seed: int) -> Hashes:
    if field.form in (Form.CODE, Form.WORD):
        return word_hashes(array, seed)
    if field.form is Form.TEXT:
        return word_hashes(array.dictionary_encode(), seed)
    if field.form is Form.ID:
        halves = from_arrow(array)
        return emptied(mix(mix(halves[:, 0] ^ np.uint64(seed)) ^ halves[:, 1]), array)
    return number_hashes(array, seed)


def word_hashes(array: Any, seed: int) -> Hashes:
    """Each text is hashed once; the last entry stands for null (index -1)."""
    table = [xxhash.xxh3_64_intdigest(value.encode(), seed=seed) for value in array.dictionary.to_pylist()]
    indices = array.indices
    if indices.null_count:
        indices = indices.fill_null(-1)
    hashes: Hashes = np.array([*table, 0], np.uint64)[indices.to_numpy()]
    return hashes


def number_hashes(array: Any, seed: int) -> Hashes:
    values = numbers_of(array)
    key = np.uint64(seed)
    if values.dtype == np.float64:
        bits = values.view(np.uint64)
        same = bool((bits == bits[0]).all())
        return emptied(mix(bits[:1] ^ key).repeat(len(bits)) if same else mix(bits ^ key), array)
    low, high = int(values.min()), int(values.max())
    if high - low < TABLE_RANGE:
        table = mix(np.arange(low, high + 1, dtype=np.int64).view(np.uint64) ^ key)
        return emptied(table[values - low], array)
    return emptied(mix(values.astype(np.int64).view(np.uint64) ^ key), array)


def numbers_of(array: Any) -> NDArray[Any]:
    """The stored numbers of a column, zero at nulls."""
    if pa.types.is_date32(array.type):
        array = array.view(pa.int32())
    elif pa.types.is_timestamp(array.type):
        array = array.view(pa.int64())
    numbers: NDArray[Any] = (array.fill_null(0) if array.null_count else array).to_numpy()
    return numbers


def emptied(hashes: Hashes, array: Any) -> Hashes:
    if array.null_count:
        hashes[array.is_null().to_numpy(zero_copy_only=False)] = 0
    return hashes


def content_sum(ids: Ids, prints: Hashes, recorded_at: NDArray[np.int64]) -> tuple[int, int]:
    """Two 64-bit sums over facts, each fact as its id, fingerprint and recorded time."""
    fact = mix(mix(mix(ids[:, 0]) ^ ids[:, 1]) ^ prints) ^ recorded_at.view(np.uint64)
    lanes = (mix(fact), mix(fact ^ np.uint64(OTHER_LANE)))
    first, second = (int(np.add.reduce(lane)) for lane in lanes)
    return first, second


def add_sums(sums: Iterable[tuple[int, int]]) -> tuple[int, int]:
    first = second = 0
    for one, other in sums:
        first, second = (first + one) % 2**64, (second + other) % 2**64
    return first, second


def content_name(parts: Iterable[tuple[str, int, int, tuple[int, int]]]) -> str:
    """The name of a state of the ledger: 32 hexadecimal digits.

    Parameters
    ----------
    parts
        Kind of fact, year, number of facts and their content sum; in any order, several per kind and year.
    """
    grouped: dict[tuple[str, int], tuple[int, tuple[int, int]]] = {}
    for kind, year, rows, sums in parts:
        rows_before, sums_before = grouped.get((kind, year), (0, (0, 0)))
        grouped[kind, year] = (rows_before + rows, add_sums([sums_before, sums]))
    listed = [[kind, year, rows, *sums] for (kind, year), (rows, sums) in sorted(grouped.items()) if rows]
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:32]
