"""Files on their way: a node sends a file before the operation that attaches it; it is known by its hash."""

import hashlib
import os
import re
import time
from pathlib import Path

from nuudel.base import settings
from nuudel.base.errors import WebError
from nuudel.web.nodes.models import Node

SHA256 = re.compile(r"[0-9a-f]{64}")
MOST_HELD = 400
HELD_SECONDS = 30 * 24 * 3600


def held_folder(node: Node) -> Path:
    """Where the files of a node wait for their operations."""
    path = settings.data_folder() / "node-files" / node.pk.hex
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def held_file(node: Node, digest: str) -> Path:
    """A file that a node has sent; ``WEB-496`` where it has not come."""
    path = held_folder(node) / digest if SHA256.fullmatch(digest) else None
    if path is None or not path.is_file():
        raise WebError(
            496, "the file of this operation has not come.", "Let the node send it again.", ("file",)
        )
    return path


def hold(node: Node, digest: str, content: bytes) -> None:
    """Keep a file until its operation comes; the same one again changes nothing.

    Raises
    ------
    WebError
        ``WEB-485``: it is not what its hash says, or the node has too many waiting.
    """
    folder = held_folder(node)
    for old in folder.iterdir():
        if old.stat().st_mtime < time.time() - HELD_SECONDS:
            old.unlink(missing_ok=True)
    waiting = sum(1 for _ in folder.iterdir())
    if hashlib.sha256(content).hexdigest() != digest or waiting >= MOST_HELD:
        raise WebError(
            485,
            "the message cannot be read.",
            "Let the node send it again; nothing of it was taken.",
            ("file",),
        )
    part = folder / f"{digest}.{os.getpid()}.part"
    part.write_bytes(content)
    os.replace(part, folder / digest)
