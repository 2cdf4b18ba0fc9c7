"""What the page of a document shows beside its fields: its days, its fee, its witnesses, what it replaced."""

from collections.abc import Mapping
from datetime import timedelta

from nuudel.domains.registration.models import IdentityDocument
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights

DAYS = 365
WITNESSES = ("first_witness", "second_witness")


def content(user: User, document: IdentityDocument) -> Mapping[str, object]:
    """The panel of a document."""
    return {
        "document": document,
        "replaces": document.replaces,
        "witnesses": [
            (told, spoken_for(told, document))
            for told in (document.first_witness, document.second_witness)
            if told
        ],
    }


def spoken_for(told: str, document: IdentityDocument) -> int:
    """For how many others the same witness has spoken within a year, wherever: what a stranger sells."""
    number = told.rpartition(" ")[2]
    since = document.created_at - timedelta(days=DAYS)
    with service_rights():
        rows = IdentityDocument.objects.filter(basis="witnesses", created_at__gte=since)
        others = list(rows.exclude(person=document.person_id).only(*WITNESSES, "person"))
    same = [row for row in others if any((getattr(row, name) or "").endswith(number) for name in WITNESSES)]
    return len({row.person_id for row in same})
