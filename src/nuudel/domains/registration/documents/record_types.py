"""The part's record types."""

from nuudel.domains.registration import models
from nuudel.domains.registration.documents import forms, issue, panel, rules, states
from nuudel.web.shell.record_types import Panel, RecordType

DOCUMENT = RecordType(
    key="registration.document",
    model=models.IdentityDocument,
    form=forms.IdentityDocumentForm,
    states=states.DOCUMENT,
    listed=("kind", "issued_on", "expires_on"),
    filtered=("kind", "basis"),
    personal=frozenset(["number", "first_witness", "second_witness", "witness_statement"]),
    parent="person",
    pages=(("documents_no_papers", "registration.witnesses.title"),),
    rules=rules.document,
    effects=issue.effects,
    panel=Panel("registration/document_panel.html", panel.content),
)

RECORD_TYPES = (DOCUMENT,)
