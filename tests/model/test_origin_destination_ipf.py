"""Iterative proportional fitting: published examples, what it keeps, and margins that no table has."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nuudel.base.errors import ModelError
from nuudel.model.origin_destination import iterative_proportional_fitting
from nuudel.model.origin_destination.ipf import balanced, overfull

PRINTED = 0.011  # examples are printed with two decimals, and were stopped early

# Bishop, Fienberg & Holland (1975), Discrete Multivariate Analysis, section 3.6: women by age and marital
# status, adjusted to the margins of another year (also SAS/IML User's Guide, example 9.14).
MARITAL = [
    (1306, 83, 0, 1412),
    (619, 765, 3, 1402),
    (263, 1194, 9, 1450),
    (173, 1372, 28, 1541),
    (171, 1393, 51, 1681),
    (159, 1372, 81, 1532),
    (208, 1350, 108, 1662),
    (1116, 4100, 2329, 7644),
]
MARITAL_FITTED = [
    (1325.27, 86.73, 0.0),
    (615.56, 783.39, 3.05),
    (253.94, 1187.18, 8.88),
    (165.13, 1348.55, 27.32),
    (173.41, 1454.71, 52.87),
    (147.21, 1308.12, 76.67),
    (202.33, 1352.28, 107.40),
    (1105.16, 4181.04, 2357.81),
]


def test_bishop_fienberg_holland() -> None:
    data = np.array(MARITAL, dtype=float)
    fit = iterative_proportional_fitting(data[:, :3], data[:, 3], [3988, 11702, 2634])
    np.testing.assert_allclose(fit.table, MARITAL_FITTED, atol=PRINTED)


def test_willekens_1999() -> None:
    """Two regions: the odds ratio of the auxiliary table, 5 x 7 / (2 x 1), gives a quadratic equation."""
    fit = iterative_proportional_fitting([[5, 2], [1, 7]], [18, 20], [16, 22])
    # x (4 + x) = 17.5 (18 - x) (16 - x), so 16.5 x² - 599 x + 5040 = 0
    x = (599 - np.sqrt(599**2 - 4 * 16.5 * 5040)) / 33
    np.testing.assert_allclose(fit.table, [[x, 18 - x], [16 - x, 4 + x]], rtol=1e-9)
    assert fit.table[0, 0] == pytest.approx(13.2502, abs=1e-4)


def test_two_places_and_more_by_hand() -> None:
    # Without a seed to speak of: r c / total.
    fit = iterative_proportional_fitting(np.ones((2, 3)), [30, 70], [20, 30, 50])
    np.testing.assert_allclose(fit.table, [[6, 9, 15], [14, 21, 35]])
    # Three places with an empty diagonal have one degree of freedom: x around one way, the rest the other.
    seed = np.ones((3, 3)) - np.eye(3)
    fit = iterative_proportional_fitting(seed, [10, 10, 10], [10, 10, 10])
    np.testing.assert_allclose(fit.table, 5 * seed)


def positive(*shape: int) -> st.SearchStrategy[np.ndarray]:
    return arrays(float, shape, elements=st.floats(0.05, 20))


@settings(max_examples=60, deadline=None)
@given(positive(5, 4), positive(5, 4))
def test_margins_are_met_and_odds_ratios_kept(seed: np.ndarray, other: np.ndarray) -> None:
    fit = iterative_proportional_fitting(seed, other.sum(axis=1), other.sum(axis=0))
    np.testing.assert_allclose(fit.table.sum(axis=1), other.sum(axis=1), rtol=1e-6)
    np.testing.assert_allclose(fit.table.sum(axis=0), other.sum(axis=0), rtol=1e-6)
    for table in (seed, fit.table):
        assert (table > 0).all()

    def odds(table: np.ndarray) -> np.ndarray:
        return table[1:, 1:] * table[0, 0] / (table[1:, :1] * table[:1, 1:])

    np.testing.assert_allclose(odds(fit.table), odds(seed), rtol=1e-9)


@settings(max_examples=40, deadline=None)
@given(positive(6, 6))
def test_an_empty_diagonal_stays_empty(flows: np.ndarray) -> None:
    np.fill_diagonal(flows, 0.0)
    seed = np.ones((6, 6)) - np.eye(6)
    fit = iterative_proportional_fitting(seed, flows.sum(axis=1), flows.sum(axis=0))
    assert (np.diag(fit.table) == 0).all()
    np.testing.assert_allclose(fit.table.sum(axis=0), flows.sum(axis=0), rtol=1e-6)
    # A table that has the margins already is its own fit.
    again = iterative_proportional_fitting(flows, flows.sum(axis=1), flows.sum(axis=0))
    np.testing.assert_allclose(again.table, flows, rtol=1e-9, atol=1e-12)


def test_many_at_a_time_are_as_one_by_one() -> None:
    random = np.random.default_rng(3)
    truth = random.gamma(1.0, 5.0, (4, 3, 6, 6)) * (1 - np.eye(6))
    seeds = random.gamma(2.0, 1.0, (4, 1, 6, 6)) * (1 - np.eye(6))
    rows, columns = truth.sum(axis=3), truth.sum(axis=2)
    tables, deviations = balanced(seeds, rows, columns, 1e-12, 10_000)
    assert deviations.max() <= 1e-12
    for d in range(4):
        for t in range(3):
            one = iterative_proportional_fitting(seeds[d, 0], rows[d, t], columns[d, t], tolerance=1e-12)
            np.testing.assert_array_equal(tables[d, t], one.table)


@pytest.mark.parametrize(
    ("code", "seed", "rows", "columns", "words"),
    [
        ("MODEL-311", [[1, 1]], [1, 1], [1, 1], "do not fit"),
        ("MODEL-311", [[1, -1], [1, 1]], [1, 1], [1, 1], "negative"),
        ("MODEL-311", [[1, 1], [1, 1]], [1, np.nan], [1, 1], "no number"),
        ("MODEL-312", [[1, 1], [1, 1]], [1, 1], [1, 2], "add up to 2 and columns to 3"),
        ("MODEL-313", [[0, 0], [1, 1]], [1, 1], [1, 1], "row 1 has a margin of 1"),
        # The capital sends 60 and gets 70 of 100 moves: 30 of those who arrive would be its own.
        ("MODEL-313", 1 - np.eye(3), [60, 25, 15], [70, 20, 10], "row 1 has a margin of 60"),
    ],
)
def test_bad_input(code: str, seed: object, rows: object, columns: object, words: str) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        iterative_proportional_fitting(seed, rows, columns)
    assert caught.value.code == code


def test_zeros_that_leave_no_room_are_found_by_not_converging() -> None:
    # Each margin alone could be met, but rows 1 and 2 share the one open column 1.
    seed = np.array([[1.0, 0, 0], [1, 0, 0], [1, 1, 1]])
    with pytest.raises(ModelError, match="sweeps did not meet the margins") as caught:
        iterative_proportional_fitting(seed, [6, 6, 8], [8, 6, 6])
    assert caught.value.code == "MODEL-314"


def test_overfull_is_when_a_place_leaves_no_room_for_itself() -> None:
    rows = np.array([[50.0, 30, 20], [60, 25, 15]])
    columns = np.array([[45.0, 30, 25], [70, 20, 10]])
    assert overfull(rows, columns).tolist() == [False, True]
