"""Measures: what of a submission is figures, under common names."""

from datetime import date, time

import pytest

from nuudel.domains.displacement import models
from nuudel.domains.displacement.jobs import enter_facts
from nuudel.domains.displacement.submissions.measured import measured, measured_rows
from nuudel.domains.displacement.tests.given import step
from nuudel.domains.displacement.tests.rounds import DAY, given_area_round, given_instrument, send_area
from nuudel.web.access.context import acting

AREA = "MN8101"

pytestmark = pytest.mark.usefixtures("database")


def test_the_figures_of_an_area_are_kept_without_texts() -> None:
    own = given_area_round()
    key = own.given.phone()
    arrivals = [
        {
            "moves/arrivals/arrived_place": "MN8104",
            "moves/arrivals/arrived_reason": "employment",
            "moves/arrivals/arrived_persons": persons,
        }
        for persons in (3, 4)
    ]
    row = send_area(
        own,
        key,
        AREA,
        120,
        visit__enumerator="E-7",
        close__needs=("water", "food"),
        rows={"moves/arrivals": arrivals},
    )
    assert (row.layout, row.area, row.day) == ("area", AREA, DAY)
    assert row.began_at is not None
    assert row.ended_at is not None
    assert (row.ended_at - row.began_at).seconds == 30 * 60
    assert "E-7" not in str(row.measures)
    with acting(own.given.planner, "test"):
        rows = models.Submission.objects.filter(round=own.given.round)
        table = measured(rows, "area")
        assert table["persons"].to_list() == [120]
        assert table["arrived"].to_list() == [7]
        assert table["submission"].to_list() == [str(row.pk)]
        came = measured_rows(rows, "area", "arrivals")
        assert came.select("area", "origin", "reason", "persons").rows() == [
            (AREA, "MN8104", "employment", 3),
            (AREA, "MN8104", "employment", 4),
        ]
        assert measured_rows(rows, "area", "needs")["need"].to_list() == ["water", "food"]


def test_what_was_corrected_or_rejected_does_not_count() -> None:
    own = given_area_round()
    key = own.given.phone()
    first = send_area(own, key, AREA, 10)
    send_area(own, key, AREA, 20, replaces=first.instance_id)
    gone = send_area(own, key, "MN8104", 99)
    step(own.given.planner, "submission", gone, "reject")
    with acting(own.given.planner, "test"):
        table = measured(models.Submission.objects.filter(round=own.given.round), "area")
    assert table.select("area", "persons").rows() == [(AREA, 20)]


def test_of_an_area_that_was_found_empty_nobody_is_told_and_of_one_not_reached_nothing() -> None:
    own = given_area_round()
    key = own.given.phone()
    send_area(own, key, AREA, visit__outcome="empty")
    send_area(own, key, "MN8104", visit__outcome="unreachable")
    with acting(own.given.planner, "test"):
        table = measured(models.Submission.objects.filter(round=own.given.round), "area")
    told = table.select("area", "persons", "households", "displaced", "older_women", "informants")
    assert told.rows() == [(AREA, 0, 0, 0, 0, None), ("MN8104", *[None] * 5)]


def test_an_answer_that_fits_nowhere_is_left_out() -> None:
    own = given_area_round()
    row = send_area(own, own.given.phone(), "somewhere", 10)
    assert (row.area, row.day) == ("", date(2026, 11, 10))
    assert row.measures is not None
    assert row.measures["values"]["persons"] == 10


def test_a_watch_tells_its_hours() -> None:
    own = given_instrument("flow_registry")
    key = own.given.phone()
    passing = {"passing/hour": 9, "passing/direction": "in", "passing/mode": "car", "passing/passed": 14}
    own.send(
        key,
        {
            "watch/point": "p1",
            "watch/watched_on": DAY,
            "watch/watch_from": time(8),
            "watch/watch_to": time(12),
        },
        {"passing": [passing]},
    )
    enter_facts()
    with acting(own.given.planner, "test"):
        rows = models.Submission.objects.filter(round=own.given.round)
        watch = measured(rows, "watch")
        assert watch.select("point", "from", "to").rows() == [("p1", "08:00", "12:00")]
        passed = measured_rows(rows, "watch", "passing")
        assert passed.select("hour", "direction", "mode", "persons").rows() == [(9, "in", "car", 14)]
