"""The part's record types."""

from nuudel.domains.registration import models
from nuudel.domains.registration.unregistered import cases, forms, rules, states
from nuudel.web.shell.record_types import Panel, RecordType

UNREGISTERED = RecordType(
    key="registration.unregistered",
    model=models.UnregisteredHousehold,
    form=forms.UnregisteredHouseholdForm,
    states=states.UNREGISTERED,
    listed=("source", "bagh", "found_on", "persons"),
    filtered=("source",),
    searched=("bagh",),
    personal=frozenset({"contact_name", "contact_phone", "note"}),
    pages=(
        ("registration_unregistered_list", "registration.unregistered.list_title"),
        ("registration_unregistered_counts", "registration.unregistered.counts_title"),
    ),
    rules=rules.unregistered,
    panel=Panel("registration/unregistered_panel.html", cases.panel),
)

RECORD_TYPES = (UNREGISTERED,)
