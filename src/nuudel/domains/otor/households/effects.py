"""What follows from a step with a household: its account is taken off."""

from nuudel.domains.otor.models import HerderHousehold
from nuudel.web.accounts.models import User


def household(user: User, record: HerderHousehold, action: str) -> None:
    """From here on nobody holds it, nor its requests that are not over; who held it sees those that are."""
    if action == "release_account":
        from nuudel.domains.otor.my.linking import hold_requests

        record.holder = None
        record.save(update_fields=["holder", "changed_at"])
        hold_requests(user, record, None)
