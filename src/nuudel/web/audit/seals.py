"""The codes that chain the entries: HMAC-SHA256 with the key ``audit``, over bytes that can be read one way.

Each use has a label of its own, so that a code of one kind never passes for one of another.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from nuudel.web.operations.keys import read_key

CHAINS = 16
START = bytes(32)  # the code "before" the first entry of a chain
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Entry(NamedTuple):
    """The content of an entry without its code, in the order of the table's columns."""

    chain: int
    number: int
    at: datetime
    user_id: int | None
    roles: Sequence[str]
    institutions: Sequence[str]
    action: str
    record_type: str
    record_ids: Sequence[str]
    fields: Sequence[str]
    purpose: str
    reason: str
    request_id: str
    transaction: str


COLUMNS = (*Entry._fields, "mac")
_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def audit_key() -> bytes:
    """The key of the codes; ``WEB-281`` where it is missing."""
    return read_key("audit")


def canonical(entry: Sequence[Any]) -> bytes:
    """One way to write an entry: a JSON array of its columns, the time in microseconds since 1970."""
    chain, number, at, *others = entry
    return _write([chain, number, (at - EPOCH) // MICROSECOND, *others]).encode()


def entry_mac(key: bytes, before: bytes, entry: Sequence[Any]) -> bytes:
    """The code of an entry that follows the one with the code ``before`` (32 bytes)."""
    return hmac.digest(key, b"entry\0" + before + canonical(entry), "sha256")


def head_seal(key: bytes, chain: int, number: int, mac: bytes) -> bytes:
    """The seal of a chain's end: who lacks the key cannot name an earlier entry as the last."""
    return hmac.digest(key, b"head\0" + _write([chain, number, mac.hex()]).encode(), "sha256")


def checkpoint_mac(key: bytes, at: str, chains: Mapping[str, tuple[int, str]]) -> str:
    """The code of a checkpoint's line, as hexadecimal digits."""
    told = _write([at, [[chain, *chains[chain]] for chain in sorted(chains)]])
    return hmac.digest(key, b"checkpoint\0" + told.encode(), "sha256").hex()
