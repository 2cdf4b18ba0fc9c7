"""The form for a new token."""

from collections.abc import Sequence

from django import forms

from nuudel.web.words import say

DAYS = (30, 90, 365)


class TokenForm(forms.Form):
    """Name, scopes and days; only scopes that the user's postings allow."""

    name = forms.CharField(max_length=80)
    days = forms.TypedChoiceField(coerce=int, choices=[(days, days) for days in DAYS], initial=90)
    scopes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)

    def __init__(self, allowed: Sequence[str], *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["scopes"].choices = [(scope, scope_words(scope)) for scope in allowed]  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.error_messages = {key: say(f"api.tokens.wrong.{name}") for key in field.error_messages}


def scope_words(scope: str) -> str:
    """A scope as people read it."""
    record_type, _, kind = scope.rpartition(":")
    return say(f"api.tokens.{kind}", record_type=record_type)
