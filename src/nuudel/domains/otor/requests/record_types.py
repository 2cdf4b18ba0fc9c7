"""Requests, put together."""

from nuudel.domains.otor import entries, models
from nuudel.domains.otor.codes import SPECIES
from nuudel.domains.otor.requests import effects, forms, rules, states
from nuudel.domains.otor.requests.panel import content
from nuudel.domains.otor.requests.sides import may_step
from nuudel.web.shell.record_types import Panel, RecordType

REQUEST = RecordType(
    key="otor.request",
    model=models.OtorRequest,
    form=forms.RequestForm,
    states=states.REQUEST,
    listed=("first_day", "last_day", "reason", "without_permit"),
    filtered=("reason",),
    searched=("code", "pasture"),
    exported=(
        *("code", "other_place", "first_day", "last_day", "reason", "persons", *SPECIES),
        *("arrived_on", "left_on", "without_permit", "synthetic"),
    ),
    parts=("otor.service",),
    pages=(("otor_my", "otor.my.title"),),
    offered=may_step,
    rules=rules.request,
    effects=effects.request,
    entries=entries.request,
    panel=Panel("otor/request_panel.html", content),
)

RECORD_TYPES = (REQUEST,)
