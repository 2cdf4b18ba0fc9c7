"""Files of submissions on the disk: each encrypted with a key of its own, which the database keeps sealed."""

import base64
import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nuudel.base.errors import WebError
from nuudel.domains.displacement import models
from nuudel.web.shell.attachments import folder

KEY_BITS = 256
NONCE = bytes(12)
"""A key encrypts one content, once."""


def put_content(file: models.SubmissionFile, content: bytes) -> Path:
    """Write a content under a new name and with a new key; it is on the disk when this returns."""
    key = AESGCM.generate_key(KEY_BITS)
    file.stored, file.secret = secrets.token_hex(16), base64.b64encode(key).decode("ascii")
    path = folder() / file.stored
    try:
        with path.open("xb") as written:
            written.write(AESGCM(key).encrypt(NONCE, content, file.stored.encode()))
            written.flush()
            os.fsync(written.fileno())
        sync_folder(path.parent)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def sync_folder(path: Path) -> None:
    """That a file is in a folder is on the disk too."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def forget(paths: Iterable[Path]) -> None:
    """Remove files that no record knows."""
    for path in paths:
        path.unlink(missing_ok=True)


def content_of(file: models.SubmissionFile) -> bytes:
    """A file's content; ``WEB-518`` where it is gone or changed."""
    try:
        content = (folder() / file.stored).read_bytes()
        if file.secret:
            key = base64.b64decode(file.secret)
            content = AESGCM(key).decrypt(NONCE, content, file.stored.encode())
    except (OSError, InvalidTag):
        content = b""
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise WebError(
            518, "the file is not what was sent.", "Restore the attachments from a backup.", ("file",)
        )
    return content
