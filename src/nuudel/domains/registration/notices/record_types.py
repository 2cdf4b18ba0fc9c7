"""The part's record types."""

from nuudel.domains.registration import models
from nuudel.domains.registration.notices import forms, panel, states, steps
from nuudel.web.shell.record_types import Panel, RecordType

NOTICE = RecordType(
    key="registration.notice",
    model=models.CivilNotice,
    form=forms.CivilNoticeForm,
    states=states.NOTICE,
    listed=("day", "sender", "simulated"),
    filtered=("kind",),
    personal=frozenset({"content", "done", "subject", "other_subject"}),
    effects=steps.effects,
    panel=Panel("registration/notice_panel.html", panel.content),
    told_by_panel=frozenset({"content"}),
    rules=steps.rules,
    pages=(
        ("registration_notices_file", "registration.notices.file_title"),
        ("registration_figures", "registration.figures.title"),
    ),
)

RECORD_TYPES = (NOTICE,)
