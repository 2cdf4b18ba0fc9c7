"""The Gini family: the published check, the pairwise definition, bounds and invariances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nuudel.base.errors import StatisticsError
from nuudel.statistics.flow_tables import Margins
from nuudel.statistics.gini import migration_gini

# Plane & Mulligan (1997), Demography 34, the two hypothetical systems
A = np.array([[0, 10, 10], [20, 0, 20], [30, 30, 0]])
B = np.array([[0, 20, 20], [30, 0, 50], [20, 20, 0]])

PRINTED = 5e-11  # the check is printed with ten decimals
PRINTED_PERCENT = 5e-7  # and its percentages with six
EXACT = 1e-9  # sums of up to some hundred doubles


@pytest.mark.parametrize(
    ("name", "of_a", "of_b"),
    [
        ("total", 0.2222222222, 0.1875),
        ("row", 0.0, 0.0208333333),
        ("column", 0.0555555556, 0.0416666667),
        ("weighted_out", 0.0, 0.0208333333),
        ("weighted_in", 0.1222222222, 0.0523809524),
        ("weighted_mean", 0.0611111111, 0.0366071429),
    ],
)
def test_indices_are_those_published(name: str, of_a: float, of_b: float) -> None:
    assert getattr(migration_gini(A), name) == pytest.approx(of_a, abs=PRINTED)
    assert getattr(migration_gini(B), name) == pytest.approx(of_b, abs=PRINTED)


@pytest.mark.parametrize(
    ("name", "of_a", "of_b"),
    [
        ("row_percent", 0.0, 11.111111),
        ("column_percent", 25.0, 22.222222),
        ("exchange_percent", 25.0, 22.222222),
    ],
)
def test_standardised_indices_are_those_published(name: str, of_a: float, of_b: float) -> None:
    assert getattr(migration_gini(A), name) == pytest.approx(of_a, abs=PRINTED_PERCENT)
    assert getattr(migration_gini(B), name) == pytest.approx(of_b, abs=PRINTED_PERCENT)


def test_corrected_total_and_fields_are_those_of_the_reference_software() -> None:
    # examples in the documentation of the R package migration.indices (Daróczi)
    assert migration_gini(A).total_corrected == pytest.approx(0.2666667, abs=5e-8)
    assert migration_gini(B).total_corrected == pytest.approx(0.225, abs=EXACT)
    assert migration_gini(B).out_field_corrected == pytest.approx([0, 0.25, 0], abs=EXACT)
    assert migration_gini(A).in_field_corrected == pytest.approx([0.2, 0.5, 1 / 3], abs=EXACT)
    assert migration_gini(A).in_field == pytest.approx([0.1, 0.25, 1 / 6], abs=EXACT)
    assert migration_gini(B).in_field == pytest.approx([0.1, 0, 0.2142857], abs=5e-8)


def flow_tables(least: int = 3, most: int = 7) -> st.SearchStrategy[np.ndarray]:
    counts = st.integers(0, 1000).map(float)
    tables = st.integers(least, most).flatmap(lambda n: arrays(np.float64, (n, n), elements=counts))
    return tables.filter(lambda m: (m.sum() - np.trace(m)) > 0)


def by_definition(m: np.ndarray) -> dict[str, float]:
    """The formulas as printed, cell by cell."""
    n = len(m)
    cells = [(i, j) for i in range(n) for j in range(n) if i != j]
    scale = 2 * n * (n - 1) * sum(m[c] for c in cells)
    pairs = [(a, b, abs(m[a] - m[b])) for a in cells for b in cells]
    return {
        "total": sum(d for _, _, d in pairs) / scale,
        "row": sum(d for a, b, d in pairs if a[0] == b[0]) / scale,
        "column": sum(d for a, b, d in pairs if a[1] == b[1]) / scale,
        "exchange": sum(d for a, b, d in pairs if a == b[::-1]) / scale,
    }


@settings(max_examples=40, deadline=None)
@given(flow_tables())
def test_sorting_gives_the_pairwise_definition(m: np.ndarray) -> None:
    family = migration_gini(m)
    for name, value in by_definition(m).items():
        assert getattr(family, name) == pytest.approx(value, abs=EXACT)


@settings(max_examples=60, deadline=None)
@given(flow_tables(), st.floats(0.01, 1000), st.randoms(use_true_random=False))
def test_scale_and_labels_do_not_matter(m: np.ndarray, scale: float, random) -> None:
    order = list(range(len(m)))
    random.shuffle(order)
    one, other = migration_gini(m), migration_gini(scale * m[np.ix_(order, order)])
    for name in ("total", "total_corrected", "row", "column", "exchange", "weighted_out", "weighted_in"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), abs=EXACT)
    assert other.out_field == pytest.approx(one.out_field[order], abs=EXACT, nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(flow_tables())
def test_bounds_and_transposition(m: np.ndarray) -> None:
    family, turned = migration_gini(m), migration_gini(m.T)
    assert -EXACT <= family.total <= family.total_corrected <= 1 + EXACT
    assert family.row + family.column + family.exchange <= family.total + EXACT
    assert turned.row == pytest.approx(family.column, abs=EXACT)
    assert turned.weighted_out == pytest.approx(family.weighted_in, abs=EXACT)
    fields = family.in_field_corrected[~np.isnan(family.in_field_corrected)]
    assert ((fields >= -EXACT) & (fields <= 1 + EXACT)).all()
    if family.total > EXACT:
        parts = family.row_percent + family.column_percent + family.exchange_percent + family.other_percent
        assert parts == pytest.approx(100.0)
        assert family.other_percent >= -1e-6


def test_limits() -> None:
    uniform = migration_gini(np.full((5, 5), 7.3))
    assert uniform.total == uniform.total_corrected == uniform.row == uniform.weighted_mean == 0.0
    assert np.isnan(uniform.row_percent)
    single = np.zeros((5, 5))
    single[1, 3] = 12
    family = migration_gini(single)
    assert family.total_corrected == pytest.approx(1.0)
    assert family.total == pytest.approx(1 - 1 / 20)
    assert family.out_field_corrected[1] == pytest.approx(1.0)
    assert np.isnan(family.out_field[0])


def test_the_diagonal_does_not_matter() -> None:
    assert migration_gini(B + np.diag([1000, 5, 3])).total == migration_gini(B).total
    assert migration_gini(B + np.diag([np.nan] * 3)).total == migration_gini(B).total


def test_two_places_have_an_exchange_but_no_corrected_fields() -> None:
    family = migration_gini([[0, 30], [10, 0]])
    assert family.total_corrected == pytest.approx(0.5)
    assert family.exchange_percent == pytest.approx(100.0)
    assert np.isnan(family.weighted_out)
    assert np.isnan(family.out_field_corrected).all()


def test_margins_do_not_suffice() -> None:
    with pytest.raises(StatisticsError, match="STATISTICS-109"):
        migration_gini(Margins(np.array([1.0, 2.0]), np.array([2.0, 1.0])))
