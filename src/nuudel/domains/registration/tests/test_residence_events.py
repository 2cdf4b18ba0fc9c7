"""Events of residence: one life at a time, the register's stock, and what is reversed."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.utils import timezone

from nuudel.domains.registration.models import Household, Person, ResidenceEvent
from nuudel.domains.registration.residence import corrections, events
from nuudel.domains.registration.residence.errors import ResidenceError
from nuudel.domains.registration.tests.made import (
    ASGAT,
    BAYANGOL,
    START,
    ULIASTAI,
    cause_of,
    household,
    person,
    registrar,
    settled,
)
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types


@pytest.fixture
def tuya(officer: User) -> Iterator[Person]:
    return person(officer)


def move(user: User, who: Person, where: Household, day: date) -> list[ResidenceEvent]:
    with acting(user, "test"):
        left = events.end(user, who, kind="move_out", day=day, cause=cause_of(where))
        came = events.begin(user, who, where, kind="move_in", day=day, cause=cause_of(where))
    return [left, came]


def test_a_person_enters_a_household_and_both_say_so(officer: User, home: Household, tuya: Person) -> None:
    settled(officer, tuya, home)
    with acting(officer, "test"):
        assert Person.objects.get(pk=tuya.pk).household_id == home.pk
        (spell,) = events.lived(tuya)
        assert (spell.place, spell.begun, spell.ended) == (ULIASTAI, START, None)
        assert events.residents_of(home, START) == {tuya.pk}
        assert events.residents_of(home, START - timedelta(days=1)) == set()


def test_a_move_to_another_place_takes_the_record_and_its_history_along(
    officer: User, home: Household, tuya: Person
) -> None:
    settled(officer, tuya, home)
    before = events_stock(officer, BAYANGOL, START)
    new = household(officer, BAYANGOL)
    move(officer, tuya, new, date(2021, 6, 1))
    there = registrar(BAYANGOL)
    with acting(there, "test"):
        found = Person.objects.get(pk=tuya.pk)
        assert found.place == BAYANGOL
        record_type = record_types()["registration.person"]
        # Who works at the new place goes on with the record, whose earlier history lies elsewhere.
        old, found.marital_status = found.marital_status, "married"
        records.change(there, record_type, found, {"marital_status": old}, records.version_of(found))
    with acting(officer, "test"):
        assert not Person.objects.filter(pk=tuya.pk).exists()
    assert events_stock(officer, BAYANGOL, date(2021, 5, 31)) == before
    assert events_stock(officer, BAYANGOL, date(2021, 6, 1)) == before + 1


def events_stock(user: User, place: str, day: date) -> int:
    with acting(user, "test"):
        return events.stock(place, day)


def wrong(why: str) -> "pytest.RaisesExc[ResidenceError]":
    return pytest.RaisesExc(ResidenceError, check=lambda error: error.why == why)


def test_what_cannot_be_is_refused_with_its_reason(officer: User, home: Household, tuya: Person) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    cause = cause_of(home)

    def begin(day: date, where: Household = home, who: Person = tuya) -> None:
        with acting(officer, "test"):
            events.begin(officer, who, where, kind="opening", day=day, cause=cause)

    def end(day: date) -> None:
        with acting(officer, "test"):
            events.end(officer, tuya, kind="move_out", day=day, cause=cause)

    with wrong("future"):
        begin(tomorrow)
    with wrong("before_birth"):
        begin(date(1990, 5, 16))
    with wrong("lives_nowhere"):
        end(START)
    begin(START)
    with wrong("lives_here"):
        begin(date(2021, 1, 1), household(officer))
    with wrong("out_of_order"):
        end(START - timedelta(days=1))
    gone = household(officer)
    with acting(officer, "test"):
        assert events.dissolve_if_empty(officer, gone)
        assert not events.dissolve_if_empty(officer, home)
    with wrong("dissolved"):
        begin(START, gone, person(officer, given_name="Болд"))
    dead = person(officer, given_name="Сүх")
    with acting(officer, "test"):
        records.follow(officer, record_types()["registration.person"], dead, "die")
    with wrong("not_living"):
        begin(START, home, dead)
    with acting(officer, "test"):
        assert events.residents_of(home, tomorrow) == {tuya.pk}


def test_a_reversal_leaves_both_events_and_counts_for_nothing(
    officer: User, home: Household, tuya: Person
) -> None:
    event = settled(officer, tuya, home)
    with acting(officer, "test"):
        before_reversal = timezone.now()
    with acting(officer, "test"):
        reversal = events.reverse(officer, event, cause=cause_of(home))
    with acting(officer, "test"):
        assert events.lived(tuya) == []
        assert Person.objects.get(pk=tuya.pk).household_id is None
        assert events.residents_of(home, START) == set()
        assert events.residents_of(home, START, before_reversal) == {tuya.pk}, "as known before"
        assert set(ResidenceEvent.objects.filter(person=tuya)) == {event, reversal}
    for again, why in ((event, "reversed"), (reversal, "is_reversal")):
        with wrong(why), acting(officer, "test"):
            events.reverse(officer, again, cause=cause_of(home))


def test_a_corrected_move_keeps_its_two_ends_together(officer: User, home: Household, tuya: Person) -> None:
    settled(officer, tuya, home)
    other = household(officer, ASGAT)
    _, came = move(officer, tuya, other, date(2022, 3, 1))
    with acting(officer, "test"):
        made = corrections.replace(officer, came, day=date(2022, 2, 1), cause=cause_of(home))
        assert [(e.direction, e.day.month, e.place) for e in made] == [
            (1, 3, ULIASTAI), (-1, 2, ULIASTAI), (-1, 3, ASGAT), (1, 2, ASGAT),
        ]  # fmt: skip
        assert told(tuya) == [(home.pk, START, date(2022, 2, 1)), (other.pk, date(2022, 2, 1), None)]
    with wrong("out_of_order"), acting(officer, "test"):
        corrections.replace(officer, made[-1], day=date(2019, 1, 1), cause=cause_of(home))
    with acting(officer, "test"):
        corrections.take_back(officer, made[-1], cause=cause_of(home))
        assert told(tuya) == [(home.pk, START, None)], "the person never moved"
        assert Person.objects.get(pk=tuya.pk).place == ULIASTAI


def test_a_corrected_household_leaves_what_came_later(officer: User, home: Household, tuya: Person) -> None:
    event = settled(officer, tuya, home)
    other, right = household(officer, ASGAT), household(officer)
    move(officer, tuya, other, date(2022, 3, 1))
    with acting(officer, "test"):
        corrections.replace(officer, event, day=START, household=right, cause=cause_of(home))
        assert told(tuya) == [(right.pk, START, date(2022, 3, 1)), (other.pk, date(2022, 3, 1), None)]
        assert events.residents_of(home, START) == set()
        assert events.residents_of(right, START) == {tuya.pk}
    with wrong("reversed"), acting(officer, "test"):
        corrections.replace(officer, event, day=START, cause=cause_of(home))


def told(who: Person) -> list[object]:
    return [(spell.household_id, spell.begun, spell.ended) for spell in events.lived(who)]


def test_an_emptied_household_comes_back_when_the_end_was_an_error(
    officer: User, home: Household, tuya: Person
) -> None:
    settled(officer, tuya, home)
    with acting(officer, "test"):
        left = events.end(officer, tuya, kind="emigration", day=date(2022, 1, 1), cause=cause_of(home))
        assert events.dissolve_if_empty(officer, home)
    with acting(officer, "test"), service_rights():
        events.reverse(officer, left, cause=cause_of(home))
        assert Household.objects.get(pk=home.pk).state == "active"


def test_a_place_counts_all_below_it(officer: User, home: Household, tuya: Person) -> None:
    before = events_stock(officer, "MN81", START)
    settled(officer, tuya, home)
    assert events_stock(officer, "MN81", START) == before + 1
