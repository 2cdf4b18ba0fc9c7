"""Model migration schedules: published parameters, and shapes computed another way."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import gamma

from nuudel.base.errors import ModelError
from nuudel.base.results import read_result, write_result
from nuudel.model.rates.rogers_castro import (
    FORMS,
    FUNDAMENTAL,
    WESTERN_MALE,
    ScheduleParameters,
    model_schedule,
)
from nuudel.model.rates.schedule_indices import ScheduleIndices, schedule_indices, sex_dominance

FULL = ScheduleParameters.of((0.02, 0.1, 0.06, 0.1, 20, 0.4, 0.003, 0.01, 0.3, 63, 0.4, 0.0005, 0.03))


def by_hand(x: float, p: ScheduleParameters) -> float:
    """The formula of the literature, term by term."""
    rate = p.a1 * math.exp(-p.alpha1 * x) + p.c
    rate += p.a2 * math.exp(-p.alpha2 * (x - p.mu2) - math.exp(-p.lambda2 * (x - p.mu2)))
    if p.a3 is not None:
        rate += p.a3 * math.exp(-p.alpha3 * (x - p.mu3) - math.exp(-p.lambda3 * (x - p.mu3)))
    if p.a4 is not None:
        rate += p.a4 * math.exp(p.lambda4 * x)
    return rate


def test_the_named_sets_are_the_published_ones():
    assert FUNDAMENTAL.values == (0.02, 0.1, 0.06, 0.1, 20, 0.4, 0.003)
    assert WESTERN_MALE.values == (0.0215, 0.105, 0.0694, 0.112, 20.04, 0.391, 0.0028)


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_the_formula(form):
    values = dict(zip(FULL.names, FULL.values, strict=True))
    p = ScheduleParameters.of([values[name] for name in FORMS[form]])
    assert p.form == form
    ages = np.array([0, 7.5, 20, 23, 64, 100])
    np.testing.assert_allclose(model_schedule(ages, p), [by_hand(x, p) for x in ages], rtol=1e-13)


def slope(x: float, p: ScheduleParameters) -> float:
    """Derivative of a schedule of seven parameters, written out."""
    foot = math.exp(-p.lambda2 * (x - p.mu2))
    labour = p.a2 * math.exp(-p.alpha2 * (x - p.mu2) - foot)
    return labour * (p.lambda2 * foot - p.alpha2) - p.a1 * p.alpha1 * math.exp(-p.alpha1 * x)


@pytest.mark.parametrize(
    ("p", "low", "high", "labour"),
    [(FUNDAMENTAL, 15.41, 23.32, 23.47), (WESTERN_MALE, 15.28, 23.12, 23.24)],
)
def test_published_shapes(p, low, high, labour):
    """The low point before sixteen, the peak at twenty-three, about one move in a life."""
    found = schedule_indices(p)
    assert found.low_point == pytest.approx(brentq(slope, 8, 18, args=(p,)), abs=0.006)
    assert found.high_peak == pytest.approx(brentq(slope, 18, 30, args=(p,)), abs=0.006)
    assert (found.low_point, found.high_peak) == pytest.approx((low, high), abs=0.006)
    assert found.labour_peak == pytest.approx(labour, abs=0.005)
    assert found.gross_migraproduction == pytest.approx(1.04, abs=0.005)
    assert found.labour_shift == pytest.approx(found.high_peak - found.low_point)
    assert found.jump == pytest.approx(by_hand(high, p) - by_hand(low, p), rel=1e-4)


def test_areas_are_those_of_the_integrals():
    """Of the whole curve by quadrature; of the labour curve a2 Γ(α2/λ2) / λ2, but for its tail."""
    found = schedule_indices(FULL)
    area = quad(by_hand, 0, 100, args=(FULL,), limit=200)[0]
    assert found.gross_migraproduction == pytest.approx(area, rel=1e-6)
    young = quad(by_hand, 0, 15, args=(FULL,))[0]
    assert found.share_young == pytest.approx(young / area, rel=1e-5)
    assert found.share_young + found.share_working + found.share_old == pytest.approx(1)
    mean = quad(lambda x: x * by_hand(x, FULL), 0, 100, limit=200)[0] / area
    assert found.mean_age == pytest.approx(mean, rel=1e-5)
    f = FUNDAMENTAL
    others = f.a1 / f.alpha1 * (1 - math.exp(-10)) + 100 * f.c
    labour = f.a2 * gamma(f.alpha2 / f.lambda2) / f.lambda2
    tail = f.a2 * math.exp(-0.1 * 80) / 0.1
    whole = schedule_indices(f).gross_migraproduction
    assert whole == pytest.approx(others + labour - tail, rel=1e-4)


def test_ratios_of_the_fundamental_schedule_by_hand():
    found = schedule_indices(FUNDAMENTAL)
    assert found.child_dependency == pytest.approx(1 / 3)
    assert found.labour_dominance == pytest.approx(3)
    assert found.parental_regularity == pytest.approx(1)
    assert found.labour_asymmetry == pytest.approx(4)
    assert math.isnan(found.retirement_peak)
    assert math.isnan(found.elderly_dependency)
    assert schedule_indices(FULL).elderly_dependency == pytest.approx(1 / 6)
    assert schedule_indices(FULL).retirement_peak == pytest.approx(63 + math.log(0.4 / 0.3) / 0.4)


def test_the_parental_shift_of_parallel_curves_is_their_distance():
    """Where α1 = α2 and nothing else counts, children's descent is their parents', moved by a fixed age."""
    p = ScheduleParameters(0.02, 0.1, 0.06, 0.1, 20, 2.0, 0.0)
    shift = 20 + math.log(0.06 / 0.02) / 0.1
    assert schedule_indices(p).parental_shift == pytest.approx(shift, abs=0.8)


def test_sex_dominance_is_the_ratio_of_the_areas():
    assert sex_dominance(FUNDAMENTAL.scaled(1.5), FUNDAMENTAL) == pytest.approx(1.5)


def test_a_scaled_schedule_keeps_its_shape():
    ages = np.arange(101)
    np.testing.assert_allclose(model_schedule(ages, FULL.scaled(2)), 2 * model_schedule(ages, FULL))


def test_parameters_and_indices_are_kept_and_read_back(tmp_path):
    write_result(FULL, tmp_path / "p")
    assert read_result(ScheduleParameters, tmp_path / "p") == FULL
    indices = schedule_indices(FULL)
    write_result(indices, tmp_path / "i")
    assert read_result(ScheduleIndices, tmp_path / "i") == indices


@pytest.mark.parametrize(
    "make",
    [
        lambda: ScheduleParameters.of((0.02, 0.1, 0.06)),
        lambda: ScheduleParameters(-0.02, 0.1, 0.06, 0.1, 20, 0.4, 0.003),
        lambda: ScheduleParameters(0.02, 0.1, 0.06, 0.1, float("nan"), 0.4, 0.003),
        lambda: ScheduleParameters(0.02, 0.1, 0.06, 0.1, 20, 0.0, 0.003),
        lambda: ScheduleParameters(0.02, 0.1, 0.06, 0.1, 20, 0.4, 0.003, a4=0.001),
        lambda: ScheduleParameters(0.02, 0.1, 0.06, 0.1, 20, 0.4, 0.003, a3=0.001, mu3=60),
    ],
)
def test_parameters_that_make_no_schedule_are_named(make):
    with pytest.raises(ModelError, match="MODEL-620"):
        make()


@pytest.mark.parametrize("ages", [[-1.0], [float("nan")], [float("inf")]])
def test_impossible_ages_are_named(ages):
    with pytest.raises(ModelError, match="MODEL-621"):
        model_schedule(ages, FUNDAMENTAL)


def test_a_schedule_without_a_peak_is_named():
    with pytest.raises(ModelError, match="MODEL-622"):
        schedule_indices(ScheduleParameters(0.02, 0.1, 1e-6, 0.1, 20, 0.4, 0.003))
