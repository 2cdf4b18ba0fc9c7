"""The part's record types."""

from collections.abc import Sequence

from nuudel.domains.registration import models
from nuudel.domains.registration.retention import forms, states
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.record_types import Panel, Problem, RecordType
from nuudel.web.shell.states import CREATED


def rules(hold: models.Hold, action: str) -> Sequence[Problem]:
    """A hold is about somebody."""
    if action == CREATED and hold.person_id is None:
        return [Problem("ground", "registration.hold_rule.missing")]
    return ()


def panel(user: User, hold: models.Hold) -> dict[str, object]:
    """The code of the person's record: who sets holds may not read it."""
    with service_rights():
        return {"person": str(hold.person)}


HOLD = RecordType(
    key="registration.hold",
    model=models.Hold,
    form=forms.HoldForm,
    states=states.HOLD,
    listed=("ground", "until"),
    rules=rules,
    panel=Panel("registration/hold_panel.html", panel),
)

RECORD_TYPES = (HOLD,)
