"""Rates, intensity, effectiveness, connectivity, inequality, variation, velocity: by hand, and properties."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nuudel.base.errors import StatisticsError
from nuudel.statistics.connectivity import migration_connectivity
from nuudel.statistics.effectiveness import aggregate_net_migration, migration_effectiveness
from nuudel.statistics.flow_tables import Margins
from nuudel.statistics.inequality import migration_inequality
from nuudel.statistics.intensity import migration_intensity
from nuudel.statistics.rates import migration_rates
from nuudel.statistics.variation import migration_variation
from nuudel.statistics.velocity import migration_velocity

A = np.array([[0, 10, 10], [20, 0, 20], [30, 30, 0]])
B = np.array([[0, 20, 20], [30, 0, 50], [20, 20, 0]])
P = np.array([1000.0, 2000.0, 1000.0])
EXACT = 1e-9  # sums of up to some hundred doubles


@st.composite
def systems(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    n = draw(st.integers(2, 8))
    flows = draw(
        arrays(np.float64, (n, n), elements=st.integers(0, 500).map(float)).filter(
            lambda m: m.sum() - np.trace(m) > 0
        )
    )
    population = draw(arrays(np.float64, n, elements=st.integers(1, 100_000).map(float)))
    return flows, population


@settings(max_examples=80, deadline=None)
@given(systems())
def test_net_redistribution_is_intensity_times_effectiveness(system: tuple[np.ndarray, np.ndarray]) -> None:
    flows, population = system
    cmi = migration_intensity(flows, population).cmi_percent
    mei = migration_effectiveness(flows).mei_percent
    assert aggregate_net_migration(flows, population).anmr_percent == pytest.approx(cmi * mei / 100)
    assert 0 <= mei <= 100 + EXACT


@settings(max_examples=80, deadline=None)
@given(systems())
def test_net_migrants_of_a_full_table_sum_to_zero(system: tuple[np.ndarray, np.ndarray]) -> None:
    rates = migration_rates(*system)
    population = system[1]
    assert float(rates.net_per_1000 @ population) == pytest.approx(0.0, abs=1e-6)
    assert rates.gross_per_1000 == pytest.approx(rates.in_per_1000 + rates.out_per_1000)


@settings(max_examples=80, deadline=None)
@given(systems(), st.floats(0.01, 100))
def test_shares_do_not_depend_on_scale_and_stay_in_bounds(
    system: tuple[np.ndarray, np.ndarray], scale: float
) -> None:
    flows, population = system
    for expectation in ("equal", "population", "margins"):
        one = migration_inequality(flows, expectation, population)
        assert migration_inequality(scale * flows, expectation, population).index == pytest.approx(one.index)
        assert -EXACT <= one.index <= 1 + EXACT
        assert one.expected_share.sum() == pytest.approx(1.0)
        assert (np.diag(one.expected_share) == 0).all()
    assert 0 < migration_connectivity(flows).share <= 1
    assert migration_variation(scale * flows).aggregate == pytest.approx(migration_variation(flows).aggregate)


@settings(max_examples=80, deadline=None)
@given(systems())
def test_margins_give_what_the_table_gives(system: tuple[np.ndarray, np.ndarray]) -> None:
    flows, population = system
    table = flows - np.diag(np.diag(flows))
    margins = Margins(table.sum(axis=0), table.sum(axis=1))
    assert migration_intensity(margins, population).cmi_percent == pytest.approx(
        migration_intensity(flows, population).cmi_percent
    )
    assert migration_effectiveness(margins).mei_percent == pytest.approx(
        migration_effectiveness(flows).mei_percent
    )


def test_uniform_flows_are_equal_and_balanced() -> None:
    uniform = np.full((4, 4), 3.0)
    assert migration_inequality(uniform).index == 0.0
    assert migration_effectiveness(uniform).mei_percent == 0.0
    assert migration_variation(uniform).aggregate == 0.0
    assert migration_velocity(uniform, [5, 5, 5, 5]).preference_between[0, 1] == pytest.approx(1.0)
    # one stream only: 1 - 1/12 of the migrants would have to be elsewhere, and all redistribute
    single = np.zeros((4, 4))
    single[0, 3] = 5
    assert migration_inequality(single).index == pytest.approx(1 - 1 / 12)
    assert migration_effectiveness(single).mei_percent == 100.0
    assert migration_connectivity(single).share == pytest.approx(1 / 12)


def test_intensity_by_hand() -> None:
    got = migration_intensity(B, P)
    assert (got.moves, got.population, got.places, got.basis) == (160.0, 4000.0, 3, "table")
    assert got.cmi_percent == pytest.approx(4.0)
    assert got.courgeau_k == pytest.approx(4.0 / (2 * math.log(3)))
    assert migration_intensity(B, 4000).cmi_percent == pytest.approx(4.0)


def test_two_counts_of_one_thing_are_not_averaged() -> None:
    margins = Margins(np.array([50.0, 40.0, 75.0]), np.array([40.0, 80.0, 40.0]))
    with pytest.raises(StatisticsError, match="STATISTICS-117"):
        migration_intensity(margins, P)
    assert migration_intensity(margins, P, basis="in").moves == 165.0
    assert migration_intensity(margins, P, basis="out").moves == 160.0


def test_effectiveness_by_hand() -> None:
    got = migration_effectiveness(B)
    assert got.mei_percent == pytest.approx(25.0)
    assert got.by_place_percent == pytest.approx([100 / 9, -100 / 3, 300 / 11])
    empty = migration_effectiveness(Margins(np.array([5.0, 0.0]), np.array([5.0, 0.0])))
    assert np.isnan(empty.by_place_percent[1])


def test_inequality_by_hand() -> None:
    assert migration_inequality(B).index == pytest.approx(1 / 6)
    assert migration_inequality(B, "population", P).index == pytest.approx(0.1625)
    assert migration_inequality(B, "margins").index == pytest.approx(
        (2 * 60 / 11 + 2 * 10 / 3 + 2 * 20 / 9) / 320
    )
    with pytest.raises(StatisticsError, match="STATISTICS-109"):
        migration_inequality(B, "population")
    with pytest.raises(StatisticsError, match="STATISTICS-116"):
        migration_inequality(B, "weighted")  # type: ignore[arg-type]


def test_variation_is_that_of_the_reference_software() -> None:
    # documented examples of the R package migration.indices (Daróczi), after Rogers & Sweeney (1998)
    a, b = migration_variation(A), migration_variation(B)
    assert a.in_by_place == pytest.approx([0.2, 0.5, 1 / 3])
    assert b.in_by_place == pytest.approx([0.2, 0.0, 3 / 7])
    assert b.out_by_place == pytest.approx([0.0, 0.25, 0.0])
    assert (a.aggregate_in, a.aggregate_out) == pytest.approx((1 / 3, 0.0))
    assert (b.aggregate_in, b.aggregate_out, b.aggregate) == pytest.approx((0.25, 0.125, 0.375))


def test_velocity_by_hand() -> None:
    got = migration_velocity(B, P)
    assert got.velocity[0, 1] == pytest.approx((20 / 1000) / (2000 / 4000))
    assert got.preference[1, 2] == pytest.approx(50 / (160 * 0.5 * 0.25))
    assert got.preference_sum == pytest.approx(10.0)
    expected = B / np.where(got.preference_between > 0, got.preference_between, 1.0)
    assert expected.sum() == pytest.approx(160.0)


SINGLE_TABLE = (
    migration_effectiveness,
    migration_connectivity,
    migration_inequality,
    migration_variation,
    lambda m: migration_rates(m, np.ones(len(m))),
    lambda m: migration_intensity(m, 1000),
    lambda m: migration_velocity(m, np.ones(len(m))),
)


@pytest.mark.parametrize("function", SINGLE_TABLE)
@pytest.mark.parametrize(
    ("flows", "code"),
    [
        ([[0, 1, 2], [1, 0, 2]], "STATISTICS-101"),
        ([[[1.0]]], "STATISTICS-101"),
        ([[0, -1], [1, 0]], "STATISTICS-102"),
        ([[0, np.inf], [1, 0]], "STATISTICS-102"),
        ([["a", "b"], ["c", "d"]], "STATISTICS-102"),
        ([[0, np.nan], [1, 0]], "STATISTICS-103"),
        ([[5, 0], [0, 7]], "STATISTICS-104"),
        ([[7]], "STATISTICS-105"),
    ],
)
def test_bad_tables_are_refused(function, flows, code: str) -> None:
    with pytest.raises(StatisticsError, match=code):
        function(flows)


@pytest.mark.parametrize(
    ("population", "code"),
    [
        ([1000, 0, 1000], "STATISTICS-106"),
        ([1000, np.nan, 1000], "STATISTICS-106"),
        ([1000, -5, 1000], "STATISTICS-102"),
        ([1000, 1000], "STATISTICS-107"),
        (0, "STATISTICS-106"),
    ],
)
def test_bad_populations_are_refused(population, code: str) -> None:
    with pytest.raises(StatisticsError, match=code):
        migration_intensity(B, population)


def test_bad_margins_are_refused() -> None:
    with pytest.raises(StatisticsError, match="STATISTICS-107"):
        migration_effectiveness(Margins(np.array([1.0, 2.0]), np.array([1.0])))
    with pytest.raises(StatisticsError, match="STATISTICS-103"):
        migration_effectiveness(Margins(np.array([1.0, np.nan]), np.array([1.0, 2.0])))
    with pytest.raises(StatisticsError, match="STATISTICS-109"):
        migration_connectivity(Margins(np.array([1.0, 2.0]), np.array([1.0, 2.0])))
