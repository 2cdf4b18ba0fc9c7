"""The forms of the part's records, their fields in order."""

from typing import ClassVar

from nuudel.domains.registration import models
from nuudel.web.shell.forms import RecordForm


class UnregisteredHouseholdForm(RecordForm):
    class Meta:
        model = models.UnregisteredHousehold
        fields: ClassVar = [
            "source",
            "round",
            "bagh",
            "found_on",
            "persons",
            "children",
            "came_from",
            "contact_name",
            "contact_phone",
            "note",
        ]
