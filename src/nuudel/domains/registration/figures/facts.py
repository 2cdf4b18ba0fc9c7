"""From residence events to facts of the ledger, the register's only way out.

A fact hangs on one event, its anchor: for a move between places the one by which the person arrives. Its id
follows from the anchor's, so that the same event enters the same fact once. The reversal of an anchor enters
a fact that supersedes the anchor's and counts nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from nuudel.base.provenance import Quality
from nuudel.domains.registration.figures import series
from nuudel.domains.registration.models import Person, ResidenceEvent
from nuudel.ledger.series import Series
from nuudel.people.ages import age_on
from nuudel.people.pseudonyms import pseudonym
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.facts.store import append
from nuudel.web.operations.keys import read_key

NAMESPACE = UUID("0c8b8c52-6a3e-5c0f-9b1d-4f2a7d7e61a3")
OLDEST = 130  # the ledger takes no greater age
EVENTS: Mapping[str, tuple[Series, str]] = {
    "birth": (series.BIRTHS, "birth"),
    "death": (series.DEATHS, "death"),
    "late_registration": (series.LATE, "late_registration"),
}
"""Kinds of residence event that are events of the ledger."""


@dataclass(frozen=True)
class Happened:
    """What a fact is made of: its anchor as it was entered first, and the two ends of a movement."""

    anchor: ResidenceEvent
    origin: str = ""
    destination: str = ""

    @property
    def series(self) -> Series:
        if self.anchor.kind in EVENTS:
            return EVENTS[self.anchor.kind][0]
        if self.anchor.kind == "correction":
            return series.CORRECTIONS
        return series.WITHIN if self.origin == self.destination else series.MOVES


def enter_facts(
    user: User,
    events: Sequence[ResidenceEvent],
    *,
    reason: str = "unknown",
    group: UUID | None = None,
    country: str = "",
) -> int:
    """Enter the facts of the residence events of one cause, in the running transaction.

    Parameters
    ----------
    user
        Who took the step that led to the events; the institution that posts is the events' own.
    events
        All events of the cause, both ends of each move, or the reversals of such events.
    reason
        Why people moved: a code of ``ledger.codes.REASONS``.
    group
        What holds the facts of a case together; the events' cause when not given.
    country
        Where immigrants came from and emigrants went: a code of two letters, empty where nobody knows.

    Returns
    -------
    int
        How many facts are new. Events that began the register (``opening``) are stock and no fact.

    Raises
    ------
    LedgerError
        ``LEDGER-101`` to ``LEDGER-119``; ``LEDGER-108`` where an event lies in the future.
    """
    rows: dict[str, list[dict[str, Any]]] = {one.key: [] for one in series.ALL}
    key = read_key("pseudonym")
    with service_rights():
        needed = Person.objects.only("birth_date", "sex", "citizenship")
        people = needed.in_bulk({event.person_id for event in events})
        for event in events:
            happened = anchored(event, events, country)
            if happened is not None:
                row = fact_row(happened, event, people[event.person_id], reason, group)
                row["pseudonym"] = pseudonym(key, event.person_id)
                rows[happened.series.key].append(row)
        institution = events[0].institution.code if events else ""
        return sum(append(one.fact, rows[one.key], one, institution) for one in series.ALL)


def anchored(event: ResidenceEvent, events: Sequence[ResidenceEvent], country: str) -> Happened | None:
    """What happened, where the event or what it reverses is the anchor of a fact; else None."""
    first = first_of(event)
    if first.kind == "opening":
        return None
    if first.kind in ("birth", "death", "late_registration", "correction"):
        return Happened(first)
    if first.kind == "immigration":
        return Happened(first, origin=country, destination=first.place)
    if first.kind == "emigration":
        return Happened(first, origin=first.place, destination=country)
    other = other_end(first, events)
    if first.kind == "move_in":
        return Happened(first, origin=other.place if other else "", destination=first.place)
    # The end of a move that has a beginning is told by that one.
    return None if other else Happened(first, origin=first.place)


def first_of(event: ResidenceEvent) -> ResidenceEvent:
    """The event at the root of a chain of reversals."""
    while event.reverses is not None:
        event = event.reverses
    return event


def other_end(first: ResidenceEvent, events: Sequence[ResidenceEvent]) -> ResidenceEvent | None:
    """The other end of a move: among the events at hand, of the same cause, or the nearest.

    A correction enters one end of a move anew: the other one then has another cause.
    """
    kind = "move_out" if first.kind == "move_in" else "move_in"
    told = (first.person_id, kind, first.cause_id, first.day, None)
    for event in events:
        if (event.person_id, event.kind, event.cause_id, event.day, event.reverses_id) == told:
            return event
    ends = ResidenceEvent.objects.filter(person_id=first.person_id, kind=kind, reverses=None)
    before, nearest = ("day__lte", "-day") if kind == "move_out" else ("day__gte", "day")
    ends = ends.filter(**{before: first.day}).order_by(nearest, "pk")
    same = ends.filter(cause_type=first.cause_type, cause_id=first.cause_id).first()
    return same or ends.filter(reversed_by=None).first()


def fact_id(event: ResidenceEvent) -> UUID:
    """The id of the fact that an event enters."""
    return uuid5(NAMESPACE, str(event.pk))


def fact_row(
    happened: Happened, event: ResidenceEvent, person: Person, reason: str, group: UUID | None
) -> dict[str, Any]:
    """The row of a fact without its pseudonym; ``event`` is its anchor, or a reversal of it."""
    first = happened.anchor
    counts = counted(event)
    age = known_age(person.birth_date, first.day)
    row: dict[str, Any] = {
        "id": fact_id(event),
        "start": first.day,
        "supersedes": fact_id(event.reverses) if event.reverses is not None else None,
        "persons": 1 if counts else 0,
        "sex": person.sex,
        "age_from": age,
        "age_to": age,
        "citizenship": person.citizenship,
        "group": group or first.cause_id,
        "institution": event.institution.code,
        "quality": Quality.SYNTHETIC.value if event.synthetic else Quality.OBSERVED.value,
    }
    if happened.series is series.MOVES:
        ends = {"origin": happened.origin or None, "destination": happened.destination or None}
        return row | ends | {"kind": "residence", "reason": reason, "duration": "unknown"}
    kind = event_kind(happened)
    return row | {"kind": kind if counts else f"{kind}{series.TAKEN_BACK}", "place": first.place}


def event_kind(happened: Happened) -> str:
    """The kind of an event of the ledger."""
    first = happened.anchor
    if first.kind in EVENTS:
        return EVENTS[first.kind][1]
    if first.kind == "correction":
        return "added" if first.direction > 0 else "removed"
    return "move_within"


def counted(event: ResidenceEvent) -> bool:
    """Whether a fact counts after an event: not after a reversal, again after the reversal of that."""
    reversals = 0
    while event.reverses is not None:
        event, reversals = event.reverses, reversals + 1
    return reversals % 2 == 0


def known_age(birth: date, day: date) -> int | None:
    """Completed years; None where the dates give no age that a person can have."""
    years = age_on(birth, day)
    return years if 0 <= years <= OLDEST else None
