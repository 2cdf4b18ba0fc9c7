"""Processes of errors: by hand, against closed forms, and found again in simulated pasts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import polygamma

from nuudel.base.errors import ModelError
from nuudel.model.projection.uncertainty_process import (
    ErrorProcess,
    fit_process,
    fit_variances,
    forecast_errors,
    inverse_trigamma,
    shrunk_correlation,
    shrunk_scales,
)


@pytest.mark.parametrize(
    ("rho", "phi", "weights"),
    [
        (0.5, 0.0, [1, 0.5, 0.25]),
        (1.0, 0.0, [1, 1, 1]),
        (1.0, 0.5, [1, 1.5, 1.75]),
        (0.5, 0.5, [1, 1.0, 0.75]),
    ],
)
def test_weights_by_hand(rho, phi, weights):
    assert ErrorProcess(rho, phi, 1.0).weights(3) == pytest.approx(weights)


def test_variances_of_a_random_walk_and_of_an_autoregression():
    assert ErrorProcess(1.0, 0.0, 2.0).variance(5) == pytest.approx(4 * np.arange(1, 6))
    h = np.arange(1, 8)
    assert ErrorProcess(0.8, 0.0, 0.3).variance(7) == pytest.approx(0.09 * (1 - 0.64**h) / 0.36)


def test_errors_of_a_walk_share_what_happened_before():
    walk = ErrorProcess(1.0, 0.0, 2.0)
    assert walk.covariance(3, 10) == pytest.approx(12)
    lasting = ErrorProcess(0.8, 0.0, 1.0)
    assert lasting.covariance(4, 6) == pytest.approx(0.64 * lasting.variance(4)[-1])


@given(st.floats(0, 1), st.floats(0, 0.9), st.integers(0, 100))
def test_innovations_undo_errors(rho, phi, seed):
    process = ErrorProcess(rho, phi, 1.7)
    random = np.random.default_rng(seed).standard_normal(12)
    assert process.innovations(process.errors(random))[2:] == pytest.approx(1.7 * random[2:], abs=1e-9)


def test_errors_along_the_last_axis_are_those_of_the_recursion():
    process = ErrorProcess(0.9, 0.5, 0.2)
    random = np.random.default_rng(1).standard_normal((3, 6))
    found = process.errors(random)
    for row in range(3):
        level = step = 0.0
        for t in range(6):
            step = 0.5 * step + 0.2 * random[row, t]
            level = 0.9 * level + step
            assert found[row, t] == pytest.approx(level)


def test_errors_of_plain_forecasts_by_hand():
    series = np.array([[1.0], [2.0], [4.0], [7.0]])
    stays = forecast_errors(series, window=1, trend=0, longest=2)
    assert stays[0].ravel() == pytest.approx([1, 2, 3])
    assert stays[1].ravel() == pytest.approx([3, 5])
    goes_on = forecast_errors(series, window=1, trend=1, longest=2)
    assert goes_on[0].ravel() == pytest.approx([1, 1])
    assert goes_on[1].ravel() == pytest.approx([3])
    mean = forecast_errors(series, window=2, trend=0, longest=1)
    assert mean[0].ravel() == pytest.approx([2.5, 4])


def test_years_that_are_not_known_give_no_error_and_no_forecast():
    series = np.array([[1.0], [np.nan], [np.nan], [4.0], [5.0]])
    found = forecast_errors(series, window=2, trend=0, longest=2)
    assert found[0].ravel() == pytest.approx([np.nan, np.nan, 1], nan_ok=True)
    assert found[1].ravel() == pytest.approx([3, np.nan], nan_ok=True)


@pytest.mark.parametrize(("rho", "phi"), [(0.8, 0.0), (1.0, 0.5)])
def test_a_process_is_found_again_from_the_variances_it_makes(rho, phi):
    true = ErrorProcess(rho, phi, 0.25)
    found = fit_variances(true.variance(15), np.arange(1, 16), np.ones(15), steps=True)
    assert (found.rho, found.phi, found.scale) == pytest.approx((rho, phi, 0.25))


def test_a_process_is_found_again_from_the_errors_of_a_long_past():
    """An autoregression forecast by its present value errs like 2 s² (1 - r^h) / (1 - r²)."""
    true = ErrorProcess(1.0, 0.6, 0.1)
    series = true.errors(np.random.default_rng(3).standard_normal((200, 200))).T
    found = fit_process(
        forecast_errors(series, window=1, trend=0, longest=12)[:12], steps=True, name="a simulated past"
    )
    assert found.rho == pytest.approx(1.0, abs=0.04)
    h = np.array([1, 5, 10])
    # Errors of later origins start from steps that are under way: their variance is larger than from rest.
    assert np.all(found.variance(10)[h - 1] > true.variance(10)[h - 1])


def test_a_past_that_is_too_short_is_refused():
    with pytest.raises(ModelError, match=r"MODEL-661.*fertility") as refused:
        fit_process(
            forecast_errors(np.ones((4, 1)), window=1, trend=0, longest=2), steps=True, name="fertility"
        )
    assert refused.value.fields == ("fertility",)


def test_correlations_are_drawn_to_nothing_where_there_is_nothing():
    random = np.random.default_rng(2).standard_normal((40, 4))
    found, weight = shrunk_correlation(random)
    assert weight > 0.5
    assert np.abs(found - np.eye(4)).max() < 0.2
    assert np.diag(found) == pytest.approx(1)


def test_correlations_that_are_strong_stay():
    random = np.random.default_rng(2).standard_normal((400, 2))
    together = np.column_stack([random[:, 0], 0.9 * random[:, 0] + np.sqrt(0.19) * random[:, 1]])
    gaps = np.vstack([together, [[np.nan, 3.0]]])
    found, weight = shrunk_correlation(gaps)
    assert weight < 0.02
    assert found[0, 1] == pytest.approx(np.corrcoef(together.T)[0, 1] * (1 - weight))
    assert found[0, 1] == pytest.approx(0.9, abs=0.03)


def test_two_years_tell_no_correlation():
    found, weight = shrunk_correlation(np.array([[1.0, 2.0], [2.0, 5.0]]))
    assert weight == 1.0
    assert found == pytest.approx(np.eye(2))


def test_scales_that_differ_by_chance_become_one_and_others_stay():
    random = np.random.default_rng(5)
    counts = np.full(30, 12)
    same = shrunk_scales(0.04 * random.chisquare(12, 30) / 12, counts)
    assert same.std() < 0.02
    assert same.mean() == pytest.approx(0.2, rel=0.08)
    true = np.repeat([0.1, 0.4], 15)
    apart = shrunk_scales(true**2 * random.chisquare(12, 30) / 12, counts)
    assert apart == pytest.approx(true, rel=0.5)


def test_a_place_without_errors_gets_the_common_scale():
    found = shrunk_scales(np.array([0.04, 0.04, np.nan]), np.array([10, 10, 0]))
    assert found[2] == pytest.approx(0.2)


@given(st.floats(1e-3, 1e3))
def test_inverse_trigamma(value):
    assert polygamma(1, inverse_trigamma(value)) == pytest.approx(value, rel=1e-6)
