"""Whether a second officer approves a move, and which decision one officer has taken alone."""

from datetime import date
from uuid import UUID

from django.utils.timezone import localdate

from nuudel.domains.registration import kinds
from nuudel.domains.registration.kinds import PERSON
from nuudel.domains.registration.models import Move, MoveMember
from nuudel.domains.registration.moves import parameters
from nuudel.web.access.decisions import path_of
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import Posting, User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.models import Action

ALONE = "approve_alone"
"""The action in the audit by which decisions of one officer are found."""


def is_own_word(move: Move, user: User, today: date) -> bool:
    """Whether a move rests on the word of one officer, who has reported it at the counter.

    It does not where an adult of the move has confirmed it, or appealed, in an account of their own. An
    account that the same officer has linked proves nothing.
    """
    reported = move.reported_by == "officer" and move.created_by_id == user.pk
    if not reported or not parameters.known("second_officer", today):
        return False
    with service_rights():
        members = MoveMember.objects.filter(move=move, agreed="account", person__holder__isnull=False)
        confirmed = any(not has_linked(user, member.person_id) for member in members)
        appealed = Action.objects.filter(record_type=kinds.MOVE, record_id=move.pk, action="appeal").exists()
    return not (confirmed or appealed)


def has_linked(user: User, person: UUID) -> bool:
    """Whether it was this officer who linked a person to the account that reads the record now."""
    changes = Action.objects.filter(record_type=PERSON, record_id=person, changes__has_key="holder")
    last = changes.order_by("number").last()
    return last is not None and last.created_by_id == user.pk


def has_colleague(user: User, place: str) -> bool:
    """Whether another registrar works at the place, or where the user who decides about it is posted."""
    above = ("", *path_of(place))
    own = {
        post.place for post in user.current_postings if post.role == Role.REGISTRAR and post.place in above
    }
    others = Posting.objects.filter(role=Role.REGISTRAR, place__in=own | {place}, user__is_active=True)
    today = localdate()
    return any(posting.holds(today) for posting in others.exclude(user=user))


def mark_alone(user: User, move: Move, today: date) -> None:
    """Mark an approval that one officer has taken alone, for the office's list and the auditor's.

    The rules have let it through: there is no colleague.
    """
    if is_own_word(move, user, today):
        move.officers = "one"
        note_audit(ALONE, kinds.MOVE, [move.pk], ["officers"])
