"""Digest authentication (RFC 7616) with nonces that any worker recognises and that soon end."""

import hashlib
import hmac
import secrets
from urllib.parse import unquote, urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.http import HttpRequest

from nuudel.domains.displacement.operations.keys import REALM

NONCE_SECONDS = 600
SALT = "nuudel.displacement.digest"


def challenge(request: HttpRequest, *, stale: bool = False) -> str:
    """What is asked for: Digest, over TLS also Basic."""
    nonce = TimestampSigner(salt=SALT).sign(secrets.token_hex(8))
    asked = f'Digest realm="{REALM}", qop="auth", algorithm=MD5, nonce="{nonce}"'
    asked += ", stale=true" if stale else ""
    return f'{asked}, Basic realm="{REALM}", charset="UTF-8"' if request.is_secure() else asked


def told(text: str) -> dict[str, str]:
    """The values of the header; nothing where it cannot be read."""
    try:
        return parse_keqv_list(parse_http_list(text))
    except (ValueError, IndexError):
        return {}


def is_stale(values: dict[str, str]) -> bool:
    """Whether the nonce was ours and has ended."""
    try:
        TimestampSigner(salt=SALT).unsign(values.get("nonce", ""), max_age=NONCE_SECONDS)
    except SignatureExpired:
        return True
    except BadSignature:
        return False
    return False


def is_ours(nonce: str) -> bool:
    try:
        TimestampSigner(salt=SALT).unsign(nonce, max_age=NONCE_SECONDS)
    except BadSignature:
        return False
    return True


def matches(request: HttpRequest, values: dict[str, str], ha1: str) -> bool:
    """Whether the answer to the challenge is right for this request."""
    if values.get("realm") != REALM or not is_ours(values.get("nonce", "")):
        return False
    if values.get("qop", "auth") != "auth" or values.get("algorithm", "MD5").upper() != "MD5":
        return False
    uri = values.get("uri", "")
    if unquote(path_of(uri)) != unquote(request.get_full_path()):
        return False
    parts = [ha1, values["nonce"]]
    if "qop" in values:
        parts += [values.get("nc", ""), values.get("cnonce", ""), "auth"]
    expected = md5(":".join([*parts, md5(f"{request.method}:{uri}")]))
    return hmac.compare_digest(expected.encode(), values.get("response", "").lower().encode())


def path_of(uri: str) -> str:
    """Path and query; some clients name the whole address."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
