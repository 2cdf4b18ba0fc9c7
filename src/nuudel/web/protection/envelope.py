"""Envelope encryption: the master key (file ``encryption``) wraps data keys; data keys encrypt fields.

A sealed value is one version byte, the data key's number (4 bytes), a nonce (12 bytes) and what AES-256-GCM
makes of the text. The place it is kept at (table, column, row) is authenticated with it, so that a value that
was moved or changed does not open.
"""

import os
import secrets
from functools import cache
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connections

from nuudel.base.errors import WebError
from nuudel.web.access.context import running
from nuudel.web.access.prepared import preparing
from nuudel.web.operations.keys import keys_folder, read_key

MASTER, OLD_MASTER = "encryption", "encryption.old"
VERSION = b"\1"
NONCE_BYTES, KEY_BYTES, NUMBER_BYTES, TAG_BYTES = 12, 32, 4, 16
LOCK = 1_853_187_428  # the class of the advisory locks on data keys

# The newest key, and a lock on it until the transaction ends: a rotation waits for it before it retires it.
CURRENT = """
SELECT id, pg_try_advisory_xact_lock_shared(%s, id) FROM
  (SELECT id FROM protection_encryptionkey WHERE retired_at IS NULL ORDER BY id DESC LIMIT 1) newest
"""
ATTEMPTS = 100


def master_name(master: bytes) -> bytes:
    """What tells master keys apart without telling anything of them: 8 bytes."""
    return sha256(b"nuudel master key\0" + master).digest()[:8]


def bound(number: int) -> bytes:
    return b"nuudel data key %d" % number


def wrap(number: int, data_key: bytes, master: bytes) -> bytes:
    """A data key as it is kept."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(master).encrypt(nonce, data_key, bound(number))


def unwrap(number: int, wrapped: bytes, name: bytes) -> bytes:
    """A data key, by the master key or, while it is being replaced, by the one before.

    Raises
    ------
    WebError
        ``WEB-281`` where the master key is missing, ``WEB-171`` where it is another one than the data key was
        wrapped with, ``WEB-172`` where the wrapped key was changed.
    """
    for master in masters():
        if master_name(master) == name:
            try:
                return AESGCM(master).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound(number))
            except InvalidTag:
                raise WebError(
                    172,
                    f"the data key {number} is damaged or was changed.",
                    "Restore the table of data keys from a backup.",
                ) from None
    raise WebError(
        171,
        f"the data key {number} was wrapped with another master key than the one in the keys folder.",
        f"Put the kept copy of the key {MASTER!r} in its place.",
    )


def masters() -> list[bytes]:
    """The master key, and the one before where a rotation of it is not complete."""
    found = [read_key(MASTER)]
    if (keys_folder() / OLD_MASTER).exists():
        found.append(read_key(OLD_MASTER))
    return found


@cache
def cipher(number: int, database: str) -> AESGCM:
    """The cipher of a data key, unwrapped once in a process for each database.

    Raises
    ------
    WebError
        ``WEB-173`` where the database has no such key.
    """
    alias, _ = database.split("/", 1)
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT wrapped, master FROM protection_encryptionkey WHERE id = %s", [number])
        row = cursor.fetchone()
    if row is None:
        raise WebError(
            173, f"there is no data key {number}.", "Restore the table of data keys from a backup."
        )
    return AESGCM(unwrap(number, bytes(row[0]), bytes(row[1])))


def cipher_of(number: int, using: str) -> AESGCM:
    return cipher(number, f"{using}/{connections[using].settings_dict['NAME']}")


def held_of(using: str) -> dict[str, Any]:
    """What this transaction keeps of what it has looked up; nothing outside of ``acting``.

    Nothing either inside a savepoint: whoever goes back to it gives back the lock.
    """
    context = running()
    whole = context is not None and using == "default" and not connections[using].savepoint_ids
    return context.held if context is not None and whole else {}


def current_key(using: str = "default") -> int:
    """The number of the key with which to encrypt now, held until the transaction ends.

    Raises
    ------
    WebError
        ``WEB-173`` where there is none.
    """
    held = held_of(using)
    if CURRENT in held:
        return int(held[CURRENT])
    with preparing(using), connections[using].cursor() as cursor:
        for _ in range(ATTEMPTS):
            cursor.execute(CURRENT, [LOCK])
            row = cursor.fetchone()
            if row is None:
                break
            if row[1]:
                held[CURRENT] = int(row[0])
                return int(row[0])
    raise WebError(173, "there is no current data key.", "Run `nuudel keys list`, then `nuudel keys rotate`.")


def seal(text: str, place: bytes, number: int, using: str = "default") -> bytes:
    """A text sealed for a place with a data key."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    head = VERSION + number.to_bytes(NUMBER_BYTES, "big")
    return head + nonce + cipher_of(number, using).encrypt(nonce, text.encode(), head + place)


def key_number(sealed: bytes) -> int:
    """Which data key sealed a value."""
    return int.from_bytes(sealed[1 : 1 + NUMBER_BYTES], "big")


def unseal(sealed: bytes, place: bytes, using: str = "default") -> str:
    """The text of a sealed value.

    Raises
    ------
    WebError
        ``WEB-174``, without the value: it was changed, or moved here from another row or column.
    """
    head = 1 + NUMBER_BYTES
    nonce, rest = sealed[head : head + NONCE_BYTES], sealed[head + NONCE_BYTES :]
    try:
        if sealed[:1] != VERSION or len(rest) < TAG_BYTES:
            raise InvalidTag
        return cipher_of(key_number(sealed), using).decrypt(nonce, rest, sealed[:head] + place).decode()
    except InvalidTag:
        raise WebError(
            174,
            "an encrypted value was changed, or stands in another row or column than it was written for.",
            "Look for it in the audit, and restore the row from a backup.",
        ) from None
