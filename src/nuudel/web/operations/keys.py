"""The secret keys: files in one folder, made at the first start of a pilot, mounted in production."""

import os
import secrets
from functools import lru_cache
from pathlib import Path

from nuudel.base import settings
from nuudel.base.errors import WebError

NAMES = ("django", "audit", "encryption", "blind-index", "pseudonym", "certificate")
KEY_BYTES = 32


def keys_folder() -> Path:
    """Where the keys are: ``NUUDEL_KEYS``, or ``keys`` in the data folder."""
    return Path(settings.value("NUUDEL_KEYS") or settings.data_folder() / "keys").expanduser()


def make_keys(folder: Path) -> list[str]:
    """Make what is missing, readable by the owner only; the names of the keys that were made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    for name in NAMES:
        try:
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES))
        made.append(name)
    return made


def read_key(name: str) -> bytes:
    """A key's bytes.

    Raises
    ------
    WebError
        ``WEB-281`` where it is missing, ``WEB-282`` where it is no key of 32 bytes.
    """
    path = keys_folder() / name
    try:
        there = path.stat()
        return read_file(path, there.st_ino, there.st_mtime_ns)
    except OSError:
        raise WebError(
            281, f"the secret key {name!r} is missing.", "Start with `nuudel serve`, or set NUUDEL_KEYS."
        ) from None


@lru_cache(maxsize=len(NAMES))
def read_file(path: Path, inode: int, changed: int) -> bytes:
    """A key's bytes, as the file was written then; ``WEB-282`` as ``read_key``."""
    text = path.read_text("ascii").strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise WebError(282, f"the secret key {path.name!r} is damaged.", "Put the kept copy in its place.")
    return key
