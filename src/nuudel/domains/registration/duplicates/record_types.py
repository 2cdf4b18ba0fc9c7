"""The part's record types."""

from nuudel.domains.registration import models
from nuudel.domains.registration.duplicates import forms, merging, panel, rules, states
from nuudel.web.shell.record_types import Panel, RecordType

PAIR = RecordType(
    key="registration.pair",
    model=models.Pair,
    form=forms.PairForm,
    states=states.PAIR,
    listed=("probability", "found_by"),
    filtered=("found_by",),
    personal=frozenset(["evidence"]),
    parent="",
    parts=(),
    rules=rules.pair,
    effects=merging.effects,
    panel=Panel("registration/pair.html", panel.content),
)

RECORD_TYPES = (PAIR,)
