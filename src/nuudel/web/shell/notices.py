"""Notices: in the work pages at once, by mail a moment later; neither holds personal data."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction

from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import ADDRESS
from nuudel.web.shell.models import Notice
from nuudel.web.shell.record_types import RecordType, record_types


def leave_notice(record_type: RecordType, record: Record, action: str, user: User) -> None:
    """Tell the record's maker, and whom it is about, what somebody else has done with it."""
    concerned = {pk for pk in (record.created_by_id, record.holder_id) if pk is not None}
    tell(concerned - {user.pk}, record_type, record, action)


def tell(people: Collection[int], record_type: RecordType, record: Record, action: str) -> None:
    """Tell people what was done with a record that they may open."""
    from nuudel.web.shell.jobs import send_notice

    found = User.objects.filter(pk__in=people).exclude(email=ADDRESS)
    for told in found.values_list("pk", flat=True):
        notice = Notice.objects.create(
            user_id=told, record_type=record_type.key, record_id=record.pk, action=action
        )
        # In the same transaction: a job of a notice that was never left does not exist.
        with transaction.atomic():
            send_notice.defer(notice=notice.pk)


def notices_of(user: User, most: int) -> list[Notice]:
    """The newest notices of a user."""
    return list(Notice.objects.filter(user=user).order_by("-id")[:most])


def unseen(user: User) -> int:
    """How many notices the user has not looked at."""
    return Notice.objects.filter(user=user, seen_at=None).count()


def still_readable(user: User, notices: Sequence[Notice]) -> set[UUID]:
    """The records of notices that the user may open now; a posting may have ended since."""
    from nuudel.web.shell.records import readable

    found: set[UUID] = set()
    for key in {notice.record_type for notice in notices} & record_types().keys():
        ids = [notice.record_id for notice in notices if notice.record_type == key]
        found |= set(readable(user, record_types()[key]).filter(pk__in=ids).values_list("pk", flat=True))
    return found
