"""Where a page of a list ended: opaque, signed, and good for the same question only."""

import hashlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest

from nuudel.web.api.problems import ApiError

SALT = "nuudel.api.cursor"
MAX_LIMIT = 200
PAGING = frozenset({"cursor", "limit"})


def question(request: HttpRequest, extra: str = "") -> str:
    """A short hash of what is asked for, whatever page of it and however large."""
    asked = sorted(
        (key, value) for key, values in request.GET.lists() if key not in PAGING for value in values
    )
    return hashlib.sha256(f"{request.path}?{urlencode(asked)}#{extra}".encode()).hexdigest()[:16]


def make_cursor(request: HttpRequest, last: object, extra: str = "") -> str:
    """A cursor behind the entry whose place in the order is ``last``."""
    return signing.dumps([question(request, extra), last], salt=SALT)


def read_cursor(request: HttpRequest, cursor: str, extra: str = "") -> Any:
    """The ``last`` that a cursor holds; ``WEB-266`` where it is forged or belongs to another question."""
    try:
        asked, last = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise ApiError("cursor") from None
    if asked != question(request, extra):
        raise ApiError("cursor")
    return last


def next_link(request: HttpRequest, cursor: str) -> str:
    """The address of the next page, relative to the host."""
    asked: Iterable[tuple[str, str]] = (
        (key, value) for key, values in request.GET.lists() if key != "cursor" for value in values
    )
    return f"{request.path}?{urlencode([*asked, ('cursor', cursor)])}"
