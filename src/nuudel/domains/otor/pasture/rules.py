"""What may be wrong with a capacity."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.utils.timezone import localdate

from nuudel.domains.otor.models import PastureCapacity
from nuudel.domains.otor.pasture.standing import ground_on
from nuudel.domains.otor.spots import is_soum
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.states import CREATED

FARTHEST_AHEAD = timedelta(days=366)
TIMES_AS_MUCH = 20
"""A capacity of more than so many times the estimate is a slip of the pen, such as another unit."""


def capacity(record: PastureCapacity, action: str) -> Sequence[Problem]:
    """Rules for a capacity that is being made."""
    if action != CREATED:
        return ()
    soum, today = is_soum(record.place), localdate()
    estimate = None
    if soum:
        ground = ground_on(today)
        estimate = ground.capacities(record.half)[ground.at(record.place)]
    twice = PastureCapacity.objects.filter(
        place=record.place, half=record.half, valid_from=record.valid_from, state="in_force"
    )
    return tuple(capacity_problems(record, soum, estimate, today, twice.exists()))


def capacity_problems(
    record: PastureCapacity, soum: bool, estimate: float | None, today: date, twice: bool
) -> Iterator[Problem]:
    """What is wrong, given what was looked up."""
    if not soum:
        yield Problem("place", "otor.rule.capacity_soum")
    if record.valid_from > today + FARTHEST_AHEAD:
        yield Problem("valid_from", "otor.rule.capacity_far_ahead")
    if twice:
        yield Problem("valid_from", "otor.rule.capacity_twice")
    if estimate is not None and record.sheep_units > TIMES_AS_MUCH * estimate:
        most = f"{round(TIMES_AS_MUCH * estimate):,}"
        yield Problem("sheep_units", "otor.rule.capacity_too_much", {"most": most})
    if not record.source.strip():
        yield Problem("source", "otor.rule.capacity_source")
