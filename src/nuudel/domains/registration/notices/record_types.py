"""The part's record types."""

from nuudel.domains.registration import models
from nuudel.domains.registration.notices import forms, states
from nuudel.web.shell.record_types import RecordType

NOTICE = RecordType(
    key="registration.notice",
    model=models.CivilNotice,
    form=forms.CivilNoticeForm,
    states=states.NOTICE,
    listed=("kind", "day"),
    filtered=("kind",),
    personal=frozenset(["content"]),
    parent="",
    parts=(),
)

RECORD_TYPES = (NOTICE,)
