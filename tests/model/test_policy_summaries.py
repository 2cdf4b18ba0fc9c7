"""Smooth numbers of many draws: their values, bounds and derivatives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.model.policy.problem import share_with_margin
from nuudel.model.policy.summaries import SHARPNESS, mean_of, order_weights, quantile_slack, worst_slack


def test_weights_of_order_statistics_by_hand():
    """For two draws and the median the weights are those of Beta(1.5, 1.5): halves by symmetry."""
    assert order_weights(2, 0.5) == pytest.approx([0.5, 0.5])
    assert order_weights(3, 0.5)[0] == pytest.approx(order_weights(3, 0.5)[2])
    # Beta(2, 2) up to 1/3: 3/9 - 2/27 = 7/27.
    assert order_weights(3, 0.5)[0] == pytest.approx(7 / 27)


@given(st.integers(8, 300), st.floats(0.5, 0.95))
def test_weights_sum_to_one_and_lie_around_the_quantile(count, share):
    weights = order_weights(count, share)
    assert weights.sum() == pytest.approx(1)
    ranks = (np.arange(count) + 0.5) / count
    assert weights @ ranks == pytest.approx(share, abs=1 / count)


def test_a_quantile_of_many_normal_draws_is_the_normal_quantile():
    values = np.random.default_rng(1).normal(size=(20_000, 1))
    slack, _ = quantile_slack("chance", 0, "at_most", 1.0, 0.8, 1.0).of(values)
    # The standard error of the 80 % quantile of 20 000 draws is 0.0101.
    assert 1.0 - slack == pytest.approx(0.8416, abs=0.03)
    slack, _ = quantile_slack("chance", 0, "at_least", -1.0, 0.8, 1.0).of(values)
    assert slack - 1.0 == pytest.approx(-0.8416, abs=0.03)


@pytest.mark.parametrize(
    "summary",
    [
        mean_of("objective", 1, scale=-0.3, less=2.0),
        quantile_slack("chance", 0, "at_most", 0.4, 0.8, 2.0),
        quantile_slack("chance", 0, "at_least", 0.4, 0.7, 2.0),
        worst_slack("floor", slice(1, 5), "at_least", np.array([0.3, 0.4, 0.5, 0.2])),
        worst_slack("ceiling", slice(1, 5), "at_most", np.array([0.6, 0.5, 0.5, 0.7])),
    ],
)
def test_derivatives_agree_with_differences(summary):
    outputs = np.random.default_rng(3).uniform(0.3, 0.7, (12, 5))
    direction = np.random.default_rng(4).normal(size=outputs.shape)
    step = 1e-7
    ahead, back = summary.of(outputs + step * direction)[0], summary.of(outputs - step * direction)[0]
    assert (summary.of(outputs)[1] * direction).sum() == pytest.approx((ahead - back) / (2 * step), rel=1e-5)


@settings(max_examples=50)
@given(st.lists(st.floats(0.5, 2.0), min_size=1, max_size=22))
def test_the_smooth_minimum_lies_just_below_the_worst_place(levels):
    outputs = np.array([levels])
    slack, _ = worst_slack("floor", slice(0, len(levels)), "at_least", np.ones(len(levels))).of(outputs)
    worst = min(levels) - 1
    assert worst - np.log(len(levels)) / SHARPNESS - 1e-12 <= slack <= worst + 1e-12


def test_few_draws_ask_for_a_margin():
    assert share_with_margin(0.8, 64) == pytest.approx(0.85)
    assert share_with_margin(0.99, 8) == pytest.approx(1 - 1 / 8)
