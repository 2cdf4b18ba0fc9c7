"""Notices: in the work pages at once, by mail a moment later; neither holds personal data."""

from typing import TYPE_CHECKING

from django.db import transaction

from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User

if TYPE_CHECKING:
    from nuudel.web.shell.record_types import RecordType


def leave_notice(record_type: "RecordType", record: Record, action: str, user: User) -> None:
    """Tell the record's maker what somebody else has done with it."""
    from nuudel.web.shell.jobs import send_notice
    from nuudel.web.shell.models import Notice

    if record.created_by_id == user.pk:  # type: ignore[attr-defined]
        return
    notice = Notice.objects.create(
        user_id=record.created_by_id,  # type: ignore[attr-defined]
        record_type=record_type.key,
        record_id=record.pk,
        action=action,
    )
    # In the same transaction: a job of a notice that was never left does not exist.
    with transaction.atomic():
        send_notice.defer(notice=notice.pk)


def unseen(user: User) -> int:
    """How many notices the user has not looked at."""
    return user.notices.filter(seen_at=None).count()
