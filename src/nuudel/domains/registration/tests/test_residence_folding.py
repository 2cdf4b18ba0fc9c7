"""The fold of residence events: any history that is let in tells one life, and the stock adds up."""

import itertools
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuudel.domains.registration.residence.folding import OutOfOrderError, in_force, stays, stock

FIRST = date(2020, 1, 1)
DAYS, HOUSEHOLDS, PERSONS = 12, 3, 3


@dataclass(frozen=True)
class Event:
    """An event of residence as the fold sees it; a household is a place of its own here."""

    pk: UUID
    person_id: UUID
    household_id: UUID
    direction: int
    day: date
    reverses_id: UUID | None = None


def event(number: int, day: int, direction: int, household: int = 0, person: int = 0) -> Event:
    return Event(UUID(int=number), UUID(int=person), UUID(int=household), direction,
                 FIRST + timedelta(days=day))  # fmt: skip


def test_two_stays_one_after_the_other() -> None:
    history = [event(1, 0, 1), event(2, 5, -1), event(3, 5, 1, household=1)]
    first, second = stays(history)
    assert (first.begun.day, first.ended and first.ended.day) == (FIRST, FIRST + timedelta(days=5))
    assert (second.begun.household_id, second.ended) == (UUID(int=1), None)


def test_the_events_of_a_day_are_read_in_the_order_that_is_possible() -> None:
    """In and out of one household and on to another, entered in the worst order."""
    day = [event(1, 3, 1, household=1), event(2, 3, -1), event(3, 3, 1)]
    first, second = stays(day)
    assert (first.begun.household_id, second.begun.household_id) == (UUID(int=0), UUID(int=1))
    assert (first.ended is not None, second.ended) == (True, None)


@pytest.mark.parametrize(
    "history",
    [
        [event(1, 0, -1)],
        [event(1, 0, 1), event(2, 1, 1, household=1)],
        [event(1, 0, 1), event(2, 1, -1, household=1)],
        [event(1, 2, 1), event(2, 1, -1)],
    ],
)
def test_what_no_life_can_be(history: list[Event]) -> None:
    with pytest.raises(OutOfOrderError):
        stays(history)


step = st.tuples(
    st.sampled_from(("begin", "end", "reverse")),
    st.integers(0, PERSONS - 1),
    st.integers(0, HOUSEHOLDS - 1),
    st.integers(0, DAYS - 1),
    st.integers(0, 30),
)


def lived_through(steps: list[tuple[str, int, int, int, int]]) -> list[Event]:
    """What remains of random steps when those that contradict the rest are refused, as ``events`` does."""
    history: list[Event] = []
    for number, (what, person, household, day, which) in enumerate(steps, start=1):
        if what == "reverse":
            left = in_force(history)
            if not left:
                continue
            wrong = left[which % len(left)]
            entered = replace(wrong, pk=UUID(int=number), direction=-wrong.direction, reverses_id=wrong.pk)
        else:
            entered = event(number, day, 1 if what == "begin" else -1, household, person)
        own = [e for e in [*history, entered] if e.person_id == entered.person_id]
        try:
            stays(own)
        except OutOfOrderError:
            continue
        history.append(entered)
    return history


@given(st.lists(step, max_size=40))
def test_stocks_are_the_stays_and_every_place_adds_up(steps: list[tuple[str, int, int, int, int]]) -> None:
    history = lived_through(steps)
    told = [
        stay
        for person in range(PERSONS)
        for stay in stays(e for e in history if e.person_id == UUID(int=person))
    ]
    for household in range(HOUSEHOLDS):
        here = [e for e in history if e.household_id == UUID(int=household)]
        before = 0
        for day in (FIRST + timedelta(days=n) for n in range(DAYS)):
            present = sum(
                stay.begun.household_id == UUID(int=household)
                and stay.begun.day <= day
                and (stay.ended is None or day < stay.ended.day)
                for stay in told
            )
            today = [e for e in in_force(here) if e.day == day]
            came = sum(e.direction > 0 for e in today)
            left = sum(e.direction < 0 for e in today)
            assert stock(here, day) == present == before + came - left
            before = present


@given(st.lists(step, max_size=40))
def test_nobody_lives_in_two_households_at_once(steps: list[tuple[str, int, int, int, int]]) -> None:
    history = lived_through(steps)
    for person in range(PERSONS):
        told = stays(e for e in history if e.person_id == UUID(int=person))
        for first, second in itertools.pairwise(told):
            assert first.ended is not None
            assert first.begun.day <= first.ended.day <= second.begun.day
