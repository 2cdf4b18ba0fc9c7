"""The questions of a report, one page each: who, where to, the address, when and why."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from nuudel.domains.registration import codes
from nuudel.domains.registration.models import Person
from nuudel.domains.registration.moves.report import person_by_number
from nuudel.domains.registration.persons.look_up import (
    ASKED,
    LONGEST_PURPOSE,
    NUMBER_INSIDE,
    SHORTEST_PURPOSE,
)
from nuudel.domains.registration.persons.record_types import PERSON
from nuudel.people.registration_numbers import normalise
from nuudel.web.access.decisions import may
from nuudel.web.access.models import Place
from nuudel.web.access.units import is_soum
from nuudel.web.accounts.models import User
from nuudel.web.shared_limits import SharedLimit
from nuudel.web.shell.records import note_reading
from nuudel.web.words import language, messages, say

LONGEST = 200
LONGEST_BAGH = 40
TRIED = SharedLimit(per_minute=4, burst=10, name="numbers")
"""By user, in all worker processes together: nobody finds out who is registered by trying numbers."""


class QuestionForm(forms.Form):
    """A page of the report: labels and hints from the messages."""

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        options["auto_id"] = "%s"
        super().__init__(*args, **options)
        self.user = user
        known = messages(language())
        for name, asked in self.fields.items():
            asked.label = say(f"registration.report.{name}")
            asked.help_text = known.get(f"registration.report.hint_{name}", "")

    def found(self, number: str) -> str:
        """The id of somebody who lives here; an error of the form where there is no such number."""
        if not number.strip():
            return ""
        if TRIED.take(str(self.user.pk)):
            raise forms.ValidationError(say("registration.report.too_often"))
        person = person_by_number(self.user, number)
        if person is None or person.state != "living":
            raise forms.ValidationError(say("registration.report.not_found"))
        note_reading(PERSON, [person], ("registration_number",))
        return str(person.pk)


class WhoForm(QuestionForm):
    """Who moves, and who is responsible for a child that moves without a parent."""

    persons = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    guardian = forms.CharField(max_length=20, required=False)

    def __init__(self, *args: Any, members: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["persons"].choices = list(members)  # type: ignore[attr-defined]

    def clean_guardian(self) -> str:
        """The id of the person whose registration number was typed; the number itself is not kept."""
        return self.found(self.cleaned_data["guardian"])


class WhereForm(QuestionForm):
    """The soum or district, once the aimag is chosen."""

    place = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, aimag: str, **options: Any) -> None:
        super().__init__(*args, **options)
        lang = language()
        rows = Place.objects.filter(parent=aimag)
        names = sorted((row.name(lang), row.code) for row in rows if is_soum(row.path))
        self.fields["place"].choices = [(code, name) for name, code in names]  # type: ignore[attr-defined]


class AddressForm(QuestionForm):
    """The bagh and the address; or the household that is entered, by a number of somebody who lives there."""

    bagh = forms.CharField(max_length=LONGEST_BAGH, required=False)
    address = forms.CharField(max_length=LONGEST, required=False)
    unmarked = ("bagh", "address")
    joins = forms.CharField(max_length=20, required=False)
    consent = forms.BooleanField(required=False)

    def clean_joins(self) -> str:
        return self.found(self.cleaned_data["joins"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("joins") and "joins" not in self.errors:
            for name in ("bagh", "address"):
                if not given.get(name):
                    self.add_error(name, say("registration.report.missing"))
        return given


class WhenForm(QuestionForm):
    """The day, the reason, and a telephone number for questions."""

    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.ChoiceField(widget=forms.RadioSelect)
    phone = forms.CharField(max_length=40, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(code, say(f"registration.reason_code.{code}")) for code in codes.MOVE_REASONS]
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]
        self.fields["phone"].widget.attrs |= {"inputmode": "tel", "autocomplete": "tel"}


class SearchForm(QuestionForm):
    """Whose household an officer reports for."""

    number = forms.CharField(max_length=20)
    purpose = forms.CharField(max_length=LONGEST_PURPOSE, required=False)

    def clean_number(self) -> Person:
        if ASKED.take(str(self.user.pk)):
            raise forms.ValidationError(say("registration.report.too_often"))
        person = person_by_number(self.user, self.cleaned_data["number"])
        if person is None:
            raise forms.ValidationError(say("registration.report.not_found"))
        return person

    def clean(self) -> dict[str, Any]:
        """Somebody who lives where the officer does not work is looked up for a purpose."""
        given = super().clean() or self.cleaned_data
        person, purpose = given.get("number"), " ".join(given.get("purpose", "").split())
        if person is not None and not may(self.user, PERSON.key, "read", person):
            if len(purpose) < SHORTEST_PURPOSE:
                self.add_error("purpose", say("registration.look_up.purpose_missing"))
            elif NUMBER_INSIDE.search(normalise(purpose)):
                self.add_error("purpose", say("registration.look_up.purpose_without_number"))
        return given | {"purpose": purpose}


def key_of(text: str) -> UUID | None:
    return UUID(text) if text else None
