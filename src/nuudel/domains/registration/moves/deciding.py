"""A decision with what the officer has seen for it: one deed, also where it is done without a link."""

from collections.abc import Collection
from uuid import UUID

from nuudel.domains.registration.models import Dwelling, Move
from nuudel.domains.registration.moves.agreeing import note_agreed
from nuudel.domains.registration.moves.record_types import MOVE
from nuudel.web.accounts.models import User
from nuudel.web.nodes.commands import as_one
from nuudel.web.shell import records
from nuudel.web.shell.states import CHANGED
from nuudel.web.words import say


def to_decide(user: User, pk: UUID) -> Move:
    """The move of an id, locked; 404 where the officer may not read it."""
    found = records.find(user, MOVE, pk, to_change=True)
    assert isinstance(found, Move)
    return found


@as_one(
    "registration.decide_move",
    record_type=MOVE.key,
    action="approve",
    about="move",
    loads={"move": to_decide},
)
def decide_move(
    user: User,
    move: Move,
    action: str,
    *,
    reason: str = "",
    refusal: str = "",
    seen: list[str],
    dwelling: UUID | None = None,
    agreed: list[str] | None = None,
) -> Move:
    """Note the papers that were seen, the dwelling that was chosen and who agrees, and take the step.

    Parameters
    ----------
    agreed
        Ids of the adults (``MoveMember``) who have agreed before the officer.

    Raises
    ------
    PermissionDenied, WrongStateError, BrokenRulesError
        As ``records.transition``.
    """
    note_seen(user, move, seen, dwelling)
    note_agreed(user, move, agreed or [])
    move.refusal = refusal
    records.transition(user, MOVE, move, action, reason=reason)
    return move


def note_seen(user: User, move: Move, papers: Collection[str], dwelling: UUID | None) -> None:
    """Papers that the registrar has seen without a file, and the dwelling that the address means."""
    seen = sorted(set(move.seen) | set(papers))
    told = [say(f"registration.moves.check.{code}.title") for code in seen if code not in move.seen]
    if dwelling is not None and dwelling != move.dwelling_id:
        here = Dwelling.objects.filter(pk=dwelling, place=move.place, state="in_use").first()
        if here is not None:
            move.dwelling = here
            told.append(say("registration.moves.dwelling_chosen"))
    if told:
        move.seen = seen
        move.save(update_fields=["seen", "dwelling"])
        # In words: the history is read by people, who know no codes.
        records.follow(user, MOVE, move, CHANGED, reason=", ".join(told))
