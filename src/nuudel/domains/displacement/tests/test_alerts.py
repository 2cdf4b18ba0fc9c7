"""Alerts: each kind of rule worked by hand, once a cause, to whom it concerns; what fails, fails alone."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.utils import timezone

from nuudel.domains.displacement import models
from nuudel.domains.displacement.alerts import watching
from nuudel.domains.displacement.alerts.usual import most_usual
from nuudel.domains.displacement.alerts.watching import watch_all
from nuudel.domains.displacement.alerts.words import sentence
from nuudel.domains.displacement.tests.given import given, make
from nuudel.domains.displacement.tests.watches import AREA, POINT, Entered, passed
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_user
from nuudel.web.operations.database import Addresses

ZONE = ZoneInfo("Asia/Ulaanbaatar")
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
        signal=signal,
        at_least=Decimal(f"{limit:.1f}"),
        place=around.operation.place,
        institution=around.operation.institution,
        **{"title": "Баруун хаалга", "roles_told": [Role.PLANNER.value], **CASES, **fields},
    )
    made: models.AlertRule = make(by or around.planner, "alert_rule", rule)
    return made


def alerts(entered: Entered) -> list[models.Alert]:
    with acting(entered.given.planner, "test"):
        rows = models.Alert.objects.filter(rule__operation=entered.given.operation)
        return list(rows.select_related("rule").order_by("pk"))


def rules_of(entered: Entered) -> list[models.AlertRule]:
    with acting(entered.given.planner, "test"):
        return list(models.AlertRule.objects.filter(operation=entered.given.operation))


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
    # Hours 8 to 10 on five of the same weekdays: 20, 30, 40, 30, 30 an hour -> 30; hour 12 on four: no usual.
    ruled(entered, "passages_usual", 2, cases=10)
    for week, persons in ((1, 20), (2, 30), (3, 40), (4, 30), (5, 30)):
        day = today() - timedelta(weeks=week)
        entered.watch(day, *(passed(hour, persons) for hour in (8, 9, 10)), start="08:00", end="11:00")
        if week < 5:
            entered.watch(day, passed(12, 1), start="12:00", end="13:00")
    # Two hours and a half are too few to be told from a convoy, however many passed.
    entered.watch(today(), passed(8, 400), start="08:00", end="10:30")
    entered.watch(today(), passed(12, 500), start="12:00", end="13:00")
    watch_all()
    assert figures(entered) == []
    # With the third hour 90 are usual and 500 passed; the 500 at 12 are not compared.
    entered.watch(today(), passed(10, 100), start="10:30", end="11:00")
    watch_all()
    assert figures(entered) == [(POINT, 5.6, 500)]


def test_days_that_differ_by_chance_raise_few_alarms() -> None:
    """The review's: 20 an hour, clusters of 5, no change; looked at after each hour of eight."""
    random = np.random.default_rng(5)
    for deviation, most in ((0.2, 0.015), (0.35, 0.04)):
        level = np.exp(random.normal(0, deviation, (4000, 7, 1)) - deviation**2 / 2)
        counts = random.poisson(random.gamma(20 * level / 4 * np.ones(8)) * 4)
        usual = counts[:, :6].mean(axis=1)
        alarmed = np.zeros(4000, bool)
        for hours in range(3, 9):
            expected, now = usual[:, :hours].sum(axis=1), counts[:, 6, :hours].sum(axis=1)
            ratios = counts[:, :6, :hours].sum(axis=2) / expected[:, None]
            bound = most_usual(expected, ratios.var(axis=1, ddof=1), np.full(4000, 6))
            alarmed |= (now >= 2 * expected) & (now > bound) & (now >= 50)
        assert alarmed.mean() < most
        # A day three times as busy is found.
        busy = 3 * counts[:, 6].sum(axis=1)
        ratios = counts[:, :6].sum(axis=2) / usual.sum(axis=1)[:, None]
        bound = most_usual(usual.sum(axis=1), ratios.var(axis=1, ddof=1), np.full(4000, 6))
        assert ((busy >= 2 * usual.sum(axis=1)) & (busy > bound)).mean() > 0.5


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
    ]
    for about, share, _ in wanted:
        ruled(entered, "profile", share, alert_about=about, cases=4)
    # Of travellers a sample was asked: 2 and 4 of 4 are 6.8 % and 39.8 % at least, by Clopper and Pearson.
    asked = [("reason.trade", 50.0, 4, 6.7), ("citizenship.MNG", 100.0, 4, 39.7)]
    for about, share, cases, limit in asked:
        ruled(entered, "profile", limit, alert_about=about, cases=4)
        ruled(entered, "profile", limit + 0.2, alert_about=about, cases=4, title="No")
        wanted.append((about, share, cases))
    ruled(entered, "profile", 24, alert_about="reason.hazard", cases=5)  # of too few
    watch_all()
    found = {row.alert_about: (float(row.value), row.cases) for row in alerts(entered)}
    assert found == {about: (share, cases) for about, share, cases in wanted}
    assert {row.rule.title for row in alerts(entered)} == {"Баруун хаалга"}


def test_what_travellers_say_is_weighted_to_who_passed(entered: Entered) -> None:
    """Nine of ten passages are by bus, and half of the interviews."""
    began = datetime.combine(today(), time(1), UTC)  # 09:00 in Ulaanbaatar
    for back in range(5):
        day = today() - timedelta(days=back)
        entered.watch(day, passed(9, 90, mode="bus"), passed(9, 10), start="00:00", end="23:59")
    for number in range(40):
        told = ("bus", "trade") if number % 2 else ("car", "visit")
        answers = {"mode": told[0], "reason": told[1], "agreed": "yes", "direction": "in", "point": POINT}
        entered.told("traveller", today(), answers, began_at=began)
    ruled(entered, "profile", 60, alert_about="reason.trade", cases=20)
    ruled(entered, "profile", 30, alert_about="reason.visit", cases=20)
    watch_all()
    [alert] = alerts(entered)
    assert (alert.alert_about, alert.cases) == ("reason.trade", 40)
    assert 88 <= float(alert.value) <= 92
    with acting(entered.given.planner, "test"):
        assert "95" in sentence(alert.rule)


def at(hour: int, minute: int = 0, back: int = 0) -> datetime:
    """A moment of a day in Mongolia."""
    return datetime.combine(today() - timedelta(days=back), time(hour, minute), ZONE)


@pytest.mark.parametrize(
    ("off", "day", "told", "real"),
    [
        (6, 0, 15, 9),  # hours ahead: 15 o'clock is still to come
        (30, 1, 15, 9),  # a day and more ahead: told for tomorrow
        (-6, 0, 3, 9),  # behind
        (-72, -3, 9, 9),  # days behind: told for a day that alerts nobody any more
    ],
)
def test_a_wrong_clock_neither_makes_nor_hides_an_alert_of_now(
    entered: Entered, off: int, day: int, told: int, real: int
) -> None:
    ruled(entered, "passages_hour", 50)
    received, wrong = at(9, 50), timedelta(hours=off)
    told_day = today() + timedelta(days=day)
    sent = entered.watch(told_day, passed(told, 60), start=f"{told:02}:00", end=f"{told:02}:45")
    times = {"device_at": received + wrong, "began_at": at(9) + wrong, "ended_at": at(9, 45) + wrong}
    came(sent, created_at=received, **times)
    assert watch_own(entered, received + timedelta(minutes=1)) == 1
    [alert] = alerts(entered)
    assert (alert.day, alert.hour) == (today(), real)
    # Nor does it alert again once the day comes that it told.
    tomorrow = received + timedelta(days=1)
    came(sent, changed_at=tomorrow)
    assert watch_own(entered, tomorrow) == 0
    assert [row.state for row in alerts(entered)] == ["new"]


def test_what_was_finished_after_it_came_was_counted_before(entered: Entered) -> None:
    """Without the phone's clock at sending: the form's end, which lies ahead of its receipt, tells it."""
    ruled(entered, "passages_hour", 50)
    sent = entered.watch(today(), passed(14, 60), start="14:00", end="14:45")
    came(sent, created_at=at(9, 50), began_at=at(14), ended_at=at(14, 50))
    watch_own(entered, at(9, 51))
    [alert] = alerts(entered)
    assert (alert.day, alert.hour) == (today(), 9)


def watch_own(entered: Entered, now: datetime) -> int:
    """Look at the rules of one operation at a moment."""
    return sum(watching.watch(rule.pk, now) for rule in rules_of(entered))


def came(sent: models.Submission, **times: datetime) -> None:
    """When a submission was received, and what its phone told."""
    with acting(service_user(), "test"):
        models.Submission.objects.filter(pk=sent.pk).update(**times)
        note_audit("change", "displacement.submission", [sent.pk], sorted(times))


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
