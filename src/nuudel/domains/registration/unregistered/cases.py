"""The end of a case: the household is registered where it lives."""

from uuid import UUID

from django.core.exceptions import PermissionDenied

from nuudel.base.errors import WebError
from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import Household, Person, UnregisteredHousehold
from nuudel.web.access.decisions import may
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.sent import as_uuid

OPEN = ("listed", "contacted")
MOST_OFFERED = 50


def registered(user: User, case_id: UUID, household_id: UUID) -> UnregisteredHousehold:
    """Close a case with the household that its people are registered in.

    Raises
    ------
    PermissionDenied
        The user registers nobody at the case's place.
    WebError
        ``WEB-433`` where the household is not one of the place in which somebody lives.
    WrongStateError
        ``WEB-213`` where the case is closed already.
    """
    [case] = records.locked(record_types()[kinds.UNREGISTERED], [case_id]) or [None]
    if case is None or not may(user, kinds.UNREGISTERED, "settle", case):
        raise PermissionDenied
    with service_rights():
        household = Household.objects.filter(pk=household_id, place=case.place, state="active").first()
        lived_in = household is not None and Person.objects.filter(household=household).exists()
    if not lived_in:
        raise WebError(
            433,
            "the household is not one of this place in which somebody lives.",
            "Register the household and its members first.",
            ("household",),
        )
    before = {"household": case.household_id}
    case.household = household
    records.follow(user, record_types()[kinds.UNREGISTERED], case, "register", before=before)
    assert isinstance(case, UnregisteredHousehold)
    return case


def open_case(user: User, told: str) -> UnregisteredHousehold | None:
    """The open case of an id, where the user may register its people; else None."""
    pk = as_uuid(told)
    if pk is None:
        return None
    found = records.readable(user, record_types()[kinds.UNREGISTERED]).filter(pk=pk, state__in=OPEN).first()
    if isinstance(found, UnregisteredHousehold) and may(user, kinds.UNREGISTERED, "settle", found):
        return found
    return None


def offered(user: User, case: UnregisteredHousehold) -> list[Household]:
    """Households with which a case may be closed: those of its place, registered since it was listed."""
    rows = records.readable(user, record_types()[kinds.HOUSEHOLD])
    fresh = rows.filter(place=case.place, state="active", created_at__gte=case.created_at)
    return [row for row in fresh.order_by("-created_at")[:MOST_OFFERED] if isinstance(row, Household)]


def panel(user: User, case: UnregisteredHousehold) -> dict[str, object]:
    """The way into the register, for who may register there; else, or when it has ended, the household."""
    open_ = case.state in OPEN
    may_settle = open_ and may(user, kinds.UNREGISTERED, "settle", case)
    seen = case.household if case.household and may(user, kinds.HOUSEHOLD, "read", case.household) else None
    return {
        "case": case,
        "may_settle": may_settle,
        "households": offered(user, case) if may_settle else [],
        "household": seen,
    }
