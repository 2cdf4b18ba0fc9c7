"""Age profiles: hand-computed, invariances, bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nuudel.base.errors import StatisticsError
from nuudel.statistics.age_profile import age_profile

AGES = [10, 15, 20, 25, 30, 35]
RATES = [0.02, 0.04, 0.10, 0.06, 0.04, 0.02]


def test_profile_by_hand() -> None:
    got = age_profile(AGES, RATES)
    assert got.age_width == 5.0
    assert got.gmr == pytest.approx(1.4)
    assert (got.peak_age, got.peak_percent) == (20.0, pytest.approx(10.0))
    assert got.breadth == pytest.approx(1.0)
    assert got.breadth_percent == pytest.approx(100 / 1.4)
    assert got.maximum_upward_rate == pytest.approx(0.06 / 7)
    assert got.maximum_downward_rate == pytest.approx(0.04 / 7)
    assert (got.upward_age, got.downward_age) == (20.0, 25.0)
    assert got.asymmetry == pytest.approx(1.5)


def test_single_years_and_infants() -> None:
    # the infants' intensity is the highest, and is not the peak
    ages = np.arange(0, 80)
    rates = 0.01 + 0.2 * (ages == 0) + 0.1 * np.exp(-((ages - 24.0) ** 2) / 18)
    got = age_profile(ages, rates)
    assert got.peak_age == 24.0
    assert got.gmr == pytest.approx(rates.sum())
    assert got.breadth == pytest.approx(rates[19:30].sum())
    assert age_profile(ages, rates, youngest=-1).peak_age == 0.0


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, 15, elements=st.floats(0.001, 0.5)), st.floats(0.1, 10))
def test_shape_does_not_depend_on_level(rates: np.ndarray, scale: float) -> None:
    one, other = age_profile(np.arange(15) * 5, rates), age_profile(np.arange(15) * 5, scale * rates)
    assert other.gmr == pytest.approx(scale * one.gmr)
    assert other.breadth_percent == pytest.approx(one.breadth_percent)
    assert other.maximum_upward_rate == pytest.approx(one.maximum_upward_rate, abs=1e-12)
    assert 0 < one.breadth_percent <= 100 + 1e-9


def test_flat_profile_has_no_slopes() -> None:
    got = age_profile(AGES, [0.1] * 6)
    assert got.maximum_upward_rate == got.maximum_downward_rate == 0.0
    assert np.isnan(got.asymmetry)
    assert got.peak_age == 10.0


@pytest.mark.parametrize(
    ("ages", "rates", "code"),
    [
        ([10, 15, 25], [0.1] * 3, "STATISTICS-114"),
        ([20, 15, 10], [0.1] * 3, "STATISTICS-114"),
        ([20], [0.1], "STATISTICS-114"),
        ([70, 75], [0.1] * 2, "STATISTICS-114"),
        ([10, 15], [0.1], "STATISTICS-107"),
        ([10, 15], [0.1, np.nan], "STATISTICS-103"),
        ([10, 15], [0.1, -0.1], "STATISTICS-102"),
        ([10, 15], [0.0, 0.0], "STATISTICS-104"),
    ],
)
def test_bad_profiles_are_refused(ages, rates, code: str) -> None:
    with pytest.raises(StatisticsError, match=code):
        age_profile(ages, rates)
