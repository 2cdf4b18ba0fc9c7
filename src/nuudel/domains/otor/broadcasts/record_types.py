"""Messages, put together."""

from nuudel.domains.otor import models
from nuudel.domains.otor.broadcasts import forms, rules, sending, states
from nuudel.domains.otor.broadcasts.panel import content
from nuudel.web.shell.record_types import Panel, RecordType

MESSAGE = RecordType(
    key="otor.message",
    model=models.Message,
    form=forms.MessageForm,
    states=states.MESSAGE,
    listed=("audience", "first_day", "last_day", "recipients"),
    filtered=("template", "audience"),
    pages=(("otor_overview", "otor.overview.menu"),),
    rules=rules.message,
    effects=sending.message,
    panel=Panel("otor/message_panel.html", content),
)

RECORD_TYPES = (MESSAGE,)
