"""Alerts: each kind of rule worked by hand, once a cause, to whom it concerns; what fails, fails alone."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from nuudel.domains.displacement import models
from nuudel.domains.displacement.alerts import signals, watching
from nuudel.domains.displacement.alerts.watching import watch_all
from nuudel.domains.displacement.tests.given import given, make, step
from nuudel.domains.displacement.tests.watches import AREA, POINT, Entered, passed
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.operations.database import Addresses
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.jobs import send_notice
from nuudel.web.shell.models import Notice
from nuudel.web.testing import institution, user_with

CASES = {"cases": 1, "quiet_hours": 0}


@pytest.fixture
def entered(database: Addresses) -> Entered:
    return Entered(given())


def today() -> date:
    return timezone.localdate()


def ruled(
    entered: Entered, signal: str, limit: float, by: User | None = None, **fields: Any
) -> models.AlertRule:
    """A rule that tells planners."""
    around = entered.given
    rule = models.AlertRule(
        operation=around.operation,
        title="Баруун хаалга",
        signal=signal,
        at_least=Decimal(str(limit)),
        place=around.operation.place,
        institution=around.operation.institution,
        **{"roles_told": [Role.PLANNER.value], **CASES, **fields},
    )
    made: models.AlertRule = make(by or around.planner, "alert_rule", rule)
    return made


def alerts(entered: Entered) -> list[models.Alert]:
    with acting(entered.given.planner, "test"):
        rows = models.Alert.objects.filter(rule__operation=entered.given.operation)
        return list(rows.order_by("pk"))


def figures(entered: Entered) -> list[tuple[str, float, int]]:
    return sorted((row.spot, float(row.value), row.cases) for row in alerts(entered))


def test_passages_of_an_hour_at_each_point(entered: Entered) -> None:
    # West gate, 9 o'clock: 40 + 30 in cars and buses inward = 70; out 25. Hour 10: 60. East gate: 69.
    rule = ruled(entered, "passages_hour", 70)
    cause = entered.watch(today(), passed(9, 40), passed(9, 30, mode="bus"), passed(10, 60))
    entered.watch(today(), passed(9, 69), point="east-gate")
    assert watch_all() == 1
    [alert] = alerts(entered)
    assert (alert.spot, alert.hour, float(alert.value), float(alert.limit)) == (POINT, 9, 70, 70)
    assert (alert.rule_id, alert.place, alert.sent_by) == (rule.pk, AREA, [str(cause.pk)])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [("east-gate", 50.0, 1), (POINT, 95.0, 2)]),
        ({"alert_direction": "in"}, [("east-gate", 50.0, 1), (POINT, 70.0, 1)]),
        ({"point": "east-gate"}, [("east-gate", 50.0, 1)]),
        ({"point": "all"}, [("all", 145.0, 3)]),
    ],
)
def test_passages_of_a_day(entered: Entered, fields: dict[str, Any], expected: list[Any]) -> None:
    ruled(entered, "passages_day", 50, **fields)
    entered.watch(today(), passed(9, 70), passed(11, 25, "out"))
    entered.watch(today(), passed(9, 50), point="east-gate")
    watch_all()
    assert figures(entered) == expected


def test_many_more_than_usual_by_weekday_and_hour(entered: Entered) -> None:
    # Hour 9 on the same weekday: 20, 30, 40 -> 30; hour 10 was watched on two of them only: no usual.
    ruled(entered, "passages_usual", 2, cases=10)
    for week, persons in ((1, 20), (2, 30), (3, 40)):
        day = today() - timedelta(weeks=week)
        end = "10:00" if week == 3 else "11:00"
        entered.watch(day, passed(9, persons), passed(10, 1), start="09:00", end=end)
    # Half an hour is watched today: 15 are usual, 30 passed, twice the usual. 500 at 10 are not compared.
    entered.watch(today(), passed(9, 30), start="09:00", end="09:30")
    entered.watch(today(), passed(10, 500), start="10:00", end="11:00")
    watch_all()
    assert figures(entered) == [(POINT, 2.0, 30)]


def assessed(entered: Entered, area: str, arrived: int, persons: int) -> None:
    entered.told("area", today(), {"arrived": arrived, "persons": persons}, area=area)


def test_arrivals_by_the_last_assessment_of_each_area(entered: Entered) -> None:
    ruled(entered, "arrivals", 30)
    ruled(entered, "arrivals_share", 25, cases=100)
    ruled(entered, "arrivals", 60, area="MN81")
    assessed(entered, "MN18101", 90, 1000)  # replaced by the next one of the same area
    assessed(entered, "MN18101", 29, 1000)
    assessed(entered, "MN18104", 31, 120)
    assessed(entered, "MN18107", 20, 50)  # 40 %, of too few
    watch_all()
    # 29 + 31 + 20 in the aimag; 31 of 120 is 25.8 %.
    assert figures(entered) == [("MN18104", 25.8, 120), ("MN18104", 31.0, 120), ("MN81", 80.0, 1170)]


def test_shares_of_profiles(entered: Entered) -> None:
    ages: dict[str, Any] = {"women": 20, "men": 20, "girls": 5, "boys": 5}
    entered.watch(
        today(),
        passed(8, 50, **ages),
        passed(9, 100, foreigners=30),
        passed(9, 50, "out", "bus", women=10, men=10, girls=20, boys=10),
    )
    for reason in ("trade", "trade", "hazard", "visit"):
        entered.traveller(today(), reason=reason, citizenship="MNG")
    entered.traveller(today(), agreed="no")
    wanted = [
        ("children", 40.0, 100),  # 10 of 50 and 30 of 50
        ("foreigners", 30.0, 100),
        ("direction.out", 25.0, 200),
        ("mode.bus", 25.0, 200),
        ("reason.trade", 50.0, 4),
        ("citizenship.MNG", 100.0, 4),
    ]
    for about, share, _ in wanted:
        ruled(entered, "profile", share, alert_about=about, cases=4)
    ruled(entered, "profile", 24, alert_about="reason.hazard", cases=5)  # of too few
    watch_all()
    found = {row.alert_about: (float(row.value), row.cases) for row in alerts(entered)}
    assert found == {about: (share, cases) for about, share, cases in wanted}


def test_symptoms_within_days(entered: Entered) -> None:
    ruled(entered, "symptom", 2, alert_about="symptom.fever", days=3)
    for back, symptoms in ((3, ["fever"]), (2, ["fever", "cough"]), (1, ["none"]), (0, ["cough"])):
        entered.traveller(today() - timedelta(days=back), *symptoms)
    watch_all()
    assert alerts(entered) == []  # the first of the two fevers is four days old
    cause = entered.traveller(today(), "fever", "rash")
    watch_all()
    [alert] = alerts(entered)
    assert (float(alert.value), alert.cases, alert.day) == (2, 4, today())
    assert str(cause.pk) in alert.sent_by


def test_emergencies_by_kind_and_place(entered: Entered) -> None:
    ruled(entered, "event", 100, alert_about="event.flood")
    ruled(entered, "event", 300)
    for kind, persons, area in (
        ("flood", 90, "MN18101"),
        ("flood", 120, "MN18101"),
        ("fire", 300, "MN18104"),
    ):
        entered.told("event", today(), {"kind": kind, "persons": persons}, area=area)
    watch_all()
    # Two reports of one flood: the highest figure, not the sum.
    assert figures(entered) == [("MN18101", 120.0, 120), ("MN18104", 300.0, 300)]
    assert {row.alert_about for row in alerts(entered)} == {"event.flood", "event.fire"}


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


def rules_of(entered: Entered) -> list[models.AlertRule]:
    with acting(entered.given.planner, "test"):
        return list(models.AlertRule.objects.filter(operation=entered.given.operation))


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
