"""Files of the publication: whole or not at all, and errors that say what to do."""

import os
import tempfile
from pathlib import Path

from nuudel.base.errors import PublicationError


def write_atomically(path: Path, content: bytes) -> Path:
    """Write a file beside its place and put it there in one step; nothing half-written is left.

    Raises
    ------
    PublicationError
        ``PUBLICATION-191``: the folder or the disk does not take it.
    """
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:60]}.")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        raise PublicationError(
            191,
            f"{path.name} cannot be written ({error.strerror or error}).",
            "Choose a folder that can be written to and has room.",
        ) from None
    return path


def read_bytes(path: Path) -> bytes:
    """The content of a file; error ``PUBLICATION-192`` where it cannot be opened."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise PublicationError(
            192, f"{path.name} cannot be opened ({error.strerror or error}).", "Name a file that can be read."
        ) from None
