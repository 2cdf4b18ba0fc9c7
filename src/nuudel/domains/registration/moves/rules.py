"""What stands against a step with a move; the checks themselves are in ``checks``."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.utils.timezone import localdate

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import Move, Person, ResidenceEvent
from nuudel.domains.registration.moves import parameters
from nuudel.domains.registration.moves.checks import Check, Result, adults, against_approval, against_report
from nuudel.domains.registration.moves.codes import REFUSALS
from nuudel.domains.registration.moves.officers import has_colleague, is_own_word
from nuudel.domains.registration.moves.permissions import DECIDING
from nuudel.domains.registration.moves.register import case_of, dwelling_at, moving, with_ends
from nuudel.domains.registration.persons.record_types import PERSON
from nuudel.web.access.context import current
from nuudel.web.access.decisions import works_for
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.models import Action
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.records import locked
from nuudel.web.shell.states import CHANGED

FIELDS = {"dates": "day", "same_place": "address", "closed": "reason"}
"""The field of the form beside which a check's message stands."""


def move(record: Move, action: str) -> Sequence[Problem]:
    """The shell's entrance: looks up who acts and today."""
    return list(problems(record, action, current().user, localdate()))


def problems(record: Move, action: str, user: User | None, today: date) -> Iterator[Problem]:
    if action in DECIDING and user is not None:
        yield from of_office(record, user)
    if action == CHANGED:
        if record.state == "verified" and user is not None and not at_destination(user, record):
            yield Problem("state", "registration.moves.rule.destination_decides")
        find_dwelling(record)
        yield from (problem_of(check) for check in against_report(case_of(record, moving(record), today)))
    if action == "refuse" and record.refusal not in REFUSALS:
        yield Problem("state", "registration.moves.choose_refusal")
    if action == "verify":
        yield from of_adults(record, today)
    if action == "approve":
        yield from of_approval(record, today)
        yield from of_own_report(record, user, today)
    if action in ("approve", "uphold") and record.state == "appealed":
        yield from of_second_officer(record, user)
    if action == "appeal" and not may_still_appeal(record, today):
        yield Problem("state", "registration.moves.rule.appeal_too_late")
    if action == "reverse":
        yield from of_reversal(record)


def find_dwelling(record: Move) -> None:
    """Another address is another dwelling; ``effects`` saves it."""
    with service_rights():
        before = Move.objects.get(pk=record.pk)
    if record.joins_id is None and (record.bagh, record.address) != (before.bagh, before.address):
        record.dwelling = dwelling_at(record.place, record.bagh, record.address)


def of_office(record: Move, user: User) -> Iterator[Problem]:
    """The destination decides, and nobody does about the own move."""
    if not at_destination(user, record):
        yield Problem("state", "registration.moves.rule.destination_decides")
    with service_rights():
        own = Person.objects.filter(moves__move=record, holder=user).exists()
    if own:
        yield Problem("state", "registration.moves.rule.own_move")


def offered(user: User, record: Move, action: str) -> bool:
    """Deciding is the destination's."""
    return action not in DECIDING or at_destination(user, record)


def at_destination(user: User, record: Move) -> bool:
    """Whether the user is a registrar of the place to which the move leads."""
    return works_for(user, record.place)


def of_approval(record: Move, today: date) -> Iterator[Problem]:
    """The persons are locked first: whoever else moves them now waits, and then sees this move."""
    with service_rights():
        locked(PERSON, [one.person.pk for one in moving(record)])
        joins = with_ends(record).joins
        checks = list(against_approval(case_of(record, moving(record), today)))
    if joins is not None and (joins.state, joins.place) != ("active", record.place):
        yield Problem("state", "registration.moves.rule.joined_is_gone")
    yield from map(problem_of, checks)


def of_adults(record: Move, today: date) -> Iterator[Problem]:
    """An address is verified with the people: each adult has agreed to the move."""
    check = adults(case_of(record, moving(record), today))
    if check.result != Result.OK:
        yield problem_of(check)


def of_own_report(record: Move, user: User | None, today: date) -> Iterator[Problem]:
    """Who has reported at the counter does not approve what nobody else confirms, with a colleague there."""
    if user is not None and is_own_word(record, user, today) and has_colleague(user, record.place):
        yield Problem("state", "registration.moves.rule.second_officer")


def of_second_officer(record: Move, user: User | None) -> Iterator[Problem]:
    """Who has refused does not decide the appeal against it."""
    if user is not None and user.pk in refused_by(record):
        yield Problem("state", "registration.moves.rule.same_officer")


def refused_by(record: Move) -> set[int]:
    """Who has refused the move."""
    rows = Action.objects.filter(record_type=kinds.MOVE, record_id=record.pk, action="refuse")
    return set(rows.values_list("created_by", flat=True))


def appeal_until(record: Move) -> date | None:
    """The last day on which a refusal can be appealed against."""
    if record.decided_on is None:
        return None
    return record.decided_on + timedelta(days=parameters.value("appeal_within", record.decided_on))


def may_still_appeal(record: Move, today: date) -> bool:
    last = appeal_until(record)
    return last is not None and today <= last


def of_reversal(record: Move) -> Iterator[Problem]:
    """Nothing that came after may build on the move."""
    ids = [one.person.pk for one in moving(record)]
    locked(PERSON, ids)
    with service_rights():
        standing = ResidenceEvent.objects.filter(reverses=None, reversed_by=None)
        entered = standing.filter(cause_type=kinds.MOVE, cause_id=record.pk).order_by("created_at").first()
        if entered is None:
            yield Problem("state", "registration.moves.rule.nothing_to_reverse")
            return
        later = standing.filter(person__in=ids, created_at__gte=entered.created_at).exclude(
            cause_id=record.pk
        )
        if record.entered_id == record.household_id:
            later |= standing.filter(
                household=record.household_id, created_at__gte=entered.created_at
            ).exclude(cause_id=record.pk)
        if later.exists():
            yield Problem("state", "registration.moves.rule.later_depends")


def problem_of(check: Check) -> Problem:
    """A check that stands against a step, as a broken rule."""
    field = FIELDS.get(check.code, "state")
    return Problem(field, f"registration.moves.check.{check.code}.{check.result}", check.slots)
