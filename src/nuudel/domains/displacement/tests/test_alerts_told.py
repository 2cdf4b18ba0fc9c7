"""What becomes of an alert: once a cause, who is told, what lapses, and rules that fail."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from nuudel.domains.displacement import models
from nuudel.domains.displacement.alerts import signals, watching
from nuudel.domains.displacement.alerts.watching import watch_all
from nuudel.domains.displacement.tests.given import step
from nuudel.domains.displacement.tests.test_alerts import alerts, entered, ruled, rules_of, today
from nuudel.domains.displacement.tests.watches import AREA, Entered, passed
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.jobs import send_notice
from nuudel.web.shell.models import Notice
from nuudel.web.testing import institution, user_with

__all__ = ["entered"]


def test_one_cause_alerts_once_and_the_quiet_time_holds(entered: Entered) -> None:
    ruled(entered, "passages_hour", 50, quiet_hours=6)
    entered.watch(today(), passed(8, 60))
    assert [watch_all(), watch_all()] == [1, 0]
    entered.watch(today(), passed(9, 80), passed(9, 20, "out"))
    assert watch_all() == 0
    [alert] = alerts(entered)
    assert (float(alert.value), alert.hour, len(alert.causes), len(alert.sent_by)) == (100, 9, 2, 2)
    # After the quiet time what is known does not alert; what is new does.
    later = timezone.now() + timedelta(hours=6, minutes=30)
    assert sum(watching.watch(rule.pk, later) for rule in rules_of(entered)) == 0
    assert actions_told(entered, alert) == ["create"]


def actions_told(entered: Entered, record: Any) -> list[str]:
    """What the planner was told of a record, the first first."""
    rows = Notice.objects.filter(record_id=record.pk, user=entered.given.planner)
    return list(rows.order_by("pk").values_list("action", flat=True))


def test_a_late_submission_of_a_former_day_is_no_alert_of_today(entered: Entered) -> None:
    ruled(entered, "passages_day", 50)
    entered.watch(today() - timedelta(days=3), passed(9, 500))
    entered.watch(today() + timedelta(days=2), passed(9, 500))  # a wrong clock
    entered.watch(today(), passed(9, 49))
    assert watch_all() == 0


def test_yesterdays_evening_alerts_with_its_own_day(
    entered: Entered, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruled(entered, "passages_day", 50)
    tomorrow = timezone.now() + timedelta(days=1)
    entered.watch(today(), passed(22, 50), start="20:00", end="23:00")
    monkeypatch.setattr(watching, "AWAKE", timedelta(days=2))
    assert watch_all(tomorrow) == 1
    assert [row.day for row in alerts(entered)] == [today()]


def test_what_is_corrected_or_rejected_below_the_limit_lapses(entered: Entered) -> None:
    ruled(entered, "passages_hour", 50)
    wrong = entered.watch(today(), passed(8, 600))
    watch_all()
    step(entered.given.planner, "submission", wrong, "reject")
    watch_all()
    [alert] = alerts(entered)
    assert alert.state == "lapsed"
    assert actions_told(entered, alert) == ["create", "lapse"]
    # The same cause anew is an alert anew.
    entered.watch(today(), passed(8, 60))
    watch_all()
    assert [row.state for row in alerts(entered)] == ["lapsed", "new"]


def test_an_alert_that_was_answered_stays(entered: Entered) -> None:
    ruled(entered, "passages_hour", 50)
    wrong = entered.watch(today(), passed(8, 60))
    watch_all()
    step(entered.given.planner, "alert", alerts(entered)[0], "handle")
    step(entered.given.planner, "submission", wrong, "reject")
    assert watch_all() == 0
    assert [row.state for row in alerts(entered)] == ["handled"]


def test_who_is_told(entered: Entered) -> None:
    office = entered.given.operation.institution
    inside = user_with(Role.BORDER_OFFICER, place=AREA)
    named = user_with(Role.REGISTRAR)
    outside = user_with(Role.BORDER_OFFICER, place="MN11")
    elsewhere = user_with(Role.BORDER_OFFICER, at=institution("elsewhere"))
    roles = [Role.BORDER_OFFICER.value]
    ruled(entered, "passages_hour", 50, roles_told=roles, people_told=[named.pk, elsewhere.pk])
    entered.watch(today(), passed(8, 60))
    watch_all()
    [alert] = alerts(entered)
    told = Notice.objects.filter(record_id=alert.pk)
    assert {notice.user_id for notice in told} >= {inside.pk, named.pk}
    assert not {notice.user_id for notice in told} & {outside.pk, elsewhere.pk, entered.given.planner.pk}
    assert office.pk == alert.institution_id
    send_notice(told.get(user=inside).pk)
    [sent] = [one for one in mail.outbox if one.to == [inside.email]]
    assert "60" in sent.body
    assert str(today()) in sent.body
    step(inside, "alert", alert, "see")
    with acting(outside, "test"):
        assert not models.Alert.objects.filter(pk=alert.pk).exists()
    with pytest.raises(PermissionDenied):
        ruled(entered, "event", 1, by=inside)


def test_a_rule_that_fails_is_told_to_its_maker_and_others_go_on(
    entered: Entered, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = ruled(entered, "symptom", 1, alert_about="symptom.fever")
    ruled(entered, "passages_hour", 50)
    entered.watch(today(), passed(8, 60))
    entered.traveller(today(), "fever")

    def failing(rule: models.AlertRule, *_: object) -> Any:
        if rule.pk == bad.pk:
            raise KeyError("a secret")
        return reached(rule, *_)

    reached: Any = signals.reached
    monkeypatch.setattr(watching, "reached", failing)
    assert [watch_all(), watch_all()] == [1, 0]
    with acting(entered.given.planner, "test"):
        fresh = models.AlertRule.objects.get(pk=bad.pk)
    assert (fresh.state, fresh.fault) == ("failing", "KeyError")
    told = Notice.objects.filter(record_id=bad.pk)
    assert [(notice.action, notice.user_id) for notice in told] == [("fail", entered.given.planner.pk)]
    monkeypatch.setattr(watching, "reached", reached)
    assert watch_all() == 1
    with acting(entered.given.planner, "test"):
        assert models.AlertRule.objects.get(pk=bad.pk).state == "active"


@pytest.mark.parametrize(
    ("signal", "limit", "fields", "wrong"),
    [
        ("passages_hour", 0, {}, "at_least"),
        ("profile", 101, {"alert_about": "children"}, "at_least"),
        ("profile", 10, {}, "alert_about"),
        ("symptom", 1, {"alert_about": "event.flood"}, "alert_about"),
        ("passages_day", 1, {"alert_about": "children"}, "alert_about"),
        ("event", 1, {"days": 61}, "days"),
        ("event", 1, {"roles_told": []}, "roles_told"),
    ],
)
def test_rules_that_make_no_sense_are_refused(
    entered: Entered, signal: str, limit: float, fields: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(BrokenRulesError) as refused:
        ruled(entered, signal, limit, **fields)
    assert [problem.field for problem in refused.value.problems] == [wrong]
