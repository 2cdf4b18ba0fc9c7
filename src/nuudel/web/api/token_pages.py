"""The page where a user makes and ends tokens; the text of a token is shown once, when it is made."""

import time
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from nuudel.web.access.context import current
from nuudel.web.accounts.models import User
from nuudel.web.api.forms import TokenForm
from nuudel.web.api.models import ApiToken
from nuudel.web.api.tokens import end_token, make_token, scopes_of

FRESH_SECONDS = 600
MOST_TOKENS = 20


def acting_user() -> User:
    """Who has signed in; the route lets nobody else in."""
    user = current().user
    assert user is not None
    return user


def fresh_factor(request: HttpRequest, user: User) -> bool:
    """Whether an officer has shown the second factor in the last minutes; others need none."""
    if not user.is_officer or settings.DEMO:
        return True
    earliest = time.time() - FRESH_SECONDS
    records = get_authentication_records(request, user)
    return any(entry.get("method") == "mfa" and entry.get("at", 0) >= earliest for entry in records)


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The user's tokens, and a form for a new one."""
    user = acting_user()
    if not fresh_factor(request, user):
        return HttpResponseRedirect(
            f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.get_full_path()})}"
        )
    allowed = scopes_of(user)
    form = TokenForm(allowed, request.POST or None)
    holding = ApiToken.objects.filter(user=user, ended_at=None, expires_at__gt=timezone.now()).count()
    text = ""
    if form.is_valid() and holding < MOST_TOKENS:
        chosen = form.cleaned_data
        _, text = make_token(user, chosen["name"], chosen["scopes"], chosen["days"])
        form = TokenForm(allowed)
    found = {
        "form": form,
        "new": text,
        "full": holding >= MOST_TOKENS,
        "allowed": allowed,
        "most": MOST_TOKENS,
        "tokens": ApiToken.objects.filter(user=user).order_by("-created_at"),
        "now": timezone.now(),
    }
    return render(request, "api/tokens.html", found)


@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End one of the user's own tokens."""
    end_token(get_object_or_404(ApiToken, pk=pk, user=acting_user()))
    return redirect("api-tokens")
