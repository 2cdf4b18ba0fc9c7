"""How often a token or an address may ask: a bucket of requests that fills again, one per worker process."""

import math
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest

from nuudel.web.api.problems import ApiError

KEPT = 20_000  # keys remembered; the longest unused is forgotten first


@dataclass
class Limit:
    """At most ``burst`` requests at once and ``per_minute`` over time, for each key.

    Each worker process counts for itself: with two workers up to twice as many pass. Where somebody could
    find something out by trying, that is not enough: ``nuudel.web.shared_limits``.
    """

    per_minute: int
    burst: int
    _levels: "OrderedDict[str, tuple[float, float]]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str, now: float | None = None) -> float:
        """Take one request of a key; the seconds to wait, 0 where it is granted."""
        moment = time.monotonic() if now is None else now
        rate = self.per_minute / 60
        with self._lock:
            level, before = self._levels.pop(key, (float(self.burst), moment))
            level = min(float(self.burst), level + (moment - before) * rate)
            granted = level >= 1
            self._levels[key] = (level - 1 if granted else level, moment)
            if len(self._levels) > KEPT:
                self._levels.popitem(last=False)
        return 0.0 if granted else (1 - level) / rate

    def demand(self, key: str) -> None:
        """Take one request; ``WEB-267`` with ``Retry-After`` where there is none left."""
        wait = self.take(key)
        if wait:
            seconds = math.ceil(wait)
            raise ApiError("too_many", headers={"Retry-After": str(seconds)}, seconds=str(seconds))


STRANGERS = Limit(per_minute=600, burst=300)
"""By address: figures that have to be put together first, and requests without a valid token."""
READS = Limit(per_minute=3000, burst=600)
"""By token: requests that change nothing."""
WRITES = Limit(per_minute=1200, burst=300)
"""By token: requests that change something."""


def address_of(request: HttpRequest) -> str:
    """Who calls: behind TLS the address that the proxy in front has added last, else the connection's."""
    forwarded: str = request.headers.get("X-Forwarded-For", "")
    if settings.TLS and forwarded:
        return forwarded.rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
