"""Suppression: the rules by hand, the least complementary pattern by enumeration, and what it withstands."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from nuudel.base.errors import StatisticsError
from nuudel.statistics.disclosure import (
    CountTable,
    Dimension,
    Status,
    Suppression,
    bounds,
    protect,
    table_with_margins,
)
from nuudel.statistics.disclosure.suppression import (
    Problem,
    complementary_cells,
    sensitive_cells,
    stepwise_suppression,
)

SMALL = [[20, 3, 10], [8, 30, 7], [12, 9, 40]]
NAMES = {"place": ["x", "y", "z"], "sex": ["u", "v", "w"]}


def test_primary_suppression_alone_is_undone_by_subtraction() -> None:
    alone = protect(table_with_margins("s", SMALL, NAMES), Suppression(complementary=False))
    assert alone.suppressed.sum() == 1
    report = bounds(alone)
    assert not report.withstood
    assert report.exact == 1
    assert (report.findings[0].low, report.findings[0].high) == (3, 3)
    assert report.findings[0].cell == (("place", "x"), ("sex", "v"))
    assert report.to_frame()["cell"].to_list() == ["place=x, sex=v"]


def test_complementary_suppression_withstands_the_attack_on_the_table() -> None:
    protected = protect(table_with_margins("s", SMALL, NAMES), Suppression())
    report = bounds(protected)
    assert report.withstood
    assert report.method == "linear programming"
    assert protected.status[0, 1] == Status.SUPPRESSED_PRIMARY
    assert (protected.status == Status.SUPPRESSED_COMPLEMENTARY).sum() == 3
    assert set(protected.public_status.ravel()) == {"published", "suppressed"}  # not which kind
    assert protected.loss.suppressed_cells == 4


def interval(table: CountTable, hidden: np.ndarray, cell: int) -> tuple[float, float]:
    values, target = table.values.ravel(), np.zeros(table.values.size)
    target[cell] = 1
    limits = [(0, None) if h else (v, v) for h, v in zip(hidden, values, strict=True)]
    zero = np.zeros(table.equations.shape[0])
    ends = [linprog(s * target, A_eq=table.equations.toarray(), b_eq=zero, bounds=limits) for s in (1, -1)]
    return ends[0].fun, np.inf if ends[1].status == 3 else -ends[1].fun


def test_no_cheaper_pattern_protects_the_cell() -> None:
    """All patterns of up to three further cells are tried with an attack written out here."""
    table = table_with_margins("s", [[3, 14, 9], [12, 6, 25]], {"a": "xy", "b": "uvw"})
    values = table.values.ravel()
    policy = Suppression()
    chosen = complementary_cells(table, sensitive_cells(table, policy)).ravel()
    cost = (values[chosen] + 1).sum()
    assert chosen.sum() <= 3
    cheapest = np.inf
    for size in (1, 2, 3):
        for extra in itertools.combinations(range(1, values.size), size):
            price = (values[list(extra)] + 1).sum()
            hidden = np.isin(np.arange(values.size), [0, *extra])
            if price < cheapest:
                low, high = interval(table, hidden, 0)
                if low <= 3 - 2 and high >= 3 + 2:  # width 4, split around the count
                    cheapest = price
    assert cost == cheapest


@given(
    st.integers(1, 4).flatmap(
        lambda r: st.lists(st.lists(st.integers(0, 15), min_size=4, max_size=4), min_size=r, max_size=r)
    )
)
@settings(max_examples=25, deadline=None)
def test_suppression_withstands_the_attack_or_says_that_it_cannot(values: list[list[int]]) -> None:
    names = {"a": [str(i) for i in range(len(values))], "b": "uvwx"}
    try:
        protected = protect(table_with_margins("s", values, names), Suppression())
    except StatisticsError as error:
        held = error.code == "STATISTICS-315"
    else:
        held = bounds(protected).withstood
    assert held


def test_a_three_way_table_is_protected() -> None:
    values = np.random.default_rng(1).poisson(7, (3, 3, 2))
    table = table_with_margins("s", values, {"a": "xyz", "b": "uvw", "c": "fm"})
    protected = protect(table, Suppression())
    assert (protected.status == Status.SUPPRESSED_PRIMARY).any()
    assert bounds(protected).withstood


def test_the_stepwise_method_protects_too_and_costs_no_less() -> None:
    table = table_with_margins(
        "s", np.random.default_rng(4).poisson(8, (5, 6)), {"a": "abcde", "b": "uvwxyz"}
    )
    sensitive = sensitive_cells(table, Suppression())
    least = complementary_cells(table, sensitive) | sensitive.cells
    problem = Problem(
        table.equations,
        table.values.ravel(),
        sensitive.above.ravel(),
        sensitive.below.ravel(),
        np.flatnonzero(sensitive.cells),
    )
    stepwise = stepwise_suppression(problem)
    assert (table.values.ravel()[stepwise] + 1).sum() >= (table.values[least] + 1).sum()
    for cell in problem.sensitive:
        low, high = interval(table, stepwise, int(cell))
        assert low <= problem.values[cell] - problem.below[cell] + 1e-6
        assert high >= problem.values[cell] + problem.above[cell] - 1e-6


def test_the_concentration_rules_by_hand() -> None:
    """Contributions (80, 10, 5), (40, 35, 25) and (50, 48): totals 95, 100 and 98."""
    table = CountTable(
        "herd",
        np.array([95.0, 100.0, 98.0]),
        (Dimension("soum", ("a", "b", "c")),),
        largest=np.array([[80.0, 10.0], [40.0, 35.0], [50.0, 48.0]]),
    )
    # (1, 75): 80 of 95 is 84 per cent. It must stay open up to 80 / 0.75 = 106.7, 11.7 above.
    dominated = sensitive_cells(table, Suppression(dominance=(1, 75)))
    assert dominated.cells.tolist() == [True, False, False]
    assert dominated.above[0] == pytest.approx(80 / 0.75 - 95)
    # p% with p = 10: remainder 5 < 8; 25 > 4; 0 < 5.
    estimated = sensitive_cells(table, Suppression(p_percent=10))
    assert estimated.cells.tolist() == [True, False, True]
    assert estimated.above.tolist() == pytest.approx([3, 0, 5])


def test_zeros_are_published_and_a_table_of_small_counts_is_left_out_whole() -> None:
    empty = protect(table_with_margins("s", np.zeros((2, 2)), {"a": "xy", "b": "uv"}), Suppression())
    assert not empty.suppressed.any()
    small = protect(table_with_margins("s", [[1, 0], [0, 1]], {"a": "xy", "b": "uv"}), Suppression())
    assert small.suppressed.sum() == 7  # all but the two zeros
    row = protect(table_with_margins("s", [[3, 10, 20]], {"a": "x", "b": "uvw"}), Suppression())
    assert bounds(row).withstood


def test_structural_zeros_stay_published_and_are_no_protection() -> None:
    plain = table_with_margins("s", [[0, 3, 9], [8, 0, 7], [6, 9, 0]], {"from": "abc", "to": "abc"})
    diagonal = np.zeros((4, 4), dtype=bool)
    diagonal[[0, 1, 2], [0, 1, 2]] = True
    table = CountTable("moves", plain.values, plain.dimensions, structural_zeros=diagonal)
    protected = protect(table, Suppression())
    assert not protected.suppressed[diagonal].any()
    assert bounds(protected).withstood


def test_what_cannot_be_done_is_refused() -> None:
    with pytest.raises(StatisticsError, match="STATISTICS-314"):
        protect(table_with_margins("s", SMALL, NAMES), Suppression(p_percent=10))
    with pytest.raises(StatisticsError, match="STATISTICS-313"):
        Suppression(threshold=0)
    with pytest.raises(StatisticsError, match="STATISTICS-313"):
        Suppression(dominance=(1, 120))
    names = {"a": [str(i) for i in range(120)], "b": [str(i) for i in range(120)]}
    large = table_with_margins("s", np.ones((120, 120)), names)
    with pytest.raises(StatisticsError, match="STATISTICS-316"):
        protect(large, Suppression())
    broken = CountTable("s", np.array([1.0, 2.0, 9.0]), (Dimension.with_total("sex", ["f", "m"]),))
    with pytest.raises(StatisticsError, match="STATISTICS-307"):
        protect(broken, Suppression())
    # One published part of 3 and zeros beside it: only the total could hide it, and it is the cell itself.
    lonely = CountTable(
        "s", np.array([[3.0, 0.0, 3.0]]), (Dimension("a", ("x",)), Dimension.with_total("b", ["u", "v"]))
    )
    assert bounds(protect(lonely, Suppression())).withstood
