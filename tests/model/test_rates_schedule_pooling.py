"""Pooled migration schedules: small regions borrow, large ones speak for themselves."""

import numpy as np
import pytest

from nuudel.base.errors import ModelError
from nuudel.base.results import read_result, write_result
from nuudel.model.rates.rogers_castro import FUNDAMENTAL, WESTERN_MALE, ScheduleParameters, model_schedule
from nuudel.model.rates.schedule_fit import fit_schedule
from nuudel.model.rates.schedule_likelihood import rates_and_slopes, to_theta
from nuudel.model.rates.schedule_pooling import PooledSchedules, fit_schedules

AGES = np.arange(101)
SPREAD = np.array([0.2, 0.1, 0.5, 0.15, 1.5, 0.15, 0.2])


def country(seed: int, common: ScheduleParameters = FUNDAMENTAL, regions: int = 22):
    """Regions about a common schedule, from 3 000 to 1 000 000 persons."""
    rng = np.random.default_rng(seed)
    spread = np.concatenate([SPREAD, np.full(common.form - 7, 0.1)])
    theta = to_theta(np.array(common.values), common.names)
    theta = theta + rng.normal(size=(regions, common.form)) * spread
    truth, _ = rates_and_slopes(theta, AGES * 1.0, common.names)
    persons = np.geomspace(3e3, 1e6, regions)
    lived = persons[:, None] * np.exp(-AGES / 35) / np.exp(-AGES / 35).sum()
    return rng.poisson(lived * truth), lived, truth


def distance(rates, truth, lived):
    """Root mean square error of the logarithm, by persons."""
    return np.sqrt((lived * np.log(rates / truth) ** 2).sum(axis=-1) / lived.sum(axis=-1))


@pytest.fixture(scope="module")
def pooled():
    """Fits of three simulated countries with what was put in."""
    return [(*country(seed), fit_schedules(*country(seed)[:2])) for seed in (2, 3, 5)]


def test_small_regions_are_closer_to_the_truth_together_than_alone(pooled):
    alone, together = [], []
    for moves, lived, truth, fit in pooled:
        for r in range(7):
            try:
                single = fit_schedule(moves[r], lived[r], form=7).rates
            except ModelError:
                continue
            alone.append(distance(single, truth[r], lived[r]))
            together.append(distance(fit.rates[r], truth[r], lived[r]))
    assert len(alone) == 21
    assert np.mean(alone) == pytest.approx(0.42, abs=0.05)
    assert np.mean(together) == pytest.approx(0.17, abs=0.02)
    assert np.mean(np.array(together) < np.array(alone)) > 0.75


def test_large_regions_keep_their_own_schedule(pooled):
    for moves, lived, _, fit in pooled:
        own = fit_schedule(moves[-1], lived[-1], form=7)
        assert distance(fit.rates[-1], own.rates, lived[-1]) < 0.02


def test_regions_with_fewer_moves_borrow_more(pooled):
    for *_, fit in pooled:
        shape = [k for k, name in enumerate(fit.names) if name != "a2"]
        borrowed = fit.borrowed[:, shape].mean(axis=1)
        assert borrowed[:5].mean() > borrowed[-5:].mean() + 0.2
        assert np.corrcoef(np.log(fit.moves + 1), borrowed)[0, 1] < -0.8


def test_the_common_schedule_and_the_spread_are_those_put_in(pooled):
    spread = np.mean([fit.spread for *_, fit in pooled], axis=0)
    assert np.all((spread > 0.5 * SPREAD) & (spread < 2 * SPREAD))
    mu2 = [fit.common_parameters.mu2 for *_, fit in pooled]
    assert np.mean(mu2) == pytest.approx(20, abs=1)


def test_intervals_cover_the_true_rates(pooled):
    inside = [np.abs(np.log(fit.rates / truth)) < 1.96 * fit.rates_error for _, _, truth, fit in pooled]
    assert 0.88 < np.mean(inside) < 0.995


def test_a_region_without_moves_takes_the_common_shape():
    moves, lived, _ = country(7)
    moves[0] = 0
    fit = fit_schedules(moves, lived)
    common = model_schedule(AGES, fit.common_parameters)
    np.testing.assert_allclose(fit.rates[0] / fit.rates[0].sum(), common / common.sum(), rtol=0.08)
    assert fit.rates[0].sum() < common.sum()


@pytest.mark.parametrize("later", [(0.0005, 0.03), (0.01, 0.3, 63, 0.4), (0.01, 0.3, 63, 0.4, 0.0005, 0.03)])
def test_larger_forms_are_pooled_where_their_curves_exist(later):
    common = ScheduleParameters.of((*WESTERN_MALE.values, *later))
    moves, lived, truth = country(1, common)
    fit = fit_schedules(moves, lived, form=common.form)
    assert distance(fit.rates, truth, lived).mean() < 0.12
    found = model_schedule(AGES, fit.common_parameters)
    assert distance(found / found.sum(), truth.mean(axis=0) / truth.mean(axis=0).sum(), lived[-1]) < 0.15


def test_regions_in_another_order_and_five_year_groups_give_the_same():
    moves, lived, _ = country(9)
    first = fit_schedules(moves, lived)
    turned = fit_schedules(moves[::-1], lived[::-1])
    np.testing.assert_allclose(turned.rates[::-1], first.rates, rtol=1e-6)
    groups = np.r_[np.arange(0, 100, 5), 101]
    grouped = fit_schedules(np.add.reduceat(moves, groups[:-1], axis=1), lived, edges=groups)
    assert np.median(np.abs(grouped.rates / first.rates - 1)) < 0.06


def test_pooled_schedules_are_kept_and_read_back(pooled, tmp_path):
    fit = pooled[0][3]
    write_result(fit, tmp_path / "fit")
    again = read_result(PooledSchedules, tmp_path / "fit")
    np.testing.assert_array_equal(again.rates, fit.rates)
    assert again.parameters(3).form == 7
    assert again.to_frame(tuple(f"R{i}" for i in range(22))).height == 22 * 7


def test_too_few_regions_are_named():
    moves, lived, _ = country(1)
    with pytest.raises(ModelError, match="MODEL-626"):
        fit_schedules(moves[:2], lived[:2])
    with pytest.raises(ModelError, match="MODEL-626"):
        fit_schedules(moves[0], lived[0])


def test_bad_counts_and_forms_are_named():
    moves, lived, _ = country(1)
    with pytest.raises(ModelError, match="MODEL-623"):
        fit_schedules(moves, lived[:, :50])
    with pytest.raises(ModelError, match="MODEL-625"):
        fit_schedules(moves, lived, form=10)


def test_a_spread_that_does_not_settle_is_an_error(monkeypatch):
    monkeypatch.setattr("nuudel.model.rates.schedule_pooling.ROUNDS", 2)
    with pytest.raises(ModelError, match="MODEL-627"):
        fit_schedules(*country(1)[:2])
