"""What must hold of a rule."""

from collections.abc import Iterator, Sequence

from nuudel.domains.displacement import models
from nuudel.domains.displacement.alerts.answers import ANSWERED
from nuudel.domains.displacement.alerts.signals import SEEN
from nuudel.domains.displacement.alerts.spots import PERCENT
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.states import CHANGED, CREATED

SHARES = ("arrivals_share", "profile")
MOST_DAYS = 60


def rule(record: models.AlertRule, action: str) -> Sequence[Problem]:
    if action not in (CREATED, CHANGED):
        return ()
    return [*figures(record), *about(record), *whom(record)]


def figures(record: models.AlertRule) -> Iterator[Problem]:
    limit = record.at_least
    if limit is None or limit <= 0:
        yield Problem("at_least", "displacement.alert_problem.limit")
    elif record.signal in SHARES and limit > PERCENT:
        yield Problem("at_least", "displacement.alert_problem.percent")
    if not 1 <= (record.days or 0) <= MOST_DAYS:
        yield Problem("days", "displacement.alert_problem.days", {"most": MOST_DAYS})


def about(record: models.AlertRule) -> Iterator[Problem]:
    """What a signal looks for."""
    trait = record.alert_about.partition(".")[0]
    wanted = {"profile": {*SEEN, *ANSWERED}, "symptom": {"symptom", ""}, "event": {"event", ""}}
    if trait not in wanted.get(record.signal, {""}):
        yield Problem(
            "alert_about",
            f"displacement.alert_problem.about_{record.signal}"
            if record.signal in wanted
            else "displacement.alert_problem.about_none",
        )


def whom(record: models.AlertRule) -> Iterator[Problem]:
    if not record.roles_told and not record.people_told:
        yield Problem("roles_told", "displacement.alert_problem.whom")
