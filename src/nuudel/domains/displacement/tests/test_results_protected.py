"""What an attacker learns of small counts in the table that may be passed on."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

import numpy as np

from nuudel.domains.displacement.results.export import PARTS, TOTALS, rounded_rows

FOUND: Any = SimpleNamespace(round=SimpleNamespace(pk=UUID(int=7)))
NAMES = ("individuals", *PARTS, *TOTALS)


def area(code: str, **counts: int) -> dict[str, object]:
    return {"area_code": code, **dict.fromkeys(NAMES, 0), **counts}


def test_every_small_count_may_be_two_things_and_is_right_on_average() -> None:
    for count in range(1, 5):
        rows = rounded_rows([area(f"a{number}", women=count) for number in range(3000)], FOUND)
        told = np.array([row["women"] for row in rows])
        assert set(told) == {0, 5}
        # Four standard errors.
        assert abs(told.mean() - count) < 4 * 2.5 / np.sqrt(len(told))


def test_neighbours_that_change_change_nothing_so_nothing_can_be_averaged() -> None:
    own = area("a", individuals=32, women=13, girls=4, displaced=3)
    seen = {
        tuple(rounded_rows([own, area("b", women=other), area(f"c{other}", men=other)], FOUND)[0].values())
        for other in range(60)
    }
    assert len(seen) == 1


def test_another_round_draws_anew() -> None:
    other: Any = SimpleNamespace(round=SimpleNamespace(pk=UUID(int=8)))
    rows = [area(f"a{number}", women=3) for number in range(50)]
    assert rounded_rows(rows, FOUND) != rounded_rows(rows, other)
