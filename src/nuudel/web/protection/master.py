"""A new master key: the data keys are wrapped anew, the values stay as they are.

The old key's file is kept as ``encryption.old`` while this happens, so that every process can unwrap with
either and a stop in between loses nothing: the same command goes on.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from django.db import connections, transaction

from nuudel.base.errors import WebError
from nuudel.web.access.context import Context
from nuudel.web.audit.chain import append
from nuudel.web.audit.log import note
from nuudel.web.operations.keys import keys_folder, read_key
from nuudel.web.protection.envelope import KEY_BYTES, MASTER, OLD_MASTER, master_name, unwrap, wrap

ON_NEW_MASTER: list[Callable[[str, bytes, bytes], None]] = []
"""Called with the connection, the old and the new key, in the transaction that wraps the data keys anew; for
whatever else is encrypted with a key derived from the master key."""


def rotate_master(using: str) -> int:
    """Replace the master key; the number of data keys that were wrapped anew.

    Raises
    ------
    WebError
        ``WEB-179`` where the keys folder cannot be written.
    """
    folder = keys_folder()
    try:
        replace_file(folder)
    except OSError as error:
        raise WebError(
            179,
            f"the keys folder cannot be written: {error.strerror}.",
            "Run this as the user who owns the keys folder.",
            ("NUUDEL_KEYS",),
        ) from None
    count = wrap_anew(using, read_key(OLD_MASTER), read_key(MASTER))
    (folder / OLD_MASTER).unlink()
    return count


def replace_file(folder: Path) -> None:
    """Put a new key in the place of the master key, and keep the old one beside it; again after a stop."""
    current = (folder / MASTER).read_text("ascii")
    if not (folder / OLD_MASTER).exists():
        write_key(folder, OLD_MASTER, current)
    if (folder / OLD_MASTER).read_text("ascii") == current:
        write_key(folder, MASTER, secrets.token_hex(KEY_BYTES))


def write_key(folder: Path, name: str, text: str) -> None:
    """A whole file or none, readable by its owner only, on the disk before anything depends on it."""
    partial = folder / f".{name}.partial"
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / name)
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def wrap_anew(using: str, old: bytes, new: bytes) -> int:
    """Wrap with the new key what another one wraps, in one transaction."""
    name = master_name(new)
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT id, wrapped, master FROM protection_encryptionkey WHERE master <> %s FOR UPDATE", [name]
        )
        rows = cursor.fetchall()
        for number, wrapped, master in rows:
            again = wrap(number, unwrap(number, bytes(wrapped), bytes(master)), new)
            cursor.execute(
                "UPDATE protection_encryptionkey SET wrapped = %s, master = %s WHERE id = %s",
                [again, name, number],
            )
        if rows:
            for call in ON_NEW_MASTER:
                call(using, old, new)
            ids = [str(row[0]) for row in rows]
            append([note("rewrap", "protection.key", ids)], Context(None, "nuudel keys rotate"), using)
    return len(rows)
