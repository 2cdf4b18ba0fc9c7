"""The forms of the part's records, their fields in order."""

from typing import ClassVar

from nuudel.domains.registration import models
from nuudel.web.shell.forms import RecordForm


class CivilNoticeForm(RecordForm):
    class Meta:
        model = models.CivilNotice
        fields: ClassVar = ["sender", "message_id", "kind", "day", "content"]
