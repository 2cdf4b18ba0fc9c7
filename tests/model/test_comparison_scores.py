"""Scores and marginal effects by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import d2_tweedie_score, mean_poisson_deviance

from nuudel.base.errors import ModelError
from nuudel.model.comparison.marginal_effects import effects_frame, marginal_effect
from nuudel.model.comparison.scores import (
    SCORES,
    common_part_of_commuters,
    flow_scores,
    poisson_deviance,
    skill,
)

OBSERVED, EXPECTED = np.array([10.0, 0.0, 20.0, 30.0]), np.array([5.0, 5.0, 20.0, 40.0])


def test_scores_by_hand() -> None:
    scores = flow_scores(OBSERVED, EXPECTED)
    assert scores.cpc == pytest.approx(2 * 55 / 130)
    assert common_part_of_commuters(OBSERVED, EXPECTED) == scores.cpc
    assert scores.rmse == pytest.approx(math.sqrt(150 / 4))
    assert scores.mae == pytest.approx(20 / 4)
    assert scores.deviance == pytest.approx(2 * (10 * math.log(2) - 5 + 5 + 30 * math.log(0.75) + 10) / 4)


def test_with_equal_totals_the_common_part_is_the_share_in_the_right_cell() -> None:
    assert common_part_of_commuters([30, 10, 0], [20, 10, 10]) == pytest.approx(30 / 40)


def test_an_expected_flow_of_zero_costs_no_more_than_half_a_person() -> None:
    assert poisson_deviance([3, 4], [0, 4]) == pytest.approx(2 * (3 * math.log(6) - 3 + 0.5) / 2)
    assert poisson_deviance([0, 4], [0, 4]) == pytest.approx(0.5)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40))
def test_scores_have_their_bounds_and_agree_with_another_library(seed: int, size: int) -> None:
    generator = np.random.default_rng(seed)
    observed = generator.poisson(20, size).astype(float) + 1
    expected = generator.uniform(1, 50, size)
    scores = flow_scores(observed, expected)
    assert 0 <= scores.cpc <= 1
    assert scores.mae <= scores.rmse + 1e-12
    assert scores.deviance == pytest.approx(mean_poisson_deviance(observed, expected))
    if np.ptp(observed) > 0:
        assert scores.deviance_explained == pytest.approx(d2_tweedie_score(observed, expected, power=1))
    perfect = flow_scores(observed, observed)
    assert (perfect.cpc, perfect.rmse, perfect.mae) == (1.0, 0.0, 0.0)
    assert perfect.deviance == pytest.approx(0, abs=1e-10)


def test_skill_is_the_share_of_the_shortfall_that_is_gained() -> None:
    reference = np.array([0.8, 10.0, 8.0, 4.0, 0.5])
    assert skill(np.array([0.9, 5.0, 8.0, 6.0, 1.0]), reference) == pytest.approx([0.5, 0.5, 0.0, -0.5, 1.0])
    assert np.isnan(skill(reference, np.array([1.0, 0, 0, 0, 1.0]))).all()
    assert SCORES == ("cpc", "rmse", "mae", "deviance", "deviance_explained")


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ([1, 2], [1]),
        ([1, -2], [1, 1]),
        ([1, 2], [1, -1]),
        ([1, np.nan], [1, 1]),
        ([1, 1], [1, np.inf]),
        ([0, 0], [1, 1]),
    ],
)
def test_flows_that_cannot_be_compared_are_refused(observed: list, expected: list) -> None:
    with pytest.raises(ModelError, match=r"^MODEL-221: .*\.$"):
        flow_scores(observed, expected)


# --- marginal effects ---------------------------------------------------------------------------------

WORDS = {"covariate": "losses", "unit": "million animals", "cluster": "aimag"}


def test_marginal_effects_by_hand() -> None:
    effect = marginal_effect(0.1, 0.02, change=2.0, **WORDS)
    assert effect.percent == pytest.approx(100 * (math.exp(0.2) - 1))
    assert effect.low == pytest.approx(100 * (math.exp(0.2 - 2 * 0.02 * 1.959963985) - 1))
    assert effect.high == pytest.approx(100 * (math.exp(0.2 + 2 * 0.02 * 1.959963985) - 1))
    ten_per_cent_more = marginal_effect(2.0, 0.0, change=10.0, form="log", **WORDS)
    assert ten_per_cent_more.percent == pytest.approx(21.0)
    assert ten_per_cent_more.low == ten_per_cent_more.high == ten_per_cent_more.percent
    wide = marginal_effect(0.1, 0.02, change=2.0, degrees_of_freedom=8, **WORDS)
    assert wide.high == pytest.approx(100 * (math.exp(0.2 + 2 * 0.02 * 2.306004135) - 1))


@settings(max_examples=50, deadline=None)
@given(st.floats(-2, 2), st.floats(0, 1), st.floats(-3, 3).filter(lambda x: abs(x) > 1e-3))
def test_the_interval_holds_the_effect_and_never_loses_more_than_everything(
    coefficient: float, error: float, change: float
) -> None:
    effect = marginal_effect(coefficient, error, change=change, **WORDS)
    assert -100 <= effect.low <= effect.percent <= effect.high


def test_effects_as_a_table() -> None:
    frame = effects_frame([marginal_effect(0.1, 0.02, change=2.0, **WORDS)])
    assert frame.columns[:4] == ["covariate", "form", "change", "unit"]
    assert frame["quality"].to_list() == ["estimated"]
    assert frame["low"][0] < frame["percent"][0] < frame["high"][0]


@pytest.mark.parametrize(
    "options",
    [
        {"coefficient": np.nan},
        {"standard_error": -1.0},
        {"change": 0.0},
        {"change": -100.0, "form": "log"},
        {"level": 1.0},
        {"degrees_of_freedom": 0},
    ],
)
def test_numbers_without_an_effect_are_refused(options: dict) -> None:
    numbers = {"coefficient": 0.1, "standard_error": 0.1, "change": 1.0} | options
    with pytest.raises(ModelError, match=r"^MODEL-231: .*'losses'.*\.$"):
        marginal_effect(**numbers, **WORDS)
