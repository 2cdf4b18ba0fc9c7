"""Adults of a move agree to it: before an officer who ticks their name, or each in the own account."""

from collections.abc import Collection
from uuid import UUID

from django.core.exceptions import PermissionDenied

from nuudel.domains.registration.models import Move, MoveMember
from nuudel.domains.registration.moves.checks import is_asked
from nuudel.domains.registration.moves.codes import PENDING
from nuudel.domains.registration.moves.record_types import MOVE_MEMBER
from nuudel.web.access.decisions import demand
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.nodes.commands import as_one
from nuudel.web.shell import records
from nuudel.web.shell.errors import WrongStateError
from nuudel.web.shell.states import CHANGED
from nuudel.web.words import say

AGREE = "agree"


def adults_of(move: Move) -> list[MoveMember]:
    """Who is asked, the oldest first."""
    with service_rights():
        rows = MoveMember.objects.filter(move=move).select_related("person").order_by("person__birth_date")
        return [row for row in rows if is_asked(row.person.birth_date, move.day)]


def asks(user: User) -> list[MoveMember]:
    """The open moves that wait for the user's own word, each as the member that the user is."""
    with service_rights():
        rows = MoveMember.objects.filter(person__holder=user, agreed="", move__state__in=PENDING)
        found = list(rows.select_related("person", "move").order_by("-created_at"))
    return [row for row in found if is_asked(row.person.birth_date, row.move.day)]


def note_agreed(user: User, move: Move, members: Collection[str]) -> None:
    """The adults who agree before an officer; what an adult has said in the own account stays."""
    ticked = [row.pk for row in adults_of(move) if str(row.pk) in members and not row.agreed]
    for member in records.locked(MOVE_MEMBER, ticked):
        if not member.agreed:
            put_down(user, member, "counter")


def to_agree(user: User, pk: UUID) -> MoveMember:
    """The member of an id, locked; 404 where the user may not read it."""
    found = records.find(user, MOVE_MEMBER, pk, to_change=True)
    assert isinstance(found, MoveMember)
    return found


@as_one(
    "registration.agree_to_move",
    record_type=MOVE_MEMBER.key,
    action=AGREE,
    about="member",
    loads={"member": to_agree},
)
def agree(user: User, member: MoveMember) -> MoveMember:
    """Somebody of age agrees to the move in the own account; twice is once.

    Raises
    ------
    PermissionDenied
        The member is somebody else, such as one whom the user has reported.
    WrongStateError
        ``WEB-213``: the move is decided already.
    """
    demand(user, MOVE_MEMBER.key, AGREE, member)
    with service_rights():
        own, state = member.person.holder_id == user.pk, member.move.state
    if not own:
        raise PermissionDenied
    if state not in PENDING:
        raise WrongStateError(AGREE, state)
    if member.agreed != "account":
        put_down(user, member, "account")
    return member


def put_down(user: User, member: MoveMember, how: str) -> None:
    before = {"agreed": member.agreed}
    member.agreed = how
    records.follow(
        user, MOVE_MEMBER, member, CHANGED, before=before, reason=say(f"registration.agreed_code.{how}")
    )
