"""The forms of the part's records, their fields in order."""

from typing import ClassVar

from nuudel.domains.registration import models
from nuudel.web.shell.forms import RecordForm


class DwellingForm(RecordForm):
    class Meta:
        model = models.Dwelling
        fields: ClassVar = ["bagh", "address", "kind", "capacity", "latitude", "longitude"]


class HouseholdForm(RecordForm):
    class Meta:
        model = models.Household
        fields: ClassVar = ["dwelling", "bagh", "herder"]
