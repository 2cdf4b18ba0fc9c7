"""The records, one file a subject."""

from nuudel.domains.displacement.models.forms import Form, FormFile, FormVersion
from nuudel.domains.displacement.models.operations import Assignment, Device, Operation, Round
from nuudel.domains.displacement.models.submissions import Submission, SubmissionFile

__all__ = [
    "Assignment",
    "Device",
    "Form",
    "FormFile",
    "FormVersion",
    "Operation",
    "Round",
    "Submission",
    "SubmissionFile",
]
