"""What is told of submissions; people type none."""

from typing import ClassVar

from nuudel.domains.displacement import models
from nuudel.web.shell.forms import RecordForm


class SubmissionForm(RecordForm):
    """A submission comes from a phone."""

    class Meta:
        model = models.Submission
        fields: ClassVar = ["round", "instance_id", "encrypted", "incomplete"]


class FileForm(RecordForm):
    """A file comes with a submission."""

    class Meta:
        model = models.SubmissionFile
        fields: ClassVar = ["submission", "name", "size"]
