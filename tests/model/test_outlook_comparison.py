"""The United Nations' figures, and the parts of the difference from them."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from nuudel.base.packs import load_pack
from nuudel.model.baseline.reconstruct import reconstruct
from nuudel.model.projection.accounts import account
from nuudel.model.projection.inputs import Feedback, Paths
from nuudel.model.projection.wpp_comparison import (
    compare_with_wpp,
    explain_difference,
    has_projection,
    wpp_midyear,
)

LAST = 2030


@pytest.fixture(scope="module")
def pack():
    return load_pack("mongolia")


@pytest.fixture(scope="module")
def baseline(pack):
    return reconstruct(pack, None, until=LAST)


def central(baseline) -> float:
    feedback = Feedback.none(baseline.rates)
    paths = Paths.none(baseline.rates, feedback) + baseline.past
    return float(account(baseline.start, baseline.rates, paths, feedback).persons[-1].sum())


def parts_of(pack, baseline, median: float) -> dict[str, float]:
    frame = explain_difference(pack, baseline, Feedback.none(baseline.rates), median, LAST)
    assert set(frame["quality"]) == {"estimated"}
    return dict(zip(frame["component"], frame["difference_persons"], strict=True))


def test_middles_of_years_are_those_that_the_united_nations_publish(pack):
    """WPP 2024, 1 July: 3 431 932 in 2023 and 3 475 540 in 2024."""
    middle = wpp_midyear(pack)
    assert middle[2023] == pytest.approx(3_431_932, abs=2)
    assert middle[2024] == pytest.approx(3_475_540, abs=2)


def test_bounds_are_means_of_ends_and_empty_before_the_projection(pack):
    country = np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]])
    found = compare_with_wpp(pack, np.array([2020, 2024, 2025]), country)
    assert found["wpp_low80"].to_list() == [None, None, pytest.approx(1000 * (3487.532 + 3517.67) / 2)]
    assert found["median"].to_list() == [4, 5, 6]
    assert found["high80"].to_list() == [7, 8, 9]


def test_a_country_without_the_tables_is_not_compared(pack):
    assert has_projection(pack)
    assert not has_projection(load_pack("usa"))


def test_the_parts_sum_to_the_difference(pack, baseline):
    median = central(baseline) + 1000
    parts = parts_of(pack, baseline, median)
    assert parts["total"] == pytest.approx(median - wpp_midyear(pack)[LAST])
    assert sum(value for name, value in parts.items() if name != "total") == pytest.approx(parts["total"])
    assert parts["spread"] == pytest.approx(1000, abs=1e-3)
    assert abs(parts["rounding"]) < 50


def test_a_larger_start_is_told_apart_from_other_rates(pack, baseline):
    plain = parts_of(pack, baseline, central(baseline))
    larger = replace(baseline, start=replace(baseline.start, persons=baseline.start.persons * 1.02))
    parts = parts_of(pack, larger, central(larger))
    # Two per cent of the people at the beginning, and the children that they have until then.
    assert parts["start"] - plain["start"] > 0.02 * baseline.start.persons.sum()
    assert parts["births"] == pytest.approx(plain["births"], abs=1)


def test_more_births_and_fewer_deaths_show_as_such(pack, baseline):
    plain = parts_of(pack, baseline, central(baseline))
    fertile = replace(baseline, rates=replace(baseline.rates, bearing=baseline.rates.bearing * 1.1))
    births = parts_of(pack, fertile, central(fertile))
    assert births["births"] - plain["births"] > 40_000
    assert births["migration"] == pytest.approx(plain["migration"], abs=2000)
    living = replace(baseline, rates=replace(baseline.rates, dying=baseline.rates.dying * 0.9))
    assert parts_of(pack, living, central(living))["deaths"] - plain["deaths"] > 10_000
    frame = explain_difference(pack, living, Feedback.none(living.rates), central(living), LAST)
    assert frame["explanation"].to_list() == frame["component"].to_list()
    assert isinstance(frame, pl.DataFrame)
