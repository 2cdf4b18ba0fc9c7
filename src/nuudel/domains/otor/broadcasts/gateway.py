"""The way out for text messages: one small interface, and a default that writes them to a file.

A mobile operator's gateway is another class with the same method, named by the setting
``NUUDEL_SMS_GATEWAY`` as ``module:Class``.
"""

import fcntl
import importlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Protocol
from uuid import UUID

from nuudel.base import settings
from nuudel.base.errors import WebError

SETTING = "NUUDEL_SMS_GATEWAY"
SHOWN_DIGITS = 2


class GatewayError(Exception):
    """The gateway does not take a message now; it is tried again. Never with a number in its text."""


@dataclass(frozen=True)
class Receipt:
    """What the gateway says of a message that it took: its own number for it."""

    reference: str


class Gateway(Protocol):
    """Sends text messages."""

    def send(self, key: UUID, phone: str, text: str) -> Receipt:
        """Hand a message over; once, however often it is called with the same ``key``.

        Raises
        ------
        GatewayError
            It cannot be handed over now.
        """


class FileGateway:
    """Writes each message as a line of JSON, and sends nothing: for trials, and before there is an operator.

    The number is masked: it stays in the database. Several processes may write at once.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "sms.jsonl"
        self.known: set[str] = set()
        self.read_to = 0
        folder.mkdir(parents=True, exist_ok=True)

    def send(self, key: UUID, phone: str, text: str) -> Receipt:
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.catch_up(file)
            if str(key) not in self.known:
                row = {"key": str(key), "to": masked(phone), "text": text}
                row["at"] = datetime.now(UTC).isoformat(timespec="seconds")
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
                self.known.add(str(key))
                self.read_to = file.tell()
        return Receipt(f"file-{key.hex[-8:]}")

    def catch_up(self, file: IO[str]) -> None:
        """Read what others have written since."""
        file.seek(self.read_to)
        for line in iter(file.readline, ""):
            if line.endswith("\n"):
                self.known.add(json.loads(line)["key"])
        self.read_to = file.tell()


def masked(phone: str) -> str:
    """A number of which only the last two digits are shown."""
    return "•" * max(len(phone) - SHOWN_DIGITS, 0) + phone[-SHOWN_DIGITS:]


def gateway() -> Gateway:
    """The gateway of this installation.

    Raises
    ------
    WebError
        ``WEB-453``: the setting names none that can be loaded.
    """
    named = settings.value(SETTING)
    if not named:
        return FileGateway(settings.data_folder() / "messages")
    module, _, name = named.partition(":")
    try:
        made: Gateway = getattr(importlib.import_module(module), name)()
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise WebError(
            453,
            f"{SETTING} names no gateway that can be loaded.",
            "Write it as module:Class, or leave it empty for a file.",
            (SETTING,),
        ) from error
    return made
