"""Reporting a move: by somebody of the household, or by an officer for whoever stands at the counter."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils.timezone import localdate

from nuudel.base.errors import WebError
from nuudel.domains.registration.models import Household, Move, MoveMember, Person
from nuudel.domains.registration.moves import following, parameters
from nuudel.domains.registration.moves.checks import against_report, is_asked
from nuudel.domains.registration.moves.codes import UNTOLD
from nuudel.domains.registration.moves.numbers import new_number
from nuudel.domains.registration.moves.record_types import MOVE, MOVE_MEMBER
from nuudel.domains.registration.moves.register import Moving, case_of, dwelling_at
from nuudel.domains.registration.moves.rules import problem_of
from nuudel.domains.registration.persons.keys import find_by_number
from nuudel.domains.registration.persons.record_types import PERSON
from nuudel.domains.registration.residence.record_types import HOUSEHOLD
from nuudel.people.registration_numbers import normalise
from nuudel.web.access.decisions import demand, path_of
from nuudel.web.access.units import is_soum
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.nodes.commands import as_one, drawn
from nuudel.web.shell import records
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.notices import leave_notice
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.states import CREATED


@dataclass(frozen=True)
class Report:
    """What is reported.

    Attributes
    ----------
    household
        The one that is left.
    persons
        Who moves.
    place, bagh, address
        Where to: code of the soum or district, the bagh or khoroo in it, and the address.
    joins
        The household that is entered, where it is there already.
    guardians
        Who is responsible, by child that moves without its parents.
    """

    household: UUID
    persons: frozenset[UUID]
    place: str
    bagh: str
    address: str
    day: date
    reason: str
    joins: UUID | None = None
    consent: bool = False
    phone: str = ""
    guardians: Mapping[UUID, UUID] = field(default_factory=dict)


@as_one("registration.report_move", record_type=MOVE.key, action="report")
def report_move(user: User, report: Report, *, reporter: Person | None) -> Move:
    """Make a move that waits for the destination's office.

    Parameters
    ----------
    reporter
        The person of the citizen who reports; None where an officer does.

    Raises
    ------
    PermissionDenied
        The officer works at neither end.
    BrokenRulesError
        ``WEB-214``: what stands against it, such as a person who is in another pending move.
    WebError
        ``WEB-412``: the citizen may not report for these people.
    """
    persons = records.locked(PERSON, report.persons)
    household = records.locked(HOUSEHOLD, [report.household])[0]
    if reporter is not None:
        demand_own(reporter, persons)
    move = filled(report, household, persons, reporter)
    move.created_by = user  # also before the permission is asked for: it may be that of whoever makes it
    demand(user, MOVE.key, "report", move)
    movers = [Moving(person, report.guardians.get(person.pk)) for person in persons]
    broken = [problem_of(check) for check in against_report(case_of(move, movers))]
    broken += of_destination(move)
    if broken:
        raise BrokenRulesError(broken)
    with service_rights():
        records.follow(user, MOVE, move, CREATED)
        for one in movers:
            member = MoveMember(move=move, person=one.person, guardian_id=one.guardian)
            member.place, member.other_place = move.place, move.other_place
            member.institution, member.holder_id = move.institution, one.person.holder_id or move.holder_id
            member.agreed = "account" if reporter is not None and one.person.pk == reporter.pk else ""
            records.follow(user, MOVE_MEMBER, member, CREATED)
            if (
                one.person.holder_id is not None
                and not member.agreed
                and is_asked(one.person.birth_date, move.day)
            ):
                leave_notice(MOVE_MEMBER, member, "agree", user)
    return move


def filled(report: Report, household: Household, persons: Sequence[Person], reporter: Person | None) -> Move:
    """The move, not saved."""
    today = localdate()
    with service_rights():
        staying = Person.objects.filter(household=household, state="living").exclude(pk__in=report.persons)
        whole = not staying.exists()
        joins = (
            Household.objects.select_related("dwelling").filter(pk=report.joins).first()
            if report.joins
            else None
        )
    move = Move(
        number=drawn("move number", lambda: new_number(today)),
        household=household,
        from_bagh=household.bagh,
        from_dwelling_id=household.dwelling_id,
        whole=whole,
        day=report.day,
        reason=report.reason,
        # Where somebody else lives is not told to who knows a number: it is filled in when it is approved.
        bagh=UNTOLD if joins else report.bagh,
        address=UNTOLD if joins else report.address,
        joins=joins,
        consent_of_owner=report.consent,
        phone=report.phone or None,
        reported_by="citizen" if reporter else "officer",
    )
    move.place, move.other_place = joins.place if joins else report.place, household.place
    move.dwelling = joins.dwelling if joins else dwelling_at(move.place, move.bagh, move.address)
    move.institution = household.institution
    move.holder_id = holder_of(persons, reporter)
    move.fee_mnt = fee_of(move.other_place, move.place, move.day)
    move.due_on = following.decide_by(today)
    return move


def holder_of(persons: Sequence[Person], reporter: Person | None) -> int | None:
    """Whose account follows the case: who reports, else an adult who moves and has one, the head first."""
    if reporter is not None:
        return reporter.holder_id
    first = sorted(persons, key=lambda person: person.household_role != "head")
    return next((person.holder_id for person in first if person.holder_id), None)


def fee_of(origin: str, destination: str, day: date) -> int | None:
    """What registering the move costs, in tögrög; None where a part of it is not known."""
    if list(path_of(origin))[:2] == list(path_of(destination))[:2]:
        return 0
    parts = [parameters.known(name, day) for name in ("stamp_duty", "registration_fee")]
    return None if None in parts else sum(part or 0 for part in parts)


def demand_own(reporter: Person, persons: Collection[Person]) -> None:
    """A citizen reports for the own household: the head and the spouse for all, others for themselves.

    A parent may report for the own children.
    """
    of_all = reporter.household_role in ("head", "spouse")
    for person in persons:
        own = person.pk == reporter.pk or reporter.pk in (person.mother_id, person.father_id)
        if person.household_id != reporter.household_id or not (own or of_all):
            raise WebError(
                412,
                "you may not report the move of everybody you named.",
                "Report for yourself and your children; the head of the household can report for all.",
                ("persons",),
            )


def of_destination(move: Move) -> list[Problem]:
    """A move leads to a soum or a district: the register keeps nothing wider."""
    return [] if is_soum(list(path_of(move.place))) else [Problem("place", "registration.moves.rule.place")]


def household_of(user: User) -> Person | None:
    """The person of a citizen's account, with the household; None where it is not linked yet."""
    rows = Person.objects.filter(holder=user).exclude(state="merged")
    with service_rights():
        return rows.select_related("household", "household__dwelling").first()


def members_of(household: Household) -> list[Person]:
    """Who lives in a household, the head first, then by age."""
    with service_rights():
        rows = list(Person.objects.filter(household=household, state="living").order_by("birth_date"))
    return sorted(rows, key=lambda person: person.household_role != "head")


def person_by_number(user: User, text: str) -> Person | None:
    """Somebody with a household here, by the registration number, exactly."""
    person = find_by_number(user, text) if normalise(text) else None
    if person is None or person.household_id is None:
        return None
    with service_rights():
        return Person.objects.select_related("household", "household__dwelling").get(pk=person.pk)
