"""The records, one file a subject."""

from nuudel.domains.displacement.models.alerts import Alert, AlertRule
from nuudel.domains.displacement.models.entities import Entity
from nuudel.domains.displacement.models.forms import Form, FormFile, FormVersion
from nuudel.domains.displacement.models.frames import FrameArea, Informant, Member, Team
from nuudel.domains.displacement.models.operations import Assignment, Device, Operation, Round
from nuudel.domains.displacement.models.publishing import Publication
from nuudel.domains.displacement.models.quality import Flag, Limit
from nuudel.domains.displacement.models.submissions import Submission, SubmissionFile

__all__ = [
    "Alert",
    "AlertRule",
    "Assignment",
    "Device",
    "Entity",
    "Flag",
    "Form",
    "FormFile",
    "FormVersion",
    "FrameArea",
    "Informant",
    "Limit",
    "Member",
    "Operation",
    "Publication",
    "Round",
    "Submission",
    "SubmissionFile",
    "Team",
]
