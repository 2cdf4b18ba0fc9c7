"""The forms of households, counts and camps."""

from typing import ClassVar

from django import forms

from nuudel.domains.otor import models
from nuudel.domains.otor.codes import SPECIES
from nuudel.domains.otor.spots import soums
from nuudel.web.accounts.models import User
from nuudel.web.shell.forms import RecordForm
from nuudel.web.shell.record_types import RecordType

COUNTRY_CODE = "+976"


def normalised(phone: str) -> str:
    """A telephone number without blanks, hyphens and the country's own prefix."""
    kept = "".join(letter for letter in phone if letter in "+0123456789")
    return kept.removeprefix(COUNTRY_CODE)


class HouseholdForm(RecordForm):
    """A herder household."""

    groups: ClassVar = {
        "where": ("place", "institution", "bagh"),
        "who": ("head_name", "phone"),
        "people": ("persons", "school_children"),
        "register": ("register_code",),
    }

    class Meta:
        model = models.HerderHousehold
        fields: ClassVar = [
            *("bagh", "head_name", "phone", "persons", "school_children", "register_code"),
        ]

    def clean_phone(self) -> str | None:
        return normalised(self.cleaned_data["phone"] or "") or None


class CountForm(RecordForm):
    """Its animals on a day."""

    groups: ClassVar = {"when": ("day", "source"), "herd": SPECIES}

    class Meta:
        model = models.LivestockCount
        fields: ClassVar = ["household", "day", "source", *SPECIES]


class CampForm(RecordForm):
    """A camp of it; the soum is chosen among all, its own first."""

    groups: ClassVar = {"what": ("season", "name", "soum"), "spot": ("latitude", "longitude")}

    class Meta:
        model = models.Camp
        fields: ClassVar = ["household", "season", "name", "soum", "latitude", "longitude"]

    def __init__(self, record_type: RecordType, user: User, *args: object, **options: object) -> None:
        super().__init__(record_type, user, *args, **options)  # type: ignore[arg-type]
        self.fields["soum"] = forms.ChoiceField(choices=soums())
        self.name_field("soum", self.fields["soum"])
        if self.parent is not None:
            self.initial.setdefault("soum", self.parent.place)
