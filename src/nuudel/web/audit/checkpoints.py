"""Checkpoints: where all chains stood at a time, one signed line each, to be kept where the database is not.

Who holds the database and even the key cannot change what came before a checkpoint without contradicting it.
"""

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from nuudel.base.errors import WebError
from nuudel.web.audit.seals import audit_key, checkpoint_mac


@dataclass(frozen=True)
class Checkpoint:
    """Where the chains stood.

    Attributes
    ----------
    at
        The database's time, as ISO 8601.
    chains
        Number and code (hexadecimal) of the last entry, by chain.
    """

    at: str
    chains: dict[str, tuple[int, str]]


def take_checkpoint(using: str) -> str:
    """A line about where the chains stand now, with its code; without the line's end.

    Raises
    ------
    WebError
        ``WEB-142`` where there are no chains.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT clock_timestamp(), chain, number, mac FROM audit_audithead ORDER BY chain")
        rows = cursor.fetchall()
    if not rows:
        raise WebError(142, "the chains of the audit are missing.", "Run `nuudel audit verify`.")
    at = rows[0][0].isoformat()
    chains = {str(chain): (int(number), bytes(mac).hex()) for _, chain, number, mac in rows}
    return json.dumps({"at": at, "chains": chains, "mac": checkpoint_mac(audit_key(), at, chains)})


def append_to(file: Path, line: str) -> None:
    """Add a line to a file; ``WEB-146`` where it cannot be written."""
    try:
        with file.open("a", encoding="ascii") as stream:
            stream.write(line + "\n")
    except OSError as error:
        raise WebError(
            146,
            f"the checkpoint cannot be written to {file.name!r}: {error.strerror}.",
            "Name another file.",
            ("file",),
        ) from None


def read_checkpoints(files: Iterable[Path]) -> list[Checkpoint]:
    """All checkpoints of some files.

    Raises
    ------
    WebError
        ``WEB-146`` for a file that cannot be read, ``WEB-147`` for a line that is none or was changed.
    """
    key = audit_key()
    found = []
    for file in files:
        try:
            lines = file.read_text("ascii").splitlines()
        except (OSError, UnicodeDecodeError):
            raise WebError(
                146, f"the checkpoints in {file.name!r} cannot be read.", "Name another file.", ("file",)
            ) from None
        found += [parse(key, line, f"{file.name}, line {i}") for i, line in enumerate(lines, 1) if line]
    return found


def parse(key: bytes, line: str, where: str) -> Checkpoint:
    """A checkpoint from its line, if its code is right."""
    try:
        told = json.loads(line)
        chains = {str(chain): (int(n), str(mac)) for chain, (n, mac) in told["chains"].items()}
        at, code = str(told["at"]), str(told["mac"])
    except (ValueError, KeyError, TypeError, AttributeError):
        at, code, chains = "", "", {}
    if not chains or not hmac.compare_digest(code.encode(), checkpoint_mac(key, at, chains).encode()):
        raise WebError(
            147,
            f"the checkpoint in {where} was changed, or was made with another key.",
            "Use the copy that was kept elsewhere.",
            ("file",),
        )
    return Checkpoint(at, chains)
