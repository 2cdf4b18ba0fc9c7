"""allauth in our words: its messages, mails and errors come from the message files."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.utils.functional import lazy

from nuudel.web import words
from nuudel.web.accounts.models import User

say_later = lazy(words.say, str)


def our_words(errors: dict[str, Any]) -> dict[str, Any]:
    """An adapter's messages by code, ours where we have one."""
    known = words.messages("en")
    return {
        code: say_later(f"accounts.error.{code}") if f"accounts.error.{code}" in known else text
        for code, text in errors.items()
    }


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts: sign-in, sign-up, addresses and passwords."""

    error_messages = our_words(DefaultAccountAdapter.error_messages)

    def is_ajax(self, request: HttpRequest) -> bool:
        """Only where a script asks for the challenge of a passkey.

        A failure is answered with a page: allauth's 400 for scripts would undo its count too.
        """
        asked = request.resolver_match
        for_key = asked is not None and asked.view_name == "mfa_login_webauthn" and request.method == "GET"
        return for_key and bool(super().is_ajax(request))

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """How somebody shows to be the same person: with the factor, where there is one."""
        methods = super().get_reauthentication_methods(user)
        with_factor = [method for method in methods if method["id"] != "reauthenticate"]
        return [
            method | {"description": words.say(f"accounts.confirm.by_{method['id'].replace(':', '_')}")}
            for method in with_factor or methods
        ]

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """A notice in our words; none where we have nothing to say."""
        if message_template:
            key = f"accounts.notice.{name_of(message_template)}"
            if key not in words.messages("en"):
                return
            message = words.say(key, **(message_context or {}))
        if message:
            messages.add_message(request, level, message, extra_tags=extra_tags)

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        """A mail in our words; a notice of a change ends with where the change came from."""
        name = name_of(template_prefix)
        parts = [words.say("accounts.mail.greeting"), words.say(f"accounts.mail.{name}.body", **context)]
        if "user_agent" in context:
            parts.append(words.say("accounts.mail.origin", **context))
        parts.append(words.say("accounts.mail.end"))
        to = [email] if isinstance(email, str) else email
        subject = words.say(f"accounts.mail.{name}.subject")
        return EmailMessage(subject, "\n\n".join(parts), self.get_from_email(), to, headers=headers)


def name_of(template: str) -> str:
    """The last part of a template's name: ``account/messages/password_set.txt`` is ``password_set``."""
    return template.rpartition("/")[2].removesuffix(".txt")


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors and passkeys."""

    error_messages = our_words(DefaultMFAAdapter.error_messages)

    def _get_site_name(self) -> str:
        return words.say("web.frame.name")

    def encrypt(self, text: str) -> str:
        from nuudel.web.accounts.secrets import hide

        return hide(text)

    def decrypt(self, encrypted_text: str) -> str:
        from nuudel.web.accounts.secrets import show

        return show(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """An officer keeps at least one factor beside the recovery codes."""
        from nuudel.web.accounts.middleware import needs_factor

        if not needs_factor(authenticator.user):
            return True
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        count = Authenticator.objects.filter(user=user, type=type).count()
        return words.say("accounts.factors.key_number", number=count + 1)


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A national single sign-on by OpenID Connect."""

    error_messages = our_words(DefaultSocialAccountAdapter.error_messages)

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """The account of an address that the service and we ourselves have both verified; no other."""
        for address in sociallogin.email_addresses:
            if address.verified:
                ours = EmailAddress.objects.filter(email__iexact=address.email, verified=True).first()
                if ours is not None:
                    return ours.user, ours.email
        return None

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        user.name = str(data.get("name") or "")[:200]
        return user
