"""Two records of one person, and the decision on them, for the tests of duplicates."""

from datetime import date
from typing import Any

import pytest

from nuudel.domains.registration import models
from nuudel.domains.registration.duplicates.found import note_pair
from nuudel.domains.registration.duplicates.record_types import PAIR
from nuudel.domains.registration.duplicates.views import take
from nuudel.domains.registration.tests.given_civil import number
from nuudel.domains.registration.tests.made import ULIASTAI, person
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.record_types import RecordType

BORN = date(1988, 3, 2)


def twice(user: User, first: str = ULIASTAI, second: str = ULIASTAI, **fields: Any) -> list[models.Person]:
    """Two records of one person, one with a mistyped number and name."""
    told = number(BORN, "female")
    same = {"birth_date": BORN, "sex": "female"} | fields
    return [
        person(user, first, given_name="Цэцэгмаа", registration_number=told, **same),
        person(user, second, given_name="Цэцэгма", registration_number=f"Я{told[1:]}", **same),
    ]


def third_of(user: User, first: models.Person) -> models.Person:
    """A third record of the same person."""
    told = f"Э{now(user, first).registration_number[1:]}"
    fields = {"birth_date": BORN, "sex": "female", "given_name": "Цэцэгмаа"}
    return person(user, registration_number=told, **fields)


def pair_of(user: User, first: models.Person, second: models.Person) -> models.Pair:
    with acting(user, "test"):
        return note_pair(user, first, second, found_by="entry", agreeing=["number"], probability=0.9)


def decide(
    user: User, pair: models.Pair, action: str, kept: models.Person | None = None, **said: Any
) -> models.Pair:
    """The decision as the page takes it."""
    with acting(user, "test"):
        found = records.find(user, PAIR, pair.pk, to_change=True)
        assert isinstance(found, models.Pair)
        told = {"kept": str(kept.pk) if kept else "", "ground": "number", "evidence": "Number, seen by us."}
        take(user, found, action, told | {"version": records.version_of(found)} | said)
        return found


def step(user: User, record_type: RecordType, record: Any, action: str) -> None:
    with acting(user, "test"):
        found = records.find(user, record_type, record.pk, to_change=True)
        records.transition(user, record_type, found, action, reason="test")


def now(user: User, record: Any) -> Any:
    with acting(user, "test"), service_rights():
        return type(record).objects.get(pk=record.pk)


def problems_of(caught: "pytest.ExceptionInfo[BrokenRulesError]") -> set[str]:
    """The ends of the messages that a refusal names."""
    return {problem.message.rpartition(".")[2] for problem in caught.value.problems}
