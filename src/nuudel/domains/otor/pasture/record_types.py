"""Capacities, put together."""

from nuudel.domains.otor import models
from nuudel.domains.otor.pasture import forms, rules, states
from nuudel.web.shell.record_types import RecordType

CAPACITY = RecordType(
    key="otor.capacity",
    model=models.PastureCapacity,
    form=forms.CapacityForm,
    states=states.CAPACITY,
    listed=("half", "sheep_units", "valid_from", "method"),
    filtered=("half", "method"),
    searched=("source",),
    exported=("half", "sheep_units", "valid_from", "method", "source", "synthetic"),
    rules=rules.capacity,
    pages=(
        ("otor_figures", "otor.figures.title"),
        ("otor_pasture", "otor.pasture.title"),
        ("otor_hosts", "otor.hosts.title"),
        ("otor_risk", "otor.risk.title"),
    ),
)

RECORD_TYPES = (CAPACITY,)
