"""What must hold of operations, rounds and assignments."""

from collections.abc import Iterator, Sequence
from datetime import date

from nuudel.domains.displacement import models
from nuudel.web.access.decisions import path_of
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.states import CHANGED, CREATED

WRITTEN = (CREATED, CHANGED)


def order(start: date | None, end: date | None) -> Iterator[Problem]:
    if start is not None and end is not None and end < start:
        yield Problem("end", "displacement.rule.end_before_start")


def operation(record: models.Operation, action: str) -> Sequence[Problem]:
    problems = list(order(record.start, record.end))
    if action == "close" and record.rounds.filter(state="open").exists():
        problems.append(Problem("state", "displacement.rule.rounds_open"))
    return problems


def round_(record: models.Round, action: str) -> Sequence[Problem]:
    problems = list(order(record.start, record.end))
    others = models.Round.objects.filter(operation=record.operation_id, number=record.number)
    if action in WRITTEN and others.exclude(pk=record.pk).exists():
        problems.append(Problem("number", "displacement.rule.number_taken"))
    if action in ("open", "reopen") and record.operation.state != "open":
        problems.append(Problem("state", "displacement.rule.operation_not_open"))
    return problems


def assignment(record: models.Assignment, action: str) -> Sequence[Problem]:
    if action != CREATED:
        return ()
    problems = []
    if record.holder is None:
        problems.append(Problem("person", "displacement.rule.person_missing"))
    if record.round.state == "closed":
        problems.append(Problem("round", "displacement.rule.round_closed"))
    if record.round.place not in path_of(record.place):
        problems.append(Problem("area", "displacement.rule.area_outside"))
    same = models.Assignment.objects.filter(round=record.round_id, holder=record.holder_id, state="active")
    if same.filter(place=record.place).exists():
        problems.append(Problem("area", "displacement.rule.assigned_already"))
    return problems
