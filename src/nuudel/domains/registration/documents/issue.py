"""What follows from the steps of a document: its days and its fee at issue, and the one that it replaces."""

from django.utils.timezone import localdate

from nuudel.domains.registration import kinds
from nuudel.domains.registration.documents.validity import expiry, fee_of
from nuudel.domains.registration.models import IdentityDocument
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types

REPLACED = ("issued", "lost", "expired")
WRITTEN = ("issued_on", "expires_on", "fee_mnt", "fee_reason", "replaces")


def effects(user: User, document: IdentityDocument, action: str) -> None:
    """An issued document gets its days and its fee; the person's earlier ones of the kind are replaced."""
    if action != "issue":
        return
    today = localdate()
    with service_rights():
        rows = IdentityDocument.objects.filter(
            person=document.person_id, kind=document.kind, state__in=REPLACED
        )
        before = list(
            rows.exclude(pk=document.pk)
            .select_related("institution")
            .select_for_update(of=("self",))
            .order_by("pk")
        )
    fee = fee_of(document.kind, document.basis, today)
    document.issued_on = today
    document.expires_on = document.expires_on or expiry(document.kind, document.person.birth_date, today)
    document.fee_mnt, document.fee_reason = fee.mnt, fee.reason
    document.replaces = before[-1] if before else None
    with service_rights():
        document.save(update_fields=[*WRITTEN, "changed_at"])
    for old in before:
        records.follow(user, record_types()[kinds.DOCUMENT], old, "replace")
