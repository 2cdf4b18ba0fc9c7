"""The part's record type."""

from nuudel.domains.displacement import models
from nuudel.domains.displacement.publishing import explored, forms, publish, states
from nuudel.web.shell.record_types import RecordType

PUBLICATION = RecordType(
    key=publish.KEY,
    model=models.Publication,
    form=forms.PublicationForm,
    states=states.PUBLICATION,
    listed=("version",),
    exported=("round", "version", "digest"),
    parent="round",
    made_at="displacement_publish",
    rules=publish.rules,
    effects=explored.effects,
)
RECORD_TYPES = (PUBLICATION,)
