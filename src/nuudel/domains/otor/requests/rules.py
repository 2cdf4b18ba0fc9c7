"""What a request must keep, and whose step a step is.

``request`` is the shell's entrance: it looks up who acts, today, the last count and the other requests of the
household, which is locked meanwhile, and hands them to the functions that decide.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.timezone import localdate

from nuudel.domains.otor import parameters, spots
from nuudel.domains.otor.codes import SPECIES
from nuudel.domains.otor.herds import last_count
from nuudel.domains.otor.households.record_types import HOUSEHOLD
from nuudel.domains.otor.households.rules import herd_problems, people_problems
from nuudel.domains.otor.models import OtorRequest
from nuudel.domains.otor.requests import capacity
from nuudel.domains.otor.requests.forms import ASKED, HERD, SHOWN, TERMS
from nuudel.domains.otor.requests.sides import HOST_STEPS, for_home, for_host, may_step
from nuudel.domains.otor.requests.states import HERE, LIVE
from nuudel.web.access.context import current
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.models import Action
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.records import locked
from nuudel.web.shell.states import CHANGED, CREATED, WRITTEN
from nuudel.web.words import number

COMING = ("arrive", "arrive_without_permit", "take_back_departure")
PERCENT = 100


@dataclass(frozen=True)
class Around:
    """What a rule needs beside the request.

    Attributes
    ----------
    counted
        Heads by species at the last count; None where there is none.
    others
        Live requests of the same household, without this one.
    before
        The request as the database has it; None for a new one.
    """

    today: date
    counted: dict[str, int] | None
    others: Sequence[OtorRequest]
    before: OtorRequest | None


def request(record: OtorRequest, action: str) -> Sequence[Problem]:
    user = current().user
    problems = list(of_side(record, action, user)) if user is not None else []
    if problems:
        return problems
    around = look_around(record, action)
    problems += of_dates(record, action, around)
    problems += of_herd(record, action, around)
    problems += of_others(record, action, around)
    problems += of_steps(record, action, around)
    if user is not None:
        problems += of_changes(record, action, user, around)
        problems += of_signatures(record, action, user)
    if not problems and action == "accept":
        problems += of_capacity(record)
    return problems


def look_around(record: OtorRequest, action: str) -> Around:
    """Lock the household, so that two requests at once see each other, then read."""
    if action in (CREATED, CHANGED, "ask_extension", "extend", *COMING):
        locked(HOUSEHOLD, [record.household_id])
    with service_rights():
        last = last_count(record.household_id)
        others = OtorRequest.objects.filter(household=record.household_id, state__in=LIVE)
        before = None if action == CREATED else OtorRequest.objects.get(pk=record.pk)
        return Around(localdate(), last.herd if last else None, list(others.exclude(pk=record.pk)), before)


def of_side(record: OtorRequest, action: str, user: User) -> Iterator[Problem]:
    """Only the receiving soum answers; only the soum of origin signs for its household."""
    if action in WRITTEN or may_step(user, record, action):
        return
    side = "host" if action in HOST_STEPS else "home"
    yield Problem("state", f"otor.rule.{side}_side_only")


def of_dates(record: OtorRequest, action: str, around: Around) -> Iterator[Problem]:
    """Days that can be, and a period that is allowed."""
    if action not in WRITTEN:
        return
    today = around.today
    if record.last_day < record.first_day:
        yield Problem("last_day", "otor.rule.end_before_start")
        return
    if record.state != "requested":
        return
    longest = parameters.days("longest_stay", today)
    if (record.last_day - record.first_day).days + 1 > longest:
        yield Problem("last_day", "otor.rule.too_long", {"days": longest})
    if record.first_day < today - timedelta(days=parameters.days("entered_late", today)):
        yield Problem("first_day", "otor.rule.too_old")
    if record.first_day > today + timedelta(days=parameters.days("ahead", today)):
        yield Problem("first_day", "otor.rule.too_far", {"days": parameters.days("ahead", today)})


def of_herd(record: OtorRequest, action: str, around: Around) -> Iterator[Problem]:
    """People and animals that can be; not many more than were counted."""
    if action == CREATED and record.place == record.other_place:
        yield Problem("place", "otor.rule.same_soum")
    if action == CREATED and not spots.is_soum(record.place):
        yield Problem("place", "otor.rule.soum")
    if action not in WRITTEN:
        return
    yield from people_problems(record.persons, record.school_children)
    yield from herd_problems(record.herd)
    if record.heads == 0:
        yield Problem("sheep", "otor.rule.no_animals")
    if around.counted is None:
        return
    more = parameters.value("more_animals_than_counted", around.today)
    for name in SPECIES:
        if record.herd[name] > around.counted[name] * (1 + more / PERCENT):
            slots = {"heads": number(around.counted[name]), "percent": number(more)}
            yield Problem(name, "otor.rule.more_than_counted", slots)


def of_others(record: OtorRequest, action: str, around: Around) -> Iterator[Problem]:
    """A household is on otor once at a time."""
    if action in (CREATED, CHANGED, "ask_extension", "extend"):
        until = max(record.last_day, record.extend_until or record.last_day)
        for other in around.others:
            if other.first_day <= until and record.first_day <= other.last_day:
                slots = {"code": other.code, "start": other.first_day, "end": other.last_day}
                yield Problem("first_day", "otor.rule.overlap", slots)
    if action in COMING:
        for other in around.others:
            if other.state in HERE:
                yield Problem("state", "otor.rule.elsewhere", {"code": other.code})


def of_steps(record: OtorRequest, action: str, around: Around) -> Iterator[Problem]:
    """What a step needs: the day that has come, a new last day, nothing left open."""
    today = around.today
    if action in (*COMING, CHANGED) and record.arrived_on and record.arrived_on > today:
        yield Problem("arrived_on", "otor.rule.future")
    if action == "leave" or (action == CHANGED and record.left_on):
        left, arrived = record.left_on or today, record.arrived_on or today
        if left > today:
            yield Problem("left_on", "otor.rule.future")
        if left < arrived:
            yield Problem("left_on", "otor.rule.left_before_arrived")
    if action == "ask_extension" or (action == CHANGED and record.extend_until):
        yield from of_extension(record, today)
    if action == "close" and record.conflicts.filter(state__in=("recorded", "in_mediation")).exists():
        yield Problem("state", "otor.rule.open_conflict")
    if action == "expire" and record.last_day >= today:
        yield Problem("last_day", "otor.rule.not_over")


def of_extension(record: OtorRequest, today: date) -> Iterator[Problem]:
    until = record.extend_until
    if until is None or until <= record.last_day:
        yield Problem("extend_until", "otor.rule.extend_until")
    elif (until - record.last_day).days > parameters.days("longest_stay", today):
        slots = {"days": parameters.days("longest_stay", today)}
        yield Problem("extend_until", "otor.rule.too_long", slots)


def of_changes(record: OtorRequest, action: str, user: User, around: Around) -> Iterator[Problem]:
    """Each side changes what is its own: the question is the one's, the terms are the other's."""
    before = around.before
    if action != CHANGED or before is None:
        return
    for name in changed(record, before):
        if name not in open_in(record.state):
            yield Problem(name, "otor.rule.not_now")
        if name in HERD and record.state in HERE:
            continue  # what came is counted by whoever sees it
        if name in ASKED and not (for_home(user, record) or user.pk == record.created_by_id):
            yield Problem(name, "otor.rule.home_side_only")
        if name in TERMS and not for_host(user, record):
            yield Problem(name, "otor.rule.host_side_only")


def open_in(state: str) -> tuple[str, ...]:
    """What may be changed in a state, by a form or by a program: signed terms and days stay."""
    return (*SHOWN.get(state, ()), *(("left_on",) if state in HERE else ()))


def changed(record: OtorRequest, before: OtorRequest) -> list[str]:
    names = (*ASKED, *TERMS, "extend_until", "arrived_on", "left_on")
    return [name for name in names if getattr(record, name) != getattr(before, name)]


def of_signatures(record: OtorRequest, action: str, user: User) -> Iterator[Problem]:
    """Two governors sign: not one officer for both."""
    if action != "sign_home":
        return
    signed = Action.objects.filter(record_type="otor.request", record_id=record.pk, action="sign_host")
    last = signed.order_by("-number").first()
    if last is not None and last.created_by_id == user.pk:
        yield Problem("state", "otor.rule.two_signatures")


def of_capacity(record: OtorRequest) -> Iterator[Problem]:
    """Above the capacity it is accepted by a step of its own, which asks for the reason."""
    capacity.hold(record.place)
    weighed = capacity.weigh(record)
    if weighed.above:
        slots = {"percent": number(weighed.percent_with)}
        yield Problem("state", "otor.rule.above_capacity", slots)
