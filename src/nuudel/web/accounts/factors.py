"""Second factors where we ask more than allauth: a code opens once, and an officer keeps one factor."""

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse, HttpResponseRedirect


def mark_used(authenticator: Authenticator, code: str) -> bool:
    """Note that a code of an app was used; False where it was already.

    For as long as the code is taken. allauth's own mark lasts for one period, so that a code of a clock that
    is fast could be used again in the next one (RFC 6238, 5.2, wants it refused).
    """
    periods = 2 * app_settings.TOTP_TOLERANCE + 1
    key = f"nuudel-code-{authenticator.user_id}-{normalize_user_code(code)}"
    return cache.add(key, True, timeout=periods * app_settings.TOTP_PERIOD)


class OnceMixin:
    """A code of an app is taken once."""

    authenticator: Authenticator

    def clean_code(self) -> Any:
        code = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP and not mark_used(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(OnceMixin, AuthenticateForm):  # type: ignore[misc]
    """The code at sign-in."""


class CodeAgainForm(OnceMixin, ReauthenticateForm):  # type: ignore[misc]
    """The code before something changes."""


class RemoveKeyView(RemoveWebAuthnView):  # type: ignore[misc]
    """Removes a key; allauth asks only for the app whether it may go."""

    def form_valid(self, form: Any) -> HttpResponse:
        if get_adapter().can_delete_authenticator(self.get_object()):
            return super().form_valid(form)  # type: ignore[no-any-return]
        (said,) = get_adapter().validation_error("cannot_delete_authenticator").messages
        get_account_adapter().add_message(self.request, messages.ERROR, message=said)
        return HttpResponseRedirect(self.get_success_url())


remove_key = RemoveKeyView.as_view()
