"""The form of a person; it finds who may be there already, and asks why this is somebody else."""

from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from nuudel.base.errors import PeopleError
from nuudel.domains.registration import models
from nuudel.domains.registration.models.persons import NAMED
from nuudel.domains.registration.persons.keys import Match, find_by_name
from nuudel.people.registration_numbers import normalise
from nuudel.web.shell import records
from nuudel.web.shell.forms import RecordForm
from nuudel.web.shell.shown import place_names
from nuudel.web.words import say

LIKE_ENOUGH = 0.75  # names of two records that may be of one person
MOST_SHOWN = 5
WORDS_OF_NAMES = ("family_name", "patronymic", "given_name", "patronymic_latin", "given_latin")
LONGEST_REASON = 500


class PersonForm(RecordForm):
    """A person's fields; ``another_person`` is asked for only where somebody like this one is registered."""

    groups: ClassVar = {
        "where": ("place", "institution"),
        "who": ("registration_number", "family_name", "patronymic", "given_name"),
        "latin": ("patronymic_latin", "given_latin"),
        "born": ("birth_date", "birth_date_quality", "birth_place", "sex"),
        "status": ("citizenship", "marital_status"),
    }

    another_person = forms.CharField(required=False, max_length=LONGEST_REASON, widget=forms.HiddenInput)

    class Meta:
        model = models.Person
        fields: ClassVar = [
            "registration_number",
            "family_name",
            "patronymic",
            "given_name",
            "patronymic_latin",
            "given_latin",
            "birth_date",
            "birth_date_quality",
            "birth_place",
            "sex",
            "citizenship",
            "marital_status",
        ]

    def clean_registration_number(self) -> str | None:
        return normalise(self.cleaned_data["registration_number"] or "") or None

    def clean_citizenship(self) -> str:
        text = str(self.cleaned_data["citizenship"])
        return text if text == "stateless" else text.upper()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in WORDS_OF_NAMES:
            if cleaned.get(name):
                cleaned[name] = " ".join(cleaned[name].split())
        self.instance.similar = []
        if self.is_new and not self.errors:
            self.look_for_others(cleaned)
        return cleaned

    def look_for_others(self, cleaned: dict[str, Any]) -> None:
        """Persons with like names born on the same day, anywhere: the officer says why this is not one."""
        try:
            found = find_by_name(
                self.user,
                cleaned["given_name"],
                cleaned["patronymic"] or "",
                born=cleaned["birth_date"],
                national=True,
                most=MOST_SHOWN,
            )
        except PeopleError:  # the rules say it beside the field
            return
        similar = [match for match in found if match.score >= LIKE_ENOUGH]
        if not similar:
            return
        told = " ".join((cleaned["another_person"] or "").split())
        self.instance.similar, self.instance.told = similar, told
        field = self.fields["another_person"]
        field.widget = forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_REASON})
        field.required = True
        field.help_text = shown(self, similar)
        vars(self)["_bound_fields_cache"].pop("another_person", None)  # it holds the hint as it was
        if not told:
            self.add_error("another_person", say("registration.person.like_another"))


def shown(form: PersonForm, similar: list[Match]) -> SafeString:
    """Those who may be meant: code, year of birth, place; a link where the officer may open the record."""
    record_type = form.record_type
    people = [match.person for match in similar]
    records.note_reading(record_type, people, NAMED)
    open_to = set(records.readable(form.user, record_type).filter(pk__in=[p.pk for p in people]))
    names = place_names(person.place for person in people)
    words = [
        (
            format_html('<a href="{}">{}</a>', address_of(person), person)
            if person in open_to
            else str(person),
            say("registration.person.born_in", year=person.birth_date.year, place=names[person.place]),
        )
        for person in people
    ]
    rows = format_html_join("; ", "{}, {}", words)
    return format_html("{} {}", say("registration.person.hint_another_person"), rows)


def address_of(person: models.Person) -> str:
    return reverse("record", args=["registration", "person", person.pk])
