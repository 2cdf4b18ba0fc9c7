"""The forms of forms: what is typed; what is uploaded has pages of its own."""

from typing import ClassVar

from nuudel.domains.displacement import models
from nuudel.web.shell.forms import RecordForm


class FormForm(RecordForm):
    """What a form is called; its id is the workbook's."""

    class Meta:
        model = models.Form
        fields: ClassVar = ["operation", "title"]


class VersionForm(RecordForm):
    """A version is uploaded."""

    class Meta:
        model = models.FormVersion
        fields: ClassVar = ["form", "version", "hash", "files", "encrypted"]


class TableForm(RecordForm):
    """A file of a form is uploaded."""

    class Meta:
        model = models.FormFile
        fields: ClassVar = ["form", "name", "entities", "hash", "size"]
