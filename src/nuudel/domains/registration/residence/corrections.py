"""What was entered wrongly is reversed and entered right; both stay, and a move keeps its two ends."""

from collections.abc import Sequence
from datetime import date

from nuudel.domains.registration.models import Household, ResidenceEvent
from nuudel.domains.registration.residence.errors import ResidenceError
from nuudel.domains.registration.residence.events import (
    Cause,
    Spell,
    abode,
    check_day,
    common,
    ending,
    lived,
    opposite,
    settle,
    written,
)
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights


def replace(
    user: User, event: ResidenceEvent, *, day: date, household: Household | None = None, cause: Cause
) -> list[ResidenceEvent]:
    """Reverse an event and enter it with another day, or a beginning with another household.

    The other end of a move gets the same day. Where the household changes, the end of that stay and the
    move that ended it are entered anew too.

    Parameters
    ----------
    event
        One that counts; its person is locked.

    Returns
    -------
    list of ResidenceEvent
        The reversals and the new events, each pair after the other.

    Raises
    ------
    ResidenceError
        ``WEB-402``: the event counts no more, or what the events would tell then cannot be.
    """
    with service_rights():
        leaving, coming, after = around(event)
        check_day(event.person, day)
        made: list[ResidenceEvent] = []
        if leaving is not None and leaving.ends is not None:
            made += [opposite(user, leaving.ends, cause)]
            made += [ending(user, leaving.began, leaving.ends.kind, day, cause)]
        if coming is not None:
            begun = again(user, coming.began, day, cause, household)
            made += [opposite(user, coming.began, cause), begun]
            if household is not None and coming.ends is not None:
                made += [opposite(user, coming.ends, cause)]
                made += [ending(user, begun, coming.ends.kind, coming.ends.day, cause)]
            if household is not None and after is not None:
                made += [opposite(user, after.began, cause)]
                made += [again(user, after.began, after.begun, cause)]
        enter(user, event, made)
    return made


def take_back(user: User, event: ResidenceEvent, *, cause: Cause) -> list[ResidenceEvent]:
    """Reverse an event that never was; of a move both ends, so that the person lives where before.

    Raises
    ------
    ResidenceError
        ``WEB-402``: the event counts no more, or later ones hang on it: they are taken back first.
    """
    with service_rights():
        leaving, coming, _ = around(event)
        wrong = [coming.began] if coming else []
        wrong += [leaving.ends] if leaving and leaving.ends else []
        made = [opposite(user, one, cause) for one in wrong]
        enter(user, event, made)
    return made


def around(event: ResidenceEvent) -> tuple[Spell | None, Spell | None, Spell | None]:
    """The stay that an event ends, the one that it begins (both, where it is of a move), and the next one."""
    spells = lived(event.person)
    for place, spell in enumerate(spells):
        before = spells[place - 1] if place else None
        after = spells[place + 1] if place + 1 < len(spells) else None
        if spell.began.pk == event.pk:
            left = before if before is not None and are_one_move(before, spell) else None
            return left, spell, after if after is not None and are_one_move(spell, after) else None
        if spell.ends is not None and spell.ends.pk == event.pk:
            if after is not None and are_one_move(spell, after):
                return spell, after, None
            return spell, None, None
    raise ResidenceError("is_reversal" if event.reverses_id else "reversed", ("event",))


def are_one_move(left: Spell, came: Spell) -> bool:
    """Whether a stay ended by the move with which the next one began."""
    out, into = left.ends, came.began
    return (
        out is not None
        and (out.kind, into.kind) == ("move_out", "move_in")
        and (out.day, out.cause_type, out.cause_id) == (into.day, into.cause_type, into.cause_id)
    )


def again(
    user: User, event: ResidenceEvent, day: date, cause: Cause, household: Household | None = None
) -> ResidenceEvent:
    """A beginning once more, on another day or in another household, not yet written."""
    made = ResidenceEvent(
        **common(user, event.person, cause), **abode(event), kind=event.kind, direction=1, day=day
    )
    if household is not None:
        if household.state != "active":
            raise ResidenceError("dissolved", ("household",))
        made.household, made.dwelling_id = household, household.dwelling_id
        made.place, made.bagh, made.institution = household.place, household.bagh, household.institution
    return made


def enter(user: User, event: ResidenceEvent, made: Sequence[ResidenceEvent]) -> None:
    for one in made:
        written(one)
    settle(user, event.person, "correction")
