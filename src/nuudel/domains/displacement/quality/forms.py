"""The form of a limit; flags are made by checks."""

from typing import ClassVar

from nuudel.domains.displacement import models
from nuudel.web.shell.forms import RecordForm


class FlagForm(RecordForm):
    """A flag is made by a check."""

    class Meta:
        model = models.Flag
        fields: ClassVar = ["round", "submission", "finding", "severity"]


class LimitForm(RecordForm):
    """A limit of the checks, and from which day on."""

    class Meta:
        model = models.Limit
        fields: ClassVar = ["operation", "limit", "start", "value"]
