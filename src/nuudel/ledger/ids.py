"""Identifiers of facts as arrays: UUIDs (RFC 9562) of versions 7 (new facts) and 8 (facts without an id).

An array of ids has shape (n, 2), uint64: the high and the low half, so that sorting and comparing are fast.
"""

import secrets
import time
import uuid
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ids: TypeAlias = NDArray[np.uint64]

VERSION_MASK = np.uint64(0xFFFF_FFFF_FFFF_0FFF)
VARIANT_MASK = np.uint64(0x3FFF_FFFF_FFFF_FFFF)
VARIANT = np.uint64(0x8000_0000_0000_0000)
VERSION_7 = np.uint64(0x7000)
VERSION_8 = np.uint64(0x8000)
DASHES = (8, 13, 18, 23)
DIGITS = [i for i in range(36) if i not in DASHES]
NO_DIGIT = 255
NIBBLES = np.full(256, NO_DIGIT, np.uint8)
for _digit in "0123456789abcdefABCDEF":
    NIBBLES[ord(_digit)] = int(_digit, 16)


def new_id() -> uuid.UUID:
    """A UUIDv7 of now."""
    milliseconds = np.array([time.time_ns() // 1_000_000], np.uint64)
    high, low = (np.array([secrets.randbits(64)], np.uint64) for _ in range(2))
    return uuid.UUID(bytes=id_bytes(version_7(milliseconds, high, low)))


def version_7(milliseconds: NDArray[np.uint64], high: NDArray[np.uint64], low: NDArray[np.uint64]) -> Ids:
    """UUIDv7 from times (milliseconds since 1970) and random bits (12 of ``high``, 62 of ``low``)."""
    first = (milliseconds << np.uint64(16)) | VERSION_7 | (high & np.uint64(0xFFF))
    return np.column_stack([first, (low & VARIANT_MASK) | VARIANT])


def version_8(high: NDArray[np.uint64], low: NDArray[np.uint64]) -> Ids:
    """UUIDv8 from 122 bits of a hash of what a fact says."""
    return np.column_stack([(high & VERSION_MASK) | VERSION_8, (low & VARIANT_MASK) | VARIANT])


def id_bytes(ids: Ids) -> bytes:
    """The ids as they are stored, 16 bytes each, one after the other."""
    return ids.astype(">u8").tobytes()


def to_arrow(ids: Ids, missing: NDArray[np.bool_] | None = None) -> Any:
    """An Arrow array of 16-byte binaries; null where ``missing``."""
    values = pa.Array.from_buffers(pa.binary(16), len(ids), [None, pa.py_buffer(id_bytes(ids))])
    if missing is None or not missing.any():
        return values
    validity = np.packbits(~missing, bitorder="little").tobytes()
    return pa.Array.from_buffers(pa.binary(16), len(ids), [pa.py_buffer(validity), values.buffers()[1]])


def from_arrow(array: Any) -> Ids:
    """The halves of 16-byte binaries, shape (n, 2); what stands at nulls is without meaning."""
    data = array.buffers()[1]
    halves = np.frombuffer(data, ">u8", count=2 * len(array), offset=16 * array.offset)
    return halves.astype(np.uint64).reshape(-1, 2)


def parse(texts: Any) -> tuple[Ids, NDArray[np.bool_]]:
    """Read UUIDs written as 36 characters.

    Parameters
    ----------
    texts
        Arrow string array, shape (n,).

    Returns
    -------
    ids
        Shape (n, 2); zero where unreadable.
    readable
        Shape (n,); false for what is null or no UUID.
    """
    ids = np.zeros((len(texts), 2), np.uint64)
    texts = texts.cast(pa.large_string())
    offsets = np.frombuffer(texts.buffers()[1], np.int64, len(texts) + 1, 8 * texts.offset)
    readable = np.diff(offsets) == 36
    if texts.null_count:
        readable &= texts.is_valid().to_numpy(zero_copy_only=False)
    if not readable.any():
        return ids, readable
    data = np.frombuffer(texts.buffers()[2], np.uint8)
    letters = data[offsets[:-1][readable][:, None] + np.arange(36)]
    digits = NIBBLES[letters[:, DIGITS]]
    good = (letters[:, DASHES] == ord("-")).all(axis=1) & (digits != NO_DIGIT).all(axis=1)
    packed = np.ascontiguousarray((digits[good, 0::2] << 4) | digits[good, 1::2])
    readable[readable] = good
    ids[readable] = packed.view(">u8").astype(np.uint64)
    return ids, readable
