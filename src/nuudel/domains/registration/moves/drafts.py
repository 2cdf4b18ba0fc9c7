"""Reports that were begun: kept between the pages of the form, one for each user, and emptied in time."""

import json
from datetime import timedelta
from typing import Any

from django.utils import timezone

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import MoveDraft
from nuudel.domains.registration.moves import parameters
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_rights


def answers(user: User) -> dict[str, Any]:
    """What the user has answered so far."""
    row = MoveDraft.objects.filter(created_by=user).first()
    kept: dict[str, Any] = json.loads(row.answers) if row and row.answers else {}
    return kept


def keep(user: User, given: dict[str, Any]) -> None:
    """Keep the answers; what others have left behind for too long is emptied on the way."""
    empty_old()
    text = json.dumps(given, ensure_ascii=False)
    row = MoveDraft.objects.filter(created_by=user).first()
    if row is None:
        posting = user.current_postings[0]
        row = MoveDraft(created_by=user, institution_id=posting.institution_id, place=posting.place)
        row.answers = text
        note_audit("change", kinds.MOVE_DRAFT, [row.pk], ["answers"])
        row.save(force_insert=True)
        return
    row.answers = text
    note_audit("change", kinds.MOVE_DRAFT, [row.pk], ["answers"])
    row.save(update_fields=["answers", "changed_at"])


def forget(user: User) -> None:
    """Empty the user's draft: it was sent, or given up."""
    row = MoveDraft.objects.filter(created_by=user).exclude(answers=None).first()
    if row is not None:
        empty(row)


def empty_old() -> int:
    """Empty the drafts that nobody has touched for as long as ``draft_kept`` says; how many."""
    today = timezone.localdate()
    before = timezone.now() - timedelta(days=parameters.value("draft_kept", today))
    with service_rights():
        old = list(MoveDraft.objects.filter(changed_at__lt=before).exclude(answers=None))
        for row in old:
            empty(row)
    return len(old)


def empty(row: MoveDraft) -> None:
    row.answers = None
    note_audit("change", kinds.MOVE_DRAFT, [row.pk], ["answers"])
    row.save(update_fields=["answers", "changed_at"])
