"""How many bytes one phone may send on one day: a phone that has gone wrong fills no disk."""

from datetime import timedelta

from django.core.cache import cache
from django.utils.timezone import localtime

from nuudel.base.errors import WebError
from nuudel.domains.displacement.collect.refusals import Refused
from nuudel.domains.displacement.collect.sign_in import Caller

MOST_A_DAY = 3_000_000_000
"""Some hundred whole messages: more than a day's pictures, over and over."""
KEPT_SECONDS = 2 * 86_400
AT_ONCE = 2_000_000
"""Bytes of a phone that a worker counts by itself before it writes them down for all of them."""
MOST_PHONES = 20_000

_waiting: dict[str, int] = {}


def take(caller: Caller, length: int) -> None:
    """Count a message's bytes; ``WEB-528`` where the phone has sent too many today.

    Two messages at once may be counted as one, and each worker may be some bytes behind: this bounds
    what goes wrong, it is no invoice.
    """
    now = localtime()
    key = f"displacement-bytes-{caller.device.pk}-{now:%Y-%m-%d}"
    fresh = _waiting.pop(key, 0) + length
    if fresh < min(AT_ONCE, MOST_A_DAY):
        if len(_waiting) >= MOST_PHONES:
            _waiting.clear()
        _waiting[key] = fresh
        return
    sent = int(cache.get(key, 0))
    if sent + fresh > MOST_A_DAY:
        _waiting[key] = fresh - length
        tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        raise Refused(
            429,
            WebError(528, "this phone has sent too many bytes today.", "Send the rest tomorrow."),
            {"Retry-After": str(int((tomorrow - now).total_seconds()) + 1)},
        )
    cache.set(key, sent + fresh, KEPT_SECONDS)
