"""The part's record types."""

from nuudel.domains.registration import models
from nuudel.domains.registration.residence import forms, panel, rules, states
from nuudel.web.shell.record_types import Panel, RecordType

DWELLING = RecordType(
    key="registration.dwelling",
    model=models.Dwelling,
    form=forms.DwellingForm,
    states=states.DWELLING,
    listed=("kind", "bagh", "capacity"),
    filtered=("kind",),
    rules=rules.dwelling,
    panel=Panel("registration/dwelling_panel.html", panel.dwelling),
)

HOUSEHOLD = RecordType(
    key="registration.household",
    model=models.Household,
    form=forms.HouseholdForm,
    states=states.HOUSEHOLD,
    listed=("bagh", "herder"),
    filtered=("herder",),
    pages=(
        ("residence_register", "registration.household.new"),
        ("residence_residents", "registration.residents.title"),
    ),
    panel=Panel("registration/household_panel.html", panel.household),
)

RECORD_TYPES = (
    DWELLING,
    HOUSEHOLD,
)
