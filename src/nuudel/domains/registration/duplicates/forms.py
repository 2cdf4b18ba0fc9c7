"""The forms of the part's records, their fields in order."""

import re
from typing import Any, ClassVar
from uuid import UUID

from django import forms

from nuudel.domains.registration import codes, kinds, models
from nuudel.domains.registration.persons.keys import find_by_number
from nuudel.web.access.decisions import visible
from nuudel.web.accounts.models import User
from nuudel.web.shell.forms import RecordForm
from nuudel.web.words import say

UUID_FORM = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
LONGEST = 200
ASKED = ("kept", "ground", "evidence")


class PairForm(RecordForm):
    """Names a pair: each of the two by registration number or by the address of the person's page.

    Later: which record is kept, and what shows that they are one.
    """

    first_person = forms.CharField(max_length=LONGEST)
    second_person = forms.CharField(max_length=LONGEST)
    kept_person = forms.ChoiceField(required=False, choices=())

    class Meta:
        model = models.Pair
        fields: ClassVar = ["ground", "paper", "evidence"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        pair = self.instance
        if self.is_new:
            for name in ("kept_person", "ground", "paper", "evidence"):
                del self.fields[name]
            return
        del self.fields["first_person"], self.fields["second_person"]
        chosen = self.fields["kept_person"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [("", ""), *((str(pk), str(models.Person(pk=pk))) for pk in both(pair))]
        self.initial["kept_person"] = str(pair.kept_id or "")

    def add_place(self) -> None:
        """None: a pair is where its two persons are."""

    def clean_first_person(self) -> models.Person:
        return self.person("first_person")

    def clean_second_person(self) -> models.Person:
        return self.person("second_person")

    def person(self, name: str) -> models.Person:
        """Who is meant, among those whom the user may read."""
        told = self.cleaned_data[name]
        found = person_of(self.user, told)
        if found is None:
            raise forms.ValidationError(say("registration.pair.rule.nobody"))
        return found

    def filled(self) -> models.Pair:
        pair: models.Pair = self.instance
        if self.is_new:
            two = (self.cleaned_data["first_person"], self.cleaned_data["second_person"])
            pair.first, pair.second = sorted(two, key=lambda one: one.pk)
            pair.place, pair.other_place = pair.first.place, pair.second.place
            pair.institution = pair.first.institution
            pair.found_by, pair.probability, pair.agreeing = "officer", 1.0, []
        elif "kept_person" in self.changed_data:
            chosen = self.cleaned_data["kept_person"]
            pair.kept_id = UUID(chosen) if chosen else None
        return pair

    def before(self) -> dict[str, Any]:
        """The old values; the record that is kept stands in the form under another name than in the pair."""
        old = super().before()
        if "kept_person" in self.changed_data:
            old["kept"] = self.initial["kept_person"]
        return old


def both(pair: models.Pair) -> tuple[UUID, UUID]:
    return pair.first_id, pair.second_id


def person_of(user: User, told: str) -> models.Person | None:
    """A person by the address of the page or by the registration number, if the user may read the record."""
    rows = visible(models.Person.objects.select_related("institution"), user, kinds.PERSON)
    named = UUID_FORM.search(told)
    if named:
        return rows.filter(pk=UUID(named[0])).first()
    found = find_by_number(user, told)
    return rows.filter(pk=found.pk).first() if found else None


class DecisionForm(forms.Form):
    """The decision on a pair, on the page that shows both."""

    kept = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    ground = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    paper = forms.ChoiceField(required=False)
    evidence = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 4}))
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, pair: models.Pair, papers: list[str], data: Any = None, initial: Any = None) -> None:
        super().__init__(data, auto_id="%s", initial=initial)
        chosen: dict[str, list[tuple[str, str]]] = {
            "kept": [(str(pk), str(models.Person(pk=pk))) for pk in both(pair)],
            "ground": [(code, say(f"registration.ground_code.{code}")) for code in codes.PAIR_GROUNDS],
            "paper": [("", ""), *((name, name) for name in papers)],
        }
        for name, choices in chosen.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        if not papers:
            del self.fields["paper"]
        for name, field in self.fields.items():
            field.label = say(f"registration.pair.{name}") if name != "version" else ""
        for name in ("kept", "ground"):
            self.fields[name].required = self.data.get("decision") != "keep_apart"
        for name in ASKED:
            self.fields[name].error_messages["required"] = say(f"registration.pair.rule.{name}_missing")
        for name in ("ground", "evidence"):
            self.fields[name].help_text = say(f"registration.pair.hint_{name}")
