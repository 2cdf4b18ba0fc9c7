"""What must hold of areas, teams, their members, and informants."""

from collections.abc import Iterator, Sequence

from nuudel.domains.displacement import models
from nuudel.web.access.decisions import path_of
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.states import CHANGED, CREATED

WRITTEN = (CREATED, CHANGED)


def area(record: models.FrameArea, action: str) -> Sequence[Problem]:
    """Asked of each of some thousand areas of a frame: nothing here looks anything up row by row."""
    return tuple(problems_of(record)) if action in WRITTEN else tuple(closed(record.round))


def problems_of(record: models.FrameArea) -> Iterator[Problem]:
    around = record.round
    yield from closed(around)
    if around.place not in path_of(record.place):
        yield Problem("soum", "displacement.rule.area_outside")
    if record.due is not None and not around.start <= record.due <= around.end:
        yield Problem("due", "displacement.rule.due_outside")
    if record.team is not None and record.team.round_id != around.pk:
        yield Problem("team", "displacement.rule.team_of_other_round")


def closed(around: models.Round) -> Iterator[Problem]:
    if around.state == "closed":
        yield Problem("round", "displacement.rule.round_closed")


def team(record: models.Team, action: str) -> Sequence[Problem]:
    problems = list(closed(record.round)) if action == CREATED else []
    others = models.Team.objects.filter(round=record.round_id, name=record.name).exclude(pk=record.pk)
    if action in WRITTEN and others.exists():
        problems.append(Problem("name", "displacement.rule.team_taken"))
    return problems


def member(record: models.Member, action: str) -> Sequence[Problem]:
    if action != CREATED:
        return ()
    if record.holder is None:
        return (Problem("person", "displacement.rule.person_missing"),)
    same = models.Member.objects.filter(team=record.team_id, holder=record.holder_id, state="active")
    return (Problem("person", "displacement.rule.member_already"),) if same.exists() else ()


def informant(record: models.Informant, action: str) -> Sequence[Problem]:
    if action == CREATED and record.operation.place not in path_of(record.place):
        return (Problem("soum", "displacement.rule.outside_operation"),)
    return ()
