"""The part's record types."""

from nuudel.domains.registration import models
from nuudel.domains.registration.residence import forms, states
from nuudel.web.shell.record_types import RecordType

DWELLING = RecordType(
    key="registration.dwelling",
    model=models.Dwelling,
    form=forms.DwellingForm,
    states=states.DWELLING,
    listed=("kind", "bagh", "capacity"),
    filtered=("kind",),
    personal=frozenset([]),
    parent="",
    parts=(),
)

HOUSEHOLD = RecordType(
    key="registration.household",
    model=models.Household,
    form=forms.HouseholdForm,
    states=states.HOUSEHOLD,
    listed=("bagh", "herder"),
    filtered=("herder",),
    personal=frozenset([]),
    parent="",
    parts=(),
)

RECORD_TYPES = (
    DWELLING,
    HOUSEHOLD,
)
