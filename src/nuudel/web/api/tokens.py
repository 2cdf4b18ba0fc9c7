"""Tokens: how they are made, recognised and ended. A token never has more than its user's postings."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils import timezone
from ninja.security.http import HttpBearer

from nuudel.web.access.context import become, current
from nuudel.web.access.decisions import held
from nuudel.web.access.roles import READ_ACTIONS
from nuudel.web.access.tables import permission_tables
from nuudel.web.api.limits import READS, STRANGERS, WRITES, address_of
from nuudel.web.api.models import ApiToken
from nuudel.web.api.problems import ApiError
from nuudel.web.audit.log import record

if TYPE_CHECKING:
    from nuudel.web.accounts.models import User

BEGINNING = "nuudel_"
PREFIX_LENGTH = len(BEGINNING) + 6
SECRET_BYTES = 32
LONGEST_DAYS = 365
USED_AGAIN = timedelta(minutes=1)  # "last used" is written no oftener
READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
RECORD_TYPE = "api.token"


def digest_of(text: str) -> bytes:
    """What is kept of a token. Its text is 256 random bits, so that a plain hash cannot be turned back."""
    return hashlib.sha256(text.encode()).digest()


def scopes_of(user: "User") -> tuple[str, ...]:
    """The scopes that a user's postings allow: ``<record type>:read`` and ``<record type>:write``."""
    found = []
    for record_type, permissions in sorted(permission_tables().items()):
        kinds = {
            "read" if permission.action in READ_ACTIONS else "write"
            for permission in permissions
            if held(user, record_type, permission.action)
        }
        found += [f"{record_type}:{kind}" for kind in ("read", "write") if kind in kinds]
    return tuple(found)


def make_token(user: "User", name: str, scopes: Iterable[str], days: int) -> tuple[ApiToken, str]:
    """A new token and its text, which is shown once."""
    text = BEGINNING + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=text[:PREFIX_LENGTH],
        digest=digest_of(text),
        scopes=sorted(scopes),
        expires_at=timezone.now() + timedelta(days=days),
    )
    record("create", RECORD_TYPE, [token.pk], ["scopes", "expires_at"])
    return token, text


def end_token(token: ApiToken) -> None:
    """From now on the token opens nothing."""
    if token.ended_at is None:
        token.ended_at = timezone.now()
        token.save(update_fields=["ended_at"])
        record("end", RECORD_TYPE, [token.pk], ["ended_at"])


def find_token(text: str) -> ApiToken | None:
    """The token of a text, if it holds now and its user is active."""
    return (
        ApiToken.objects.select_related("user")
        .filter(digest=digest_of(text), ended_at=None, expires_at__gt=timezone.now(), user__is_active=True)
        .first()
    )


def note_use(token: ApiToken) -> None:
    """Write down that a token was used; requests of the same token do not wait for each other here."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - USED_AGAIN:
        free = ApiToken.objects.filter(pk=token.pk).select_for_update(skip_locked=True, of=("self",))
        ApiToken.objects.filter(pk__in=free.values("pk")).update(last_used_at=now)


class Token(HttpBearer):
    """Signs a request in by its token, and by nothing else: a browser's session opens no part of the API."""

    def __call__(self, request: HttpRequest) -> ApiToken:
        """The token in the header ``Authorization``."""
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        return self.authenticate(request, text.strip() if kind.lower() == "bearer" else "")

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """The token; ``WEB-251`` and ``WEB-252`` where none holds. From here on its user acts."""
        found = find_token(token) if token.isascii() and token else None
        if found is None:
            STRANGERS.demand(address_of(request))
            key = "token_invalid" if token else "token_missing"
            raise ApiError(key, headers={"WWW-Authenticate": 'Bearer realm="Nuudel"'})
        (READS if request.method in READING_METHODS else WRITES).demand(str(found.pk))
        become(found.user)
        request.user = found.user  # the audit of refusals names who was refused
        current().purpose += f" by token {found.prefix}"
        note_use(found)
        return found


def demand_scope(token: ApiToken, record_type: str, kind: str) -> None:
    """``WEB-253`` where a token does not have the scope, whatever its user may do."""
    scope = f"{record_type}:{kind}"
    if scope not in token.scopes:
        raise ApiError("scope_missing", scope=scope)
