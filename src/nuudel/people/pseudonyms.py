"""Pseudonyms: one person has the same in all facts, and without the key nobody can tell whose it is."""

import hashlib
import hmac
from base64 import b32encode
from uuid import UUID

from nuudel.base.errors import PeopleError

KEY_BYTES = 32
# 25 letters of five bits: 125 bits, so that two of ten million persons meet with a chance below 10^-23.
LENGTH = 25
PURPOSE = b"nuudel.people.pseudonym\0"


def pseudonym(key: bytes, person_id: UUID) -> str:
    """``P`` and 25 letters and digits: HMAC-SHA256 with the secret key over the id.

    Raises
    ------
    PeopleError
        ``PEOPLE-121`` where the key has not 32 bytes.
    """
    if len(key) != KEY_BYTES:
        raise PeopleError(
            121,
            "the key of the pseudonyms has not 32 bytes.",
            "Give the key file `pseudonym` of the installation.",
        )
    told = hmac.digest(key, PURPOSE + person_id.bytes, hashlib.sha256)
    return "P" + b32encode(told).decode("ascii")[:LENGTH]
