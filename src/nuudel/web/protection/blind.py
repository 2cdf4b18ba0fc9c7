"""Blind indexes: an encrypted value is found again by a keyed hash of it, and by nothing else."""

import hmac
import unicodedata

from nuudel.web.operations.keys import read_key

INDEX_BYTES = 16


def normal(value: str) -> str:
    """What counts as the same value: one Unicode form, no case, single spaces (NFC, casefold)."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", value).casefold()).split())


def blind_index(field: str, value: str) -> bytes:
    """The index of a value, 16 bytes; equal values of one field have equal ones.

    Parameters
    ----------
    field
        Table and column, such as ``cases_person.number``: the same value has another index elsewhere.
    value
        In any spelling that ``normal`` makes the same.
    """
    name = field.encode()
    told = len(name).to_bytes(2, "big") + name + normal(value).encode()
    return hmac.digest(read_key("blind-index"), told, "sha256")[:INDEX_BYTES]
