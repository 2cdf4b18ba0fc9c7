"""What must hold of flags and limits."""

from collections.abc import Sequence

from nuudel.domains.displacement import models
from nuudel.domains.displacement.quality.following import DIGITS
from nuudel.web.access.decisions import may
from nuudel.web.accounts.models import User
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.states import CREATED


def flag(record: models.Flag, action: str) -> Sequence[Problem]:
    """What was corrected meanwhile is not rejected, and nobody is asked who cannot answer.

    What is about all interviews of somebody rejects none of them.
    """
    if action == "reject" and record.finding == DIGITS:
        return [Problem("submission", "displacement.flag_rule.of_all")]
    if action == "reject" and record.submission.state not in ("received", "rejected"):
        return [Problem("submission", "displacement.flag_rule.replaced")]
    if action == "ask" and not record.enumerator.is_active:
        return [Problem("enumerator", "displacement.flag_rule.gone")]
    return ()


def limit(record: models.Limit, action: str) -> Sequence[Problem]:
    same = models.Limit.objects.filter(operation=record.operation_id, limit=record.limit, start=record.start)
    if action == CREATED and same.exists():
        return [Problem("start", "displacement.limit_rule.there")]
    if action == CREATED and record.value < 0:
        return [Problem("value", "displacement.limit_rule.negative")]
    return ()


def offered(user: User, record: models.Flag, action: str) -> bool:
    """Who is asked answers; while he is asked, only somebody else decides."""
    if action == "reject" and record.finding == DIGITS:
        return False
    asked = record.holder_id == user.pk
    return asked if action == "answer" else not (asked and not may(user, "displacement.flag", "ask", record))
