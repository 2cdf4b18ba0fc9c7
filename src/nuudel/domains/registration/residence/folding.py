"""Where somebody lived, as the fold of the events of residence; nothing here asks the database.

A person lives at an abode from the day of the event that begins it, and no longer on the day of the one that
ends it. Events that were reversed, and their reversals, count for nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar
from uuid import UUID


class Happening(Protocol):
    """What the fold needs of an event of residence."""

    @property
    def pk(self) -> UUID: ...
    @property
    def person_id(self) -> UUID: ...
    @property
    def household_id(self) -> UUID: ...
    @property
    def direction(self) -> int: ...
    @property
    def day(self) -> date: ...
    @property
    def reverses_id(self) -> UUID | None: ...


Event = TypeVar("Event", bound=Happening)


class OutOfOrderError(ValueError):
    """The events of a person contradict each other."""


@dataclass(frozen=True)
class Stay(Generic[Event]):
    """A time in a household: the event that began it, and the one that ended it, if one did."""

    begun: Event
    ended: Event | None


def in_force(events: Iterable[Event]) -> list[Event]:
    """The events that count: neither reversed nor reversals, in the order in which they came."""
    known = list(events)
    reversed_ids = {event.reverses_id for event in known if event.reverses_id is not None}
    return [event for event in known if event.reverses_id is None and event.pk not in reversed_ids]


def stays(events: Iterable[Event]) -> "list[Stay[Event]]":
    """The times one person lived somewhere, one after the other.

    Parameters
    ----------
    events
        All events of one person, in the order in which they were entered.

    Raises
    ------
    OutOfOrderError
        Somebody would live in two households at once, or leave one without living there.
    """
    by_day: dict[date, list[Event]] = {}
    for event in in_force(events):
        by_day.setdefault(event.day, []).append(event)
    found: list[Stay[Event]] = []
    living: Event | None = None
    for day in sorted(by_day):
        for event in ordered(by_day[day], living):
            if event.direction > 0:
                living = event
            else:
                assert living is not None
                found.append(Stay(living, event))
                living = None
    return [*found, Stay(living, None)] if living is not None else found


def ordered(events: Sequence[Event], living: Event | None) -> list[Event]:
    """The events of a day in the one order that is possible: first what ends where somebody lives.

    Raises
    ------
    OutOfOrderError
        There is no possible order.
    """
    left, order = list(events), []
    while left:
        event = next_of(left, living)
        left.remove(event)
        order.append(event)
        living = event if event.direction > 0 else None
    return order


def next_of(left: Sequence[Event], living: Event | None) -> Event:
    """What happened next: an end where somebody lives, or a beginning; one that ends the same day first."""
    if living is not None:
        fitting = [e for e in left if e.direction < 0 and e.household_id == living.household_id]
    else:
        ends = [e.household_id for e in left if e.direction < 0]
        begins = [e for e in left if e.direction > 0]
        fitting = sorted(begins, key=lambda e: e.household_id not in ends)
    if not fitting:
        raise OutOfOrderError
    return fitting[0]


def stock(events: Iterable[Event], day: date) -> int:
    """How many live there at the end of a day, by the events of a place: the sum of their directions.

    A reversal has the opposite direction and the day of what it reverses, so that the two are nothing.
    """
    return sum(event.direction for event in events if event.day <= day)
