"""The forms of the part's records, their fields in order."""

from typing import ClassVar

from nuudel.domains.registration import models
from nuudel.web.shell.forms import RecordForm


class PersonForm(RecordForm):
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
