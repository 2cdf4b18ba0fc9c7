"""Persons, dwellings and households of the tests: invented people, made as the register makes them."""

from datetime import date
from html import unescape
from typing import Any

from nuudel.domains.registration.models import Dwelling, Household, Person
from nuudel.domains.registration.residence import events
from nuudel.domains.registration.residence.events import Cause
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import institution, user_with

ULIASTAI, ASGAT, BAYANGOL = "MN18101", "MN18107", "MN51107"
START = date(2020, 1, 1)


def registrar(place: str = ULIASTAI) -> User:
    return user_with(Role.REGISTRAR, place=place)


def person(user: User, place: str = ULIASTAI, **fields: Any) -> Person:
    """A person, entered by a registrar of the place."""
    named: dict[str, Any] = {
        "given_name": "Туяа",
        "patronymic": "Дорж",
        "birth_date": date(1990, 5, 17),
        "sex": "female",
        "place": place,
        "institution": institution(),
    }
    with acting(user, "test"):
        made = Person(**named | fields)
        records.follow(user, record_types()["registration.person"], made, "create")
    return made


def household(
    user: User, place: str = ULIASTAI, bagh: str = "1", dwelling: Dwelling | None = None
) -> Household:
    with acting(user, "test"):
        return events.open_household(user, place, bagh, dwelling, institution())


def dwelling(user: User, place: str = ULIASTAI, bagh: str = "1", **fields: Any) -> Dwelling:
    with acting(user, "test"):
        made = Dwelling(
            **{"place": place, "bagh": bagh, "address": "Алтай 3", "kind": "house"} | fields,
            institution=institution(),
        )
        records.follow(user, record_types()["registration.dwelling"], made, "create")
    return made


def text_of(response: Any) -> str:
    """What a page says, as people read it."""
    return unescape(response.content.decode())


def cause_of(household: Household) -> Cause:
    return Cause("registration.household", household.pk)


def settled(
    user: User, who: Person, where: Household, day: date = START, kind: str = "opening"
) -> events.ResidenceEvent:
    """A person who lives in a household from a day on."""
    with acting(user, "test"):
        return events.begin(user, who, where, kind=kind, day=day, cause=cause_of(where))
