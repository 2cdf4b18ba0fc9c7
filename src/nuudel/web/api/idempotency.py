"""A write that is sent twice is done once.

The key is taken in the transaction of the write: a second request with it waits for the first, and what
failed leaves no key behind. What is kept of an answer is its receipt (the record's id, state and version), in
which no personal data are; of the request only a keyed hash.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from nuudel.web.access.context import current
from nuudel.web.api.models import IdempotencyKey
from nuudel.web.api.problems import ApiError

KEPT = timedelta(hours=24)
WAIT_SECONDS = 5
TAKE = "SELECT set_config('lock_timeout', %s, true)"
# A key whose day is over is taken anew.
INSERT = """
INSERT INTO api_idempotencykey (user_id, operation, key, body_hash, status, headers, answer, expires_at)
VALUES (%s, %s, %s, %s, 0, '{}', NULL, %s)
ON CONFLICT (user_id, operation, key) DO UPDATE
  SET body_hash = excluded.body_hash, status = 0, headers = '{}', answer = NULL,
      expires_at = excluded.expires_at
  WHERE api_idempotencykey.expires_at < now()
RETURNING id
"""
KEY = re.compile(r"[\x21-\x7e]{8,64}")


@dataclass(frozen=True)
class Receipt:
    """The answer to a write: no personal data, so that it can be kept as it is."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


def once(request: HttpRequest, operation: str, work: Callable[[], Receipt]) -> HttpResponse:
    """Do a write, or give the answer that it was given before.

    Parameters
    ----------
    operation
        What is done to which record; the same key serves for another one.

    Raises
    ------
    ApiError
        ``WEB-257`` no key, ``WEB-258`` the key was used for another body, ``WEB-259`` the first request with
        it still goes on; and what ``work`` raises.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise ApiError("key_missing")
    row, new = take(key, operation, hash_of(request))
    if not new:
        return respond(Receipt(row.status, row.answer or {}, row.headers), replayed=True)
    receipt = work()
    row.status, row.answer, row.headers = receipt.status, dict(receipt.body), dict(receipt.headers)
    row.save(update_fields=["status", "answer", "headers"])
    return respond(receipt, replayed=False)


def take(key: str, operation: str, body_hash: bytes) -> tuple[IdempotencyKey, bool]:
    """The key's row, and whether it is new; waits for another request that has taken it and goes on."""
    user = current().user
    assert user is not None
    row = IdempotencyKey(
        user=user, operation=operation, key=key, body_hash=body_hash, expires_at=timezone.now() + KEPT
    )
    try:
        with connection.cursor() as cursor:
            # One journey for both; the wait for a lock is bounded for the rest of this transaction too.
            cursor.execute(TAKE, [f"{WAIT_SECONDS}s"])
            cursor.execute(INSERT, [user.pk, operation, key, body_hash, row.expires_at])
            taken = cursor.fetchone()
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise ApiError("key_busy", headers={"Retry-After": "1"}) from None
    if taken is not None:
        row.pk, row.status = taken[0], 0
        row._state.adding = False
        return row, True
    found = IdempotencyKey.objects.get(user=user, operation=operation, key=key)
    if not hmac.compare_digest(bytes(found.body_hash), body_hash):
        raise ApiError("key_reused")
    return found, False


def hash_of(request: HttpRequest) -> bytes:
    """A keyed hash of what is asked: who reads the table cannot try out what was in a request."""
    secret = hashlib.sha256(b"nuudel.api.idempotency" + settings.SECRET_KEY.encode()).digest()
    asked = json.dumps([request.method, request.get_full_path(), request.headers.get("If-Match", "")])
    return hmac.digest(secret, asked.encode() + b"\n" + request.body, "sha256")


def respond(receipt: Receipt, *, replayed: bool) -> HttpResponse:
    response = JsonResponse(dict(receipt.body), status=receipt.status)
    for name, value in receipt.headers.items():
        response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def forget_expired() -> int:
    """Remove the keys whose day is over, of all users; how many."""
    return IdempotencyKey.objects.filter(expires_at__lt=timezone.now()).delete()[0]
