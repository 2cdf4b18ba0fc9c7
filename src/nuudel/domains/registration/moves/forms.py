"""The forms of the part's records, their fields in order."""

from typing import Any, ClassVar

from nuudel.domains.registration import models
from nuudel.web.shell.forms import RecordForm


class MoveForm(RecordForm):
    class Meta:
        model = models.Move
        fields: ClassVar = ["day", "reason", "bagh", "address", "consent_of_owner", "phone"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.joins_id is not None:  # the address is that of the household that is joined
            del self.fields["bagh"], self.fields["address"]


class MoveMemberForm(RecordForm):
    class Meta:
        model = models.MoveMember
        fields: ClassVar[list[str]] = []
