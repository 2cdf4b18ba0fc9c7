"""Frames: made in one step, from the last round or from a table; areas follow what phones send."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.coverage import coverage_of
from nuudel.domains.displacement.frames.frame import frame_of
from nuudel.domains.displacement.frames.making import Planned, at_level, last_frame, make_frame
from nuudel.domains.displacement.frames.planning import plan
from nuudel.domains.displacement.frames.table import FrameError, from_csv
from nuudel.domains.displacement.tests.given import make, step
from nuudel.domains.displacement.tests.rounds import Instrument, given_area_round, send_area
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.operations.database import Addresses
from nuudel.web.shell.models import Action
from nuudel.web.testing import institution, user_with

SOUMS = 24  # of Zavkhan
FIRST, SECOND = "MN18101", "MN18104"
TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def own(database: Addresses) -> Instrument:
    return given_area_round()


@pytest.fixture
def fresh(own: Instrument) -> models.Round:
    """Another round of the operation, open, with no frame."""
    return next_round(own)


def next_round(own: Instrument) -> models.Round:
    planner, operation = own.given.planner, own.given.operation
    with acting(planner, "test"):
        number = models.Round.objects.filter(operation=operation).count() + 1
    first = date(2026, 11, 1) + timedelta(days=30 * (number - 1))
    around = models.Round(
        operation=operation,
        number=number,
        place="MN81",
        institution=institution(),
        start=first,
        end=first + timedelta(days=29),
    )
    made: models.Round = make(planner, "round", around, "open")
    return made


def standing(planner: User, around: models.Round, today: date = TODAY) -> dict[str, str]:
    with acting(planner, "test"):
        return {row.area: row.status for row in frame_of(around, today)}


def test_all_soums_of_an_aimag_in_one_step(own: Instrument, fresh: models.Round) -> None:
    planner = own.given.planner
    with acting(planner, "test"):
        made = make_frame(planner, fresh, at_level(fresh, "soum"))
        assert (made.added, made.changed) == (SOUMS, 0)
        again = make_frame(planner, fresh, at_level(fresh, "soum"))
        assert (again.added, again.changed) == (0, 0)
        history = Action.objects.filter(record_type="displacement.area", action="create")
        keys = set(models.FrameArea.objects.filter(round=fresh).values_list("pk", flat=True))
        assert set(history.filter(record_id__in=keys).values_list("record_id", flat=True)) == keys
    assert set(standing(planner, fresh, fresh.start).values()) == {"to_do"}
    assert set(standing(planner, fresh, fresh.end + timedelta(days=1)).values()) == {"late"}


def test_the_next_round_takes_the_frame_over(own: Instrument, fresh: models.Round) -> None:
    planner = own.given.planner
    due = fresh.start + timedelta(days=9)
    with acting(planner, "test"):
        planned = [
            Planned(FIRST, FIRST, team="Хойд", due=due, priority="1"),
            Planned(f"{SECOND}-03", SECOND, "", "", "bagh"),
        ]
        make_frame(planner, fresh, planned)
    after = next_round(own)
    with acting(planner, "test"):
        make_frame(planner, after, last_frame(after))
        first, second = frame_of(after)
        names = models.FrameArea.objects.get(round=after, area=second.area)
    assert (first.area, first.team_name, first.due, first.priority) == (
        FIRST,
        "Хойд",
        due + (after.start - fresh.start),
        "1",
    )
    assert (second.area, second.level, second.due) == (f"{SECOND}-03", "bagh", after.end)
    assert (names.name_mn, names.name_en) == ("Алдархаан, 3-р баг", "Aldarkhaan, bagh 3")


def test_a_table_makes_baghs_teams_and_days(own: Instrument, fresh: models.Round) -> None:
    planner = own.given.planner
    due = fresh.start + timedelta(days=4)
    text = (
        f"\ufeffarea;baghs;team;due;priority;name_mn\n{FIRST};3;Нэг;{due};1;\n\n{SECOND}-02;;Хоёр;;3;Шар ус\n"
    )
    with acting(planner, "test"):
        made = make_frame(planner, fresh, from_csv(fresh, text.encode()))
        rows = frame_of(fresh)
        assert made.added == 4
        # The same lines again, with another team: planned anew, nothing twice.
        again = from_csv(fresh, f"area,team\n{FIRST}-01,Гурав\n{FIRST}-02,Нэг\n".encode())
        assert make_frame(planner, fresh, again) == type(made)(0, 1)
        teams = {row.area: row.team_name for row in frame_of(fresh)}
    assert [row.area for row in rows] == [f"{FIRST}-01", f"{FIRST}-02", f"{FIRST}-03", f"{SECOND}-02"]
    assert [row.due for row in rows] == [due, due, due, fresh.end]
    assert rows[3].name.endswith(", Шар ус")
    assert (teams[f"{FIRST}-01"], teams[f"{FIRST}-02"]) == ("Гурав", "Нэг")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "empty"),
        (b"area\n", "empty"),
        (b"\xff\xfe\x00", "not_utf8"),
        (b'area\n"MN18101\n', "no_csv"),
        (b"place\nMN18101\n", "column"),
        (b"team\n1\n", "no_area_column"),
        (b"area,team\n,1\n", "no_area"),
        (b"area\nMN99999\n", "unknown"),
        (b"area\nMN18101-\n", "unknown"),
        (b"area\nMN11\n", "outside"),
        (b"area\nMN18101\nMN18101\n", "twice"),
        (b"area,baghs\nMN18101,2\nMN18101-02,\n", "twice"),
        (b"area,baghs\nMN18101,0\n", "baghs"),
        (b"area,baghs\nMN18101,9999999999999999999999\n", "baghs"),
        (b"area,baghs\nMN18101-01,2\n", "baghs_of_bagh"),
        (b"area,due\nMN18101,soon\n", "due"),
        (b"area,due\nMN18101,1999-01-01\n", "due_outside"),
        (b"area,priority\nMN18101,9\n", "priority"),
        (b"area,team\nMN18101," + b"x" * 81 + b"\n", "too_long"),
        (b"area\n" + b"x" * 2_000_001, "too_large"),
    ],
)
def test_a_faulty_table_is_told_at_its_line(own: Instrument, text: bytes, told: str) -> None:
    with acting(own.given.planner, "test"), pytest.raises(FrameError) as wrong:
        from_csv(own.given.round, text)
    assert told in [fault.message for fault in wrong.value.faults]
    assert all(fault.sentence for fault in wrong.value.faults)


def test_areas_follow_their_submissions(own: Instrument) -> None:
    planner, around = own.given.planner, own.given.round
    with acting(planner, "test"):
        make_frame(planner, around, [*at_level(around, "soum"), Planned(f"{FIRST}-01", FIRST, level="bagh")])
    key = own.given.phone()
    refused = send_area(own, key, FIRST, visit__outcome="refused")
    assert standing(planner, around)[FIRST] == "refused"
    send_area(own, key, FIRST, visit__outcome="unreachable")
    assert standing(planner, around)[FIRST] == "unreachable"
    done = send_area(own, key, FIRST, 120)
    assert standing(planner, around)[FIRST] == "done"
    # A bagh that has a row of its own is not its soum's; one that has none is.
    assert standing(planner, around)[f"{FIRST}-01"] == "to_do"
    send_area(own, key, f"{FIRST}-01", 40)
    send_area(own, key, f"{SECOND}-07", 50)
    send_area(own, key, "MN11107", 60)
    now = standing(planner, around)
    assert (now[f"{FIRST}-01"], now[SECOND]) == ("done", "done")
    with acting(planner, "test"):
        row = models.FrameArea.objects.get(round=around, area=FIRST)
        assert (row.told_by_id, row.done_at) == (done.pk, done.created_at)
        assert coverage_of(around, planner, TODAY).elsewhere == (("MN11107", 1),)
    # What falls away falls away: the area is as the others say, and as at first without any.
    for sent, left in ((done, "unreachable"), (refused, "unreachable")):
        step(planner, "submission", sent, "reject")
        assert standing(planner, around)[FIRST] == left
    last = models.Submission.objects
    with acting(planner, "test"):
        remaining = last.get(round=around, area=FIRST, state="received")
    step(planner, "submission", remaining, "reject")
    assert standing(planner, around)[FIRST] == "to_do"


def test_a_correction_moves_to_another_area(own: Instrument) -> None:
    planner, around = own.given.planner, own.given.round
    with acting(planner, "test"):
        make_frame(planner, around, at_level(around, "soum"))
    third, fourth = "MN18107", "MN18110"
    key = own.given.phone()
    wrong = send_area(own, key, third, 10)
    assert standing(planner, around)[third] == "done"
    send_area(own, key, fourth, 10, replaces=wrong.instance_id)
    now = standing(planner, around)
    assert (now[third], now[fourth]) == ("to_do", "done")


def test_an_officer_ends_the_work_and_begins_it_anew(own: Instrument) -> None:
    planner, around = own.given.planner, own.given.round
    code = "MN18113"
    with acting(planner, "test"):
        make_frame(planner, around, at_level(around, "soum"))
        row = models.FrameArea.objects.get(round=around, area=code)
    step(planner, "area", row, "refuse")
    assert standing(planner, around)[code] == "refused"
    key = own.given.phone()
    send_area(own, key, code, 10)
    assert standing(planner, around)[code] == "done"
    step(planner, "area", row, "put_back")
    assert standing(planner, around)[code] == "to_do"
    # What came before does not count; what comes now does.
    send_area(own, key, code, visit__outcome="unreachable")
    assert standing(planner, around)[code] == "unreachable"
    send_area(own, key, code, 11)
    assert standing(planner, around)[code] == "done"
    with acting(planner, "test"):
        left_out = models.FrameArea.objects.get(round=around, area="MN18116")
    step(planner, "area", left_out, "leave_out")
    assert "MN18116" not in standing(planner, around)


def test_coverage_counts_by_unit_and_names_what_is_late(own: Instrument, fresh: models.Round) -> None:
    """Six areas in two soums: one done of four, and two of two; one late, one refused, one still to do."""
    planner = own.given.planner
    early = fresh.start + timedelta(days=1)
    with acting(planner, "test"):
        planned = [Planned(f"{FIRST}-0{n}", FIRST, level="bagh") for n in (1, 2, 3)]
        planned += [Planned(f"{FIRST}-04", FIRST, level="bagh", due=early, team="Нэг", priority="1")]
        planned += [Planned(f"{SECOND}-0{n}", SECOND, level="bagh") for n in (1, 2)]
        make_frame(planner, fresh, planned)
        rows = models.FrameArea.objects.filter(round=fresh)
        by_code = {row.area: row for row in rows.select_related("institution")}
    step(planner, "area", by_code[f"{FIRST}-02"], "refuse")
    for code in (f"{FIRST}-01", f"{SECOND}-01", f"{SECOND}-02"):
        mark_done(by_code[code])
    with acting(planner, "test"):
        found = coverage_of(fresh, planner, early + timedelta(days=3))
    assert dict(found.counts) == {"done": 3, "late": 1, "to_do": 1, "refused": 1, "unreachable": 0}
    assert (found.total, found.share) == (6, 0.5)
    assert [(unit.code, unit.total, unit.share) for unit in found.units] == [
        (FIRST, 4, 0.25),
        (SECOND, 2, 1.0),
    ]
    assert [(row.area, row.team_name) for row in found.late] == [(f"{FIRST}-04", "Нэг")]


def mark_done(row: models.FrameArea) -> None:
    from nuudel.domains.displacement.frames.many import note_many, save_many
    from nuudel.web.facts.service import service_user
    from nuudel.web.shell.record_types import record_types

    row.state = "done"
    with acting(service_user(), "test"):
        save_many(record_types()["displacement.area"], [row], ["state"])
        note_many(service_user(), record_types()["displacement.area"], [row], "finish")


def test_a_place_is_planned_at_once(own: Instrument, fresh: models.Round) -> None:
    planner = own.given.planner
    due = fresh.start + timedelta(days=7)
    with acting(planner, "test"):
        make_frame(planner, fresh, [*at_level(fresh, "soum"), Planned(f"{FIRST}-01", FIRST, team="Нэг")])
        team = models.Team.objects.get(round=fresh, name="Нэг")
        asked = {"where": FIRST, "team": team, "due": due, "priority": ""}
        assert plan(planner, fresh, asked) == 2
        assert plan(planner, fresh, asked) == 0
        assert {row.area for row in frame_of(fresh) if row.due == due} == {FIRST, f"{FIRST}-01"}


def test_a_country_of_baghs_takes_as_many_queries_as_a_soum(database: Addresses) -> None:
    planner = user_with(Role.PLANNER)
    operation = models.Operation(title_mn="Улс", purpose="Туршина.", place="MN", institution=institution())
    make(planner, "operation", operation, "open")
    days = {"start": date(2026, 11, 1), "end": date(2026, 11, 30)}
    around = models.Round(operation=operation, number=1, place="MN", institution=institution(), **days)
    make(planner, "round", around, "open")
    counts = []
    for most in (1, 1640):
        with acting(planner, "test"):
            soums = [one.area for one in at_level(around, "soum")]
            lines = [f"{code},5" for code in soums][: most // 5 or 1]
            with CaptureQueriesContext(connection) as made:
                make_frame(planner, around, from_csv(around, ("area,baghs\n" + "\n".join(lines)).encode()))
            with CaptureQueriesContext(connection) as read:
                found = coverage_of(around, planner, TODAY)
        counts.append((len(found.rows), len(made), len(read)))
    (few, made_few, read_few), (many, made_many, read_many) = counts
    assert (few, many) == (5, 1640)
    assert read_many == read_few <= 6
    assert made_many <= made_few + 25
