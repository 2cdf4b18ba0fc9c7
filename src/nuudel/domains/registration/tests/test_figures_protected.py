"""What of the register's table may be shown: no small count, and every row adds up."""

import random

import pytest

from nuudel.domains.registration.figures.counts import Change
from nuudel.domains.registration.figures.protected import protected


def changes(**units: tuple[int, int, int, int, int]) -> dict[str, Change]:
    return {unit: Change(*counts) for unit, counts in units.items()}


def test_a_unit_with_a_small_count_is_shown_with_the_smallest_other() -> None:
    given = changes(A=(900, 20, 9, 30, 40), B=(500, 12, 2, 20, 10), C=(300, 8, 6, 10, 10))
    table = protected("test", given, Change(1700, 40, 17, 30, 30))
    assert [row.units for row in table.rows] == [("A",), ("B", "C")]
    assert table.rows[1].cells == (800, 20, 8, 30, 20, 822)
    assert table.left_out == 0


def test_small_counts_that_stand_against_each_other_are_shown_together() -> None:
    given = changes(A=(900, 20, 3, 30, 40), B=(500, 12, 2, 20, 10), C=(300, 8, 6, 10, 10))
    table = protected("test", given, Change(1700, 40, 11, 30, 30))
    assert [row.units for row in table.rows] == [("C",), ("A", "B")]
    assert table.rows[1].cells == (1400, 32, 5, 50, 50, 1427)


def test_where_all_together_are_few_no_change_is_shown() -> None:
    given = changes(A=(900, 2, 0, 0, 0), B=(500, 1, 0, 0, 0))
    table = protected("test", given, Change(1400, 3, 0, 0, 0))
    assert [row.units for row in table.rows] == [("A", "B")]
    assert table.rows[0].cells == table.whole.cells == (1400, None, None, None, None, 1403)


def test_few_who_cross_the_border_of_the_whole_are_left_out_of_it() -> None:
    given = changes(A=(900, 20, 9, 30, 40), B=(500, 12, 8, 42, 30))
    table = protected("test", given, Change(1400, 32, 17, 3, 1))
    assert [row.units for row in table.rows] == [("A",), ("B",)]
    assert table.whole.cells == (1400, None, None, None, None, 1417)


@pytest.mark.parametrize("seed", range(25))
def test_no_small_count_is_ever_shown_and_every_shown_row_adds_up(seed: int) -> None:
    rng = random.Random(seed)
    given = {
        f"U{n}": Change(rng.choice([0, 3, 60, 500]), *(rng.choice([0, 0, 1, 4, 6, 30]) for _ in range(4)))
        for n in range(rng.randrange(1, 12))
    }
    given = {unit: change for unit, change in given.items() if change.closing >= 0}
    if not given:
        return
    whole = sum(given.values(), Change())
    table = protected("test", given, whole)
    assert sorted(unit for row in table.rows for unit in row.units) == sorted(given)
    for row in (*table.rows, table.whole):
        assert all(cell is None or cell == 0 or cell >= 5 for cell in row.cells)
        if None not in row.cells:
            opening, births, deaths, entered, left, closing = row.cells
            assert opening + births - deaths + entered - left == closing  # type: ignore[operator]
