"""A long file of notices is read in the background, part by part; a part that was read is not read again."""

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from nuudel.domains.registration.kinds import NOTICES_FILE
from nuudel.domains.registration.models import NoticesFile
from nuudel.domains.registration.notices.receive import Received, receive
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_user

AT_ONCE = 100
"""Lines of a part, and of the longest file that is read while one waits."""
MOST_REJECTS = 1000
LONGEST = timedelta(days=1)
COUNTED = ("applied", "held", "repeated", "released", "rejected")
PURPOSE = "registration.read_notices"


def keep_file(user: User, text: str) -> NoticesFile:
    """Keep a file and let it be read by a job, in the user's name."""
    from nuudel.domains.registration.jobs import read_notices

    posting = user.current_postings[0]
    row = NoticesFile(created_by=user, institution_id=posting.institution_id, place=posting.place)
    row.content, row.lines = text, len(text.splitlines())
    note_audit("create", NOTICES_FILE, [row.pk], ["content"])
    row.save(force_insert=True)
    with transaction.atomic():  # in the same transaction: a job of a file that was not kept does not exist
        read_notices.defer(file=str(row.pk))
    return row


def read_file(key: UUID) -> None:
    """Read what has not been read of a file; whoever has sent it must still be allowed to."""
    with acting(service_user(), PURPOSE):
        row = NoticesFile.objects.select_related("created_by", "institution").get(pk=key)
    if row.ended_at is not None:
        return
    user, lines = row.created_by, (row.content or "").splitlines()
    while row.done < len(lines):
        part = lines[row.done : row.done + AT_ONCE]
        try:
            if not user.is_active:
                raise PermissionDenied
            received = receive(user, part, institution=row.institution, first=row.done + 1)
        except PermissionDenied:
            row.problem = "not_permitted"
            break
        add(row, received, len(part))
        put_down(row, "done", "counts", "rejects")
    row.content, row.ended_at = None, timezone.now()
    put_down(row, "content", "problem", "ended_at")


def give_up() -> int:
    """End files that could not be read within a day; their content is not kept longer."""
    with acting(service_user(), PURPOSE):
        old = NoticesFile.objects.filter(ended_at=None, created_at__lt=timezone.now() - LONGEST)
        rows = list(old.select_for_update())
    for row in rows:
        row.problem, row.content, row.ended_at = "failed", None, timezone.now()
        put_down(row, "content", "problem", "ended_at")
    return len(rows)


def add(row: NoticesFile, received: Received, lines: int) -> None:
    """Count what became of a part."""
    row.done += lines
    row.counts = {name: row.counts.get(name, 0) + getattr(received, name) for name in COUNTED}
    told = [[reject.line, reject.code, reject.field] for reject in received.rejects]
    row.rejects = [*row.rejects, *told][:MOST_REJECTS]


def put_down(row: NoticesFile, *fields: str) -> None:
    """Save where the reading stands, in the system's name."""
    with acting(service_user(), PURPOSE):
        note_audit("change", NOTICES_FILE, [row.pk], fields)
        row.save(update_fields=fields)
