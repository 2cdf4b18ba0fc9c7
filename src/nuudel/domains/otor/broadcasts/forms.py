"""The form of a message: a template and its slots, or own words."""

from typing import ClassVar

from nuudel.domains.otor import models
from nuudel.web.shell.forms import RecordForm


class MessageForm(RecordForm):
    """A message to households."""

    groups: ClassVar = {
        "to": ("place", "institution", "audience", "first_day", "last_day"),
        "text": ("template", "where", "day", "office_phone"),
        "own": ("own_text",),
        "radio": ("radio_text",),
    }

    class Meta:
        model = models.Message
        fields: ClassVar = [
            *("audience", "first_day", "last_day", "template", "where", "day", "office_phone"),
            *("own_text", "radio_text"),
        ]
