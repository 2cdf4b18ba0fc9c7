"""Forms of the administrator's pages."""

from typing import Any

from django import forms
from django.utils import timezone

from nuudel.web.access.models import Place
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import Institution, User
from nuudel.web.words import LANGUAGES, language, say

INDENT = "\u2003"  # an em space a level


def roles() -> list[tuple[str, str]]:
    """The roles that a person can be given."""
    return [("", "")] + [(r.value, say(f"accounts.role.{r.value}")) for r in Role if r != Role.SERVICE]


def institutions() -> list[tuple[str, str]]:
    found = Institution.objects.order_by("name_mn")
    return [("", "")] + [(str(entry.pk), entry.name(language())) for entry in found]


def places() -> list[tuple[str, str]]:
    """The places of the country, those of an aimag under it; first: everywhere."""
    rows = sorted(Place.objects.all(), key=lambda place: place.path)
    named = [(row.code, INDENT * max(len(row.path) - 2, 0) + row.name(language())) for row in rows]
    return [("", say("accounts.people.everywhere")), *named]


class PostingForm(forms.Form):
    """Role, institution, place and time of a posting."""

    role = forms.ChoiceField(choices=roles)
    institution = forms.ChoiceField(choices=institutions)
    place = forms.ChoiceField(choices=places, required=False)
    valid_from = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), initial=timezone.localdate)
    valid_to = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        start, end = found.get("valid_from"), found.get("valid_to")
        if start and end and end < start:
            self.add_error("valid_to", say("accounts.error.end_before_start"))
        return found

    def posting(self) -> dict[str, Any]:
        """The fields of the posting."""
        entered = self.cleaned_data
        return {
            "role": entered["role"],
            "institution_id": int(entered["institution"]),
            "place": entered["place"],
            "valid_from": entered["valid_from"],
            "valid_to": entered["valid_to"],
        }


class InviteForm(PostingForm):
    """A new person with the first posting."""

    email = forms.EmailField()
    name = forms.CharField(max_length=200)
    language = forms.ChoiceField(
        choices=lambda: [(code, say(f"accounts.language.{code}")) for code in LANGUAGES]
    )
    field_order = ("name", "email", "language", "role", "institution", "place", "valid_from", "valid_to")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(say("accounts.error.person_known"))
        return email


class InstitutionForm(forms.ModelForm):  # type: ignore[type-arg]
    """An institution's names and place."""

    place = forms.ChoiceField(choices=places, required=False)

    class Meta:
        model = Institution
        fields = ("name_mn", "name_en", "code", "place")
