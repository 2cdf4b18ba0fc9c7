"""Pages of points: the figures of a day worked by hand, whole days never without an interval."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nuudel.domains.displacement.frames.map import drawn_boundaries, land_of
from nuudel.domains.displacement.points import reading
from nuudel.domains.displacement.points.ahead import make_ahead
from nuudel.domains.displacement.points.day import PointDay, point_days
from nuudel.domains.displacement.points.drawing import colour, field, map_of
from nuudel.domains.displacement.points.listed import points_of, position
from nuudel.domains.displacement.points.reading import counted
from nuudel.domains.displacement.points.travellers import FEWEST, profile
from nuudel.domains.displacement.tests.given import given, step
from nuudel.domains.displacement.tests.watches import POINT, Entered, passed
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in, user_with


@pytest.fixture
def entered(database: Addresses) -> Entered:
    found = Entered(given())
    found.point(POINT, "Баруун хаалга")
    return found


def today() -> date:
    return timezone.localdate()


def shown(entered: Entered, day: date | None = None) -> dict[str, PointDay]:
    planner, operation = entered.given.planner, entered.given.operation
    with acting(planner, "test"):
        rows = point_days(counted(planner, operation, day or today()), points_of(operation))
    return {row.point.key: row for row in rows}


def page(client: Client, entered: Entered, query: str = "", part: str = "points/") -> str:
    answer = client.get(f"/en/desk/displacement/flow/{entered.given.operation.pk}/{part}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_figures_of_a_day_by_hour_and_direction(entered: Entered) -> None:
    # Two watches: 08:00–10:30 with half an hour of break, and 20:00–21:00, when nobody passed.
    entered.watch(
        today(), passed(8, 30), passed(8, 10, "out"), passed(9, 5, mode="bus"), start="08:00", end="10:30",
        break_minutes=30,
    )  # fmt: skip
    entered.watch(today(), start="20:00", end="21:00")
    entered.watch(today() - timedelta(days=1), passed(8, 500))
    rejected = entered.watch(today(), passed(8, 700))
    step(entered.given.planner, "submission", rejected, "reject")
    one = shown(entered)[POINT]
    assert (one.watches, one.observed, one.came, one.left) == (2, 45, 35, 10)
    assert one.minutes == pytest.approx(150 - 30 + 60)
    counts = {hour.hour: (hour.came, hour.left) for hour in one.hours if hour.observed}
    assert counts == {8: (30, 10), 9: (5, 0), 10: (0, 0), 20: (0, 0)}
    assert [day.observed for day in one.days[-2:]] == [500, 45]
    assert (one.point.name, one.point.place) == ("Баруун хаалга", "MN18101")


def test_a_day_that_was_watched_throughout_is_no_estimate(entered: Entered) -> None:
    day = today() - timedelta(days=1)
    entered.told("point", day, {"point": POINT, "opens": "08:00", "closes": "12:00", "status": "open"})
    entered.watch(day, passed(8, 30), passed(11, 12, "out"), start="08:00", end="12:00")
    whole = shown(entered, day)[POINT].whole
    assert (whole.label, whole.passages, whole.low) == ("observed", 42, None)
    # Today nobody watched: the point may be shut.
    assert (shown(entered)[POINT].whole.passages, shown(entered)[POINT].whole.why) == (None, "no_watch")


def test_a_whole_day_has_an_interval_or_a_reason(entered: Entered) -> None:
    yesterday = today() - timedelta(days=1)
    entered.watch(yesterday, passed(9, 40), start="09:00", end="10:00")
    few = shown(entered, yesterday)[POINT].whole
    assert (few.label, few.passages) == ("not_estimated", None)
    assert few.why != ""
    entered.told("point", yesterday, {"point": POINT, "opens": "08:00", "closes": "12:00", "status": "open"})
    for back in range(1, 9):
        hours = (passed(8, 30 + back), passed(9, 41), passed(10, 50 - back), passed(11, 20))
        entered.watch(yesterday - timedelta(days=back), *hours, start="08:00", end="12:00")
    whole = shown(entered, yesterday)[POINT].whole
    assert whole.label == "estimated"
    assert whole.low is not None
    assert whole.high is not None
    assert 40 <= whole.low < (whole.passages or 0) < whole.high
    # 40 were counted in one of four hours; in the other three about 34 + 46 + 20 pass.
    assert whole.passages == pytest.approx(140, abs=15)
    # Today is not over: it goes up to the last watch, of which all was seen but the first hour.
    entered.watch(today(), passed(9, 40), start="09:00", end="10:00")
    now = shown(entered)[POINT].whole
    assert (now.until, now.label) == ("10:00", "estimated")
    assert now.passages == pytest.approx(40 + 34, abs=10)
    assert "So far, until 10:00" in page(signed_in(entered.given.planner), entered)
    # Opened nine days ago: nothing is said of the days before.
    days = shown(entered)[POINT].days
    assert [day.whole.passages is None for day in days] == [True] * 4 + [False] * 10


def test_the_profile_is_weighted_to_counts(entered: Entered) -> None:
    """Buses carry 90 of 100 passages, and only half of the interviews."""
    began = datetime.combine(today(), datetime.min.time(), UTC) + timedelta(hours=1)  # 09:00 in Ulaanbaatar
    for back in range(8):
        day = today() - timedelta(days=back)
        entered.watch(day, passed(9, 90, mode="bus"), passed(9, 10), start="00:00", end="23:59")
    answers: dict[str, Any] = {"sex": "female", "age_from": 18, "age_to": 29, "destination": "MN1"}
    for number in range(20):
        mode, reason = ("bus", "trade") if number % 2 else ("car", "visit")
        told = {"mode": mode, "reason": reason, "citizenship": "CN", **answers}
        entered.told(
            "traveller", today(), {"point": POINT, "agreed": "yes", "direction": "in", **told}, began_at=began
        )
    # Ten of a nationality that is not on the list, and ten who were asked before: these count for nothing.
    unlisted = answers | {"mode": "bus", "reason": "trade"}
    for told in [unlisted] * 10 + [{"asked_before": "yes"}] * 10:
        entered.told(
            "traveller", today(), {"point": POINT, "agreed": "yes", "direction": "in", **told}, began_at=began
        )
    planner, operation = entered.given.planner, entered.given.operation
    with acting(planner, "test"):
        found = profile(planner, operation, counted(planner, operation, today()))
    assert found is not None
    assert found.interviews == 30
    assert FEWEST < found.effective < 30
    assert found.reached == pytest.approx(100, abs=2)
    shares = dict(found.traits)
    assert shares["reason"][0].share == pytest.approx(90, abs=3)
    assert shares["reason"][0].low < shares["reason"][0].share < shares["reason"][0].high
    # Half of the 20 in buses, which are 90 %; none of those in cars.
    told = {row.words: row.share for row in shares["citizenship"]}
    assert told["Another country"] == pytest.approx(45, abs=2)


def test_pages_without_scripts(entered: Entered) -> None:
    entered.watch(today(), passed(8, 30), passed(8, 12, "out", "bus"), start="08:00", end="10:00")
    entered.watch(today() - timedelta(days=1), passed(8, 77), start="08:00", end="10:00")
    client = signed_in(entered.given.planner)
    text = page(client, entered)
    assert "42 passages were observed, 30 inward and 12 outward" in text
    assert "not persons and not migrants" in text
    assert "No figure for the whole day" in text
    assert "<script" not in text.partition("<main")[2]
    before = page(client, entered, f"?day={today() - timedelta(days=1)}")
    assert "77 passages were observed" in before
    assert "77 passages observed" in page(
        client, entered, f"?day={today() - timedelta(days=1)}&point={POINT}", "point/"
    )
    one = page(client, entered, f"?point={POINT}", "point/")
    assert "12 passages in 1 vehicles or groups" in one
    assert client.get(f"/mn/desk/displacement/flow/{entered.given.operation.pk}/points/").status_code == 200
    missing = f"/en/desk/displacement/flow/{entered.given.operation.pk}/point/?point=nowhere"
    assert client.get(missing).status_code == 404


def test_who_may_open_them(entered: Entered) -> None:
    address = f"/en/desk/displacement/flow/{entered.given.operation.pk}/points/"
    entered.watch(today(), passed(8, 30))
    assert signed_in(user_with(Role.FIELD_ENUMERATOR)).get(address).status_code == 403
    assert signed_in(user_with(Role.PLANNER, place="MN11")).get(address).status_code == 404
    assert Client().get(address).status_code in (302, 403)


def test_only_the_days_of_the_page_are_read(entered: Entered) -> None:
    """However long an operation runs, the queries name the first day that they need."""
    planner, operation = entered.given.planner, entered.given.operation
    with acting(planner, "test"), CaptureQueriesContext(connection) as asked:
        counted(planner, operation, date(2026, 11, 20))
    reads = [query["sql"] for query in asked if '"measures"' in query["sql"]]
    assert reads
    assert all("2026-10-23" in sql and "2026-11-20" in sql for sql in reads)


def test_the_extrapolation_of_today_is_there_before_the_page(
    entered: Entered, monkeypatch: pytest.MonkeyPatch
) -> None:
    for back in range(4):
        entered.watch(today() - timedelta(days=back), passed(9, 40 + back), start="09:00", end="10:00")
    assert make_ahead() >= 1
    monkeypatch.setattr(reading, "estimate", None)  # whoever would fit anew fails
    assert shown(entered)[POINT].whole.why != ""


def test_colours_tell_nobody_from_not_observed() -> None:
    nobody, unseen = (field(0, 10, 8, True, count, 100) for count in (0, None))
    assert "var(--paper)" in nobody
    assert "var(--no-data)" in unseen
    assert colour("sky", 0, 100) == "var(--paper)"
    assert [colour("sky", count, 100) for count in (1, 25, 100)] == [
        f"var(--seq-sky-{step})" for step in (1, 4, 7)
    ]


def test_one_point_has_the_figures_that_the_page_of_all_tells(entered: Entered) -> None:
    entered.point("east-gate", "Зүүн хаалга")
    for back in range(9):
        day = today() - timedelta(days=back)
        entered.watch(day, passed(9, 40 + back), passed(10, 20), start="09:00", end="11:00")
        entered.watch(day, passed(9, 300), point="east-gate", start="09:00", end="10:00")
    planner, operation = entered.given.planner, entered.given.operation
    with acting(planner, "test"):
        one = counted(planner, operation, today(), POINT)
        every = counted(planner, operation, today())
        alone = point_days(one, {POINT: points_of(operation)[POINT]})
    assert [row.point.key for row in alone] == [POINT]
    both = shown(entered)
    assert alone == [both[POINT]]
    assert set(one.watches["point"]) == {POINT}
    assert len(every.watches) == 2 * len(one.watches)


def test_a_point_is_drawn_where_its_profile_puts_it(entered: Entered) -> None:
    place = "MN18101"
    land = land_of(place)
    assert land is not None
    centre = drawn_boundaries()[0].region(place).geometry.representative_point()
    told = f"{centre.y} {centre.x} 1500 4.5"
    entered.point("told", "Б", place, geometry=told)
    entered.point("far", "В", place, geometry="12.3 45.6 0 0")
    with acting(entered.given.planner, "test"):
        listed = points_of(entered.given.operation)
    assert listed["told"].at == (round(centre.y, 3), round(centre.x, 3))
    assert [listed[POINT].at, position("somewhere"), position("0 0 0 0"), position("91 10")] == [None] * 4
    one = shown(entered)
    drawn = map_of(place, [one["told"], one["far"], one[POINT]])
    assert drawn is not None
    dots = {dot.shown.point.key: dot for dot in drawn.dots}
    assert {key: dot.known for key, dot in dots.items()} == {"told": True, "far": False, POINT: False}
    x, y = land.placing.at(centre.y, centre.x)
    assert abs(float(dots["told"].x) - x) < 1
    assert abs(float(dots["told"].y) - y) < 1
    assert drawn.guessed == 2
    assert (dots["far"].x, dots["far"].y) == (dots[POINT].x, dots[POINT].y)
