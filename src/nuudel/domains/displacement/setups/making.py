"""Making an operation of a setup: all of it in the running transaction, or nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from nuudel.domains.displacement import models
from nuudel.domains.displacement.forms.instruments import uploaded
from nuudel.domains.displacement.forms.keeping import keep
from nuudel.domains.displacement.frames.making import at_level, make_frame
from nuudel.domains.displacement.roles import SENDING
from nuudel.domains.displacement.setups.reading import NO_FRAME, Setup
from nuudel.web.access.decisions import path_of
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import Institution, Posting, User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.words import language

TOLD = [Role.PLANNER.value, Role.POLICY_COORDINATOR.value]
"""Whom the rules of a setup tell; who runs the operation adds others."""


@dataclass(frozen=True)
class Wanted:
    """What is chosen of a new operation."""

    setup: Setup
    place: str
    institution: Institution
    first: date
    title: str = ""


def make(user: User, kind: str, record: Any) -> Any:
    return records.create(user, record_types()[f"displacement.{kind}"], record)


def set_up(user: User, wanted: Wanted) -> models.Operation:
    """Make an operation with its rounds, forms, frames, assignments and rules: all planned, none open.

    Raises
    ------
    PermissionDenied
        The user may not make one of them there.
    BrokenRulesError
        ``WEB-214``.
    """
    setup, rhythm = wanted.setup, wanted.setup.rounds
    last = wanted.first + timedelta(days=rhythm.every * (rhythm.count - 1) + rhythm.days - 1)
    operation = models.Operation(
        title_mn=wanted.title or setup.title["mn"],
        title_en=setup.title["en"] if not wanted.title else "",
        purpose=setup.purpose[language()],
        start=wanted.first,
        end=last,
        **where(wanted),
    )
    make(user, "operation", operation)
    for number in range(rhythm.count):
        around = make_round(user, wanted, operation, number)
        if number == 0:
            assign(user, around)
    for key in setup.instruments:
        keep(user, operation, uploaded(key))
    for alarm in setup.alarms:
        make(user, "alert_rule", rule_of(wanted, operation, alarm))
    for name, value in setup.limits.items():
        limit = models.Limit(
            operation=operation, limit=name, start=wanted.first, value=value, **where(wanted)
        )
        make(user, "limit", limit)
    return operation


def where(wanted: Wanted) -> dict[str, Any]:
    return {"place": wanted.place, "institution": wanted.institution}


def make_round(user: User, wanted: Wanted, operation: models.Operation, number: int) -> models.Round:
    """A round; the first one with its frame, which the next ones take over with what was learned."""
    rhythm = wanted.setup.rounds
    start = wanted.first + timedelta(days=number * rhythm.every)
    around = models.Round(
        operation=operation,
        number=number + 1,
        start=start,
        end=start + timedelta(days=rhythm.days - 1),
        **where(wanted),
    )
    make(user, "round", around)
    if number == 0 and wanted.setup.frame != NO_FRAME:
        make_frame(user, around, at_level(around, wanted.setup.frame))
    return around


def assign(user: User, around: models.Round) -> None:
    """Assign the institution's enumerators to where they are posted, in the place of a round."""
    for person, area in enumerators(around):
        row = models.Assignment(round=around, holder=person, place=area, institution=around.institution)
        make(user, "assignment", row)


def enumerators(around: models.Round) -> Iterator[tuple[User, str]]:
    rows = Posting.objects.filter(institution=around.institution_id, role=SENDING, user__is_active=True)
    seen = set()
    for posting in rows.select_related("user").order_by("user__name", "pk"):
        inside = posting.place and around.place in path_of(posting.place)
        above = not posting.place or posting.place in path_of(around.place)
        area = posting.place if inside else around.place
        if (inside or above) and (posting.user_id, area) not in seen:
            seen.add((posting.user_id, area))
            yield posting.user, area


def rule_of(wanted: Wanted, operation: models.Operation, alarm: Any) -> models.AlertRule:
    return models.AlertRule(
        operation=operation,
        title=alarm.title[language()],
        signal=alarm.signal,
        at_least=alarm.at_least,
        cases=alarm.cases,
        days=alarm.days,
        alert_about=alarm.alert_about,
        alert_direction=alarm.direction,
        roles_told=TOLD,
        **where(wanted),
    )
