"""The forms of the part's records, their fields in order, and those of its own pages."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.timezone import localdate

from nuudel.domains.registration import codes, kinds, models
from nuudel.domains.registration.persons.forms import PersonForm
from nuudel.domains.registration.residence import parameters
from nuudel.domains.registration.residence.households import ENTRY_KINDS, household_named, person_named
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.nodes.here import is_node
from nuudel.web.shell.forms import RecordForm, institutions_of, places_of
from nuudel.web.shell.record_types import record_types
from nuudel.web.words import say

OTHER_ENTRIES = ("day", "household", "never")
"""What may be wrong with an event."""


class DwellingForm(RecordForm):
    groups: ClassVar = {
        "where": ("place", "institution", "bagh", "address"),
        "what": ("kind", "capacity"),
        "spot": ("latitude", "longitude"),
    }

    class Meta:
        model = models.Dwelling
        fields: ClassVar = ["bagh", "address", "kind", "capacity", "latitude", "longitude"]


class HouseholdForm(RecordForm):
    class Meta:
        model = models.Household
        fields: ClassVar = ["herder"]


def calendar() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def in_words(prefix: str, entries: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(code, say(f"registration.{prefix}.{code}")) for code in entries]


class WordedForm(forms.Form):
    """A form of one of the part's pages; labels and hints are ``registration.<words>.<field>``."""

    words = ""
    hinted: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"auto_id": "%s"} | options))
        for name, field in self.fields.items():
            field.label = say(f"registration.{self.words}.{name}")
            if name in self.hinted:
                field.help_text = say(f"registration.{self.words}.hint_{name}")


class HouseholdRegisterForm(WordedForm):
    """Where a household lives."""

    words, hinted = "register", ("bagh", "address")

    place = forms.ChoiceField()
    institution = forms.ChoiceField()
    bagh = forms.CharField(max_length=40)
    address = forms.CharField(max_length=200)
    kind = forms.ChoiceField()
    herder = forms.BooleanField(required=False)

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        record_type = record_types()[kinds.DWELLING]
        offices = institutions_of(user, record_type)
        self.choose("place", [("", ""), *places_of(user, record_type)])
        self.choose("institution", offices)
        self.choose("kind", in_words("kind_code", codes.DWELLING_KINDS))
        if len(offices) == 1:
            self.fields["institution"].widget = forms.HiddenInput()
            self.fields["institution"].initial = offices[0][0]

    def choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_bagh(self) -> str:
        return " ".join(self.cleaned_data["bagh"].split())

    def clean_address(self) -> str:
        return " ".join(self.cleaned_data["address"].split())


def kinds_on(day: date) -> tuple[str, ...]:
    """How somebody can enter a household on a day: as of the register's beginning only until it is open."""
    offered = parameters.opening_offered(day)
    return tuple(kind for kind in ENTRY_KINDS if offered or kind != "opening")


class StayForm(WordedForm):
    """As what, how and from when somebody enters a household."""

    words = "stay"
    hinted: ClassVar[tuple[str, ...]] = ("kind", "day", "country")

    role = forms.ChoiceField()
    kind = forms.ChoiceField()
    day = forms.DateField(widget=calendar())
    country = forms.RegexField(r"^[A-Z]{2}$", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, prefix, entries in (
            ("role", "household_role_code", codes.HOUSEHOLD_ROLES),
            ("kind", "residence_kind", kinds_on(localdate())),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = in_words(prefix, entries)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("country") and cleaned.get("kind") != "immigration":
            self.add_error("country", say("registration.stay.country_only_from_abroad"))
        return cleaned


class KnownMemberForm(StayForm):
    """Somebody who is in the register."""

    hinted: ClassVar[tuple[str, ...]] = ("who", "kind", "day", "country")

    who = forms.CharField(max_length=20)

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user
        self.order_fields(["who"])
        self.fields["who"].widget.attrs["autocomplete"] = "off"

    def clean_who(self) -> models.Person:
        person = person_named(self.user, self.cleaned_data["who"])
        if person is None:
            nobody = "registration.look_up.not_here" if is_node() else "registration.stay.nobody"
            raise forms.ValidationError(say(nobody))
        return person


class NewMemberForm(PersonForm):
    """Somebody who is not in the register yet; place and institution are those of the household."""

    def __init__(self, household: models.Household, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.household = household
        for name in ("place", "institution"):
            self.fields.pop(name, None)

    def filled(self) -> Record:
        record: Record = self.instance
        record.place, record.institution = self.household.place, self.household.institution
        return record


class ResidentsForm(WordedForm):
    """Where, on which day, and as known when."""

    words, hinted = "residents", ("day", "known")

    place = forms.ChoiceField(required=False)
    day = forms.DateField(widget=calendar())
    known = forms.DateField(widget=calendar(), required=False)

    def __init__(self, user: User, *args: Any, at_place: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.at_place = at_place
        if not at_place:
            del self.fields["place"]
            return
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        field.required = True
        field.choices = [("", ""), *places_of(user, record_types()[kinds.DWELLING])]

    def clean_known(self) -> Any:
        known = self.cleaned_data["known"]
        if known is not None and known > localdate():
            raise forms.ValidationError(say("registration.residents.known_to_come"))
        return known


class CorrectionForm(WordedForm):
    """What is wrong with an event, what is right, and why."""

    words, hinted = "correction", ("day", "household", "reason")

    what = forms.ChoiceField(widget=forms.RadioSelect)
    day = forms.DateField(widget=calendar(), required=False)
    household = forms.CharField(max_length=20, required=False)
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, user: User, event: models.ResidenceEvent, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user, self.event = user, event
        offered = OTHER_ENTRIES if event.direction > 0 else ("day", "never")
        field = self.fields["what"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = in_words("correction_code", offered)
        if event.direction < 0:
            del self.fields["household"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        what = cleaned.get("what")
        if what == "day" and not self.errors.get("day"):
            if not cleaned.get("day"):
                self.add_error("day", say("registration.correction.day_missing"))
            elif cleaned["day"] == self.event.day:
                self.add_error("day", say("registration.correction.same_day"))
        if what == "household":
            found = household_named(self.user, cleaned.get("household") or "")
            if found is None:
                self.add_error("household", say("registration.correction.no_household"))
            elif found.pk == self.event.household_id:
                self.add_error("household", say("registration.correction.same_household"))
            cleaned["household"] = found
        return cleaned
