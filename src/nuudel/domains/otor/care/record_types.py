"""Services, conflicts and mediation, put together."""

from nuudel.domains.otor import entries, models
from nuudel.domains.otor.care import effects, forms, rules, states
from nuudel.web.shell.record_types import RecordType

SERVICE = RecordType(
    key="otor.service",
    model=models.Service,
    form=forms.ServiceForm,
    states=states.SERVICE,
    listed=("provider", "day", "persons"),
    filtered=("kind",),
    exported=("request", "kind", "persons", "provider", "day"),
    parent="request",
    rules=rules.service,
    effects=effects.service,
    entries=entries.service,
)

CONFLICT = RecordType(
    key="otor.conflict",
    model=models.Conflict,
    form=forms.ConflictForm,
    states=states.CONFLICT,
    listed=("day", "about", "first_kind", "second_kind", "outcome"),
    filtered=("about", "outcome"),
    exported=("code", "day", "about", "first_kind", "second_kind", "outcome", "synthetic"),
    personal=frozenset({"first_party", "second_party", "account", "where", "outcome_text"}),
    parts=("otor.mediation",),
    rules=rules.conflict,
    entries=entries.conflict,
)

MEDIATION = RecordType(
    key="otor.mediation",
    model=models.Mediation,
    form=forms.MediationForm,
    states=states.MEDIATION,
    listed=("mediator",),
    filtered=("mediator",),
    personal=frozenset({"result"}),
    parent="conflict",
    rules=rules.mediation,
)

RECORD_TYPES = (SERVICE, CONFLICT, MEDIATION)
