"""People who are invited: an account without a password, and a link that sets it once."""

import hashlib
import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from nuudel.web.accounts.models import Invitation, User

VALID_DAYS = 3


def token_hash(token: str) -> bytes:
    """What is kept of a link: it cannot be turned back into it."""
    return hashlib.sha256(token.encode()).digest()


def new_person(email: str, name: str, language: str) -> User:
    """An account that nobody can sign in to yet."""
    return User.objects.create_user(email, None, name=name, language=language)


def invite(user: User, made_by: User | None) -> str:
    """A new link for a person; links made before stop working.

    Returns
    -------
    str
        The link's path, without the server's name. It is not kept and cannot be shown again.
    """
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    Invitation.objects.filter(user=user, used_at=None, expires_at__gt=now).update(expires_at=now)
    Invitation.objects.create(
        user=user, token_hash=token_hash(token), made_by=made_by, expires_at=now + timedelta(days=VALID_DAYS)
    )
    with override(user.language):
        return reverse("account_welcome", args=[token])


def find(token: str) -> Invitation | None:
    """The invitation of a link, if it still works; its row is locked until the transaction ends.

    It does not once the person has a password, which may have come by a reset: else whoever made the link
    could replace it.
    """
    found = Invitation.objects.select_for_update().filter(token_hash=token_hash(token), used_at=None)
    invitation = found.filter(expires_at__gt=timezone.now(), user__is_active=True).first()
    return None if invitation is None or invitation.user.has_usable_password() else invitation


def accept(invitation: Invitation, password: str) -> User:
    """Set the password; the address counts as verified, for the link went there."""
    user = invitation.user
    user.set_password(password)
    user.save(update_fields=["password"])
    invitation.used_at = timezone.now()
    invitation.save(update_fields=["used_at"])
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    return user
