"""An account is linked to a household by the household's code and telephone number, both together."""

from collections.abc import Sequence
from uuid import UUID

from django.core.cache import cache

from nuudel.base.errors import WebError
from nuudel.domains.otor.care.record_types import SERVICE
from nuudel.domains.otor.households.forms import normalised
from nuudel.domains.otor.households.record_types import HOUSEHOLD
from nuudel.domains.otor.models import HerderHousehold, OtorRequest, Service
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.domains.otor.requests.states import LIVE
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.protection.blind import blind_index
from nuudel.web.shell import records
from nuudel.web.shell.record_types import RecordType
from nuudel.web.shell.states import CHANGED

PHONE = "otor_herderhousehold.phone"
MOST_TRIES, SECONDS = 5, 3600


def link(user: User, code: str, phone: str) -> HerderHousehold:
    """Make the user the holder of a household, and of its requests that are not over.

    Raises
    ------
    WebError
        ``WEB-454``: no household has this code and number, or it is linked to somebody else. Which of the
        two is not said. ``WEB-455``: too many tries within an hour.
    """
    count_try(user)
    with service_rights():
        rows = HerderHousehold.objects.filter(code=code.strip().upper(), state="active", holder=None)
        found = rows.filter(phone_index=blind_index(PHONE, normalised(phone))).first()
    # Two who link it at once: the second one finds it taken once it has the lock.
    free = [one for one in records.locked(HOUSEHOLD, [found.pk]) if one.holder_id is None] if found else []
    if found is None or not free:
        raise WebError(
            454,
            "no free household has this code and this telephone number.",
            "Ask the soum office for the code, and whether the number is right.",
            ("code", "phone"),
        )
    hold(user, HOUSEHOLD, [found.pk], user)
    hold_requests(user, found, user)
    return found


def hold_requests(user: User, household: HerderHousehold, holder: User | None) -> None:
    """Give the requests of a household that are not over, and their services, to an account or to none."""
    with service_rights():
        requests = OtorRequest.objects.filter(household=household.pk, state__in=LIVE)
        live = list(requests.values_list("pk", flat=True))
        services = list(Service.objects.filter(request__in=live).values_list("pk", flat=True))
    hold(user, REQUEST, live, holder)
    hold(user, SERVICE, services, holder)


def hold(user: User, record_type: RecordType, keys: Sequence[UUID], holder: User | None) -> None:
    """Change the holder of records, in the order in which all lock them."""
    for record in records.locked(record_type, keys):
        before = {"holder": record.holder_id}
        record.holder = holder
        records.follow(user, record_type, record, CHANGED, before=before)


def count_try(user: User) -> None:
    """Whoever guesses codes is stopped."""
    key = f"otor.link.{user.pk}"
    cache.add(key, 0, SECONDS)
    if cache.incr(key) > MOST_TRIES:
        raise WebError(455, "too many tries to link a household.", "Wait an hour, or ask the soum office.")
