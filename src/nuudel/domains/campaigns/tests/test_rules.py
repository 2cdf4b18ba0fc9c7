"""What a record must keep, in hand-made cases: each names the field and the message."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from nuudel.domains.campaigns import rules
from nuudel.domains.campaigns.tests.given import a_campaign, a_participant, a_training, days
from nuudel.web.shell.record_types import Problem

TODAY = date(2026, 6, 15)


def told(problems: Iterable[Problem]) -> list[tuple[str, str]]:
    return [(problem.field, problem.message.removeprefix("campaigns.rule.")) for problem in problems]


def campaign_told(action: str, most: int = 0, **fields: Any) -> list[tuple[str, str]]:
    return told(rules.campaign_problems(a_campaign(**fields), action, days(0), most))


def training_told(action: str, present: int = 3, **fields: Any) -> list[tuple[str, str]]:
    return told(rules.training_problems(a_training(**fields), action, days(0), present))


def reach_told(action: str = "create", campaign: Any = None, before: Any = None, **fields: Any) -> Any:
    from nuudel.domains.campaigns.models import Reach

    above = campaign or a_campaign(state="running")
    given = {"channel": "tv", "day": days(-40), "persons": 900, "method": "survey", "planned": False}
    reach = Reach(campaign=above, **given | fields)
    return told(rules.reach_problems(reach, above, action, days(0), before))


def participant_told(action: str = "create", training: Any = None, **fields: Any) -> list[tuple[str, str]]:
    above = training or a_training(state="planned")
    return told(rules.participant_problems(a_participant(above, **fields), above, action, TODAY))


def test_a_good_campaign_goes_through_all_steps() -> None:
    for action in ("create", "plan", "run", "close", "cancel", "take_back"):
        assert campaign_told(action) == []
    assert campaign_told("evaluate", result="Өссөн.", evidence="Судалгаа.") == []


@pytest.mark.parametrize(
    ("action", "fields", "expected"),
    [
        ("create", {"end": days(-61)}, [("end", "end_before_start")]),
        ("plan", {"start": None}, [("start", "missing")]),
        ("plan", {"channels": []}, [("channels", "missing")]),
        ("change", {"state": "running", "end": None}, [("end", "missing")]),
        ("run", {"start": days(1), "end": days(2)}, [("start", "not_begun")]),
        ("run", {"start": days(0), "end": days(2)}, []),
        ("close", {"end": days(1)}, [("end", "not_over")]),
        ("change", {"state": "closed", "end": days(1)}, [("end", "not_over")]),
        ("evaluate", {"result": "Өссөн."}, [("evidence", "missing")]),
    ],
)
def test_a_campaign_is_refused(action: str, fields: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert campaign_told(action, **fields) == expected


def test_a_campaign_is_not_for_fewer_people_than_it_reached() -> None:
    assert campaign_told("change", most=1001) == [("audience_size", "audience_below_reach")]
    assert campaign_told("change", most=1000) == []


def test_a_campaign_without_a_size_has_no_limit() -> None:
    assert campaign_told("change", most=10**7, audience_size=None) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"persons": 1000}, []),
        ({"persons": 1001}, [("persons", "reach_above_audience")]),
        ({"persons": 1001, "planned": True}, [("persons", "reach_above_audience")]),
        ({"channel": "sms"}, [("channel", "channel_not_used")]),
        ({"day": days(-61)}, [("day", "before_campaign")]),
        ({"day": days(1)}, [("day", "counted_in_future")]),
        ({"day": days(1), "planned": True}, []),
    ],
)
def test_reach(fields: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert reach_told(**fields) == expected


def test_before_a_campaign_runs_its_reach_is_only_planned() -> None:
    planned = a_campaign(state="planned")
    assert reach_told(campaign=planned) == [("planned", "campaign_not_running")]
    assert reach_told(campaign=planned, planned=True) == []


@pytest.mark.parametrize("state", ["evaluated", "cancelled"])
def test_nothing_is_added_to_a_campaign_that_is_over(state: str) -> None:
    assert reach_told(campaign=a_campaign(state=state)) == [("persons", "campaign_over")]
    assert reach_told("withdraw", campaign=a_campaign(state=state)) == []


def test_a_plan_does_not_become_a_count() -> None:
    from nuudel.domains.campaigns.models import Reach

    assert reach_told("change", before=Reach(planned=True)) == [("planned", "planned_stays")]
    assert reach_told("change", before=Reach(planned=False)) == []


def test_a_good_training_goes_through_all_steps() -> None:
    for action in ("create", "plan", "hold", "recount", "cancel", "take_back"):
        assert training_told(action) == []
    assert training_told("evaluate", follow_up_day=days(-20), follow_up="Өөрчлөгдсөн.") == []


@pytest.mark.parametrize(
    ("action", "fields", "expected"),
    [
        ("create", {"end": days(-251)}, [("end", "end_before_start")]),
        ("create", {"start": None, "end": None, "venue": ""}, []),
        ("plan", {"start": None, "venue": ""}, [("start", "missing"), ("venue", "missing")]),
        ("hold", {"end": days(1)}, [("end", "not_over")]),
        ("hold", {"present": 0}, [("counted_women", "nobody_present")]),
        ("change", {"present": 0, "state": "held"}, [("counted_women", "nobody_present")]),
        ("change", {"present": 0, "state": "planned"}, []),
        ("evaluate", {}, [("follow_up_day", "missing"), ("follow_up", "missing")]),
        ("change", {"follow_up_day": days(-240)}, [("follow_up_day", "follow_up_too_early")]),
        ("change", {"follow_up_day": days(1)}, [("follow_up_day", "follow_up_in_future")]),
        ("change", {"follow_up_day": days(-1), "end": None}, [("follow_up_day", "follow_up_without_end")]),
    ],
)
def test_a_training_is_refused(action: str, fields: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert training_told(action, **fields) == expected


def test_the_follow_up_is_possible_on_the_very_day() -> None:
    training = a_training(end=date(2025, 8, 31), start=date(2025, 8, 30), follow_up_day=date(2026, 2, 28))
    assert told(rules.training_problems(training, "change", TODAY, 1)) == []
    training.follow_up_day = date(2026, 2, 27)
    assert told(rules.training_problems(training, "change", TODAY, 1)) == [
        ("follow_up_day", "follow_up_too_early")
    ]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2025, 12, 1), 1, date(2026, 1, 1)),
        (date(2025, 1, 15), 12, date(2026, 1, 15)),
    ],
)
def test_months_are_counted_to_the_end_of_a_shorter_month(day: date, months: int, expected: date) -> None:
    assert rules.months_after(day, months) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"full_name": " "}, [("full_name", "missing")]),
        ({"registration_number": "ЯЯ90010101"}, []),
        ({"registration_number": "AB90010101"}, [("registration_number", "registration_number")]),
        ({"pre_score": 0, "post_score": 100}, []),
        ({"pre_score": 101}, [("pre_score", "score")]),
        ({"post_score": -1}, [("post_score", "score")]),
        ({"post_score": 50, "attended": False}, [("post_score", "score_of_absent")]),
    ],
)
def test_a_participant(fields: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert participant_told(training=a_training(state="planned", start=TODAY), **fields) == expected


def test_nobody_was_at_a_training_of_tomorrow() -> None:
    tomorrow = a_training(state="planned", start=date(2026, 6, 16))
    assert participant_told(training=tomorrow) == [("attended", "attended_in_future")]
    assert participant_told(training=tomorrow, attended=False) == []


@pytest.mark.parametrize("action", ["create", "change", "withdraw"])
@pytest.mark.parametrize("state", ["evaluated", "cancelled"])
def test_the_list_of_a_training_that_is_done_stays(state: str, action: str) -> None:
    assert participant_told(action, a_training(state=state, start=TODAY)) == [("attended", "training_over")]
