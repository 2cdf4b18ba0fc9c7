"""Documents whose last day is over expire."""

from django.utils.timezone import localdate

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import IdentityDocument
from nuudel.web.access.context import acting
from nuudel.web.facts.service import service_user
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types

AT_ONCE = 500


def expire_documents() -> int:
    """Expire what ran out, in the system's name; how many there were. Part by part, each one kept at once."""
    found = 0
    while True:
        with acting(service_user(), "registration.expire_documents") as context:
            assert context.user is not None
            rows = IdentityDocument.objects.filter(state="issued", expires_on__lt=localdate())
            batch = list(
                rows.select_related("institution")
                .select_for_update(of=("self",), skip_locked=True)
                .order_by("pk")[:AT_ONCE]
            )
            for document in batch:
                records.follow(context.user, record_types()[kinds.DOCUMENT], document, "expire")
        found += len(batch)
        if len(batch) < AT_ONCE:
            return found
