"""What somebody who knows every count but one learns of it from the table to pass on: never its value."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import numpy as np
import pytest

from nuudel.domains.displacement.results import export
from nuudel.domains.displacement.results.export import PARTS, REST, SMALL, parted, protected_table
from nuudel.domains.displacement.results.figures import TOTALS, Results
from nuudel.statistics.assessment_rounds import GROUPS

ROUNDS = tuple(UUID(int=number) for number in range(1, 25))
"""The key of a round is secret: to somebody outside it may be any of these."""

HIDDEN = ("girls", "older_men", "not_stated", "displaced", "arrived", "households")


def area(drawn: np.random.Generator, code: str) -> dict[str, Any]:
    parts = dict(zip(PARTS, (int(count) for count in drawn.integers(0, 30, len(PARTS))), strict=True))
    totals = {name: int(drawn.integers(0, 12)) for name in TOTALS}
    persons = max(sum(parts.values()), SMALL + 5)
    return {
        "area_code": code,
        "status": "observed",
        **totals,
        **parts,
        "women": parts["women"] + persons - sum(parts.values()),
        "individuals": persons,
    }


def with_count(row: Mapping[str, Any], name: str, count: int) -> dict[str, Any]:
    more = count - row[name] if name in PARTS else 0
    return {**row, name: count, "individuals": row["individuals"] + more}


def published(patch: pytest.MonkeyPatch, rows: list[dict[str, Any]], key: UUID) -> list[dict[str, Any]]:
    patch.setattr(export, "record_rows", lambda *_: [dict(row) for row in rows])
    found = cast(Results, SimpleNamespace(round=SimpleNamespace(pk=key)))
    return [dict(row) for row in protected_table(found).rows]


@pytest.mark.parametrize("name", HIDDEN)
def test_a_small_count_has_two_values_at_least_when_all_others_are_known(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two rounds in which the count is the same are read together, with every other count known exactly."""
    drawn = np.random.default_rng(20261123)
    rows = [area(drawn, f"MN{number}") for number in range(4)]
    tables: dict[int, set[tuple[str, ...]]] = {}
    for count in range(10):
        told = [with_count(rows[0], name, count), *rows[1:]]
        seen = [published(monkeypatch, told, key)[0] for key in ROUNDS]
        tables[count] = {(str(one[name]), str(two[name])) for one in seen for two in seen}
    for count in range(1, 5):
        for table in tables[count]:
            assert sum(table in others for others in tables.values()) > 1


@pytest.mark.parametrize("name", HIDDEN)
def test_no_other_cell_tells_of_a_count(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another value changes its own cell and the sum of its row by as much, and nothing else in the table."""
    drawn = np.random.default_rng(7)
    rows = [area(drawn, f"MN{number}") for number in range(4)]
    before = published(monkeypatch, [with_count(rows[0], name, 1), *rows[1:]], ROUNDS[0])
    for count in (2, 3, 4):
        after = published(monkeypatch, [with_count(rows[0], name, count), *rows[1:]], ROUNDS[0])
        assert after[1:] == before[1:]
        moved = {key: after[0][key] - before[0][key] for key in (*PARTS, *TOTALS, "individuals")}
        step = moved[name]
        expected = {name: step} | ({"individuals": step} if name in PARTS else {})
        assert {key: by for key, by in moved.items() if by} == {key: by for key, by in expected.items() if by}


def test_groups_that_are_more_than_the_people_present_are_not_passed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = dict.fromkeys(GROUPS, 10)
    row = area(np.random.default_rng(1), "MN1") | {"individuals": 50} | parted(told, 50)
    assert (row["women"], row[REST]) == (10, None)
    (shown,) = published(monkeypatch, [row], ROUNDS[0])
    assert (shown["individuals"], [shown[name] for name in PARTS]) == (50, [None] * len(PARTS))
    assert parted(told, 61)[REST] == 1
