"""A family in one soum, the office of another one, and their move, for the tests of moves."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate

from nuudel.domains.registration.models import Household, IdentityDocument, Move, Person
from nuudel.domains.registration.moves.agreeing import adults_of, note_agreed
from nuudel.domains.registration.moves.record_types import MOVE
from nuudel.domains.registration.moves.report import Report, household_of, report_move
from nuudel.domains.registration.tests import made
from nuudel.domains.registration.tests.given_civil import now, number
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import institution, user_with

FROM, TO = made.ULIASTAI, made.BAYANGOL
EVERY_PAPER = ("identity_cards", "birth_certificates", "military", "dwelling_right", "guardian")


@dataclass(frozen=True)
class Family:
    """A couple with a child of nine; ``citizen`` is the account of the woman, who is the head."""

    household: Household
    head: Person
    spouse: Person
    child: Person
    citizen: User

    @property
    def ids(self) -> frozenset[UUID]:
        return frozenset((self.head.pk, self.spouse.pk, self.child.pk))


def family(office: User, *, papers: bool = True, since: date = made.START) -> Family:
    """A family that has lived at the origin since a day; with its documents, or without."""
    citizen = user_with(Role.CITIZEN)
    at = made.dwelling(office, FROM, address=f"Гудамж {citizen.pk}")
    household = made.household(office, FROM, dwelling=at)
    head = member(office, household, date(1990, 5, 17), "female", "head", since=since, holder=citizen)
    spouse = member(office, household, date(1988, 2, 3), "male", "spouse", since=since)
    child = member(
        office,
        household,
        date(2017, 9, 1),
        "female",
        "child",
        since=max(since, date(2017, 9, 1)),
        mother_id=head.pk,
        father_id=spouse.pk,
    )
    if papers:
        for one in (head, spouse):
            document(office, one, "identity_card")
        document(office, child, "birth_certificate")
    return Family(household, head, spouse, child, citizen)


def member(
    office: User,
    household: Household,
    born: date,
    sex: str,
    role: str,
    *,
    since: date = made.START,
    **fields: Any,
) -> Person:
    named = {"birth_date": born, "sex": sex, "household_role": role, "registration_number": number(born, sex)}
    person = made.person(office, household.place, **named | fields)
    made.settled(office, person, household, since)
    return person


def document(office: User, person: Person, kind: str, **fields: Any) -> IdentityDocument:
    """An issued document."""
    with acting(office, "test"):
        paper = IdentityDocument(
            person=person,
            kind=kind,
            basis="first",
            place=person.place,
            institution=person.institution,
            **fields,
        )
        records.follow(office, record_types()["registration.document"], paper, "create")
        records.follow(office, record_types()["registration.document"], paper, "issue")
    return paper


def days(distance: int) -> date:
    """A day so far from today."""
    return localdate() + timedelta(days=distance)


def report(people: Family, **given: Any) -> Report:
    """A report that keeps every rule."""
    named: dict[str, Any] = {
        "household": people.household.pk,
        "persons": people.ids,
        "place": TO,
        "bagh": "2",
        "address": f"Байр {people.citizen.pk}",
        "day": days(-2),
        "reason": "employment",
        "consent": True,
    }
    return Report(**named | given)


def reported(people: Family, **given: Any) -> Move:
    """A move that the citizen has reported."""
    with acting(people.citizen, "test"):
        return report_move(people.citizen, report(people, **given), reporter=household_of(people.citizen))


def step(user: User, move: Move, *actions: str, agreed: bool = True, **fields: Any) -> Move:
    """Take a move through steps, as the pages do, with all adults ticked or none; the move as it is then."""
    for action in actions:
        with acting(user, "test"):
            found = records.find(user, MOVE, move.pk, to_change=True)
            assert isinstance(found, Move)
            for name, value in fields.items():
                setattr(found, name, value)
            if agreed and action in ("verify", "approve"):
                note_agreed(user, found, ticks(found))
            records.transition(user, MOVE, found, action, reason="test")
    fresh: Move = now(move)
    return fresh


def ticks(move: Move) -> list[str]:
    """What an officer sends who ticks all adults."""
    return [str(member.pk) for member in adults_of(move)]


def approved(people: Family, office: User, **given: Any) -> Move:
    """A move that the destination's office has approved, all papers seen."""
    move = reported(people, **given)
    step(office, move, "verify")
    return step(office, move, "approve", seen=list(EVERY_PAPER))


def offices() -> tuple[User, User]:
    """The registrars of the origin and of the destination."""
    return user_with(Role.REGISTRAR, place=FROM, at=institution()), user_with(Role.REGISTRAR, place=TO)
