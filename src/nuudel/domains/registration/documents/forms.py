"""The forms of the part's records, their fields in order."""

from typing import ClassVar

from nuudel.domains.registration import models
from nuudel.web.shell.forms import RecordForm


class IdentityDocumentForm(RecordForm):
    class Meta:
        model = models.IdentityDocument
        fields: ClassVar = [
            "kind",
            "basis",
            "number",
            "issued_on",
            "expires_on",
            "first_witness",
            "second_witness",
            "witness_statement",
        ]
