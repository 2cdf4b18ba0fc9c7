"""What follows from steps with areas and from a new team."""

from django.utils import timezone

from nuudel.domains.displacement import models
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.states import CREATED

SAID = ("refuse", "miss")
MEMBER = "displacement.member"


def area(user: User, record: models.FrameArea, action: str) -> None:
    """An officer's word ends the work in an area, or begins it anew."""
    if action in SAID:
        record.done_at, record.told_by = timezone.now(), None
        record.save(update_fields=["done_at", "told_by"])
    elif action == "put_back":
        record.done_at, record.told_by, record.again_at = None, None, timezone.now()
        record.save(update_fields=["done_at", "told_by", "again_at"])


def team(user: User, record: models.Team, action: str) -> None:
    """The members that were chosen together with the team."""
    if action != CREATED:
        return
    for person in getattr(record, "chosen", ()):
        member = models.Member(team=record, holder=person, place=record.place, institution=record.institution)
        records.create(user, record_types()[MEMBER], member)


def offered(user: User, record: models.FrameArea, action: str) -> bool:
    """Nobody says of an area that is done that it could not be done: it is put back first."""
    return action != "finish" and not (record.state == "done" and action in SAID)
