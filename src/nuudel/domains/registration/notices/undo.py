"""Taking a notice back: what it did is undone by reversals; nothing is deleted."""

from uuid import UUID

from nuudel.domains.registration import kinds
from nuudel.domains.registration.figures.facts import enter_facts
from nuudel.domains.registration.models import CivilNotice, Person, ResidenceEvent
from nuudel.domains.registration.notices.checks import HeldError
from nuudel.domains.registration.notices.done import Done
from nuudel.domains.registration.residence import events as residence
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.states import CHANGED

REASON = "notice taken back"


def undo(user: User, notice: CivilNotice) -> None:
    """Reverse what a notice has done.

    Raises
    ------
    HeldError
        ``earlier_changed`` where somebody has changed since what the notice did.
    ResidenceError
        ``WEB-402`` where later events build on those of the notice.
    """
    done = Done.read(notice.done or "{}")
    dead = people([*done.died])
    for person in dead.values():
        records.follow(user, record_types()[kinds.PERSON], person, "revive", reason=REASON)
    reverse_events(user, notice, done.events)
    restore_fields(user, done)
    for document in records.locked(record_types()[kinds.DOCUMENT], done.expired):
        if document.state == "expired":
            records.follow(user, record_types()[kinds.DOCUMENT], document, "restore", reason=REASON)
    for document in records.locked(record_types()[kinds.DOCUMENT], done.asked):
        if document.state == "requested":
            records.follow(user, record_types()[kinds.DOCUMENT], document, "refuse", reason=REASON)
    for child in people(done.made).values():
        before = {"registration_number": child.registration_number}
        # The number is free for the child that it belongs to.
        child.registration_number = None
        records.follow(user, record_types()[kinds.PERSON], child, "annul", before=before, reason=REASON)


def people(keys: list[UUID]) -> dict[UUID, Person]:
    return {person.pk: person for person in records.locked(record_types()[kinds.PERSON], keys)}


def reverse_events(user: User, notice: CivilNotice, keys: list[UUID]) -> None:
    """Reverse the events and enter what that means into the ledger, the last one first."""
    with service_rights():
        events = {event.pk: event for event in ResidenceEvent.objects.filter(pk__in=keys)}
    cause = residence.Cause(kinds.NOTICE, notice.pk)
    reversals = [residence.reverse(user, events[key], cause=cause) for key in reversed(keys)]
    enter_facts(user, reversals)


def restore_fields(user: User, done: Done) -> None:
    """Give persons' fields the values that they had."""
    found = people([key for key, _ in done.changed])
    for key, fields in reversed(done.changed):
        person = found[key]
        if any(getattr(person, name) != new for name, (_, new) in fields.items()):
            raise HeldError("earlier_changed")
        before = {name: new for name, (_, new) in fields.items()}
        for name, (old, _) in fields.items():
            setattr(person, name, old)
        records.follow(user, record_types()[kinds.PERSON], person, CHANGED, before=before, reason=REASON)
