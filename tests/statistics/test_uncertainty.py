"""Parametric bootstrap: reproducible, right in a case with a known answer, honest about what it cannot do."""

import numpy as np
import pytest

from nuudel.base.errors import StatisticsError
from nuudel.statistics.effectiveness import migration_effectiveness
from nuudel.statistics.gini import migration_gini
from nuudel.statistics.uncertainty import count_interval, parametric_bootstrap

B = np.array([[0, 20, 20], [30, 0, 50], [20, 20, 0]])
# 2000 draws: the standard deviation of a bootstrap's is itself known to 1/sqrt(4000), about 1.6 %
FIVE_SIGMA = 0.08


def mei(flows: np.ndarray) -> float:
    return migration_effectiveness(flows).mei_percent


def test_same_seed_same_figures_for_any_number_of_threads() -> None:
    one = parametric_bootstrap(mei, B, seed=7, draws=200)
    many = parametric_bootstrap(mei, B, seed=7, draws=200, threads=4)
    assert (one.low, one.high, one.standard_error) == (many.low, many.high, many.standard_error)
    assert parametric_bootstrap(mei, B, seed=8, draws=200).low != one.low


def test_a_sum_spreads_like_its_distribution() -> None:
    poisson = parametric_bootstrap(np.sum, B, seed=1, draws=2000)
    assert poisson.standard_error == pytest.approx(np.sqrt(160), rel=FIVE_SIGMA)
    assert abs(poisson.bias) < 5 * np.sqrt(160 / 2000)
    assert poisson.low < 160 < poisson.high
    binomial = parametric_bootstrap(np.sum, B, seed=1, draws=2000, dispersion=0.1)
    assert binomial.standard_error == pytest.approx(np.sqrt((B + 0.1 * B**2).sum()), rel=FIVE_SIGMA)


def test_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    truth = np.array([[0, 60, 30], [30, 0, 80], [40, 30, 0]])
    generator = np.random.default_rng(3)
    covered = 0
    for seed in range(60):
        got = parametric_bootstrap(mei, generator.poisson(truth), seed=seed, draws=150, level=0.9)
        covered += int(got.low <= mei(truth) <= got.high)
    assert (
        covered >= 44
    )  # 60 trials at 0.9 give 54; five standard deviations below, less the percentile's known lack


def test_focusing_of_small_counts_is_biased_upwards() -> None:
    uniform = np.ones((6, 6)) * 2.0
    got = parametric_bootstrap(lambda m: migration_gini(m).total, uniform, seed=5, draws=200)
    assert got.estimate == 0.0
    assert got.bias > 0.1
    assert got.low > 0.0


def test_arrays_keep_what_is_undefined_in_the_counts() -> None:
    flows = np.array([[0.0, 30, 0], [25, 0, 0], [0, 0, 0]])
    got = parametric_bootstrap(
        lambda m: migration_effectiveness(m).by_place_percent, flows, seed=2, draws=150
    )
    assert got.low.shape == (3,)
    assert np.isnan(got.low[2])
    assert got.low[0] < got.estimate[0] < got.high[0]


def test_draws_without_an_answer_are_counted_or_refused() -> None:
    few = parametric_bootstrap(mei, [[0, 1], [1, 0]], seed=4, draws=300)
    assert 0 < few.undefined < 150
    with pytest.raises(StatisticsError, match="STATISTICS-115"):
        parametric_bootstrap(mei, [[0, 0.1], [0.1, 0]], seed=4, draws=300)


@pytest.mark.parametrize(
    "settings", [{"draws": 10}, {"level": 1.0}, {"level": 0.0}, {"dispersion": 0.0}, {"threads": 0}]
)
def test_bad_settings_are_refused(settings) -> None:
    with pytest.raises(StatisticsError, match="STATISTICS-115"):
        parametric_bootstrap(mei, B, seed=1, **settings)


def test_missing_and_negative_counts_are_refused() -> None:
    with pytest.raises(StatisticsError, match="STATISTICS-103"):
        parametric_bootstrap(np.sum, [1, np.nan], seed=1)
    with pytest.raises(StatisticsError, match="STATISTICS-102"):
        count_interval([-1])


def test_exact_interval_of_a_count_is_garwoods() -> None:
    # Garwood (1936), Biometrika 28, table 1, 95 %, printed with two or three decimals
    got = count_interval([0, 1, 5, 10])
    assert got.low == pytest.approx([0.0, 0.0253, 1.62, 4.80], abs=5e-3)
    assert got.high == pytest.approx([3.69, 5.57, 11.67, 18.39], abs=5e-3)
