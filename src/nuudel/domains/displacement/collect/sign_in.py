"""Who sends: a phone by its key, in the address, as Bearer, by Basic or by Digest. No session counts.

Whoever fails learns nothing: an unknown login, a wrong key and a revoked one get the same answer.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest

from nuudel.base.errors import WebError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.collect import digest
from nuudel.domains.displacement.collect.refusals import Refused, key_ended, unknown
from nuudel.domains.displacement.operations.keys import device_of, digest_of
from nuudel.web.accounts.models import User
from nuudel.web.api.limits import STRANGERS, Limit, address_of

SENDING = Limit(per_minute=1200, burst=600)
"""By phone: a day's work in one go is some hundreds of requests."""

FAILED_MOST, FAILED_SECONDS = 5, 300
"""As for people who sign in: after 5 wrong tries a login is closed for 5 minutes."""
LONGEST_LOGIN = 20
NOBODY = "0" * 32
Proof = Callable[[models.Device | None], bool]


@dataclass(frozen=True)
class Caller:
    """Who sends, with which phone, for which assignment; ``base`` is the beginning of all addresses."""

    device: models.Device
    base: str

    @property
    def assignment(self) -> models.Assignment:
        return self.device.assignment

    @property
    def round(self) -> models.Round:
        return self.device.assignment.round

    @property
    def user(self) -> User:
        return self.device.assignment.person


def caller_of(request: HttpRequest, round_key: str, key: str) -> Caller:
    """Who sends.

    Raises
    ------
    Refused
        401 no credentials or wrong ones, 403 a key in the address that does not hold, 404 another round than
        the phone's, 429 too often.
    """
    if key:
        device = device_of(digest=digest_of(key)) if key.isascii() else None
        if device is None:
            wait_for_strangers(request)
            raise key_ended()
        base = f"/collect/key/{key}"
    else:
        device = by_header(request)
        if device.assignment.round.key != round_key:
            raise unknown()
        base = f"/collect/{round_key}"
    wait = SENDING.take(str(device.pk))
    if wait:
        raise too_often(wait)
    return Caller(device, request.build_absolute_uri(base))


def by_header(request: HttpRequest) -> models.Device:
    """The phone that the header ``Authorization`` names, with what only it can know."""
    kind, _, rest = request.headers.get("Authorization", "").partition(" ")
    kind, rest, login = kind.lower(), rest.strip(), ""
    if kind == "bearer" and rest.isascii():
        found = device_of(digest=digest_of(rest))
    elif kind == "basic" and is_private(request):
        login, _, secret = plain(rest).partition(":")
        found = by_login(login, lambda device: is_secret(device, secret))
    elif kind == "digest":
        values = digest.told(rest)
        login = values.get("username", "")
        if digest.is_stale(values):
            raise demanded(request, stale=True)
        found = by_login(
            login,
            lambda device: digest.matches(request, values, device.ha1 if device else NOBODY),
        )
    else:
        found = None
    if found is None:
        wait_for_strangers(request)
        raise demanded(request, guessed=login)
    return found


def is_private(request: HttpRequest) -> bool:
    """Whether nobody on the way reads what is sent: Basic carries the key itself."""
    address = address_of(request)
    return request.is_secure() or address == "::1" or address.startswith("127.")


def by_login(login: str, proves: Proof) -> models.Device | None:
    """The phone of a login, if it proves its key; not after too many wrong tries."""
    if cache.get(counter_of(login), 0) >= FAILED_MOST:
        raise too_often(FAILED_SECONDS)
    plausible = 0 < len(login) <= LONGEST_LOGIN and "\0" not in login
    device = device_of(login=login) if plausible else None
    # The proof is tried for an unknown login too: it takes as long.
    return device if proves(device) else None


def counter_of(login: str) -> str:
    return f"displacement-failed-{hashlib.sha256(login.encode()).hexdigest()}"


def count_failure(login: str) -> None:
    """Count a wrong key; outside of the transaction that was undone."""
    if cache.add(counter_of(login), 1, FAILED_SECONDS):
        return
    try:
        cache.incr(counter_of(login))
    except ValueError:  # it ended between the two
        cache.set(counter_of(login), 1, FAILED_SECONDS)


def is_secret(device: models.Device | None, secret: str) -> bool:
    kept = bytes(device.digest) if device else b"\0" * 32
    return hmac.compare_digest(digest_of(secret), kept)


def plain(text: str) -> str:
    """What Basic packs; nothing where it is no text."""
    try:
        return base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


def demanded(request: HttpRequest, *, stale: bool = False, guessed: str = "") -> Refused:
    error = WebError(501, "a key is missing or wrong.", "Scan the code again, or ask for a new one.")
    return Refused(401, error, {"WWW-Authenticate": digest.challenge(request, stale=stale)}, guessed)


def too_often(wait: float) -> Refused:
    seconds = str(int(wait) + 1)
    error = WebError(503, "there were too many requests.", f"Try again in {seconds} seconds.")
    return Refused(429, error, {"Retry-After": seconds})


def wait_for_strangers(request: HttpRequest) -> None:
    wait = STRANGERS.take(address_of(request))
    if wait:
        raise too_often(wait)
