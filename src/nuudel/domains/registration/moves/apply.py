"""What follows from a decision: both ends change in the transaction in which the move is approved."""

from typing import Any

from django.utils.timezone import localdate

from nuudel.domains.registration import kinds
from nuudel.domains.registration.figures.facts import enter_facts
from nuudel.domains.registration.models import Dwelling, Household, Move, Person, ResidenceEvent
from nuudel.domains.registration.moves import certificate, following
from nuudel.domains.registration.moves.officers import mark_alone
from nuudel.domains.registration.moves.register import dwelling_at, moving, with_ends
from nuudel.domains.registration.persons.record_types import PERSON
from nuudel.domains.registration.residence.events import (
    Cause,
    begin,
    dissolve_if_empty,
    end,
    open_household,
    reverse,
)
from nuudel.domains.registration.residence.record_types import DWELLING, HOUSEHOLD
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records
from nuudel.web.shell.states import CREATED

DECIDED = ("approve", "refuse", "uphold")


def effects(user: User, move: Move, action: str) -> None:
    """The shell's entrance: what follows from a step, once its new state is saved."""
    today = localdate()
    with_ends(move)
    if action in DECIDED:
        move.decided_on = today
    if action == "approve":
        mark_alone(user, move, today)
    move.due_on = following.due_after(move, action, today)
    with service_rights():
        if action == "approve":
            approve(user, move)
        elif action == "reverse":
            take_back(user, move)
    written = ["decided_on", "due_on", "refusal", "appeal", "entered", "dwelling", "officers"]
    written += ["bagh", "address", "certificate", "certificate_content"]
    move.save(update_fields=[*written, "changed_at"])


def approve(user: User, move: Move) -> None:
    """End the residence at the origin, begin it at the destination, enter the facts, seal the certificate.

    The rules have locked the persons before, and have seen that they still live at the origin.
    """
    cause = Cause(kinds.MOVE, move.pk)
    persons = records.locked(PERSON, [one.person.pk for one in moving(move)])
    both = [key for key in (move.household_id, move.joins_id) if key is not None]
    households = {one.pk: one for one in records.locked(HOUSEHOLD, both)}  # in one go: no deadlock
    old = households[move.household_id]
    joined = households.get(move.joins_id)
    if joined is not None:
        with service_rights():
            move.bagh, move.dwelling = joined.bagh, joined.dwelling
            move.address = joined.dwelling.address if joined.dwelling else ""
    elif move.dwelling is None:
        move.dwelling = dwelling_at(move.place, move.bagh, move.address) or new_dwelling(user, move)
    events = [end(user, person, kind="move_out", day=move.day, cause=cause) for person in persons]
    entered = joined or household_entered(user, move, old, persons)
    move.entered = entered
    events += [begin(user, person, entered, kind="move_in", day=move.day, cause=cause) for person in persons]
    if entered.pk != old.pk:
        dissolve_if_empty(user, old)
    enter_facts(user, events, reason=move.reason, group=move.pk)
    certificate.seal(move, persons)


def household_entered(user: User, move: Move, old: Household, persons: list[Person]) -> Household:
    """The household at the destination where none is joined: the old one where all move, else a new one."""
    with service_rights():
        leaving = [person.pk for person in persons]
        stays = Person.objects.filter(household=old, state="living").exclude(pk__in=leaving).exists()
    if not stays:
        return relocated(user, old, move.place, move.bagh, move.dwelling)
    return open_household(user, move.place, move.bagh, move.dwelling, move.institution)


def relocated(
    user: User, household: Household, place: str, bagh: str, dwelling: Dwelling | None
) -> Household:
    """The same household at another address."""
    before: dict[str, Any] = {
        "place": household.place,
        "bagh": household.bagh,
        "dwelling": household.dwelling_id,
    }
    household.place, household.bagh, household.dwelling = place, bagh, dwelling
    records.follow(user, HOUSEHOLD, household, "move", before=before)
    return household


def new_dwelling(user: User, move: Move) -> Dwelling:
    """A dwelling that the register did not have yet, at the address that was reported."""
    dwelling = Dwelling(
        place=move.place,
        bagh=move.bagh,
        address=move.address,
        kind="other",
        institution=move.institution,
        synthetic=move.synthetic,
    )
    records.follow(user, DWELLING, dwelling, CREATED)
    return dwelling


def take_back(user: User, move: Move) -> None:
    """Reverse the events of an approved move at both ends; the rules have seen that nothing follows."""
    cause = Cause(kinds.MOVE, move.pk)
    persons = {one.pk: one for one in records.locked(PERSON, [one.person.pk for one in moving(move)])}
    if move.entered_id == move.household_id:
        household = records.locked(HOUSEHOLD, [move.household_id])[0]
        relocated(user, household, move.other_place, move.from_bagh, move.from_dwelling)
    events = events_of(move)
    for event in events:  # one object a person: each reversal goes on where the one before has led
        event.person = persons[event.person_id]
    reversals = [reverse(user, event, cause=cause) for event in events]
    enter_facts(user, reversals, reason=move.reason, group=move.pk)
    if move.entered is not None and move.entered.pk != move.household_id:
        dissolve_if_empty(user, records.locked(HOUSEHOLD, [move.entered.pk])[0])


def events_of(move: Move) -> list[ResidenceEvent]:
    """The standing events of a move, the last first: beginnings are taken back before ends."""
    with service_rights():
        mine = ResidenceEvent.objects.filter(
            cause_type=kinds.MOVE, cause_id=move.pk, reverses=None, reversed_by=None
        ).select_related("household", "institution", "dwelling")
        return sorted(mine, key=lambda event: event.direction, reverse=True)
