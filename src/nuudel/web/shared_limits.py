"""Limits that all worker processes of an installation count together: for what somebody could find by trying.

The counts lie in a small file of the data folder, not in the database: a refused request is rolled back, and
its try must count all the same. A key is found by a keyed hash, so that the file tells nobody who has asked.
"""

import fcntl
import hashlib
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings

from nuudel.base.settings import data_folder
from nuudel.web.api.limits import Limit

SLOTS = 65_536
"""Places in the file. Two keys in one place share a count, which refuses too early and never too late."""
SLOT = struct.Struct("<dd")
"""How many requests are not yet made up for, and when that was so (seconds since 1970)."""
FOLDER = "limits"


@dataclass
class SharedLimit(Limit):
    """As ``Limit``, counted together by all processes that use the same data folder.

    Attributes
    ----------
    name
        The file's name; every limit has its own.
    """

    name: str = ""
    _file: int = field(default=-1, repr=False)

    def take(self, key: str, now: float | None = None) -> float:
        """Take one request of a key; the seconds to wait, 0 where it is granted."""
        moment = time.time() if now is None else now
        rate = self.per_minute / 60
        with self.locked(place_of(self.name, key)) as (file, place):
            used, before = SLOT.unpack(os.pread(file, SLOT.size, place).ljust(SLOT.size, b"\0"))
            used = max(0.0, used - max(0.0, moment - before) * rate)
            granted = used + 1 <= self.burst
            os.pwrite(file, SLOT.pack(used + 1 if granted else used, moment), place)
        return 0.0 if granted else (used + 1 - self.burst) / rate

    @contextmanager
    def locked(self, place: int) -> Iterator[tuple[int, int]]:
        """The file, with a place in it that no other thread and no other process reads or writes."""
        with self._lock:  # the system's locks hold between processes, not between threads of one
            if self._file < 0:
                self._file = opened(self.name)
            fcntl.lockf(self._file, fcntl.LOCK_EX, SLOT.size, place)
            try:
                yield self._file, place
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, SLOT.size, place)


def place_of(name: str, key: str) -> int:
    """Where the count of a key stands, in bytes; nobody without the key can aim at another's place."""
    secret = hashlib.sha256(b"nuudel.limits" + settings.SECRET_KEY.encode()).digest()
    found = hashlib.blake2b(f"{name}\0{key}".encode(), digest_size=8, key=secret).digest()
    return int.from_bytes(found) % SLOTS * SLOT.size


def opened(name: str) -> int:
    """The file of a limit, made where it is missing; it stays open as long as the process lives."""
    folder = data_folder() / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
