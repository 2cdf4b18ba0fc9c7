"""The forms of the part's records, their fields in order."""

from typing import ClassVar

from nuudel.domains.registration import models
from nuudel.web.shell.forms import RecordForm


class MoveForm(RecordForm):
    class Meta:
        model = models.Move
        fields: ClassVar = ["day", "reason", "bagh", "address", "consent_of_owner", "phone"]


class MoveMemberForm(RecordForm):
    class Meta:
        model = models.MoveMember
        fields: ClassVar[list[str]] = []
