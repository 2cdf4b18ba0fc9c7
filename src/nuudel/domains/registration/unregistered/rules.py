"""What may be wrong with a case."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.timezone import localdate

from nuudel.domains.registration.models import UnregisteredHousehold
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.states import WRITTEN


def unregistered(case: UnregisteredHousehold, action: str) -> Sequence[Problem]:
    return list(problems(case, localdate())) if action in WRITTEN else ()


def problems(case: UnregisteredHousehold, today: date) -> Iterator[Problem]:
    """The broken rules of a case."""
    if case.found_on and case.found_on > today:
        yield Problem("found_on", "registration.unregistered_rule.future")
    if case.persons is not None and case.persons < 1:
        yield Problem("persons", "registration.unregistered_rule.nobody")
    if case.children is not None and case.persons is not None and case.children > case.persons:
        yield Problem("children", "registration.unregistered_rule.children")
    if case.came_from and case.came_from == case.place:
        yield Problem("came_from", "registration.unregistered_rule.same_place")
