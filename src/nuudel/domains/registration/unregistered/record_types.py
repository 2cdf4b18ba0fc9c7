"""The part's record types."""

from nuudel.domains.registration import models
from nuudel.domains.registration.unregistered import forms, states
from nuudel.web.shell.record_types import RecordType

UNREGISTERED = RecordType(
    key="registration.unregistered",
    model=models.UnregisteredHousehold,
    form=forms.UnregisteredHouseholdForm,
    states=states.UNREGISTERED,
    listed=("source", "found_on", "persons"),
    filtered=("source",),
    personal=frozenset(["contact_name", "contact_phone"]),
    parent="",
    parts=(),
)

RECORD_TYPES = (UNREGISTERED,)
