"""Looking somebody up: by number in the whole country, by name where one works, and with a reason beyond."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.timezone import localdate

from nuudel.base.errors import PeopleError
from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import Person
from nuudel.domains.registration.models.persons import NAMED
from nuudel.domains.registration.persons.keys import find_by_name, find_by_number
from nuudel.people.names import skeleton
from nuudel.people.registration_numbers import is_registration_number, normalise
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.nodes.here import is_node
from nuudel.web.shared_limits import SharedLimit
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.shown import place_names
from nuudel.web.words import say

ASKED = SharedLimit(per_minute=20, burst=60, name="persons")
"""By user: a queue at the counter is served, and nobody reads the nation one by one."""
SHORTEST_PURPOSE, LONGEST_PURPOSE = 10, 200
NUMBER_INSIDE = re.compile(r"[А-ЯЁӨҮ]{2}\d{8}")
FIRST_YEAR = 1900


@dataclass(frozen=True)
class Asked:
    """What is asked: a number, or names; ``national``: also where the officer does not work."""

    number: str = field(repr=False)
    given: str = field(repr=False)
    patronymic: str = field(repr=False)
    birth_year: int | None
    national: bool
    purpose: str = field(repr=False)


@dataclass(frozen=True)
class Found:
    """Somebody who was found: who it is, where, and whether the officer may open the record."""

    person: Person = field(repr=False)
    place: str
    year: int
    score: float | None
    readable: bool


class LookUpForm(forms.Form):
    """By number, or by name; with a purpose wherever more is asked than the officer may read anyhow."""

    number = forms.CharField(required=False, max_length=20)
    given = forms.CharField(required=False, max_length=100)
    patronymic = forms.CharField(required=False, max_length=100)
    birth_year = forms.IntegerField(required=False)
    national = forms.BooleanField(required=False)
    purpose = forms.CharField(required=False, max_length=LONGEST_PURPOSE)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, one in self.fields.items():
            one.label = say(f"registration.look_up.{name}")
            one.widget.attrs["autocomplete"] = "off"
        for name in ("number", "given", "national", "purpose"):
            self.fields[name].help_text = say(f"registration.look_up.hint_{name}")

    def clean_number(self) -> str:
        number = normalise(self.cleaned_data["number"])
        if number and not is_registration_number(number, localdate()):
            raise forms.ValidationError(say("registration.person.rule_number_form"))
        return number

    def clean_given(self) -> str:
        return self.name("given")

    def clean_patronymic(self) -> str:
        return self.name("patronymic")

    def name(self, field: str) -> str:
        text: str = self.cleaned_data[field]
        if text:
            try:
                skeleton(text)
            except PeopleError as error:
                key = f"registration.person.rule_{error.code.lower().replace('-', '_')}"
                raise forms.ValidationError(say(key)) from None
        return text

    def clean_birth_year(self) -> int | None:
        year: int | None = self.cleaned_data["birth_year"]
        if year is not None and not FIRST_YEAR <= year <= localdate().year:
            raise forms.ValidationError(say("registration.look_up.wrong_year", last=localdate().year))
        return year

    def clean_purpose(self) -> str:
        purpose = " ".join(self.cleaned_data["purpose"].split())
        if NUMBER_INSIDE.search(normalise(purpose)):
            raise forms.ValidationError(say("registration.look_up.purpose_without_number"))
        return purpose

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        number, given = cleaned["number"], cleaned["given"]
        if not number and not given:
            self.add_error("number", say("registration.look_up.nothing_asked"))
        elif number and given:
            self.add_error("given", say("registration.look_up.one_of_two"))
        wide = bool(number) or cleaned["national"]
        if wide and len(cleaned["purpose"]) < SHORTEST_PURPOSE:
            self.add_error("purpose", say("registration.look_up.purpose_missing"))
        if cleaned["national"] and given and not (cleaned["patronymic"] or cleaned["birth_year"]):
            self.add_error("patronymic", say("registration.look_up.too_wide"))
        if cleaned["national"] and is_node():
            self.add_error("national", say("registration.look_up.not_here"))
        return cleaned

    def asked(self) -> Asked:
        return Asked(**self.cleaned_data)


def look_up(user: User, asked: Asked) -> list[Found]:
    """Whom the officer looks for; each look-up is in the audit with its purpose, if it finds nobody too."""
    if asked.number:
        person = find_by_number(user, asked.number)
        people: list[tuple[Person, float | None]] = [(person, None)] if person else []
        fields: Sequence[str] = ("registration_number", *NAMED)
    else:
        matches = find_by_name(user, asked.given, asked.patronymic, asked.birth_year, national=asked.national)
        people = [(match.person, match.score) for match in matches]
        fields = NAMED
    note_audit("read", kinds.PERSON, [person.pk for person, _ in people], fields, asked.purpose)
    readable = records.readable(user, record_types()[kinds.PERSON])
    open_to = set(readable.filter(pk__in=[p.pk for p, _ in people]).values_list("pk", flat=True))
    names = place_names(person.place for person, _ in people)
    return [
        Found(person, names[person.place], person.birth_date.year, score, person.pk in open_to)
        for person, score in people
    ]
