"""The form of a capacity."""

from typing import ClassVar

from nuudel.domains.otor import models
from nuudel.web.shell.forms import RecordForm


class CapacityForm(RecordForm):
    """What a soum's pasture carries from a day on."""

    class Meta:
        model = models.PastureCapacity
        fields: ClassVar = ["half", "sheep_units", "valid_from", "method", "source"]
