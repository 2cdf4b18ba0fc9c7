"""What follows from a step with a service: the day on which it was delivered."""

from django.utils.timezone import localdate

from nuudel.domains.otor.models import Service
from nuudel.web.accounts.models import User


def service(user: User, record: Service, action: str) -> None:
    """A delivery without a day was today."""
    if action == "deliver" and record.day is None:
        record.day = localdate()
        record.save(update_fields=["day", "changed_at"])
