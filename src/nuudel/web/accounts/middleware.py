"""A session ends by itself, and an officer works only with a second factor.

Officers sign in again after 12 hours or 30 idle minutes, within what SP 800-63B allows at its second level;
citizens after 30 days or 7 idle days.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from nuudel.web.access.middleware import namespaced
from nuudel.web.access.tables import route_tables
from nuudel.web.accounts.models import User
from nuudel.web.accounts.permissions import CHALLENGE, SET_UP
from nuudel.web.words import say

OFFICER_SECONDS, OFFICER_IDLE = 12 * 3600, 30 * 60
CITIZEN_SECONDS, CITIZEN_IDLE = 30 * 24 * 3600, 7 * 24 * 3600
SINCE, SEEN = "nuudel_since", "nuudel_seen"
SEEN_STEP = 60  # seconds; a session row is not written for each request
ALWAYS = frozenset({"account_logout"})


class SignedInMiddleware:
    """Ends old sessions and sends officers to the second factor; stands before the one that acts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        rule = route_tables().get(name) or namespaced(name)
        if rule is None or not rule.database or not isinstance(request.user, User):
            return None
        if ended(request, request.user):
            logout(request)
            messages.info(request, say("accounts.notice.session_ended"))
            return None
        if rule.public or name in ALWAYS or not needs_factor(request.user):
            return None
        return challenge(request, request.user, name)


def ended(request: HttpRequest, user: User) -> bool:
    """Whether the session is too old or was idle too long; notes that it is in use where it is not."""
    now = int(time.time())
    since = request.session.setdefault(SINCE, now)
    seen = request.session.setdefault(SEEN, now)
    longest, idle = (OFFICER_SECONDS, OFFICER_IDLE) if user.is_officer else (CITIZEN_SECONDS, CITIZEN_IDLE)
    if now - since >= longest or now - seen >= idle:
        return True
    if now - seen >= SEEN_STEP:
        request.session[SEEN] = now
    return False


def needs_factor(user: User) -> bool:
    """Whether this person works only with a second factor: every officer, except in a demonstration."""
    return user.is_officer and not settings.DEMO


def used_factor(request: HttpRequest, user: User) -> bool:
    """Whether a second factor, or a passkey, was shown in this session."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))


def challenge(request: HttpRequest, user: User, name: str) -> HttpResponse | None:
    """The way to the second factor, for an officer who has not shown it yet; None: go on."""
    if used_factor(request, user):
        return None
    has_one = get_adapter().is_mfa_enabled(user)
    if name in (CHALLENGE if has_one else SET_UP):
        return None
    if request.path.startswith("/api/"):
        raise PermissionDenied
    address = reverse("mfa_reauthenticate" if has_one else "mfa_index")
    if request.method == "GET" and has_one:
        address += "?" + urlencode({"next": request.get_full_path()})
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
