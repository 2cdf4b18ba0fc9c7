"""What a service, a conflict or a step of mediation must keep."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.timezone import localdate

from nuudel.domains.otor.models import Conflict, Mediation, Service
from nuudel.domains.otor.requests.states import HERE, PROMISED
from nuudel.web.access.context import current
from nuudel.web.access.decisions import works_for
from nuudel.web.access.roles import Role
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.states import CREATED, WRITTEN

GRANTING = (*PROMISED, *HERE)
"""States of a request in which services are granted: also to a household that came without a permit."""


def service(record: Service, action: str) -> Sequence[Problem]:
    user = current().user
    roles = (Role.REGISTRAR, Role.CASE_WORKER)
    host = user is not None and works_for(user, record.request.place, *roles)
    return list(service_problems(record, action, localdate(), host))


def service_problems(record: Service, action: str, today: date, host: bool) -> Iterator[Problem]:
    """Problems of a service; ``host``: whoever acts works for the receiving soum."""
    if not host:
        yield Problem("state", "otor.rule.host_side_only")
    if action == CREATED and record.request.state not in GRANTING:
        yield Problem("kind", "otor.rule.not_granting")
    if action in WRITTEN and record.persons is not None and record.persons > record.request.persons:
        yield Problem("persons", "otor.rule.more_than_came", {"persons": record.request.persons})
    if action in WRITTEN and record.kind != "vet" and not record.persons:
        yield Problem("persons", "otor.rule.missing")
    if action == "deliver":
        if record.day is not None and record.day > today:
            yield Problem("day", "otor.rule.future")
        if record.request.arrived_on is None:
            yield Problem("day", "otor.rule.not_come")


def conflict(record: Conflict, action: str) -> Sequence[Problem]:
    steps = record.mediation.filter(state="recorded").count() if action == "settle" else 0
    return list(conflict_problems(record, action, localdate(), steps))


def conflict_problems(record: Conflict, action: str, today: date, steps: int) -> Iterator[Problem]:
    """Problems of a conflict; ``steps``: of mediation, as far as they are recorded."""
    if action in WRITTEN:
        if record.day > today:
            yield Problem("day", "otor.rule.future")
        if not (record.account or "").strip():
            yield Problem("account", "otor.rule.missing")
        if not (record.first_party or record.second_party or record.request_id):
            yield Problem("first_party", "otor.rule.nobody_named")
        if record.request is not None and record.request.place != record.place:
            yield Problem("request_code", "otor.rule.other_soum")
    if action == "settle":
        if not record.outcome:
            yield Problem("outcome", "otor.rule.outcome_first")
        if not steps:
            yield Problem("state", "otor.rule.mediation_first")


def mediation(record: Mediation, action: str) -> Sequence[Problem]:
    return list(mediation_problems(record, action, localdate()))


def mediation_problems(record: Mediation, action: str, today: date) -> Iterator[Problem]:
    if action not in WRITTEN:
        return
    if record.day > today:
        yield Problem("day", "otor.rule.future")
    if record.day < record.conflict.day:
        yield Problem("day", "otor.rule.before_conflict")
    if not (record.result or "").strip():
        yield Problem("result", "otor.rule.missing")
