"""Households, counts and camps, put together."""

from nuudel.domains.otor import models
from nuudel.domains.otor.codes import SPECIES
from nuudel.domains.otor.households import effects, forms, rules, states
from nuudel.domains.otor.households.panel import content
from nuudel.web.shell.record_types import Panel, RecordType

HOUSEHOLD = RecordType(
    key="otor.household",
    model=models.HerderHousehold,
    form=forms.HouseholdForm,
    states=states.HOUSEHOLD,
    listed=("bagh", "persons", "school_children"),
    searched=("code", "bagh", "register_code"),
    exported=("code", "bagh", "persons", "school_children", "synthetic"),
    personal=frozenset({"head_name", "phone"}),
    parts=("otor.count", "otor.camp"),
    rules=rules.household,
    effects=effects.household,
    panel=Panel("otor/household_panel.html", content),
)

COUNT = RecordType(
    key="otor.count",
    model=models.LivestockCount,
    form=forms.CountForm,
    states=states.RECORDED,
    listed=(*SPECIES, "source"),
    exported=("household", "day", "source", *SPECIES),
    parent="household",
    rules=rules.count,
)

CAMP = RecordType(
    key="otor.camp",
    model=models.Camp,
    form=forms.CampForm,
    states=states.RECORDED,
    listed=("soum",),
    filtered=("season",),
    exported=("household", "season", "soum"),
    # Where a camp is says where somebody lives.
    personal=frozenset({"name", "latitude", "longitude"}),
    parent="household",
    rules=rules.camp,
)

RECORD_TYPES = (HOUSEHOLD, COUNT, CAMP)
