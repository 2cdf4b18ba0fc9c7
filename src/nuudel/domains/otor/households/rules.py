"""What a household, a count or a camp must keep."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.timezone import localdate

from nuudel.domains.otor import models, spots
from nuudel.domains.otor.requests.states import LIVE
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.states import WRITTEN

PHONE = re.compile(r"\+?[0-9]{8,15}")
MOST_PERSONS = 30
MOST_HEADS = 20_000


def household(record: models.HerderHousehold, action: str) -> Sequence[Problem]:
    busy = False
    if action == "end":
        with service_rights():
            busy = record.requests.filter(state__in=LIVE).exists()
    return list(household_problems(record, action, busy))


def household_problems(record: models.HerderHousehold, action: str, on_otor: bool) -> Iterator[Problem]:
    """Problems of a household; ``on_otor``: it has a request that is not over."""
    if action == "release_account" and record.holder_id is None:
        yield Problem("state", "otor.rule.no_account")
    if action == "end" and on_otor:
        yield Problem("state", "otor.rule.still_on_otor")
    if action not in WRITTEN:
        return
    if not record.place or not spots.is_soum(record.place):
        yield Problem("place", "otor.rule.soum")
    if not (record.head_name or "").strip():
        yield Problem("head_name", "otor.rule.missing")
    if record.phone and not PHONE.fullmatch(record.phone):
        yield Problem("phone", "otor.rule.phone")
    yield from people_problems(record.persons, record.school_children)


def people_problems(persons: int, school_children: int) -> Iterator[Problem]:
    if not 1 <= persons <= MOST_PERSONS:
        yield Problem("persons", "otor.rule.persons", {"most": MOST_PERSONS})
    if school_children > persons:
        yield Problem("school_children", "otor.rule.children")


def count(record: models.LivestockCount, action: str) -> Sequence[Problem]:
    return list(count_problems(record, localdate())) if action in WRITTEN else ()


def count_problems(record: models.LivestockCount, today: date) -> Iterator[Problem]:
    """A count is of a day that has come; none at all is possible, after a dzud."""
    if record.day > today:
        yield Problem("day", "otor.rule.future")
    yield from herd_problems(record.herd)


def herd_problems(herd: dict[str, int]) -> Iterator[Problem]:
    for name, heads in herd.items():
        if heads > MOST_HEADS:
            yield Problem(name, "otor.rule.heads", {"most": f"{MOST_HEADS:,}"})


def camp(record: models.Camp, action: str) -> Sequence[Problem]:
    return list(camp_problems(record)) if action in WRITTEN else ()


def camp_problems(record: models.Camp) -> Iterator[Problem]:
    """A camp is in a soum, and its position in the country."""
    if not spots.is_soum(record.soum):
        yield Problem("soum", "otor.rule.soum")
    latitude, longitude = record.latitude, record.longitude
    if (latitude is None) != (longitude is None):
        yield Problem("latitude" if latitude is None else "longitude", "otor.rule.position_half")
    if latitude is None or longitude is None:
        return
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180) or not spots.in_country(latitude, longitude):
        swapped = -90 <= longitude <= 90 and spots.in_country(longitude, latitude)
        yield Problem("latitude", "otor.rule.position_swapped" if swapped else "otor.rule.position")
