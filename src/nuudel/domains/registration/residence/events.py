"""Events of residence: a person begins or ends to live in a household, and what was wrong is reversed.

An event is never changed. After each step a person's events, taken together, must tell one life: one
household at a time. The person's record says where that leads: the household and the place of now. Whoever
calls has locked the persons (``records.locked``) and has decided that the user may cause this.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.utils import timezone

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import Dwelling, Household, IdentityDocument, Person, ResidenceEvent
from nuudel.domains.registration.residence.errors import ResidenceError
from nuudel.domains.registration.residence.folding import OutOfOrderError, stays
from nuudel.web.access.models import Place
from nuudel.web.accounts.models import Institution, User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.states import CHANGED, CREATED


@dataclass(frozen=True)
class Cause:
    """The record that leads to an event: a move, a notice, a correction, the household's registration."""

    record_type: str
    record_id: UUID


@dataclass(frozen=True)
class Spell:
    """A time in which somebody lived in a household: from ``begun``, and no longer on ``ended``."""

    household_id: UUID
    place: str
    bagh: str
    dwelling_id: UUID | None
    begun: date
    ended: date | None
    began: ResidenceEvent
    ends: ResidenceEvent | None


def begin(
    user: User, person: Person, household: Household, *, kind: str, day: date, cause: Cause
) -> ResidenceEvent:
    """A person lives in a household from a day on.

    Raises
    ------
    ResidenceError
        ``WEB-402``: the day is to come or precedes the birth, the person is not living or lives somewhere
        else then, the household is dissolved.
    """
    with service_rights():
        event = beginning(user, person, household, kind, day, cause)
        written(event)
        settle(user, person, kind, active=household.pk)
    return event


def end(user: User, person: Person, *, kind: str, day: date, cause: Cause) -> ResidenceEvent:
    """A person no longer lives where he or she does, from a day on.

    Raises
    ------
    ResidenceError
        ``WEB-402``: the person lives nowhere, or the day is to come or precedes the beginning.
    """
    with service_rights():
        before = events_of(person)
        spells = spells_of(before)
        if not spells or spells[-1].ended is not None:
            raise ResidenceError("lives_nowhere")
        event = ending(user, spells[-1].began, kind, day, cause)
        written(event)
        settle(user, person, kind, [*before, event])
    return event


def reverse(user: User, event: ResidenceEvent, *, cause: Cause) -> ResidenceEvent:
    """Take back an event that was entered in error; the two count for nothing.

    Raises
    ------
    ResidenceError
        ``WEB-402``: it was reversed already, is itself a reversal, or what is left contradicts itself.
    """
    with service_rights():
        reversal = opposite(user, event, cause)
        written(reversal)
        settle(user, event.person, "correction")
    return reversal


def beginning(
    user: User, person: Person, household: Household, kind: str, day: date, cause: Cause
) -> ResidenceEvent:
    """The event by which a person enters a household, not yet written."""
    if person.state != "living":
        raise ResidenceError("not_living", ("person",))
    if household.state != "active":
        raise ResidenceError("dissolved", ("household",))
    check_day(person, day)
    return ResidenceEvent(
        **common(user, person, cause),
        household=household,
        dwelling_id=household.dwelling_id,
        place=household.place,
        bagh=household.bagh,
        institution_id=household.institution_id,
        kind=kind,
        direction=1,
        day=day,
        synthetic=person.synthetic or household.synthetic,
    )


def ending(user: User, began: ResidenceEvent, kind: str, day: date, cause: Cause) -> ResidenceEvent:
    """The event by which a person leaves where an earlier one began, not yet written."""
    check_day(began.person, day)
    return ResidenceEvent(
        **common(user, began.person, cause), **abode(began), kind=kind, direction=-1, day=day
    )


def opposite(user: User, event: ResidenceEvent, cause: Cause) -> ResidenceEvent:
    """The reversal of an event, not yet written."""
    if event.reverses_id is not None:
        raise ResidenceError("is_reversal", ("event",))
    if ResidenceEvent.objects.filter(reverses=event).exists():
        raise ResidenceError("reversed", ("event",))
    return ResidenceEvent(
        **common(user, event.person, cause),
        **abode(event),
        kind=event.kind,
        direction=-event.direction,
        day=event.day,
        reverses=event,
    )


def common(user: User, person: Person, cause: Cause) -> dict[str, Any]:
    """What every event says of its person, its maker and its cause."""
    return {
        "person": person,
        "holder_id": person.holder_id,
        "created_by": user,
        "cause_type": cause.record_type,
        "cause_id": cause.record_id,
    }


def abode(event: ResidenceEvent) -> dict[str, Any]:
    """Where an event was, for one that takes it back or ends what it began."""
    names = ("household_id", "dwelling_id", "place", "bagh", "institution_id", "synthetic")
    return {name: getattr(event, name) for name in names}


def check_day(person: Person, day: date) -> None:
    if day > timezone.localdate():
        raise ResidenceError("future")
    if day < person.birth_date:
        raise ResidenceError("before_birth")


def written(event: ResidenceEvent) -> None:
    """Keep an event; its own audit entry goes with it."""
    note_audit("create", kinds.RESIDENCE, [event.pk], ["person", "household", "day", "kind"])
    event.save(force_insert=True)


def settle(
    user: User,
    person: Person,
    kind: str,
    events: Sequence[ResidenceEvent] | None = None,
    active: UUID | None = None,
) -> None:
    """Let the person's record say where the events lead; they must tell one life.

    Parameters
    ----------
    events
        The person's events in order, where they have been read.
    active
        A household that is known not to be dissolved.
    """
    try:
        spells = spells_of(events_of(person) if events is None else events)
    except OutOfOrderError:
        moved_in = person.household_id is not None and kind not in ("correction", "move_out", "death")
        raise ResidenceError("lives_here" if moved_in else "out_of_order") from None
    last = spells[-1] if spells and spells[-1].ended is None else None
    before: dict[str, Any] = {}
    household = last.household_id if last else None
    if household != person.household_id:
        before["household"] = person.household_id
        person.household_id = household
    if last is not None and last.place != person.place:
        before["place"] = person.place
        person.place = last.place
    if last is not None and last.household_id != active:
        restore(user, last.household_id)
    if not before:
        return
    if last is None:  # the event itself is the history; what follows (a move, a death) has its own step
        note_audit("change", kinds.PERSON, [person.pk], sorted(before))
        person.save(update_fields=["household", "changed_at"])
        return
    step = "move" if kind == "move_in" and person.state == "living" else CHANGED
    records.follow(user, record_types()[kinds.PERSON], person, step, before=before)
    if "place" in before:
        take_along(user, person)


def take_along(user: User, person: Person) -> None:
    """A person's documents go to the office of the place where the person lives now."""
    held = IdentityDocument.objects.filter(person=person).exclude(place=person.place)
    for document in held.select_related("institution").select_for_update(of=("self",)).order_by("pk"):
        before = {"place": document.place}
        document.place = person.place
        records.follow(user, record_types()[kinds.DOCUMENT], document, CHANGED, before=before)


def restore(user: User, household_id: UUID) -> None:
    """A household in which somebody lives is active: a reversal may bring back one that was dissolved."""
    rows = Household.objects.select_for_update(of=("self",)).select_related("institution")
    household = rows.filter(pk=household_id, state="dissolved").first()
    if household is not None:
        records.follow(user, record_types()[kinds.HOUSEHOLD], household, "restore")


def open_household(
    user: User,
    place: str,
    bagh: str,
    dwelling: Dwelling | None,
    institution: Institution,
    *,
    herder: bool = False,
) -> Household:
    """A new household, in which nobody lives yet; made with the system's rights, in the user's name."""
    household = Household(place=place, bagh=bagh, dwelling=dwelling, institution=institution, herder=herder)
    records.follow(user, record_types()[kinds.HOUSEHOLD], household, CREATED)
    return household


def dissolve_if_empty(user: User, household: Household) -> bool:
    """Dissolve a household in which nobody lives any more; whether it was."""
    with service_rights():
        empty = household.state == "active" and not Person.objects.filter(household=household).exists()
        if empty:
            records.follow(user, record_types()[kinds.HOUSEHOLD], household, "dissolve")
    return empty


def events_of(person: Person, known_at: datetime | None = None) -> list[ResidenceEvent]:
    """A person's events wherever they were, in the order in which they were entered."""
    with service_rights():
        rows = known_until(ResidenceEvent.objects.filter(person=person), known_at)
        found = list(rows.select_related("institution").order_by("created_at", "pk"))
    for event in found:
        event.person = person
    return found


def known_until(rows: "QuerySet[ResidenceEvent]", known_at: datetime | None) -> "QuerySet[ResidenceEvent]":
    return rows if known_at is None else rows.filter(created_at__lte=known_at)


def lived(person: Person, known_at: datetime | None = None) -> list[Spell]:
    """Where a person lived, one spell after the other, as known at a time, wherever it was.

    Raises
    ------
    OutOfOrderError
        The events contradict each other.
    """
    return spells_of(events_of(person, known_at))


def spells_of(events: Sequence[ResidenceEvent]) -> list[Spell]:
    """The same of a person's events in the order in which they were entered."""
    return [
        Spell(
            household_id=stay.begun.household_id,
            place=stay.begun.place,
            bagh=stay.begun.bagh,
            dwelling_id=stay.begun.dwelling_id,
            begun=stay.begun.day,
            ended=stay.ended.day if stay.ended else None,
            began=stay.begun,
            ends=stay.ended,
        )
        for stay in stays(events)
    ]


def events_at(
    where: str | Dwelling | Household, known_at: datetime | None = None
) -> "QuerySet[ResidenceEvent]":
    """The events at a place and all below it, in a dwelling or in a household."""
    rows = known_until(ResidenceEvent.objects.all(), known_at)
    if isinstance(where, Dwelling):
        return rows.filter(dwelling=where)
    if isinstance(where, Household):
        return rows.filter(household=where)
    return rows.filter(place__in=Place.objects.filter(path__contains=[where]).values("code"))


def residents_of(where: str | Dwelling | Household, day: date, known_at: datetime | None = None) -> set[UUID]:
    """The ids of the persons who lived there at the end of a day, as known at a time."""
    rows = events_at(where, known_at).filter(day__lte=day).values("person")
    present = rows.annotate(presence=Sum("direction")).filter(presence__gt=0)
    return set(present.values_list("person", flat=True))


def stock(place: str, day: date, known_at: datetime | None = None) -> int:
    """How many were registered at a place at the end of a day: the sum of directions of its events."""
    with service_rights():
        rows = events_at(place, known_at).filter(day__lte=day)
        return int(rows.aggregate(sum=Sum("direction"))["sum"] or 0)


def members(household: Household) -> Iterable[Person]:
    """Who lives in a household now, as far as the reader may see; the head first."""
    rows = Person.objects.filter(household=household).select_related("institution")
    return sorted(rows, key=lambda p: (p.household_role != "head", p.birth_date, p.pk))
