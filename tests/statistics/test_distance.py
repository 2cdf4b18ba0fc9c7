"""Mean and median distance, and the distance decay against known parameters and published estimates."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.base.errors import StatisticsError
from nuudel.statistics.distance import migration_distance
from nuudel.statistics.distance_decay import distance_decay

B = np.array([[0, 20, 20], [30, 0, 50], [20, 20, 0]])
KM = np.array([[0, 100, 200], [100, 0, 100], [200, 100, 0]])
FIT = 1e-6  # the fit stops at scores of 1e-10 per migrant


def square(n: int, seed: int) -> np.ndarray:
    points = np.random.default_rng(seed).uniform(0, 1000, (n, 2))
    return np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))


def gravity(km: np.ndarray, beta: float, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    out, into = generator.uniform(1, 9, (2, len(km)))
    flows = np.outer(out, into) * (km + np.eye(len(km))) ** -beta
    np.fill_diagonal(flows, 0.0)
    return flows


def test_distance_by_hand() -> None:
    got = migration_distance(B, KM)
    assert (got.mean_km, got.median_km) == (125.0, 100.0)


def test_median_is_midway_when_half_of_the_migrants_stop_at_one_distance() -> None:
    assert (
        migration_distance([[0, 10, 5], [0, 0, 5], [0, 0, 0]], [[0, 1, 4], [1, 0, 6], [4, 6, 0]]).median_km
        == 2.5
    )


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50))
def test_distances_scale_and_lie_between_their_extremes(seed: int, scale: float) -> None:
    km = square(6, seed)
    flows = np.random.default_rng(seed).poisson(3.0, (6, 6)).astype(float)
    one, other = migration_distance(flows, km), migration_distance(flows, scale * km)
    assert other.mean_km == pytest.approx(scale * one.mean_km)
    assert other.median_km == pytest.approx(scale * one.median_km)
    apart = km[~np.eye(6, dtype=bool)]
    assert apart.min() <= one.median_km <= apart.max()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 3.0), st.sampled_from([5, 9, 20]))
def test_a_gravity_model_without_noise_gives_its_decay_back(seed: int, beta: float, n: int) -> None:
    km = square(n, seed)
    got = distance_decay(gravity(km, beta, seed), km)
    assert got.beta == pytest.approx(beta, abs=1e-5)


def test_fitted_margins_and_mean_log_distance_are_the_observed_ones() -> None:
    km = square(12, 1)
    flows = np.random.default_rng(2).poisson(30 * gravity(km, 0.8, 3)).astype(float)
    got = distance_decay(flows, km)
    logs = np.log(km + np.eye(12))
    assert got.expected.sum(axis=0) == pytest.approx(flows.sum(axis=0), abs=1e-4)
    assert got.expected.sum(axis=1) == pytest.approx(flows.sum(axis=1), abs=1e-4)
    assert (got.expected * logs).sum() == pytest.approx((flows * logs).sum(), rel=FIT)
    assert got.deviance > 0
    assert got.standard_error > 0


def test_scale_of_flows_and_units_of_distance_do_not_change_the_power_decay() -> None:
    km = square(10, 4)
    flows = np.random.default_rng(5).poisson(30 * gravity(km, 1.1, 6)).astype(float)
    one = distance_decay(flows, km)
    assert distance_decay(7 * flows, km).beta == pytest.approx(one.beta, abs=FIT)
    assert distance_decay(flows, km / 1.609344).beta == pytest.approx(one.beta, abs=FIT)
    assert distance_decay(flows, km, form="exponential").beta * 1000 == pytest.approx(
        distance_decay(flows, km / 1000, form="exponential").beta, rel=FIT
    )


def test_empty_rows_and_columns_leave_the_fit() -> None:
    km = square(9, 7)
    flows = gravity(km, 1.5, 8)
    flows[3, :] = 0.0
    flows[:, 5] = 0.0
    assert distance_decay(flows, km).beta == pytest.approx(1.5, abs=1e-5)


def test_unconstrained_model_gives_its_parameters_back() -> None:
    km = square(12, 9)
    people = np.random.default_rng(10).uniform(1000, 9000, 12)
    flows = 1e-5 * np.outer(people**0.7, people**0.9) / (km + np.eye(12)) ** 1.2
    np.fill_diagonal(flows, 0.0)
    got = distance_decay(flows, km, constraint="none", population=people)
    assert (got.beta, got.origin_exponent, got.destination_exponent) == pytest.approx(
        (1.2, 0.7, 0.9), abs=1e-5
    )


def test_austria_is_as_published(shared_data: Path) -> None:
    rows = pl.read_csv(shared_data / "validation" / "austria_nuts2_2006.csv")
    names = sorted(set(rows["orig"]))
    flows, km = np.zeros((9, 9)), np.zeros((9, 9))
    for origin, destination, flow, distance in rows.select("orig", "dest", "flow", "dist_km").iter_rows():
        cell = names.index(origin), names.index(destination)
        flows[cell], km[cell] = flow, distance
    # Oshan (2016), A primer for working with the Spatial Interaction modeling module (SpInt), REGION 3:
    # doubly constrained, exponential, Poisson: -0.00791533, printed with eight decimals
    assert distance_decay(flows, km, form="exponential").beta == pytest.approx(0.00791533, abs=5e-9)


def test_what_cannot_be_estimated_is_refused() -> None:
    with pytest.raises(StatisticsError, match="STATISTICS-110"):
        distance_decay(B, KM)
    with pytest.raises(StatisticsError, match="STATISTICS-110"):
        distance_decay(np.ones((5, 5)), np.full((5, 5), 3.0))
    with pytest.raises(StatisticsError, match="STATISTICS-110"):
        distance_decay(gravity(square(5, 1), 1.0, 1), square(5, 1), constraint="none", population=[4.0] * 5)
    with pytest.raises(StatisticsError, match="STATISTICS-109"):
        distance_decay(gravity(square(5, 1), 1.0, 1), square(5, 1), constraint="none")
    with pytest.raises(StatisticsError, match="STATISTICS-108"):
        distance_decay(np.ones((4, 4)), np.zeros((4, 4)))
    with pytest.raises(StatisticsError, match="STATISTICS-108"):
        migration_distance(B, KM[:2, :2])
    with pytest.raises(StatisticsError, match="STATISTICS-108"):
        migration_distance(B, np.where(KM == 200, np.nan, KM))


def test_the_unconstrained_model_refuses_what_no_finite_decay_fits() -> None:
    # All moves start in one place: the empty rows can be fitted ever better by exponents without end.
    flows = np.array([[0.0, 31.0, 54.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    distances = np.array([[0.0, 10.0, 25.0], [10.0, 0.0, 18.0], [25.0, 18.0, 0.0]])
    with pytest.raises(StatisticsError, match="STATISTICS-110"):
        distance_decay(flows, distances, constraint="none", population=np.array([100.0, 250.0, 900.0]))
