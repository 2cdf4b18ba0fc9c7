"""Households and their members: opened at a dwelling, entered one person after the other."""

from datetime import date
from uuid import UUID

from django.db.models import CharField, Model
from django.db.models.functions import Cast, Right

from nuudel.base.errors import WebError
from nuudel.domains.registration import kinds
from nuudel.domains.registration.figures.facts import enter_facts
from nuudel.domains.registration.models import Dwelling, Household, Person, ResidenceEvent
from nuudel.domains.registration.persons.keys import find_by_number
from nuudel.domains.registration.residence.errors import ResidenceError
from nuudel.domains.registration.residence.events import Cause, begin, open_household
from nuudel.people.registration_numbers import FORM, normalise
from nuudel.web.access.decisions import demand
from nuudel.web.accounts.models import Institution, User
from nuudel.web.facts.service import service_rights
from nuudel.web.nodes.commands import as_one
from nuudel.web.shell import records
from nuudel.web.shell.record_types import RecordType, record_types
from nuudel.web.shell.states import CHANGED

ENTRY_KINDS = ("opening", "late_registration", "immigration")
"""How somebody enters a household here; births and moves have ways of their own."""
CODE_LETTERS = 10


@as_one("registration.register_household", record_type=kinds.HOUSEHOLD, action="register")
def register_household(
    user: User, *, place: str, institution: Institution, bagh: str, address: str, kind: str, herder: bool
) -> Household:
    """A household in which nobody lives yet, at the dwelling of an address; that is made where it is missing.

    Raises
    ------
    PermissionDenied
        The user may not register households there.
    """
    asked = Household(place=place, institution=institution, created_by=user)
    demand(user, kinds.HOUSEHOLD, "register", asked)
    dwelling = dwelling_at(place, bagh, address)
    if dwelling is None:
        dwelling = Dwelling(place=place, institution=institution, bagh=bagh, address=address, kind=kind)
        records.create(user, record_types()[kinds.DWELLING], dwelling)
    return open_household(user, place, bagh, dwelling, institution, herder=herder)


def dwelling_at(place: str, bagh: str, address: str) -> Dwelling | None:
    """The dwelling in use at an address, as it is written, capitals aside."""
    rows = Dwelling.objects.filter(place=place, bagh__iexact=bagh, address__iexact=address, state="in_use")
    return rows.order_by("pk").first()


@as_one("registration.add_member", record_type=kinds.HOUSEHOLD, action="register", about="household_id")
def add_member(
    user: User,
    household_id: UUID,
    person_id: UUID,
    *,
    role: str,
    kind: str,
    day: date,
    country: str = "",
) -> ResidenceEvent | None:
    """Somebody who lives nowhere enters a household; None who lives in it already (a double click).

    Raises
    ------
    PermissionDenied
        The user may not do so at the household's place.
    ResidenceError
        ``WEB-402`` as ``events.begin``; ``WEB-405`` where the household has a head already.
    """
    (household,) = records.locked(record_types()[kinds.HOUSEHOLD], [household_id])
    demand(user, kinds.RESIDENCE, "create", household)
    (person,) = records.locked(record_types()[kinds.PERSON], [person_id])
    if person.household_id == household.pk:
        return None
    if person.household_id is not None:
        raise ResidenceError("lives_here", ("who",))
    check_head(household, person, role)
    if person.state == "emigrated" and kind == "immigration":
        records.follow(user, record_types()[kinds.PERSON], person, "return")
    cause = Cause(kinds.HOUSEHOLD, household.pk)
    event = begin(user, person, household, kind=kind, day=day, cause=cause)
    set_role(user, person, role)
    enter_facts(user, [event], country=country)
    return event


@as_one("registration.change_role", record_type=kinds.HOUSEHOLD, action="register", about="household_id")
def change_role(user: User, household_id: UUID, person_id: UUID, role: str) -> None:
    """Another role of a member; ``WEB-405`` where there is a head already."""
    (household,) = records.locked(record_types()[kinds.HOUSEHOLD], [household_id])
    demand(user, kinds.RESIDENCE, "create", household)
    (person,) = records.locked(record_types()[kinds.PERSON], [person_id])
    if person.household_id != household.pk:
        raise ResidenceError("lives_nowhere", ("role",))
    check_head(household, person, role)
    set_role(user, person, role)


def set_role(user: User, person: Person, role: str) -> None:
    if person.household_role != role:
        before = {"household_role": person.household_role}
        person.household_role = role
        records.follow(user, record_types()[kinds.PERSON], person, CHANGED, before=before)


def check_head(household: Household, person: Person, role: str) -> None:
    """A household has one head at most."""
    if role != "head":
        return
    with service_rights():
        others = Person.objects.filter(household=household, household_role="head").exclude(pk=person.pk)
        if others.exists():
            raise WebError(
                405, "the household has a head already.", "Give the present head another role.", ("role",)
            )


def person_named(user: User, text: str) -> Person | None:
    """The person of a registration number, anywhere; or of a code, among those whom the user may read."""
    number = normalise(text)
    if FORM.fullmatch(number):
        return find_by_number(user, number)
    found = coded(user, record_types()[kinds.PERSON], text)
    return found if isinstance(found, Person) else None


def household_named(user: User, code: str) -> Household | None:
    """The household of a code, among those that the user may read."""
    found = coded(user, record_types()[kinds.HOUSEHOLD], code)
    return found if isinstance(found, Household) else None


def coded(user: User, record_type: RecordType, code: str) -> Model | None:
    """The record of a code, which is the end of its id."""
    tail = "".join(letter for letter in code.lower() if letter.isalnum())
    if len(tail) != CODE_LETTERS:
        return None
    rows = records.readable(user, record_type).annotate(tail=Right(Cast("id", CharField()), CODE_LETTERS))
    return rows.filter(tail=tail).first()
