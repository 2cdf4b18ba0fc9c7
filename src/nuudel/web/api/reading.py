"""Request bodies, read strictly: JSON of a bounded size and depth, and no characters that cannot be kept."""

import json
import math
import re
import unicodedata
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import UnreadablePostError

from nuudel.web.api.problems import ApiError

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_DIGITS = 18  # fits into the database's bigint
# Controls but tab and line ends; lone surrogates; and those that turn the direction of what follows.
FORBIDDEN = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\\ud800-\\udfff\\u202a-\\u202e\\u2066-\\u2069]")


def read_json(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request's body.

    Raises
    ------
    ApiError
        ``WEB-262`` too large, ``WEB-263`` another content type, ``WEB-264`` not well-formed.
    """
    check_type(request)
    try:
        text = body_of(request).decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=without_duplicates,
            parse_int=bounded_int,
            parse_float=finite_float,
            parse_constant=no_constant,
        )
    except (RecursionError, ValueError):
        raise ApiError("malformed") from None
    if not isinstance(value, dict):
        raise ApiError("malformed")
    return checked_object(value)


def check_type(request: HttpRequest) -> None:
    """Only JSON, in UTF-8 and not compressed."""
    charset = (request.content_params or {}).get("charset", "utf-8").strip('"').lower()
    if request.content_type != "application/json" or charset not in {"utf-8", "utf8"}:
        raise ApiError("content_type")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise ApiError("content_type")


def body_of(request: HttpRequest, limit: int = MAX_BYTES) -> bytes:
    """The body, if it is not too large."""
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_large(limit) from None
    except UnreadablePostError:
        raise ApiError("malformed") from None
    if len(body) > limit:
        raise too_large(limit)
    return body


def too_large(limit: int) -> ApiError:
    return ApiError("too_large", limit=f"{limit / 1e6:g} MB")


def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; two entries of one name are refused, for readers differ on which one holds."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def bounded_int(text: str) -> int:
    if len(text.lstrip("-")) > MAX_DIGITS:
        raise ValueError
    return int(text)


def finite_float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError
    return value


def no_constant(text: str) -> NoReturn:
    raise ValueError


def checked_object(value: dict[str, Any]) -> dict[str, Any]:
    """The same with texts in composed form (NFC); ``WEB-264`` where it is too deep or has odd characters."""
    checked = checked_value(value, 1)
    assert isinstance(checked, dict)
    return checked


def checked_value(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise ApiError("malformed")
    if isinstance(value, str):
        return checked_text(value)
    if isinstance(value, list):
        return [checked_value(entry, depth + 1) for entry in value]
    if isinstance(value, dict):
        return {checked_text(key): checked_value(entry, depth + 1) for key, entry in value.items()}
    return value


def checked_text(text: str) -> str:
    if FORBIDDEN.search(text):
        raise ApiError("malformed")
    return unicodedata.normalize("NFC", text)
