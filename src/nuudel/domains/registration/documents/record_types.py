"""The part's record types."""

from nuudel.domains.registration import models
from nuudel.domains.registration.documents import forms, states
from nuudel.web.shell.record_types import RecordType

DOCUMENT = RecordType(
    key="registration.document",
    model=models.IdentityDocument,
    form=forms.IdentityDocumentForm,
    states=states.DOCUMENT,
    listed=("kind", "issued_on", "expires_on"),
    filtered=("kind", "basis"),
    personal=frozenset(["number", "first_witness", "second_witness"]),
    parent="person",
    parts=(),
)

RECORD_TYPES = (DOCUMENT,)
