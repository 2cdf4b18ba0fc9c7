"""Forecasters, one by one: hand-computed cases, libraries, and what each does with gaps and zeros."""

import numpy as np
import pytest
from scipy.stats import nbinom

from nuudel.base.errors import ModelError
from nuudel.model.backtests.combination import equal_mix, stacked_mix, stacking_weights
from nuudel.model.backtests.count_panel import (
    count_panel,
    count_panel_with_losses,
    fit_negative_binomial,
    negative_binomial_quantiles,
)
from nuudel.model.backtests.ets import ets
from nuudel.model.backtests.history import History
from nuudel.model.backtests.intervals import conformal_values, weighted_quantile
from nuudel.model.backtests.levels import averaged, best_of, levels
from nuudel.model.backtests.models import MODELS, model_of, usable_models
from nuudel.model.backtests.naive import last_value, mean_of_five, mean_of_three
from nuudel.model.backtests.reverting import reverting_level
from nuudel.model.backtests.robust_panel import robust_panel, robust_slopes
from nuudel.model.backtests.rolling import RollingForecasts
from nuudel.model.backtests.scores import LEVELS, kept_quantiles
from nuudel.model.backtests.smoothing import damped_trend, log_smoothing_half, shares_of_total

NAN = np.nan


def history(counts: np.ndarray, losses: bool = False) -> History:
    """A history of the columns given: the first half in-migrants, the second out-migrants."""
    years, series = counts.shape
    places = tuple(f"P{number}" for number in range(series // 2))
    lost = np.ones((years, series // 2)) if losses else None
    return History(np.arange(2000, 2000 + years), places, counts.astype(float), lost)


def random_history(years: int = 24, places: int = 4, seed: int = 0) -> History:
    random = np.random.default_rng(seed)
    walk = np.cumsum(random.normal(0, 0.15, (years, 2 * places)), axis=0)
    counts = np.round(np.exp(6 + random.normal(0, 1, 2 * places) + walk))
    losses = random.gamma(0.5, 20, (years, places))
    return History(np.arange(1990, 1990 + years), tuple("ABCDEFGH"[:places]), counts, losses)


def test_naive_forecasts_by_hand() -> None:
    known = history(np.array([[4, 1], [8, 2], [NAN, 3], [6, NAN]]))
    np.testing.assert_allclose(last_value(known, 2), [[6, 3], [6, 3]])
    np.testing.assert_allclose(mean_of_three(known, 1), [[6, 2]])
    np.testing.assert_allclose(mean_of_five(known, 1), [[6, 2]])


def test_levels_by_hand() -> None:
    """Rate 1/2: 4, then (4 + 8)/2 = 6, unchanged over the gap, then (6 + 2)/2 = 4."""
    z = np.array([[NAN], [4.0], [8.0], [NAN], [2.0]])
    np.testing.assert_allclose(levels(z, np.array([0.5]))[0, :, 0], [NAN, 4, 6, 6, 4])


def test_clipped_levels_by_hand() -> None:
    """Changes 2, 2, 2, 100: the usual change is their median 2, so a surprise of 100 counts as 2 x 2."""
    z = np.array([[0.0], [2.0], [4.0], [6.0], [106.0]])
    path = levels(z, np.array([1.0]), np.array([2.0]))
    np.testing.assert_allclose(path[0, :, 0], [0, 2, 4, 6, 10])


def test_smoothing_of_logarithms_is_the_library_s() -> None:
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing

    known = random_history()
    forecast = log_smoothing_half(known, 3)
    for series, column in enumerate(known.counts.T):
        z = np.log1p(column)
        model = SimpleExpSmoothing(z, initialization_method="known", initial_level=z[0])
        fit = model.fit(smoothing_level=0.5, optimized=False)
        np.testing.assert_allclose(np.log1p(forecast[:, series]), fit.forecast(3), rtol=1e-12)


def test_ets_is_the_library_s_forecast() -> None:
    """The forecast is read off level and trend; it equals the library's own ``forecast``."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    growing = 200 * 1.05 ** np.arange(20) * (1 + 0.01 * np.cos(np.arange(20)))
    waving = 500 + 30 * np.sin(np.arange(20) * 2.5)
    forecast = ets(history(np.column_stack([growing, waving])), 3)
    forms = []
    for series, column in enumerate((growing, waving)):
        fits = [
            ExponentialSmoothing(
                np.log1p(column),
                trend=trend,
                damped_trend=trend is not None,
                initialization_method="heuristic",
            ).fit(use_brute=trend is None)
            for trend in (None, "add")
        ]
        best = min(fits, key=lambda fit: fit.aicc)
        forms.append(best is fits[1])
        np.testing.assert_allclose(np.log1p(forecast[:, series]), best.forecast(3), rtol=1e-9)
    assert forms == [True, False]


def test_damped_trend_follows_growth_but_less_and_less() -> None:
    growing = np.repeat(1000 * 1.1 ** np.arange(20)[:, None], 4, axis=1)
    ahead = np.log1p(damped_trend(history(growing), 3)[:, 0])
    first, second = np.diff(ahead)
    assert 0 < second < first < np.log(1.1)
    assert second / first == pytest.approx(0.98)  # the weakest damping of the list fits steady growth best


def test_shares_add_up_to_the_total_when_nothing_changes() -> None:
    same = np.tile([100.0, 300.0, 50.0, 350.0], (10, 1))
    np.testing.assert_allclose(shares_of_total(history(same), 2), np.tile(same[0], (2, 1)), rtol=0.02)


def test_averaging_leans_to_the_better_parameters() -> None:
    """Two forecasters with errors 1 and 2: weights exp(−10) and exp(−20), nearly all on the first."""
    z = np.zeros((6, 1))
    paths = np.stack([np.ones((6, 1, 1)), np.full((6, 1, 1), 2.0)])
    found = averaged(paths, z, half_life=10, skip=0, sharpness=10, pooled_years=10)
    share = 1 / (1 + np.exp(-10))
    np.testing.assert_allclose(found, [[share + 2 * (1 - share)]])
    np.testing.assert_allclose(best_of(paths, z, 10, 0), [[1.0]])


def test_averaging_lets_a_series_lean_on_its_own_errors() -> None:
    """The first forecaster is right for one series, the second for the other."""
    z = np.tile([0.0, 4.0], (30, 1))
    paths = np.stack([np.full((30, 1, 2), 0.0), np.full((30, 1, 2), 4.0)])
    found = averaged(paths, z, half_life=10, skip=0, sharpness=10, pooled_years=1)
    assert found[0, 0] < 0.5
    assert found[0, 1] > 3.5


def test_reverting_level_shrugs_off_one_odd_year() -> None:
    """After twenty years near 1000 and one of 8000 the forecast stays near 1000; the last value does not."""
    random = np.random.default_rng(1)
    counts = 1000 + random.normal(0, 30, (21, 8))
    counts[-1, 0] = 8000
    known = history(counts)
    assert last_value(known, 1)[0, 0] == 8000
    assert 900 < reverting_level(known, 1)[0, 0] < 1500


def test_robust_slopes_ignore_gross_errors() -> None:
    random = np.random.default_rng(0)
    rows = random.normal(size=(400, 2))
    change = rows @ [0.6, -0.3] + random.normal(0, 0.1, 400)
    change[:20] += 50
    np.testing.assert_allclose(robust_slopes(rows, change, np.ones(400)), [0.6, -0.3], atol=0.05)
    np.testing.assert_array_equal(robust_slopes(rows[:19], change[:19], np.ones(19)), [0, 0])


def test_negative_binomial_slopes_are_the_library_s() -> None:
    """At our dispersion, statsmodels' GLM gives the same slopes (the ridge moves them by less than 1e-4)."""
    from statsmodels.genmod.families import NegativeBinomial
    from statsmodels.genmod.generalized_linear_model import GLM

    random = np.random.default_rng(2)
    effects = np.eye(5)[np.tile(np.arange(5), 60)]
    design = np.hstack([random.normal(0, 0.5, (300, 2)), effects])
    mean = np.exp(design @ [0.8, -0.4, 5, 6, 4, 7, 5.5])
    counts = nbinom.rvs(4, 4 / (4 + mean), random_state=3).astype(float)
    slopes, dispersion = fit_negative_binomial(design, counts)
    library = GLM(counts, design, family=NegativeBinomial(alpha=dispersion)).fit()
    np.testing.assert_allclose(slopes, library.params, atol=1e-4)
    assert dispersion == pytest.approx(0.25, rel=0.25)
    pearson = ((counts - library.mu) ** 2 / (library.mu + dispersion * library.mu**2)).sum()
    assert pearson / (300 - 7) == pytest.approx(1.0, abs=0.05)


def test_count_panel_quantiles_are_negative_binomial_counts() -> None:
    values = count_panel(random_history(), 2)
    assert values.shape == (2, 8, LEVELS.size)
    assert (values == np.round(values)).all()
    assert (np.diff(values, axis=-1) >= 0).all()


@pytest.mark.parametrize("dispersion", [1e-4, 0.3, 4.0])
def test_negative_binomial_quantiles_are_scipy_s(dispersion: float) -> None:
    mean = np.array([1e-3, 0.7, 30.0, 900.0, 45_000.0])
    size = 1 / dispersion
    expected = nbinom.ppf(LEVELS, size, (size / (size + mean))[:, None])
    np.testing.assert_array_equal(negative_binomial_quantiles(mean, dispersion), expected)


def test_losses_known_at_the_origin_move_the_panel() -> None:
    """Where a loss raises next year's out-migration, the panel with losses foresees it."""
    random = np.random.default_rng(5)
    losses = np.where(random.random((40, 6)) < 0.3, 50.0, 0.0)
    losses[-1] = [50, 0, 50, 0, 50, 0]
    out = np.full((40, 6), 400.0)
    out[1:] *= np.exp(0.5 * (losses[:-1] > 0))
    counts = np.hstack([np.full((40, 6), 300.0), out]) * np.exp(random.normal(0, 0.05, (40, 12)))
    known = History(np.arange(1980, 2020), tuple("ABCDEF"), np.round(counts), losses)
    told = np.median(count_panel_with_losses(known, 1)[0, 6:], axis=-1)
    untold = np.median(count_panel(known, 1)[0, 6:], axis=-1)
    assert told[::2].min() > 1.4 * told[1::2].max()
    assert untold.max() < 1.3 * untold.min()


def test_stacking_finds_the_weights() -> None:
    random = np.random.default_rng(0)
    members = random.normal(10, 2, (2000, 3))
    target = members @ [0.7, 0.3, 0.0] + random.normal(0, 0.05, 2000)
    weights = stacking_weights(members, target, np.ones(2000))
    assert weights.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(weights, [0.7, 0.3, 0.0], atol=0.03)


def test_mixes_by_hand() -> None:
    """Cube roots 1 and 3 average to 2, so 8; stacking without any past forecast is the same."""
    known = history(np.full((3, 2), 8.0))
    members = [{2002: np.ones((1, 2))}, {2002: np.full((1, 2), 27.0)}]
    np.testing.assert_allclose(equal_mix(members, known, 2002), [[8, 8]])
    np.testing.assert_allclose(stacked_mix(members, known, 2002), [[8, 8]])


def test_stacking_by_past_performance_follows_the_member_that_was_right() -> None:
    known = history(np.full((20, 2), 8.0))
    right = {year: np.full((1, 2), 8.0) for year in range(2002, 2020)}
    wrong = {year: np.full((1, 2), 64.0) for year in range(2002, 2020)}
    assert stacked_mix([right, wrong], known, 2019)[0, 0] < 15


def test_weighted_quantile_by_hand() -> None:
    """Weights 1, 1, 2: their middles lie at 1/8, 3/8 and 3/4."""
    found = weighted_quantile(
        np.array([5.0, 1.0, 3.0]), np.array([2.0, 1.0, 1.0]), np.array([0, 0.25, 0.375, 1])
    )
    np.testing.assert_allclose(found, [1, 2, 3, 5])


def test_conformal_intervals_by_hand() -> None:
    """One series, errors of cube roots ±1 only: every value lies at (root − 1)³ or (root + 1)³."""
    counts = np.array([[8.0, 8.0], [27.0, 27.0], [8.0, 8.0], [27.0, 27.0]])
    known = history(counts)
    centres = {2000 + row: counts[row : row + 1] for row in range(4)}
    values = conformal_values(centres, known, 2003)
    np.testing.assert_allclose(np.unique(values[0, 0].round(9)), [8, 64])
    assert kept_quantiles(values)[0, 0, 3] == pytest.approx((8 + 64) / 2)


def test_conformal_intervals_cover_what_they_say_on_stationary_errors() -> None:
    random = np.random.default_rng(0)
    counts = (10 + random.standard_t(4, (40, 60))) ** 3
    known = history(np.maximum(counts, 0.0))
    rolling = RollingForecasts(known, 1)
    inside = []
    for origin in range(2019, 2038):
        kept = kept_quantiles(rolling.values(model_of("mean_of_five"), origin))[0]
        came = known.counts[known.row(origin + 1)]
        inside.append([(kept[:, low] <= came) & (came <= kept[:, -1 - low]) for low in (2, 1, 0)])
    coverage = np.mean(inside, axis=(0, 2))
    np.testing.assert_allclose(coverage, [0.50, 0.80, 0.95], atol=0.03)


def test_no_past_error_is_refused() -> None:
    known = history(np.array([[8.0, 8.0], [27.0, 27.0]]))
    with pytest.raises(ModelError, match=r"MODEL-503: no past forecast"):
        conformal_values({2001: np.ones((1, 2))}, known, 2001)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_zeros_gaps_and_series_never_counted(model) -> None:
    """Zeros stay zero, a gap and a late start are bridged, and a series never counted gets no forecast."""
    known = random_history(years=14)
    counts = known.counts.copy()
    counts[:, 1] = 0
    counts[5:7, 2] = NAN
    counts[:6, 3] = NAN
    counts[:, 7] = NAN
    rolling = RollingForecasts(History(known.years, known.places, counts, known.losses), 2)
    values = rolling.values(model, 2003)
    assert np.isnan(values[:, 7]).all()
    assert np.isfinite(np.delete(values, 7, axis=1)).all()
    assert (np.delete(values, 7, axis=1) >= 0).all()
    assert (np.diff(np.delete(values, 7, axis=1), axis=-1) >= 0).all()
    assert np.median(values[:, 1]) < 2
    assert (np.median(values[:, 3], axis=-1) > counts[6:, 3].min() / 3).all()


def test_models_that_need_losses_are_left_out_without_them() -> None:
    known = History(np.arange(2000, 2003), ("A",), np.ones((3, 2)))
    names = [model.name for model in usable_models(known, None)]
    assert "count_panel" in names
    assert "count_panel_losses" not in names
    with pytest.raises(ModelError, match=r"MODEL-506: model 'count_panel_losses' needs livestock losses"):
        usable_models(known, ["count_panel_losses"])
    with pytest.raises(ModelError, match=r"MODEL-505: .*'last_valve'.*last_value"):
        usable_models(known, ["last_valve"])


def test_robust_panel_keeps_a_constant() -> None:
    np.testing.assert_allclose(robust_panel(history(np.full((12, 4), 125.0)), 2), 125.0)
