"""Forms of accounts: what allauth does not bring, or brings with a second field for the password."""

from typing import TYPE_CHECKING, Any

from allauth.account import forms as allauth_forms
from django import forms

if TYPE_CHECKING:
    from nuudel.web.accounts.models import User


class PasswordForm(forms.Form):
    """A first password, checked against the rules."""

    password1 = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password1(self) -> str:
        from django.contrib.auth.password_validation import validate_password

        password = str(self.cleaned_data["password1"])
        validate_password(password, self.user)
        return password


class Once:
    """The new password is asked for once: a button shows it, and what is pasted twice checks nothing."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]


class ChangeForm(Once, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """Another password for somebody who knows the present one."""


class SetForm(Once, allauth_forms.SetPasswordForm):  # type: ignore[misc]
    """A password for somebody who signed in without one."""


class ResetForm(Once, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A password for somebody who came by a link in a mail."""
