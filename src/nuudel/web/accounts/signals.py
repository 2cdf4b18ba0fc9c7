"""What follows from a sign-in, a sign-up and a new factor."""

import time
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import user_signed_up
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from nuudel.web.access.roles import Role
from nuudel.web.accounts.middleware import SEEN, SINCE
from nuudel.web.accounts.models import Institution, Posting, User

PUBLIC_INSTITUTION = "public"


@receiver(user_logged_in)
def note_the_time(request: HttpRequest | None, **_: Any) -> None:
    """From here a session's age and idle time are counted."""
    if request is not None:
        request.session[SINCE] = request.session[SEEN] = int(time.time())


@receiver(user_signed_up)
def make_citizen(user: User, **_: Any) -> None:
    """Whoever signs up is a citizen, and nothing else."""
    public = Institution.objects.get(code=PUBLIC_INSTITUTION)
    Posting.objects.get_or_create(user=user, role=Role.CITIZEN, institution=public)


@receiver(authenticator_added)
def count_as_shown(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Setting up a factor has shown it: no second question in the same session."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, method="mfa", type=authenticator.type, id=authenticator.pk)
