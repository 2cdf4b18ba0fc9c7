"""Cell-key noise: the same cell gets the same noise in every table and release.

Each record has a secret key; the sum of the keys of a cell's records, modulo 2^64, is the cell's key
(Fraser & Wooton 2005), so the same contributors always draw the same noise. Where the records are not
there (aggregates), the key is a keyed hash of what the cell counts and of its count: a cell that changed
between two releases draws new noise, or the difference of the releases would show the change exactly.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import StatisticsError
from nuudel.statistics.disclosure.tables import CountTable, Dimension, Floats, fill_sums

Keys = NDArray[np.uint64]
SECRET_VARIABLE = "NUUDEL_DISCLOSURE_KEY"  # noqa: S105 - the name of a variable, not a secret
SECRET_BYTES = 16
AT_ONCE = 4096
"""Cells hashed at once: what fits the processor's nearest cache."""


def read_secret(environment: Mapping[str, str] | None = None) -> bytes:
    """The secret of the noise: ``NUUDEL_DISCLOSURE_KEY``, or in the file of ``NUUDEL_DISCLOSURE_KEY_FILE``.

    It must stay the same over releases, or the noise would change and could be averaged out.

    Raises
    ------
    StatisticsError
        ``STATISTICS-311`` there is none, or it is shorter than 16 bytes.
    """
    settings = os.environ if environment is None else environment
    path = settings.get(f"{SECRET_VARIABLE}_FILE")
    if path and not Path(path).is_file():
        raise StatisticsError(
            311, "the file of the disclosure key is not there.", "Restore it; do not make a new one."
        )
    text = Path(path).read_text("utf-8").strip() if path else settings.get(SECRET_VARIABLE, "")
    return check_secret(text.encode())


def check_secret(secret: bytes | None) -> bytes:
    if secret is None or len(secret) < SECRET_BYTES:
        raise StatisticsError(
            311,
            f"the disclosure key is missing or shorter than {SECRET_BYTES} bytes.",
            f"Set {SECRET_VARIABLE} (or {SECRET_VARIABLE}_FILE) once, keep it secret and never change it.",
            (SECRET_VARIABLE,),
        )
    return secret


def keyed_word(secret: bytes, *texts: str) -> int:
    """64 bits of BLAKE2b over the texts, keyed."""
    message = b"".join(len(t.encode()).to_bytes(4, "little") + t.encode() for t in texts)
    key = hashlib.blake2b(secret, digest_size=32).digest()
    return int.from_bytes(hashlib.blake2b(message, digest_size=8, key=key).digest(), "little")


def cell_keys(table: CountTable, secret: bytes) -> Keys:
    """The key of every cell, shape of the table."""
    if table.keys is not None:
        return table.keys
    names = np.zeros(table.values.shape, dtype=np.uint64)
    for axis, dimension in enumerate(table.dimensions):
        # A total adds nothing to the name, so a margin is the same cell in every table that has it.
        words = [
            0 if c == dimension.total else keyed_word(secret, dimension.name, c) for c in dimension.categories
        ]
        shape = [1] * table.values.ndim
        shape[axis] = len(words)
        names += np.array(words, dtype=np.uint64).reshape(shape)
    for name, category in table.fixed.items():
        names += np.uint64(keyed_word(secret, name, category))
    series = np.uint64(keyed_word(secret, "series", table.series))
    counts = np.rint(table.values).astype(np.uint64)
    return siphash(half_keys(secret, "cell"), [series, names, counts, np.uint64(24 << 56)])


def uniforms(keys: Keys, secret: bytes, purpose: str) -> Floats:
    """A number in [0, 1) for each key; other purposes give independent numbers."""
    mixed = siphash(half_keys(secret, purpose), [keys, np.uint64(8 << 56)])
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def half_keys(secret: bytes, purpose: str) -> tuple[int, int]:
    return keyed_word(secret, "key", purpose, "0"), keyed_word(secret, "key", purpose, "1")


def siphash(halves: tuple[int, int], words: Sequence[Keys | np.uint64]) -> Keys:
    """SipHash-2-4 (Aumasson & Bernstein 2012) of many messages at once.

    Parameters
    ----------
    halves
        The 128-bit key.
    words
        The messages' 64-bit words in order, each an array or one for all; the last holds the length in
        its top byte, as the algorithm pads.
    """
    shape = np.broadcast_shapes(*(np.shape(w) for w in words))
    spread = [np.broadcast_to(np.asarray(w, dtype=np.uint64), shape).ravel() for w in words]
    result = np.empty(int(np.prod(shape)), dtype=np.uint64)
    for start in range(0, len(result), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        result[part] = sip_words(halves, [w[part] for w in spread])
    return result.reshape(shape)


def sip_words(halves: tuple[int, int], words: Sequence[Keys]) -> Keys:
    constants = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
    state = [np.full(len(words[0]), halves[i % 2] ^ c, dtype=np.uint64) for i, c in enumerate(constants)]
    for word in words:
        state[3] ^= word
        sip_rounds(state, 2)
        state[0] ^= word
    state[2] ^= np.uint64(0xFF)
    sip_rounds(state, 4)
    return np.asarray(state[0] ^ state[1] ^ state[2] ^ state[3])


def sip_rounds(state: list[Keys], rounds: int) -> None:
    a, b, c, d = state
    for _ in range(rounds):
        a += b
        b = rotated(b, 13) ^ a
        a = rotated(a, 32)
        c += d
        d = rotated(d, 16) ^ c
        a += d
        d = rotated(d, 21) ^ a
        c += b
        b = rotated(b, 17) ^ c
        c = rotated(c, 32)
    state[:] = [a, b, c, d]


def rotated(words: Keys, bits: int) -> Keys:
    return np.asarray((words << np.uint64(bits)) | (words >> np.uint64(64 - bits)))


def record_keys(records: Sequence[str], secret: bytes) -> Keys:
    """The secret key of each record, from its identifier (a fact's id or a pseudonym)."""
    key = hashlib.blake2b(check_secret(secret), digest_size=32, person=b"nuudel-record").digest()
    digests = (hashlib.blake2b(r.encode(), digest_size=8, key=key).digest() for r in records)
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def count_records(
    series: str,
    frame: pl.DataFrame,
    dimensions: Sequence[Dimension],
    *,
    record: str,
    secret: bytes,
    release: str = "",
) -> CountTable:
    """Count records into a table with margins, and add up their keys.

    Parameters
    ----------
    frame
        One row per record with a column for each dimension.
    dimensions
        Their inner categories must hold every value of the column; totals are computed.
    record
        Column that identifies the record.

    Raises
    ------
    StatisticsError
        ``STATISTICS-306`` a column is missing, ``STATISTICS-312`` a value is no inner category.
    """
    for column in (record, *(d.name for d in dimensions)):
        if column not in frame.columns:
            raise StatisticsError(
                306, f"the frame has no column {column!r}.", f"It has: {', '.join(frame.columns)}.", (column,)
            )
    places = []
    for dimension in dimensions:
        inner = {dimension.categories[i]: i for i in dimension.leaves}
        texts = frame[dimension.name].cast(pl.String)
        if not texts.is_in(list(inner)).all():
            raise StatisticsError(
                312,
                f"column {dimension.name} has a value that is no inner category of the dimension.",
                "Add the category or correct the records.",
                (dimension.name,),
            )
        places.append(np.array([inner[c] for c in texts], dtype=np.intp))
    shape = tuple(len(d.categories) for d in dimensions)
    counts, keys = np.zeros(shape), np.zeros(shape, dtype=np.uint64)
    np.add.at(counts, tuple(places), 1.0)
    np.add.at(keys, tuple(places), record_keys(frame[record].cast(pl.String).to_list(), secret))
    fill_sums(counts, dimensions)
    fill_sums(keys, dimensions)
    return CountTable(series, counts, tuple(dimensions), keys=keys, release=release)
