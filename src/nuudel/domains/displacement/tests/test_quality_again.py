"""Checks minute by minute: only what came is read, and the same is found as in the whole round."""

from datetime import date, timedelta

import pytest

from nuudel.domains.displacement import models
from nuudel.domains.displacement.operations.keys import NewKey
from nuudel.domains.displacement.quality import checking, reading
from nuudel.domains.displacement.quality.checking import check_round
from nuudel.domains.displacement.quality.reading import neighbours
from nuudel.domains.displacement.quality.remembered import MEMORY
from nuudel.domains.displacement.tests.given import make, step
from nuudel.domains.displacement.tests.rounds import DAY, Instrument, send_area
from nuudel.domains.displacement.tests.test_quality import (
    AREA,
    OTHER,
    doubtful,
    flags,
    one_flag,
    own,
    person,
    take,
)
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.testing import institution, user_with

__all__ = ["own", "person"]


def test_a_round_in_which_nothing_came_is_left_alone(own: Instrument) -> None:
    assert check_round(own.given.round.pk) == 0
    assert flags(own) == []


def test_only_what_came_is_read_and_the_same_is_found(
    own: Instrument, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, planner = own.given.phone(person), own.given.planner
    first = send_area(own, key, AREA, 100)
    send_area(own, key, OTHER, 100, minutes=1)
    check_round(own.given.round.pk)
    read: list[str] = []
    whole = reading.frames_of
    monkeypatch.setattr(reading, "frames_of", lambda rows: read.extend(map(str, rows)) or whole(rows))
    doubtful(own, key)
    rejected = send_area(own, key, OTHER, 90)
    check_round(own.given.round.pk)
    assert len(read) == 2
    step(planner, "submission", rejected, "reject")
    send_area(own, key, AREA, 130, present__displaced=131, replaces=first.instance_id)
    check_round(own.given.round.pk)
    assert len(read) == 3
    minute = {(row.submission_id, row.finding, row.state) for row in flags(own)}
    MEMORY.rounds.clear()
    assert check_round(own.given.round.pk) == 0
    assert {(row.submission_id, row.finding, row.state) for row in flags(own)} == minute
    assert len(minute) > 3


def test_what_was_rolled_back_is_not_remembered(
    own: Instrument, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = own.given.phone(person)
    send_area(own, key, OTHER, 100)
    check_round(own.given.round.pk)
    doubtful(own, key)
    with monkeypatch.context() as broken:
        broken.setattr(checking, "note_audit", None)
        with pytest.raises(TypeError):
            check_round(own.given.round.pk)
    assert flags(own) == []
    check_round(own.given.round.pk)
    assert one_flag(own).finding == "sum_status"


def test_another_process_may_have_checked_meanwhile(own: Instrument, person: User) -> None:
    key = own.given.phone(person)
    sent = doubtful(own, key)
    check_round(own.given.round.pk)
    mine = dict(MEMORY.rounds)
    MEMORY.rounds.clear()  # as another process would
    again = doubtful(own, key, replaces=sent.instance_id)
    check_round(own.given.round.pk)
    step(own.given.planner, "submission", again, "reject")
    MEMORY.rounds.update(mine)
    send_area(own, key, AREA, 90, present__displaced=91)
    check_round(own.given.round.pk)
    assert sorted(row.state for row in flags(own)) == ["corrected", "new", "rejected"]


def odd_digits(own: Instrument) -> tuple[NewKey, list[models.Submission]]:
    """Three enumerators, one of whom ends every count in 7; his key, and what he sent."""
    found: list[models.Submission] = []
    keys = [own.given.phone(user_with(Role.FIELD_ENUMERATOR, place="MN81")) for _ in range(3)]
    for number, key in enumerate(keys):
        for at in range(4):
            persons = 207 + 10 * at if number == 0 else 211 + 13 * at + number
            sent = send_area(
                own,
                key,
                AREA,
                persons,
                day=DAY - timedelta(days=4 * number + at),
                enter=number == 2 and at == 3,
            )
            found += [sent] if number == 0 else []
    return keys[0], found


def test_a_flag_about_all_interviews_outlives_the_correction_of_one(own: Instrument) -> None:
    planner = own.given.planner
    for name, value in (("digits_least", 3), ("digit_alpha", 2), ("alike_figures", 14)):
        limit = models.Limit(
            operation=own.given.operation, limit=name, start=date(2026, 1, 1), value=value, place="MN81"
        )
        limit.institution = institution()
        make(planner, "limit", limit)
    key, sent = odd_digits(own)
    person = sent[0].holder_id
    check_round(own.given.round.pk)
    [flag] = [row for row in flags(own) if row.enumerator_id == person]
    assert (flag.finding, flag.submission_id) == ("digits", sent[0].pk)
    with pytest.raises(BrokenRulesError):
        take(planner, flag, "reject")
    take(planner, flag, "ask")
    # Corrected with the same digit: the question stands, at the first submission that still counts.
    day = sent[0].day or DAY
    send_area(own, key, AREA, 257, day=day, replaces=sent[0].instance_id)
    check_round(own.given.round.pk)
    [same] = [row for row in flags(own) if row.enumerator_id == person]
    assert (same.pk, same.state, same.submission_id) == (flag.pk, "asked", sent[1].pk)
    take(planner, same, "accept")
    step(planner, "submission", sent[1], "reject")
    check_round(own.given.round.pk)
    [same] = [row for row in flags(own) if row.enumerator_id == person]
    assert (same.pk, same.state, same.submission_id) == (flag.pk, "accepted", sent[2].pk)


def test_neighbours_have_a_common_border_also_across_aimags() -> None:
    told = neighbours(["MN51101", "MN51101-01", "MN51101-02", "MN34119-01", "MN11101", "MN11", "MN41"])
    pairs = set(told.iter_rows())
    assert ("MN51101-01", "MN51101-02") in pairs
    assert {("MN51101-01", "MN34119-01"), ("MN34119-01", "MN51101-01")} <= pairs
    assert ("MN11", "MN41") in pairs  # the capital lies in Töv
    assert not any(area in (other, "MN11101") for area, other in pairs)
