"""One writer at a time: a file lock that ends with its process, however that ends."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nuudel.base.errors import LedgerError

PAUSE_SECONDS = 0.05

if os.name == "nt":
    import msvcrt

    def seize(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
else:
    import fcntl

    def seize(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def writing(folder: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the ledger for writing.

    Raises
    ------
    LedgerError
        ``LEDGER-303`` where another load still writes after ``wait_seconds``.
    """
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        wait_for(descriptor, folder, wait_seconds)
        yield
    finally:
        os.close(descriptor)


def wait_for(descriptor: int, folder: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            seize(descriptor)
        except OSError:
            if time.monotonic() >= deadline:
                raise LedgerError(
                    303,
                    f"another load is writing to the ledger {folder.name!r}.",
                    "Wait until it has ended and run the command again.",
                ) from None
            time.sleep(PAUSE_SECONDS)
        else:
            return
