"""The part's record types."""

from nuudel.domains.registration import models
from nuudel.domains.registration.retention import forms, states
from nuudel.web.shell.record_types import RecordType

HOLD = RecordType(
    key="registration.hold",
    model=models.Hold,
    form=forms.HoldForm,
    states=states.HOLD,
    listed=("ground", "until"),
    filtered=(),
    personal=frozenset([]),
    parent="",
    parts=(),
)

RECORD_TYPES = (HOLD,)
