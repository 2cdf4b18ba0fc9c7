"""Checks minute by minute find what a check of everything finds, whatever comes, is corrected or rejected."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from nuudel.ledger.schema import Form
from nuudel.statistics.survey_quality import (
    Checked,
    Tables,
    check,
    check_again,
    check_whole,
    duplicates,
    limits_on,
)
from nuudel.surveys.layouts import LAYOUTS

DAY = date(2026, 11, 10)
MORNING = datetime(2026, 11, 10, 2, tzinfo=UTC)
AREAS = [f"S{number}" for number in range(8)]
# Low, so that a few dozen submissions have every kind of finding.
LIMITS = {
    **limits_on(DAY),
    "digits_least": 3,
    "digit_enumerators": 2,
    "digit_alpha": 2,
    "digit_index": 0,
    "few_areas": 5,
    "fast_least": 4,
    "fast_z": 1,
    "jump_z": 1,
    "neighbours_least": 1,
    "alike_figures": 1,
    "alike_share": 0.3,
    "alike_bits": 3,
}
MOMENTS = ("began_at", "ended_at", "received_at", "device_at", "changed_at")
SCHEMA: dict[str, Any] = {
    **dict.fromkeys(("submission", "form", "enumerator", "place", "area"), pl.String()),
    "day": pl.Date(),
    **dict.fromkeys(MOMENTS, pl.Datetime("us", "UTC")),
}
COUNTED = [0, 3, 10, 25, 30, 41, 90, 200]
CODES: dict[str, list[Any]] = {
    "agreed": ["yes", "yes", "no"],
    "outcome": ["assessed", "assessed", "refused"],
    "from": ["08:00", "10:00", "20:00"],
    "to": ["09:30", "11:00", "02:00"],
}


def drawn(layout: str, number: int, chance: np.random.Generator) -> dict[str, Any]:
    """A submission with few different answers, so that some repeat."""
    minutes = int(chance.choice([2, 20, 25, 30, 40]))
    told = {
        "submission": f"{number:05}",
        "form": f"f{chance.integers(2)}",
        "enumerator": f"e{chance.integers(3)}",
        "place": AREAS[0],
        "area": str(chance.choice([*AREAS, ""])),
        "day": DAY - timedelta(days=int(chance.integers(3))),
        "began_at": MORNING + timedelta(hours=int(chance.choice([0, 5, 15]))),
        "received_at": MORNING + timedelta(hours=int(chance.choice([1, 2000]))),
        "device_at": MORNING,
    }
    told["ended_at"] = told["began_at"] + timedelta(minutes=minutes)
    # Half of them answer as one of two others did.
    answers = np.random.default_rng(chance.integers(2)) if chance.random() < 0.5 else chance
    for name, column in LAYOUTS[layout].values.items():
        if column.form is Form.COUNT:
            told[name] = None if answers.random() < 0.1 else int(answers.choice(COUNTED))
        else:
            told[name] = str(answers.choice(CODES.get(name, ["a", "b"])))
    return told


def rows_of(layout: str, ids: list[str]) -> dict[str, pl.DataFrame]:
    """What they tell several times; it follows from the id, so that it can be asked for again."""
    found = {}
    for name, columns in LAYOUTS[layout].rows.items():
        told = [
            {
                "submission": pk,
                **{c: int(pk) * 7 % 23 if f.form is Form.COUNT else "a" for c, f in columns.items()},
            }
            for pk in ids
            if int(pk) % 2
        ]
        kinds = {c: pl.Int64() if f.form is Form.COUNT else pl.String() for c, f in columns.items()}
        found[name] = pl.DataFrame(told, schema={"submission": pl.String(), **kinds})
    return found


def tables(layout: str, rows: list[dict[str, Any]], asked: list[str]) -> Tables:
    counts = {
        name: pl.Int64() if column.form is Form.COUNT else pl.String()
        for name, column in LAYOUTS[layout].values.items()
    }
    now = pl.DataFrame(
        [{name: row.get(name) for name in (*SCHEMA, *counts)} for row in rows], schema=SCHEMA | counts
    ).sort("submission")
    pairs = [(one, other) for one in AREAS for other in AREAS if one != other]
    return Tables(
        now,
        last=pl.DataFrame({"area": AREAS, "persons": [60] * 8, "displaced": [20] * 8}),
        rows=rows_of(layout, asked),
        register=pl.DataFrame({"area": AREAS, "population": [70] * 8}),
        neighbours=pl.DataFrame(pairs, schema=["area", "neighbour"], orient="row"),
        uppers=pl.DataFrame({"area": AREAS, "uppers": [[AREAS[0], area] for area in AREAS]}),
    )


def told(found: pl.DataFrame) -> list[Any]:
    return [
        (row[:3], round(row[3], 6), row[4], [(one["name"], round(one["value"] or 0, 6)) for one in row[5]])
        for row in found.rows()
    ]


@pytest.mark.parametrize("layout", ["area", "watch", "traveller", "event"])
def test_the_same_is_found_minute_by_minute_and_as_a_whole(
    layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "MOST", 5)
    chance = np.random.default_rng(7)
    kept: dict[str, dict[str, Any]] = {}
    held: list[dict[str, Any]] = []
    before: Checked | None = None
    seen: set[str] = set()
    for minute in range(14):
        numbers = [100 * minute + number for number in range(int(chance.integers(1, 9)))]
        fresh = {row["submission"]: row for row in (drawn(layout, number, chance) for number in numbers)}
        held += [fresh.pop(pk) for pk in list(fresh) if chance.random() < 0.15]  # entered minutes later
        if held and chance.random() < 0.5:
            late = held.pop(0)
            fresh[late["submission"]] = late
        # Rejected, corrected, and back because the correction was rejected.
        gone = [pk for pk in kept if chance.random() < 0.08]
        for pk in gone:
            row = kept.pop(pk)
            if chance.random() < 0.3:
                held.append(row)
        kept |= fresh
        changed = {*fresh, *gone}
        now = tables(layout, list(kept.values()), sorted(fresh))
        if before is None:
            before = check_whole(layout, now, LIMITS)
        else:
            before = check_again(layout, before, now, changed, LIMITS)
        whole = check(layout, tables(layout, list(kept.values()), sorted(kept)), LIMITS)
        assert told(before.found) == told(whole), minute
        seen |= set(whole["finding"])
    assert (
        seen
        >= {
            "area": {
                "alike",
                "digits",
                "twice",
                "too_fast",
                "unlike_neighbours",
                "jump_persons",
                "sum_settlements",
            },
            "watch": {"watched_twice", "hour_outside", "sum_watch"},
            "traveller": {"travellers_alike", "too_fast", "age_class"},
            "event": {"twice", "digits", "sum_moved_rows"},
        }[layout]
    )
