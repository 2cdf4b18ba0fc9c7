"""The forms of the part's records, their fields in order."""

from typing import ClassVar

from nuudel.domains.registration import models
from nuudel.web.shell.forms import RecordForm


class PairForm(RecordForm):
    class Meta:
        model = models.Pair
        fields: ClassVar = ["first", "second", "evidence"]
