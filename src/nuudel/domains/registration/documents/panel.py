"""What the page of a document shows beside its fields: its days, its fee, its witnesses, what it replaced."""

from collections.abc import Mapping

from nuudel.domains.registration.models import IdentityDocument
from nuudel.web.accounts.models import User


def content(user: User, document: IdentityDocument) -> Mapping[str, object]:
    """The panel of a document."""
    return {
        "document": document,
        "replaces": document.replaces,
        "witnesses": [told for told in (document.first_witness, document.second_witness) if told],
    }
