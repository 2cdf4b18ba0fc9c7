"""Rounding by hand, without bias, and so that sums hold."""

import numpy as np
import pytest

from nuudel.base.errors import StatisticsError
from nuudel.base.provenance import Source
from nuudel.statistics.disclosure import (
    CountTable,
    Dimension,
    Rounding,
    RoundingMethod,
    Status,
    already_public,
    bounds,
    default_policy,
    protect,
    table_with_margins,
)
from nuudel.statistics.disclosure.rounding import round_nearest, round_random, rounding_interval

SECRET = b"a test's key, not a secret"
NAMES = {"a": "wxyz", "b": "uvw"}


def test_nearest_rounding_by_hand() -> None:
    assert round_nearest(np.arange(7.0), 3).tolist() == [0, 0, 3, 3, 3, 6, 6]
    assert round_nearest(np.array([2.0, 3, 7, 8, 12]), 5).tolist() == [0, 5, 5, 10, 10]
    assert round_nearest(np.array([4.0, 5, 14, 15]), 10).tolist() == [0, 10, 10, 20]


@pytest.mark.parametrize("base", [3, 5, 10])
def test_the_interval_of_a_rounded_count_holds_exactly_the_counts_that_round_to_it(base: int) -> None:
    counts = np.arange(0.0, 8 * base)
    low, high = rounding_interval(round_nearest(counts, base), base, RoundingMethod.NEAREST)
    for value in np.unique(round_nearest(counts, base))[:-2]:
        members = counts[round_nearest(counts, base) == value]
        assert (low[counts == value], high[counts == value]) == (members.min(), members.max())


@pytest.mark.parametrize("base", [3, 5, 10])
def test_random_rounding_is_unbiased_and_leaves_multiples(base: int) -> None:
    uniform = (np.arange(30 * base) + 0.5) / (30 * base)
    for count in range(2 * base + 1):
        rounded = round_random(np.full(uniform.shape, float(count)), base, uniform)
        assert rounded.mean() == pytest.approx(count)
        assert set(rounded % base) == {0}
        assert np.abs(rounded - count).max() < base


def test_random_rounding_is_the_same_in_every_table() -> None:
    values = np.random.default_rng(1).poisson(9, (4, 3))
    two_way = protect(table_with_margins("s", values, NAMES), Rounding(3), secret=SECRET)
    one_way = protect(
        table_with_margins("s", values.sum(axis=1), {"a": NAMES["a"]}), Rounding(3), secret=SECRET
    )
    np.testing.assert_array_equal(two_way.values[:, -1], one_way.values)
    assert (two_way.status == Status.ROUNDED).all()


@pytest.mark.parametrize("shape", [(4, 3), (1, 5), (3, 3, 2)])
def test_controlled_rounding_keeps_the_sums_and_stays_next_to_the_counts(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(2).poisson(6, shape)
    names = {name: [str(i) for i in range(size)] for name, size in zip("abc", shape, strict=False)}
    table = table_with_margins("s", values, names)
    rounded = protect(table, Rounding(5, RoundingMethod.CONTROLLED), secret=SECRET)
    assert rounded.loss.additive
    assert np.abs(table.equations @ rounded.values.ravel()).max() == 0
    assert np.abs(rounded.values - table.values).max() < 5
    multiples = table.values % 5 == 0
    np.testing.assert_array_equal(rounded.values[multiples], table.values[multiples])


def test_nearest_rounding_of_a_small_table_can_be_attacked() -> None:
    """1 + 1 + 1 with base 3: the ones print 0, so each is at most 1; the total prints 3, so it is 2 or 3."""
    protected = protect(table_with_margins("s", [1, 1, 1], {"a": "xyz"}), Rounding(3, RoundingMethod.NEAREST))
    assert protected.values.tolist() == [0, 0, 0, 3]
    report = bounds(protected)
    assert sorted((f.low, f.high) for f in report.findings) == [(0, 1)] * 3 + [(2, 3)]
    assert not report.withstood


def test_public_figures_pass_unchanged_and_the_source_is_recorded() -> None:
    source = Source(
        "nso", {"en": "NSO", "mn": "ҮСХ"}, {"en": "Migration", "mn": "Шилжилт"}, "DT_1", "open data"
    )
    table = CountTable("nso", np.array([1.0, 2.5, 4.0]), (Dimension.with_total("sex", ["f", "m"]),))
    protected = protect(table, already_public(source))  # official margins need not add up
    np.testing.assert_array_equal(protected.values, table.values)
    assert (protected.status == Status.PUBLISHED).all()
    assert protected.parameters == {"source": "nso", "identifier": "DT_1", "licence": "open data"}
    assert "NSO, DT_1, open data" in protected.statement.text["en"]


def test_a_policy_must_be_chosen_and_fit_the_figures() -> None:
    with pytest.raises(TypeError):
        protect(table_with_margins("s", [1], {"a": "x"}))  # type: ignore[call-arg]
    with pytest.raises(StatisticsError, match="STATISTICS-313"):
        Rounding(7)
    halves = CountTable("s", np.array([0.5, 1.5]), (Dimension("sex", ("f", "m")),))
    with pytest.raises(StatisticsError, match="STATISTICS-319"):
        protect(halves, default_policy(), secret=SECRET)
    with pytest.raises(StatisticsError, match="STATISTICS-311"):
        protect(table_with_margins("s", [1], {"a": "x"}), Rounding(5))


def test_a_three_way_table_without_such_a_rounding_is_refused() -> None:
    """Fives in base 10, an even number in every line, so all margins stay: half of each line must go up.

    Along the lines with two fives the choice alternates; here some closed chain of them has odd length.
    """
    fives = "000 003 010 013 102 103 110 112 130 133 211 213 231 233 300 302 311 312 330 331"
    cube = np.zeros((4, 4, 4))
    cube[tuple(np.array([[int(i) for i in cell] for cell in fives.split()]).T)] = 5
    table = table_with_margins("s", cube, {"a": "0123", "b": "0123", "c": "0123"})
    assert (table.values[~table.inner] % 10 == 0).all()
    with pytest.raises(StatisticsError, match="STATISTICS-317"):
        protect(table, Rounding(10, RoundingMethod.CONTROLLED), secret=SECRET)
    assert protect(table, Rounding(10), secret=SECRET).loss.suppressed_cells == 0
