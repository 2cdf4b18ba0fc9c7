"""Deadlines: answers that are overdue are told to the aimag, and requests whose time is over expire."""

from collections.abc import Sequence

from django.utils.timezone import localdate

from nuudel.domains.otor.models import OtorRequest
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.domains.otor.requests.states import OPEN
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.access.units import aimag_of
from nuudel.web.accounts.models import Posting, User
from nuudel.web.facts.service import service_user
from nuudel.web.shell import records
from nuudel.web.shell.jobs import send_notice
from nuudel.web.shell.models import Notice
from nuudel.web.shell.states import CHANGED

OVERDUE = "overdue"
"""The action that a notice of an answer that is due speaks of."""


def watch() -> tuple[int, int]:
    """Tell and let expire; how many of each."""
    user = service_user()
    with acting(user, "otor.deadlines"):
        over = let_expire(user)
        return tell_overdue(user), over


def overdue() -> "Sequence[OtorRequest]":
    """Requests whose answer is due and that nobody has been told of."""
    rows = OtorRequest.objects.filter(state="requested", answer_by__lt=localdate(), overdue_told=None)
    return list(rows.order_by("answer_by"))


def tell_overdue(user: User) -> int:
    """Leave a notice with the registrars of the aimag above the soum that has not answered."""
    found = overdue()
    for record in records.locked(REQUEST, [one.pk for one in found]):
        for told in officers_above(record.place):
            notice = Notice.objects.create(
                user_id=told, record_type=REQUEST.key, record_id=record.pk, action=OVERDUE
            )
            send_notice.defer(notice=notice.pk)
        before = {"overdue_told": record.overdue_told}
        record.overdue_told = localdate()
        records.follow(user, REQUEST, record, CHANGED, before=before)
    return len(found)


def officers_above(place: str) -> list[int]:
    """Registrars who are posted at the aimag of a soum."""
    today = localdate()
    posts = Posting.objects.filter(place=aimag_of(place), role=Role.REGISTRAR, user__is_active=True)
    return sorted({posting.user_id for posting in posts if posting.holds(today)})


def let_expire(user: User) -> int:
    """What was asked or agreed and never taken up ends with its last day."""
    over = OtorRequest.objects.filter(state__in=OPEN, last_day__lt=localdate())
    found = records.locked(REQUEST, list(over.values_list("pk", flat=True)))
    for record in found:
        records.follow(user, REQUEST, record, "expire")
    return len(found)
