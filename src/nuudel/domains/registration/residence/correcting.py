"""A correction as an officer makes it: with a reason in the person's history, and in the ledger."""

from datetime import date
from uuid import UUID

from django.http import Http404

from nuudel.domains.registration import kinds
from nuudel.domains.registration.figures.facts import enter_facts
from nuudel.domains.registration.models import Household, Person, ResidenceEvent
from nuudel.domains.registration.residence.corrections import replace, take_back
from nuudel.domains.registration.residence.events import Cause, dissolve_if_empty
from nuudel.web.access.decisions import demand, visible
from nuudel.web.accounts.models import User
from nuudel.web.nodes.commands import as_one
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.states import CHANGED


def event_to_correct(user: User, pk: UUID) -> ResidenceEvent:
    """An event at a place where the user works, with its person; 404 where there is none."""
    found = visible(ResidenceEvent.objects.filter(pk=pk), user, kinds.RESIDENCE).first()
    if found is None:
        raise Http404
    demand(user, kinds.RESIDENCE, "create", found)
    (found.person,) = records.locked(record_types()[kinds.PERSON], [found.person_id])
    return found


@as_one(
    "registration.correct_residence",
    record_type=kinds.PERSON,
    action=CHANGED,
    about="event",
    loads={"event": event_to_correct},
)
def correct(
    user: User,
    event: ResidenceEvent,
    reason: str,
    *,
    day: date | None = None,
    household: Household | None = None,
) -> list[ResidenceEvent]:
    """Reverse an event and enter it with another day or household; with neither, take it back.

    Parameters
    ----------
    event
        As ``event_to_correct`` gives it.

    Raises
    ------
    PermissionDenied
        The right household is where the user does not work.
    ResidenceError
        ``WEB-402``: the event counts no more, or what the events would tell then cannot be.
    """
    person: Person = event.person
    cause = Cause(kinds.PERSON, person.pk)
    if household is not None:
        demand(user, kinds.RESIDENCE, "create", household)
    if day is None and household is None:
        made = take_back(user, event, cause=cause)
    else:
        made = replace(user, event, day=day or event.day, household=household, cause=cause)
    records.follow(user, record_types()[kinds.PERSON], person, CHANGED, reason=reason)
    for emptied in records.locked(record_types()[kinds.HOUSEHOLD], [event.household_id]):
        dissolve_if_empty(user, emptied)
    enter_facts(user, made)
    return made
