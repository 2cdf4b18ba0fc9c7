"""The form of a notice: the message as the data exchange gives it."""

from typing import ClassVar

from django import forms

from nuudel.domains.registration import models
from nuudel.web.shell.forms import RecordForm


class CivilNoticeForm(RecordForm):
    """One message, as JSON; what else the record says is read from it."""

    class Meta:
        model = models.CivilNotice
        fields: ClassVar = ["content"]
        widgets: ClassVar = {"content": forms.Textarea}


class NoticesFileForm(forms.Form):
    """A file with a message on each line."""

    file = forms.FileField()
