"""The part's record types."""

from nuudel.domains.displacement import models
from nuudel.domains.displacement.entities import forms, panel, states
from nuudel.web.shell.record_types import Panel, RecordType

ENTITY = RecordType(
    key="displacement.entity",
    model=models.Entity,
    form=forms.EntityForm,
    states=states.ENTITY,
    listed=("list_name", "entity_id", "number", "conflict"),
    searched=("list_name", "entity_id"),
    personal=frozenset({"label", "properties"}),
    parent="operation",
    made_at="displacement_lists",
    panel=Panel("displacement/entity_panel.html", panel.entity),
)

RECORD_TYPES = (ENTITY,)
