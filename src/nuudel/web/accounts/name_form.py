"""The part of the sign-up form that is ours; allauth takes it in while its own forms are loaded."""

from typing import TYPE_CHECKING

from django import forms

if TYPE_CHECKING:
    from django.http import HttpRequest

    from nuudel.web.accounts.models import User


class NameForm(forms.Form):
    """What a citizen tells beside the address and the password."""

    name = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ("name", "email", "password1")

    def signup(self, request: "HttpRequest", user: "User") -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
