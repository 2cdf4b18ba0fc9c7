"""The forms of the part's records, their fields in order."""

from typing import ClassVar

from nuudel.domains.registration import models
from nuudel.web.shell.forms import RecordForm


class HoldForm(RecordForm):
    class Meta:
        model = models.Hold
        fields: ClassVar = ["person", "ground", "until"]
