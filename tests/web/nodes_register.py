"""The register of residence at an office of the tests: what a registrar does there, and all that is kept."""

from datetime import date
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate

from nuudel.domains.registration.documents.record_types import DOCUMENT
from nuudel.domains.registration.models import Household, IdentityDocument, Move, Person, ResidenceEvent
from nuudel.domains.registration.moves.deciding import decide_move
from nuudel.domains.registration.moves.record_types import MOVE
from nuudel.domains.registration.moves.report import Report, report_move
from nuudel.domains.registration.persons.record_types import PERSON
from nuudel.domains.registration.record_types import RECORD_TYPES
from nuudel.domains.registration.residence.events import stock
from nuudel.domains.registration.residence.households import add_member, register_household
from nuudel.domains.registration.tests.given_civil import number
from nuudel.domains.registration.tests.given_moves import EVERY_PAPER, ticks
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import Institution, User
from nuudel.web.shell import records
from nuudel.web.shell.models import Action
from nuudel.web.shell.record_types import record_types

from .nodes_given import PLACE

START = date(2020, 1, 1)


def a_person(user: User, **given: Any) -> Person:
    fields: dict[str, Any] = {
        "given_name": "Туяа",
        "patronymic": "Дорж",
        "birth_date": date(1990, 5, 17),
        "sex": "female",
        "place": PLACE,
        "institution": Institution.objects.get(code="test-office"),
    }
    fields |= given
    fields.setdefault("registration_number", number(fields["birth_date"], fields["sex"]))
    with acting(user, "test"):
        made = records.create(user, PERSON, Person(**fields))
    assert isinstance(made, Person)
    return made


def a_document(user: User, person: Person) -> Any:
    """A document that was asked for."""
    made = IdentityDocument(
        person=person, kind="identity_card", basis="first", number=f"A{person.pk.hex[-6:]}".upper()
    )
    made.place, made.institution = person.place, person.institution
    with acting(user, "test"):
        return records.create(user, DOCUMENT, made)


def a_household(user: User, address: str, place: str = PLACE) -> Household:
    office = Institution.objects.get(code="test-office")
    with acting(user, "test"):
        return register_household(
            user, place=place, institution=office, bagh="1", address=address, kind="house", herder=False
        )


def enters(user: User, household: Household, person: Person, role: str = "head") -> None:
    with acting(user, "test"):
        add_member(user, household.pk, person.pk, role=role, kind="opening", day=START)


def a_move(user: User, household: Household, *persons: Person, **given: Any) -> Move:
    fields: dict[str, Any] = {
        "household": household.pk,
        "persons": frozenset(person.pk for person in persons),
        "place": PLACE,
        "bagh": "2",
        "address": "Шинэ гудамж 5",
        "day": localdate(),
        "reason": "employment",
        "consent": True,
    }
    with acting(user, "test"):
        return report_move(user, Report(**fields | given), reporter=None)


def decides(user: User, move: Move, action: str) -> None:
    with acting(user, "test"):
        found: Any = records.find(user, MOVE, move.pk, to_change=True)
        decide_move(user, found, action, seen=list(EVERY_PAPER), agreed=ticks(found), reason="test")


def register_of(user: User) -> dict[str, Any]:
    """All records with their histories, the events of residence and the stock, as a registrar reads them."""
    people = dict(User.objects.values_list("pk", "name"))
    found: dict[str, Any] = {}
    with acting(user, "test"):
        for kind in RECORD_TYPES:
            for row in records.readable(user, kind):
                found[f"{kind.key} {row.pk}"] = [columns(row), told_of(row.pk, people)]
        for event in ResidenceEvent.objects.all():
            found[f"event {event.pk}"] = columns(event)
        found["stock"] = stock(PLACE, localdate())
    return found


KEYED = ("given_key", "patronymic_key")


def columns(row: Any) -> dict[str, str]:
    """All columns but those that each installation's keys give, and the numbers of people."""
    fields = [field for field in row._meta.concrete_fields if not field.name.endswith("_index")]
    return {
        field.name: str(getattr(row, field.attname))
        for field in fields
        if field.name not in (*KEYED, "created_by", "holder", "institution")
    }


def told_of(key: UUID, people: dict[int, str]) -> list[tuple[Any, ...]]:
    """What was done with a record."""
    acts = Action.objects.filter(record_id=key).order_by("number")
    return [(a.number, a.action, a.state, a.reason, a.changes, people[a.created_by_id]) for a in acts]


def otor_of(user: User) -> dict[str, Any]:
    """The records of otor with their histories."""
    people = dict(User.objects.values_list("pk", "name"))
    with acting(user, "test"):
        kinds = [kind for kind in record_types().values() if kind.domain == "otor"]
        rows = [row for kind in kinds for row in records.readable(user, kind)]
        return {str(row.pk): [columns(row), told_of(row.pk, people)] for row in rows}
