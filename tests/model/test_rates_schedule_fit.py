"""Fits of migration schedules: known ones are found again, alone and together."""

import numpy as np
import pytest

from nuudel.base.errors import ModelError
from nuudel.base.results import read_result, write_result
from nuudel.model.rates.rogers_castro import (
    FORMS,
    FUNDAMENTAL,
    WESTERN_MALE,
    ScheduleParameters,
    model_schedule,
)
from nuudel.model.rates.schedule_fit import ScheduleFit, fit_schedule
from nuudel.model.rates.schedule_likelihood import (
    from_theta,
    rates_and_slopes,
    to_theta,
)

AGES = np.arange(101)
TRUTH = {
    7: WESTERN_MALE,
    9: ScheduleParameters.of((*WESTERN_MALE.values, 0.0005, 0.03)),
    11: ScheduleParameters.of((*WESTERN_MALE.values, 0.01, 0.3, 63, 0.4)),
    13: ScheduleParameters.of((*WESTERN_MALE.values, 0.01, 0.3, 63, 0.4, 0.0005, 0.03)),
}


@pytest.mark.parametrize("form", FORMS)
def test_rates_of_a_schedule_give_it_back_from_every_start(form):
    fit = fit_schedule(model_schedule(AGES, TRUTH[form]), form=form)
    np.testing.assert_allclose(fit.parameters.values, TRUTH[form].values, rtol=1e-8)
    assert fit.agreeing_starts == fit.starts
    assert fit.identified


@pytest.mark.parametrize("form", FORMS)
def test_expected_counts_of_a_schedule_give_it_back_and_its_form(form):
    lived = 3e5 * np.exp(-AGES / 40)
    fit = fit_schedule(lived * model_schedule(AGES, TRUTH[form]), lived)
    assert fit.parameters.form == form
    np.testing.assert_allclose(fit.parameters.values, TRUTH[form].values, rtol=1e-4)


@pytest.mark.parametrize("form", FORMS)
def test_five_year_rates_give_the_schedule_back(form):
    single = model_schedule(np.arange(100), TRUTH[form])
    fit = fit_schedule(single.reshape(20, 5).mean(axis=1), edges=np.arange(0, 101, 5), form=form)
    np.testing.assert_allclose(fit.parameters.values, TRUTH[form].values, rtol=1e-6)


def test_five_year_counts_with_single_or_grouped_person_years():
    lived = np.full(100, 1e5)
    counts = (lived * model_schedule(np.arange(100), FUNDAMENTAL)).reshape(20, 5).sum(axis=1)
    edges = np.arange(0, 101, 5)
    by_single = fit_schedule(counts, lived, edges=edges, form=7)
    by_group = fit_schedule(counts, np.full(20, 5e5), edges=edges, form=7)
    np.testing.assert_allclose(by_single.parameters.values, FUNDAMENTAL.values, rtol=1e-4)
    np.testing.assert_allclose(by_group.parameters.values, by_single.parameters.values, rtol=1e-6)


def test_the_basic_form_is_chosen_from_rates_of_the_basic_form():
    fit = fit_schedule(model_schedule(AGES, FUNDAMENTAL))
    assert fit.parameters.form == 7
    assert fit.forms == (7, 9, 11, 13)
    assert fit.criterion == min(fit.criteria)


def test_standard_errors_cover_the_truth():
    """Over 60 samples each parameter's 95 % interval holds the truth in 85 % at least, and the errors of
    the estimates are as large as they say, within a third."""
    lived = 3e4 * np.exp(-AGES / 40)
    rng = np.random.default_rng(11)
    truth = to_theta(np.array(FUNDAMENTAL.values), FORMS[7])
    misses, claimed = [], []
    for _ in range(60):
        fit = fit_schedule(rng.poisson(lived * model_schedule(AGES, FUNDAMENTAL)), lived, form=7)
        misses.append(to_theta(np.array(fit.parameters.values), FORMS[7]) - truth)
        claimed.append(fit.standard_errors)
    z = np.array(misses) / np.array(claimed)
    assert np.all((np.abs(z) < 1.96).mean(axis=0) >= 0.85)
    ratio = np.std(misses, axis=0) / np.median(claimed, axis=0)
    assert np.all((ratio > 0.67) & (ratio < 1.5))


def test_overdispersed_counts_widen_the_errors():
    lived = np.full(101, 2e4)
    mean = lived * model_schedule(AGES, FUNDAMENTAL)
    rng = np.random.default_rng(5)
    clustered = 10 * rng.poisson(mean / 10)
    plain = fit_schedule(rng.poisson(mean), lived, form=7)
    wide = fit_schedule(clustered, lived, form=7)
    assert 0.6 < plain.dispersion < 1.5
    assert 6 < wide.dispersion < 15
    assert np.all(wide.standard_errors > 2 * plain.standard_errors)
    assert fit_schedule(clustered, lived).parameters.form == 7


def test_a_peak_that_is_not_there_is_called_weak():
    lived = np.full(101, 2e4)
    counts = np.random.default_rng(2).poisson(lived * model_schedule(AGES, FUNDAMENTAL))
    fit = fit_schedule(counts, lived, form=13)
    assert not fit.identified
    assert set(fit.weak) & {"a3", "alpha3", "mu3", "lambda3", "a4", "lambda4"}
    assert fit_schedule(counts, lived, form=7).identified


@pytest.mark.parametrize("form", FORMS)
def test_slopes_are_those_of_differences(form):
    theta = to_theta(np.array(TRUTH[form].values), FORMS[form])
    np.testing.assert_allclose(from_theta(theta, FORMS[form]), TRUTH[form].values)
    _, slopes = rates_and_slopes(theta[None], AGES.astype(float), FORMS[form])
    for k in range(form):
        step = np.zeros(form)
        step[k] = 1e-6
        above, below = (
            rates_and_slopes((theta + s)[None], AGES * 1.0, FORMS[form])[0] for s in (step, -step)
        )
        np.testing.assert_allclose(slopes[0, k], (above - below)[0] / 2e-6, rtol=1e-6, atol=1e-10)


def test_a_fit_is_kept_and_read_back(tmp_path):
    fit = fit_schedule(model_schedule(AGES, FUNDAMENTAL), form=7)
    write_result(fit, tmp_path / "fit")
    again = read_result(ScheduleFit, tmp_path / "fit")
    assert again.parameters == fit.parameters
    np.testing.assert_array_equal(again.rates, fit.rates)
    frame = again.to_frame()
    assert frame["parameter"].to_list() == list(FORMS[7])
    assert frame["quality"].unique().to_list() == ["estimated"]


RATES = model_schedule(AGES, FUNDAMENTAL)


@pytest.mark.parametrize(
    ("arguments", "options", "code"),
    [
        ((-RATES,), {}, "MODEL-623"),
        ((np.zeros(101),), {}, "MODEL-623"),
        ((np.where(AGES == 5, np.nan, RATES),), {}, "MODEL-623"),
        ((RATES, np.ones(50)), {}, "MODEL-623"),
        ((RATES, -np.ones(101)), {}, "MODEL-623"),
        ((RATES, np.where(AGES == 5, 0, 1)), {}, "MODEL-623"),
        ((RATES,), {"edges": np.arange(101)}, "MODEL-623"),
        ((RATES,), {"edges": np.arange(102)[::-1]}, "MODEL-623"),
        ((RATES[:6],), {"form": 7}, "MODEL-623"),
        ((RATES[:6],), {}, "MODEL-623"),
        ((RATES,), {"form": 8}, "MODEL-625"),
    ],
)
def test_bad_profiles_are_named(arguments, options, code):
    with pytest.raises(ModelError) as caught:
        fit_schedule(*arguments, **options)
    assert caught.value.code == code


def test_a_profile_that_pins_nothing_down_is_an_error(monkeypatch):
    """With too few steps no start converges, and the reason is said."""
    monkeypatch.setattr("nuudel.model.rates.schedule_fit.climb", short_climb)
    lived = np.full(101, 50.0)
    counts = np.random.default_rng(0).poisson(lived * RATES)
    with pytest.raises(ModelError, match=r"MODEL-624.*did not converge from any of 12 starts"):
        fit_schedule(counts, lived, form=13)


def short_climb(start, data, names, prior):
    from nuudel.model.rates.schedule_likelihood import climb

    return climb(start, data, names, prior, 2)
