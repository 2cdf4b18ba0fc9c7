"""Looking at what was entered, rule by rule: an alert once for each cause, and whoever is concerned is told.

Each rule is a transaction of its own, under a lock on the rule: two workers at once make one alert, and a
rule that fails keeps no other back. What was entered twice changes nothing.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from nuudel.domains.displacement import models
from nuudel.domains.displacement.alerts.figures import Figures
from nuudel.domains.displacement.alerts.raising import KEPT_DAYS, Raising
from nuudel.domains.displacement.alerts.signals import reached
from nuudel.domains.displacement.alerts.states import OPEN
from nuudel.domains.displacement.submissions.entering import name_of
from nuudel.web.access.context import acting
from nuudel.web.facts.service import service_user
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types

PURPOSE = "alerts"
RULE = "displacement.alert_rule"
WATCHED = ("active", "failing")
RECENT = 2
"""Days that are looked at: today, and yesterday, whose evening phones send in the night."""

AWAKE = timedelta(hours=1)
"""Rules are looked at while something was entered, rejected or changed so lately."""

log = logging.getLogger(__name__)


def watch_all(now: datetime | None = None) -> int:
    """Look at all rules of running operations; how many alerts were made."""
    now = now or timezone.now()
    with acting(service_user(), PURPOSE):
        rules = models.AlertRule.objects.filter(state__in=WATCHED, operation__state="open")
        found = list(rules.order_by("operation_id", "pk").values_list("pk", "operation_id", "changed_at"))
        awake = {operation for operation in {row[1] for row in found} if is_awake(operation, now)}
    return sum(
        watch(pk, now) for pk, operation, changed in found if operation in awake or changed >= now - AWAKE
    )


def is_awake(operation: UUID, now: datetime) -> bool:
    """Whether figures of an operation have changed lately."""
    rows = models.Submission.objects.filter(round__operation=operation, changed_at__gte=now - AWAKE)
    first = timezone.localdate(now) - timedelta(days=KEPT_DAYS)
    # What came just now is looked at whatever day it tells: the phone's clock may be wrong.
    return rows.exclude(layout="").filter(Q(day__gte=first) | Q(created_at__gte=now - AWAKE)).exists()


def watch(pk: UUID, now: datetime) -> int:
    """Look at one rule; its maker is told where that fails, and again when it works."""
    try:
        with acting(service_user(), PURPOSE):
            rule = locked(pk)
            if rule is None:
                return 0
            made = settle(rule, now)
            if rule.state == "failing":
                step(rule, "recover", "")
            return made
    except Exception as error:  # whatever is wrong with one rule keeps no other back
        log.warning("a rule of alerts failed: %s", name_of(error))
        note_fault(pk, name_of(error))
        return 0


def locked(pk: UUID) -> models.AlertRule | None:
    """The rule; none where another worker is at it, or it has ended."""
    rows = models.AlertRule.objects.select_for_update(of=("self",), skip_locked=True)
    return rows.select_related("institution", "operation").filter(pk=pk, state__in=WATCHED).first()


def note_fault(pk: UUID, code: str) -> None:
    with acting(service_user(), PURPOSE):
        rule = locked(pk)
        if rule is not None and rule.state == "active":
            step(rule, "fail", code)


def step(rule: models.AlertRule, action: str, fault: str) -> None:
    before, rule.fault = rule.fault, fault
    records.follow(service_user(), record_types()[RULE], rule, action, before={"fault": before})


def settle(rule: models.AlertRule, now: datetime) -> int:
    """Bring a rule's alerts to what the figures say now; how many were made."""
    today = timezone.localdate(now)
    figures = Figures(rule.operation)
    raising = Raising(rule, now)
    days = days_of(rule, raising.known, today)
    found = {day: reached(rule, figures, day) for day in days}
    raising.lapse({one.cause(rule.alert_direction) for several in found.values() for one in several})
    recent = [one for day in recent_days(rule, today) for one in found[day]]
    return raising.raise_for(recent)


def recent_days(rule: models.AlertRule, today: date) -> list[date]:
    """Days of which a new alert may be made, the first one first; none before the rule was there."""
    since = timezone.localdate(rule.created_at)
    days = (today - timedelta(days=back) for back in reversed(range(RECENT)))
    return [day for day in days if day >= since]


def days_of(rule: models.AlertRule, alerts: Sequence[models.Alert], today: date) -> list[date]:
    """The recent days, and those of alerts that are open."""
    first = today - timedelta(days=KEPT_DAYS)
    told = {
        date.fromisoformat(cause.split("|")[2])
        for alert in alerts
        if alert.state in OPEN
        for cause in alert.causes
    }
    return sorted({*recent_days(rule, today), *(day for day in told if day >= first)})
