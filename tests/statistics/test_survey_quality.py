"""Checks of survey rounds: each on a case worked by hand, and all of them on rounds that were simulated."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from nuudel.base.errors import StatisticsError
from nuudel.ledger.schema import Form
from nuudel.statistics.survey_quality import Tables, check, digits, limits_on, preferences, robust_z
from nuudel.statistics.survey_quality.digits import holm
from nuudel.statistics.survey_quality.limits import known, read
from nuudel.surveys.layouts import LAYOUTS

DAY = date(2026, 11, 10)
MORNING = datetime(2026, 11, 10, 2, tzinfo=UTC)
TYPES = {Form.COUNT: pl.Int64()}
MOMENT = pl.Datetime("us", "UTC")
MOMENTS = ("began_at", "ended_at", "received_at", "device_at")
HEAD = {
    **dict.fromkeys(("submission", "place", "area"), pl.String()),
    "day": pl.Date(),
    **dict.fromkeys(MOMENTS, MOMENT),
}

LIMITS = limits_on(DAY)


def frame(layout: str, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Submissions as ``measured`` gives them; what a row does not say is usual."""
    counts = {name: TYPES.get(column.form, pl.String()) for name, column in LAYOUTS[layout].values.items()}
    schema = {**HEAD, **counts, "form": pl.String(), "enumerator": pl.String()}
    usual = {
        "place": "S0",
        "area": "S0",
        "day": DAY,
        "began_at": MORNING,
        "ended_at": MORNING + timedelta(minutes=30),
        "received_at": MORNING + timedelta(hours=1),
        "form": "f",
        "enumerator": "e0",
    }
    told = [{"submission": f"{number:05}", **usual, **row} for number, row in enumerate(rows)]
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in told], schema=schema)


def round_of(seed: int, areas: int = 300, each: int = 10) -> Tables:
    """A clean round of soums: figures near the last ones, half of them rounded, and the register."""
    chance = np.random.default_rng(seed)
    people = np.exp(chance.normal(7.2, 0.7, areas))
    before = people * np.exp(chance.normal(0, 0.08, areas))
    minutes = np.exp(chance.normal(np.log(32), 0.35, areas)) + 4
    rows, last = [], []
    for number in range(areas):
        listed = bool(chance.random() < 0.5)
        persons = rounded(people[number], listed)
        newcomers = [int(chance.binomial(persons, share)) for share in (0.04, 0.01, 0.02)]
        ages = chance.multinomial(persons, [0.17, 0.18, 0.28, 0.27, 0.06, 0.04])
        least = int(persons * chance.uniform(0.9, 1))
        rows.append(
            {
                "area": f"S{number}",
                "place": f"S{number}",
                "enumerator": f"e{number // each}",
                "basis": "list" if listed else "estimate",
                "persons": persons,
                "households": max(int(persons / chance.normal(3.5, 0.3)), 1),
                **dict(zip(("displaced", "returned", "migrants"), newcomers, strict=True)),
                **dict(
                    zip(
                        ("girls", "boys", "women", "men", "older_women", "older_men"),
                        map(int, ages),
                        strict=True,
                    )
                ),
                "arrived": sum(newcomers) // 2,
                "least_said": least,
                "most_said": persons,
                "ended_at": MORNING + timedelta(minutes=float(minutes[number])),
                "outcome": "assessed",
            }
        )
        last.append((f"S{number}", rounded(before[number], listed), newcomers[0]))
    register = pl.DataFrame({"area": [f"S{n}" for n in range(areas)], "population": before * 1.05})
    return Tables(
        frame("area", rows),
        pl.DataFrame(last, schema=["area", "persons", "displaced"], orient="row"),
        register=register.with_columns(pl.col("population").cast(pl.Int64)),
        neighbours=neighbours(areas),
        uppers=pl.DataFrame(
            {"area": [f"S{n}" for n in range(areas)], "uppers": [[f"S{n}"] for n in range(areas)]}
        ),
    )


def rounded(value: float, listed: bool) -> int:
    return int(value) if listed else round(value / 10) * 10


def neighbours(areas: int, size: int = 12) -> pl.DataFrame:
    """Areas of the same upper unit."""
    pairs = [
        (f"S{one}", f"S{other}")
        for one in range(areas)
        for other in range(one // size * size, min(one // size * size + size, areas))
        if one != other
    ]
    return pl.DataFrame(pairs, schema=["area", "neighbour"], orient="row")


def found(layout: str, *rows: Mapping[str, Any], **tables: Any) -> list[tuple[str, str]]:
    """Submission and finding of each flag; submissions are 00000, 00001 …"""
    told = check(layout, Tables(frame(layout, [dict(row) for row in rows]), **tables), LIMITS)
    return told.select("submission", "finding").rows()


def findings(layout: str, row: Mapping[str, Any], **tables: Any) -> set[str]:
    return {finding for _, finding in found(layout, row, **tables)}


def values_of(flags: pl.DataFrame, finding: str) -> dict[str, float]:
    row = flags.filter(pl.col("finding") == finding).row(0, named=True)
    return {one["name"]: one["value"] for one in row["values"]}


@pytest.mark.parametrize(
    ("row", "finding"),
    [
        ({"persons": 100, "girls": 60, "men": 41}, "sum_ages"),
        ({"persons": 100, "displaced": 50, "returned": 30, "migrants": 21}, "sum_status"),
        ({"persons": 10, "households": 11}, "sum_households"),
        ({"persons": 10, "arrived": 11}, "sum_arrived"),
        ({"persons": 100, "households": 100}, "household_size"),
        ({"persons": 1000, "households": 100}, "household_size"),
        ({"least_said": 100, "most_said": 201}, "informants_apart"),
        ({"began_at": MORNING + timedelta(hours=1)}, "times_turned"),
        ({"ended_at": MORNING + timedelta(minutes=4)}, "too_fast"),
        ({"began_at": datetime(2026, 11, 9, 18, tzinfo=UTC)}, "at_night"),  # 02:00 in Ulaanbaatar
        ({"day": date(2026, 11, 11)}, "day_ahead"),
        ({"day": date(2026, 9, 10)}, "day_old"),
        ({"device_at": MORNING + timedelta(minutes=100)}, "clock"),
    ],
)
def test_what_cannot_be_in_an_area(row: Mapping[str, Any], finding: str) -> None:
    assert findings("area", row) == {finding}


@pytest.mark.parametrize(
    "row",
    [
        {"persons": 100, "girls": 60, "men": 40},
        {"persons": 100, "displaced": 50, "returned": 30, "migrants": 20},
        {"persons": 9, "households": 9, "arrived": 9},
        {"least_said": 100, "most_said": 199},
        {"least_said": 1, "most_said": 20},
        {"ended_at": MORNING + timedelta(minutes=5)},
        {"ended_at": MORNING + timedelta(minutes=1), "outcome": "refused"},
        {"began_at": datetime(2026, 11, 9, 22, tzinfo=UTC)},  # 06:00 in Ulaanbaatar
        {"day": date(2026, 9, 11)},
        {"device_at": MORNING + timedelta(minutes=90)},
        {},
    ],
)
def test_what_may_well_be_raises_nothing(row: Mapping[str, Any]) -> None:
    assert findings("area", row) == set()


def test_all_ages_that_make_less_than_the_persons() -> None:
    ages = dict.fromkeys(("girls", "boys", "women", "men", "older_women", "older_men"), 10)
    flags = check("area", Tables(frame("area", [{"persons": 80, **ages}])), LIMITS)
    assert flags.select("finding", "score").rows() == [("sum_ages_less", 0.25)]
    assert values_of(flags, "sum_ages_less") == {"parts": 60, "whole": 80}


def test_rows_of_an_area() -> None:
    arrivals = pl.DataFrame(
        {"submission": ["00000"], "persons": [5], "women": [3], "men": [3], "households": [1]}
    )
    inside = pl.DataFrame({"submission": ["00000", "00000"], "persons": [60, 50]})
    rows = {"arrivals": arrivals, "settlements": inside}
    assert findings("area", {"persons": 100}, rows=rows) == {"sum_arrivals_rows", "sum_settlements"}


WATCH = {"point": "p1", "from": "08:00", "to": "12:00", "counted": 30}


def passing(*rows: tuple[int, int]) -> dict[str, pl.DataFrame]:
    told = [("00000", hour, persons, None) for hour, persons in rows]
    return {
        "passing": pl.DataFrame(told, ["submission", "hour", "persons", "foreigners"], orient="row")
        .cast(pl.Int64, strict=False)
        .with_columns(submission=pl.lit("00000"))
    }


def test_a_watch_and_its_hours() -> None:
    assert findings("watch", WATCH, rows=passing((8, 10), (11, 20))) == set()
    assert findings("watch", WATCH, rows=passing((8, 10), (11, 19))) == {"sum_watch"}
    assert findings("watch", WATCH, rows=passing((7, 10), (11, 20))) == {"hour_outside"}
    assert findings("watch", WATCH, rows=passing((8, 10), (12, 20))) == {"hour_outside"}
    night = WATCH | {"from": "22:30", "to": "02:00"}
    assert findings("watch", night, rows=passing((22, 10), (1, 20))) == set()
    assert findings("watch", night, rows=passing((21, 10), (2, 20))) == {"hour_outside"}
    assert findings("watch", WATCH | {"break_minutes": 241}) == {"watch_length"}
    assert findings("watch", WATCH | {"observed_minutes": 240}) == set()


def test_watches_that_overlap_at_a_point() -> None:
    later = WATCH | {"from": "11:30", "to": "14:00"}
    assert found("watch", WATCH, later) == [("00001", "watched_twice")]
    assert found("watch", WATCH, later | {"from": "12:00"}) == []
    assert found("watch", WATCH, later | {"point": "p2"}) == []
    # A direction each is no overlap; the same direction is, and so is one with both.
    assert found("watch", WATCH | {"directions": "in"}, later | {"directions": "out"}) == []
    assert found("watch", WATCH | {"directions": "in"}, later | {"directions": "in"}) == [
        ("00001", "watched_twice")
    ]
    assert found("watch", WATCH | {"directions": "in"}, later | {"directions": "both"}) == [
        ("00001", "watched_twice")
    ]


def test_events_and_travellers() -> None:
    moved = {
        "moved": pl.DataFrame(
            {"submission": ["00000"], "persons": [4], "women": [3], "girls": [2], "households": [1]}
        )
    }
    assert findings("event", {"kind": "flood", "persons": 9}, rows=moved) == {"sum_moved_rows"}
    assert findings("traveller", {"group_size": 2, "children": 3}) == {"sum_children"}
    assert findings("traveller", {"age_from": 60, "age_to": 18}) == {"age_class"}


def test_the_same_area_and_day_told_twice() -> None:
    one = {"persons": 100, "area": "S1", "place": "S1"}
    assert found("area", one, one) == [("00001", "twice")]
    assert found("area", one, one | {"form": "other"}) == []
    assert found("area", one, one | {"day": date(2026, 11, 9)}) == []
    assert found("subarea", one, one) == []
    flood = {"kind": "flood", "persons": 5}
    assert found("event", flood, flood | {"kind": "fire"}) == []
    twin = check("event", Tables(frame("event", [flood, flood])), LIMITS)
    assert twin.select("finding", "other").rows() == [("twice", "00000")]


def test_areas_to_which_nobody_was_sent() -> None:
    uppers = pl.DataFrame({"area": ["S1-02"], "uppers": [["A", "S1", "S1-02"]]})
    assert findings("area", {"area": "S1-02", "place": "S1"}, uppers=uppers) == set()
    assert findings("area", {"area": "S1-02", "place": "S2"}, uppers=uppers) == {"outside"}


def test_robust_z_by_hand() -> None:
    rows = pl.DataFrame({"x": [1.0, 2.0, 3.0, 4.0, 100.0]})
    # The median is 3, the deviations 2, 1, 0, 1, 97, their median 1: z = 97 / 1.4826.
    assert rows.select(robust_z(pl.col("x"), 0.1))["x"][-1] == pytest.approx(65.4256, abs=1e-3)


def test_few_areas_are_compared_by_the_ratio_alone() -> None:
    last = pl.DataFrame({"area": ["S0"], "persons": [100], "displaced": [0]})
    assert findings("area", {"persons": 290}, last=last) == set()
    assert findings("area", {"persons": 320}, last=last) == {"jump_persons"}
    assert findings("area", {"persons": 30}, last=last) == {"jump_persons"}
    small = last.with_columns(persons=pl.lit(5))
    assert findings("area", {"persons": 24}, last=small) == set()  # not even 20 more


def test_a_change_that_all_areas_have_in_common_is_no_outlier() -> None:
    clean = round_of(1)
    assert clean.last is not None
    halved = clean.last.with_columns(pl.col("persons") // 2)
    flags = check("area", replace(clean, last=halved), LIMITS)
    assert "jump_persons" not in flags["finding"].to_list()


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_digits_are_expected_as_others_with_the_same_basis_tell_them() -> None:
    rows = [
        {"enumerator": "a", "basis": "list", "persons": 21, "households": 21},  # equal: once
        {"enumerator": "b", "basis": "list", "persons": 22, "households": 23},
        {"enumerator": "b", "basis": "estimate", "persons": 30},
        {"enumerator": "b", "basis": "list", "persons": 19},  # too small
    ]
    table = digits(frame("area", rows), "area", LIMITS).filter(pl.col("enumerator") == "a")
    assert dict(table.filter(pl.col("count") > 0).select("digit", "count").rows()) == {1: 1}
    assert dict(table.filter(pl.col("expected") > 0).select("digit", "expected").rows()) == {2: 0.5, 3: 0.5}


def test_clean_rounds_raise_few_alarms() -> None:
    shares = []
    for seed in range(12):
        clean = round_of(seed)
        flagged = check("area", clean, LIMITS)["submission"].n_unique()
        shares.append(flagged / len(clean.now))
    assert np.mean(shares) < 0.03
    assert max(shares) < 0.06


def test_planted_faults_are_found() -> None:
    clean = round_of(99)
    planted: dict[str, set[str]] = {}
    rows = clean.now.to_dicts()
    # Numbers 290 to 299 are one enumerator's: he rounds all to 5 and copies; others are single faults.
    for number in range(0, 40, 2):
        rows[number]["persons"] *= 4
        rows[number] |= {"most_said": None, "least_said": None}
        planted.setdefault("jump_persons", set()).add(f"{number:05}")
    for number in range(50, 60):
        rows[number]["ended_at"] = MORNING + timedelta(minutes=6.5)
        planted.setdefault("too_fast", set()).add(f"{number:05}")
    for number in range(60, 70):
        rows[number]["migrants"] = rows[number]["persons"]
        planted.setdefault("sum_status", set()).add(f"{number:05}")
    for number in range(291, 295):
        own = {key: rows[number][key] for key in ("submission", "area", "place", "received_at")}
        rows[number] = rows[290] | own
        planted.setdefault("alike", set()).add(f"{number:05}")
    for number in range(280, 290):
        for name in (
            "persons",
            "displaced",
            "migrants",
            "girls",
            "boys",
            "women",
            "men",
            "older_women",
            "older_men",
        ):
            rows[number][name] = rows[number][name] // 10 * 10 + 7
    planted["digits"] = {"00280"}
    told = check("area", replace(clean, now=pl.DataFrame(rows, schema=clean.now.schema)), LIMITS)
    for finding, wanted in planted.items():
        got = set(told.filter(pl.col("finding") == finding)["submission"])
        assert len(got & wanted) / len(wanted) >= 0.9, finding


def test_travellers_with_rare_answers_in_common() -> None:
    chance = np.random.default_rng(3)
    rows = [
        {
            "enumerator": f"e{number % 4}",
            "agreed": "yes",
            "point": "p1",
            "sex": chance.choice(["female", "male"]),
            "age_from": int(chance.choice([18, 25, 35, 45])),
            "origin": f"S{chance.integers(60)}",
            "destination": f"S{chance.integers(60)}",
            "reason": chance.choice(["work", "study", "family", "health", "trade"]),
            "mode": chance.choice(["car", "bus", "train"]),
            "group_size": int(chance.integers(1, 6)),
            "often": chance.choice(["daily", "weekly", "monthly", "rarely"]),
        }
        for number in range(400)
    ]
    assert found("traveller", *rows) == []
    rows[9] = dict(rows[5])
    assert found("traveller", *rows) == [("00009", "travellers_alike")]


def test_enumerators_are_compared_only_where_there_are_others() -> None:
    clean = round_of(4, areas=40, each=40)
    assert preferences(digits(clean.now, "area", LIMITS), LIMITS)["p"].to_list() == [1.0]
    assert "digits" not in check("area", clean, LIMITS)["finding"].to_list()


def test_limits_have_sources_and_an_operation_sets_its_own() -> None:
    assert limits_on(DAY, {"fast_area": 9})["fast_area"] == 9
    assert all(value.source for one in known().values() for value in one.values)
    with pytest.raises(StatisticsError, match="STATISTICS-361"):
        limits_on(DAY, {"fast_areas": 9})
    with pytest.raises(StatisticsError, match="STATISTICS-361"):
        limits_on(date(2025, 1, 1))
    with pytest.raises(StatisticsError, match="STATISTICS-360"):
        read("jump_z: {unit: x, about: y, values: []}")
