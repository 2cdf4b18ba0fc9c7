"""Many values sealed at once, as ``protection.envelope.seal`` and ``blind_index`` do them one by one."""

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connections

from nuudel.base.errors import WebError
from nuudel.web.operations.keys import read_key
from nuudel.web.protection.blind import INDEX_BYTES, normal
from nuudel.web.protection.envelope import NONCE_BYTES, NUMBER_BYTES, VERSION, current_key, unwrap


@dataclass(frozen=True, repr=False)
class Keys:
    """What a worker needs to seal: the data key with its number, and the key of blind indexes."""

    number: int
    data: bytes
    blind: bytes


def keys_of(using: str) -> Keys:
    """The current keys; in the running transaction the data key stays current.

    Raises
    ------
    WebError
        ``WEB-171`` to ``WEB-173``, ``WEB-281``: there is no data key, or another master key.
    """
    number = current_key(using)
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT wrapped, master FROM protection_encryptionkey WHERE id = %s", [number])
        row = cursor.fetchone()
    if row is None:
        raise WebError(173, f"there is no data key {number}.", "Run `nuudel keys list`.")
    return Keys(number, unwrap(number, bytes(row[0]), bytes(row[1])), read_key("blind-index"))


def sealed(texts: Sequence[str | None], ids: Sequence[str], where: str, keys: Keys) -> list[bytes | None]:
    """Texts sealed for the rows of a table's column.

    Parameters
    ----------
    where
        Table and column, such as ``registration_person.given_name``.
    """
    head = VERSION + keys.number.to_bytes(NUMBER_BYTES, "big")
    bound, encrypt = head + where.encode() + b"\0", AESGCM(keys.data).encrypt
    nonces = os.urandom(NONCE_BYTES * len(texts))
    found: list[bytes | None] = []
    for place, (text, key) in enumerate(zip(texts, ids, strict=True)):
        if text is None:
            found.append(None)
            continue
        nonce = nonces[NONCE_BYTES * place : NONCE_BYTES * (place + 1)]
        found.append(head + nonce + encrypt(nonce, text.encode(), bound + key.encode()))
    return found


def blind_indexes(texts: Sequence[str | None], where: str, keys: Keys) -> list[bytes | None]:
    """The blind index of each text of a column."""
    name = where.encode()
    begun = len(name).to_bytes(2, "big") + name
    return [
        None
        if text is None
        else hmac.digest(keys.blind, begun + normal(text).encode(), "sha256")[:INDEX_BYTES]
        for text in texts
    ]
