"""Scores and differences of forecasts: closed forms, hand-computed cases, the bootstrap by definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from nuudel.model.backtests.differences import block_draws, difference
from nuudel.model.backtests.scores import LEVELS, covered, crps, interval, kept_quantiles, median


def test_crps_of_two_values_by_hand() -> None:
    """Values 1 and 3, observed 2: E|X − y| = 1, E|X − X'| = 1, so 1 − 1/2 = 1/2; observed 5: 3 − 1/2."""
    values = np.array([[1.0, 3.0], [1.0, 3.0]])
    np.testing.assert_allclose(crps(values, np.array([2.0, 5.0])), [0.5, 2.5])


def test_crps_of_one_value_is_the_absolute_error() -> None:
    assert crps(np.array([7.0]), np.array(4.0)) == 3.0


def test_crps_of_a_gaussian_meets_the_closed_form() -> None:
    """σ (z (2Φ(z) − 1) + 2φ(z) − 1/√π): Gneiting & Raftery 2007, equation 5 of section 4.2."""
    mean, sd = 3.0, 2.0
    values = np.sort(norm.ppf((np.arange(20_000) + 0.5) / 20_000, mean, sd))
    for observed in (3.0, 4.5, -2.0, 11.0):
        z = (observed - mean) / sd
        closed = sd * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
        assert crps(values, np.array(observed)) == pytest.approx(closed, abs=1e-4)


def test_two_hundred_values_are_enough() -> None:
    """With the values at the project's own levels the error is below half a per cent."""
    closed = norm.pdf(0) * 2 - 1 / np.sqrt(np.pi)
    assert crps(norm.ppf(LEVELS), np.array(0.0)) == pytest.approx(closed, rel=5e-3)


@given(arrays(float, 7, elements=st.floats(-1e3, 1e3)), st.floats(-1e3, 1e3))
def test_crps_is_the_energy_form(values: np.ndarray, observed: float) -> None:
    ordered = np.sort(values)
    energy = np.abs(ordered - observed).mean() - np.abs(ordered[:, None] - ordered).mean() / 2
    assert crps(ordered, np.array(observed)) == pytest.approx(energy, abs=1e-8)


def test_intervals_lie_where_their_names_say() -> None:
    kept = kept_quantiles(LEVELS)
    low, high = interval(kept)
    np.testing.assert_allclose(low, [0.25, 0.10, 0.025])
    np.testing.assert_allclose(high, [0.75, 0.90, 0.975])
    assert median(kept) == pytest.approx(0.5)
    np.testing.assert_array_equal(covered(kept, np.array(0.8)), [0, 1, 1])
    np.testing.assert_array_equal(covered(kept, np.array(0.975)), [0, 0, 1])
    assert np.isnan(covered(kept, np.array(np.nan))).all()


def test_blocks_are_five_origins_in_a_row() -> None:
    """25 origins are drawn in five whole blocks, so every draw holds 25 and has few ends."""
    drawn = block_draws(25, seed=3, draws=300)
    assert (drawn.sum(axis=1) == 25).all()
    assert drawn.mean(axis=0) == pytest.approx(1.0, abs=0.25)
    steps = np.abs(drawn - np.roll(drawn, 1, axis=1)).sum(axis=1)
    assert steps.max() <= 2 * 5  # five blocks have ten ends; single origins would have about 28
    assert (block_draws(5, seed=3) == 1).all()
    np.testing.assert_array_equal(block_draws(25, seed=3, draws=300), drawn)
    assert (block_draws(25, seed=4, draws=300) != drawn).any()


def test_difference_by_hand() -> None:
    """Two origins, one horizon, two series: means 2 and 3, so −1, a third of the rival's score."""
    score, rival = np.array([[[1.0, 3.0]], [[2.0, 2.0]]]), np.array([[[2.0, 4.0]], [[3.0, 3.0]]])
    found = difference(("a", "b"), score, rival, np.ones_like(score, dtype=bool), seed=0)
    assert (found.score, found.rival_score, found.estimate) == (2.0, 3.0, -1.0)
    assert found.percent == pytest.approx(-100 / 3)
    assert np.isnan([found.low, found.high]).all()  # two origins allow no range
    long = [np.repeat(values, 5, axis=0) for values in (score, rival)]
    many = difference(("a", "b"), *long, np.ones((10, 1, 2), dtype=bool), 0)
    assert (many.estimate, many.low, many.high, many.standard_error) == (-1.0, -1.0, -1.0, 0.0)


def test_a_cell_that_one_model_lacks_is_compared_for_neither() -> None:
    score, rival = np.array([[[1.0, np.nan]]]), np.array([[[2.0, 40.0]]])
    assert difference(("a", "b"), score, rival, np.ones((1, 1, 2), dtype=bool), seed=0).rival_score == 2.0
    none = difference(("a", "b"), score * np.nan, rival, np.ones((1, 1, 2), dtype=bool), seed=0)
    assert np.isnan(none.estimate)


def test_bootstrap_interval_covers_a_true_difference() -> None:
    """Gaussian differences by origin, known mean: the 95 % interval holds it in most of 200 samples.

    25 origins in blocks of five are few; intervals of that kind are known to cover less than they say.
    """
    random = np.random.default_rng(0)
    hits = 0
    for number in range(200):
        gap = 1.0 + random.normal(size=(25, 1, 1))
        found = difference(
            ("a", "b"), gap, np.zeros_like(gap), np.ones_like(gap, dtype=bool), seed=number, draws=400
        )
        hits += found.low <= 1.0 <= found.high
    assert 0.80 <= hits / 200 <= 0.97


@settings(max_examples=25)
@given(st.integers(1, 30), st.integers(0, 5))
def test_any_number_of_origins_can_be_drawn(origins: int, seed: int) -> None:
    drawn = block_draws(origins, seed, draws=20)
    assert drawn.shape == (20, origins)
    assert (drawn.sum(axis=1) == origins).all()
