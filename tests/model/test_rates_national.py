"""National rates from the United Nations' tables of Mongolia, held against those tables."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from nuudel.base.errors import ModelError
from nuudel.base.packs import load_pack
from nuudel.base.results import read_result, write_result
from nuudel.model.projection.inputs import AGES, SEXES
from nuudel.model.rates.fertility import births_by_age_at_year_end, single_year_shares
from nuudel.model.rates.lee_carter import lee_carter
from nuudel.model.rates.life_table import life_table
from nuudel.model.rates.mortality import (
    expectancies,
    reach_life_expectancy,
    single_year_death_rates,
    yearly_probabilities,
)
from nuudel.model.rates.national import NationalRates, national_rates
from nuudel.model.rates.wpp_tables import annual_tables, period_table

YEARS = np.arange(1950, 2101)


@pytest.fixture(scope="module")
def pack():
    return load_pack("mongolia")


@pytest.fixture(scope="module")
def rates(pack):
    return national_rates(pack, YEARS)


def deaths_table(pack, sex):
    return period_table(pack, "wpp2024_mortality_by_age", "deaths_per_person_year", sex)


def test_every_year_has_the_life_expectancy_of_the_annual_table(pack, rates):
    table = pack.table("wpp2024_life_expectancy").frame
    for i, sex in enumerate(SEXES):
        published = table.filter(pl.col("sex") == sex).sort("year")["life_expectancy_years"].to_numpy()
        found = life_table(np.arange(AGES), rates.death_rates[:, i], sex).life_expectancy
        assert np.abs(found - published).max() < 1e-8


def test_five_year_tables_have_the_life_expectancy_of_their_period(pack):
    """From the middle of the first year to the middle of the fifth year after it; 0.08 years at most."""
    annual = annual_tables(pack).life_expectancy
    for i, sex in enumerate(SEXES):
        table = deaths_table(pack, sex)
        found = life_table(table.ages, table.cells, sex).life_expectancy
        weights = np.array([0.5, 1, 1, 1, 1, 0.5]) / 5
        first = (table.starts - YEARS[0]).astype(int)
        period = np.array([weights @ annual[k : k + 6, i] for k in first])
        assert np.abs(found - period).max() < 0.08
        # All but the period with the epidemic, in which the mean of years is not that of rates.
        assert np.median(np.abs(found - period)) < 0.01


def test_single_years_keep_the_survivors_of_the_abridged_table(pack):
    for sex in SEXES:
        table = deaths_table(pack, sex)
        abridged = life_table(table.ages, table.cells, sex)
        single = life_table(np.arange(AGES), single_year_death_rates(table.ages, table.cells, sex), sex)
        np.testing.assert_allclose(single.lx[:, table.ages.astype(int)], abridged.lx, rtol=1e-9)
        assert np.abs(single.life_expectancy - abridged.life_expectancy).max() < 0.04
        assert np.all(np.diff(single.mx[:, 40:100], axis=1) > 0)


def test_single_years_of_a_gompertz_force_are_found_again():
    """Groups of a log-linear force between 30 and 100 are shared out to the force itself."""
    ages = np.array([0, 1, *range(5, 101, 5)])
    force = 0.0001 * np.exp(0.08 * np.arange(AGES))
    survivors = np.exp(-np.concatenate([[0], np.cumsum(force)]))
    group = np.array([*ages, AGES])
    person_years = np.array(
        [
            sum(survivors[x] * (1 - np.exp(-force[x])) / force[x] for x in range(a, b))
            for a, b in pairwise(group)
        ]
    )
    grouped = -np.diff(survivors[group]) / person_years
    found = single_year_death_rates(ages.astype(float), grouped, "female")
    np.testing.assert_allclose(found[30:100], force[30:100], rtol=0.01)


def test_a_year_of_dying_by_hand():
    """Three ages, the last one open: L(x + 1)/L(x), and the open age by its constant rate."""
    m = np.array([0.05, 0.01, 0.3])
    dying, newborn = yearly_probabilities(np.array([[m, m]]))
    table = life_table([0, 1, 2], m, "male")
    lived_1 = table.lx[1] * (1 - np.exp(-0.01)) / 0.01
    lived_2 = table.lx[2] * (1 - np.exp(-0.3)) / 0.3
    np.testing.assert_allclose(dying[0, 1, 0], 1 - lived_1 / table.Lx[0])
    np.testing.assert_allclose(dying[0, 1, 1], 1 - lived_2 / lived_1)
    np.testing.assert_allclose(dying[0, 1, 2], 1 - np.exp(-0.3))
    np.testing.assert_allclose(newborn[0, 1], 1 - table.Lx[0])


def test_a_stationary_population_keeps_its_size(rates):
    """Persons L(x) who die by these probabilities, with one birth a year, are the same a year later."""
    year = 74
    for i, sex in enumerate(SEXES):
        lived = life_table(np.arange(AGES), rates.death_rates[year, i], sex).Lx
        left = lived * (1 - rates.dying[year, i])
        after = np.concatenate([[1 - rates.dying_newborn[year, i]], left[:-1]])
        after[-1] += left[-1]
        np.testing.assert_allclose(after, lived, rtol=1e-12)


def test_fertility_has_the_published_sums(pack, rates):
    table = pack.table("wpp2024_total_fertility").frame.sort("year")
    published = table["children_per_woman"].to_numpy()
    np.testing.assert_allclose(rates.bearing.sum(axis=1), published, rtol=1e-12)
    np.testing.assert_allclose(rates.fertility_rates.sum(axis=1), published, rtol=1e-12)
    assert np.all(rates.fertility_rates[:, 15:50] > 0)
    assert np.all(rates.bearing[:, 15:51] > 0)
    assert rates.fertility_rates[:, :15].sum() + rates.fertility_rates[:, 50:].sum() == 0
    assert rates.bearing[:, :15].sum() + rates.bearing[:, 51:].sum() == 0


def test_single_year_fertility_keeps_the_five_year_shares(pack):
    table = period_table(pack, "wpp2024_fertility_by_age", "share_percent")
    single = single_year_shares(table.ages, table.cells)
    groups = single.reshape(len(single), 7, 5).sum(axis=2)
    np.testing.assert_allclose(groups, table.cells / table.cells.sum(axis=1, keepdims=True), rtol=1e-12)
    peaks = single.argmax(axis=1) + 15
    assert np.all((peaks >= 22) & (peaks <= 30))
    # One peak only: the shares rise to it and fall after it.
    signs = np.sign(np.diff(single, axis=1))
    assert np.all((np.diff(signs, axis=1) != 0).sum(axis=1) == 1)


def test_births_by_the_age_at_the_end_of_the_year_are_half_of_each_age_lived_through():
    found = births_by_age_at_year_end(np.array([0.0, 0.2, 0.1, 0.0]))
    np.testing.assert_allclose(found, [0, 0.1, 0.15, 0.05])


def test_boys_and_kinds_are_those_of_the_tables(pack, rates):
    ratio = pack.table("wpp2024_sex_ratio_at_birth").frame.sort("year")["boys_per_girl"].to_numpy()
    np.testing.assert_allclose(rates.boys / (1 - rates.boys), ratio)
    assert rates.kinds[73] == "estimate"
    assert rates.kinds[74] == "projection"
    assert rates.quality == "estimated"


def test_the_response_of_mortality_is_scaled_as_stated(rates):
    assert rates.dying_response.shape == (2, AGES)
    assert rates.dying_response.mean() == pytest.approx(1)
    assert rates.dying_response.min() >= 0
    response = rates.dying_response
    assert (response[0, 1], response[1, 1]) == pytest.approx((1.42, 1.79), abs=0.01)
    assert (response[0, 60], response[1, 60]) == pytest.approx((1.01, 1.09), abs=0.01)
    assert rates.response_explained == pytest.approx(0.997, abs=0.001)
    moved = expectancies(np.log(rates.death_rates), rates.dying_response, np.full((151, 2), 0.1))
    assert np.all(moved < rates.life_expectancy)


def test_probabilities_are_sound_and_years_may_come_in_any_order(pack, rates):
    assert np.all((rates.dying > 0) & (rates.dying < 0.7))
    assert np.all((rates.dying_newborn > 0) & (rates.dying_newborn < 0.3))
    some = national_rates(pack, [2040, 2010])
    np.testing.assert_array_equal(some.dying, rates.dying[[90, 60]])
    np.testing.assert_array_equal(some.bearing, rates.bearing[[90, 60]])
    assert some.to_frame()["year"].to_list() == [2040, 2010]


def test_rates_are_kept_and_read_back(rates, tmp_path):
    write_result(rates, tmp_path / "rates")
    again = read_result(NationalRates, tmp_path / "rates")
    np.testing.assert_array_equal(again.dying, rates.dying)
    assert again.kinds == rates.kinds


def test_lee_carter_finds_a_single_direction_again():
    response = np.array([[2.0, 1.0, 0.5], [1.5, 0.7, 0.3]])
    index = np.array([2.0, 1.0, 0.5, -0.5, -3.0])
    level = np.array([[-3.0, -6, -2], [-2.5, -5.5, -1.5]])
    found = lee_carter(level + response * index[:, None, None])
    np.testing.assert_allclose(found.response, response / response.mean())
    np.testing.assert_allclose(found.index, index * response.mean())
    np.testing.assert_allclose(found.level, level)
    assert found.explained == pytest.approx(1)


@pytest.mark.parametrize(
    "logs",
    [
        np.zeros((2, 4)),
        np.zeros((5, 4)),
        np.full((5, 4), -np.inf),
        np.arange(5)[:, None] * np.array([1.0, -1.0]),
    ],
)
def test_lee_carter_names_what_it_cannot_fit(logs):
    with pytest.raises(ModelError, match="MODEL-617"):
        lee_carter(logs)


def test_a_life_expectancy_out_of_reach_is_named(rates):
    logs = np.log(rates.death_rates[:1])
    with pytest.raises(ModelError, match=r"MODEL-619: A life expectancy of 400\.0"):
        reach_life_expectancy(logs, np.ones((2, AGES)), np.array([[80.0, 400.0]]))


@pytest.mark.parametrize("years", [[1949], [2020, 2101], [2020.5], []])
def test_years_that_the_tables_lack_are_named(pack, years):
    with pytest.raises(ModelError, match=r"MODEL-618.*1950 to 2100"):
        national_rates(pack, years)


def without(pack, name, condition):
    """The pack with some rows of a table left out."""

    def table(wanted):
        frame = pack.table(wanted).frame
        return SimpleNamespace(frame=frame.filter(~condition) if wanted == name else frame)

    return SimpleNamespace(table=table)


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        ("wpp2024_mortality_by_age", pl.col("age") == "100+"),
        ("wpp2024_mortality_by_age", (pl.col("age") == "30-34") & (pl.col("year") == 2000)),
        ("wpp2024_mortality_by_age", pl.col("year") == 1975),
        ("wpp2024_fertility_by_age", (pl.col("age") == "30-34") & (pl.col("year") == 2000)),
        ("wpp2024_sex_ratio_at_birth", pl.lit(True)),
    ],
)
def test_a_table_with_gaps_is_named(pack, name, condition):
    with pytest.raises(ModelError, match="MODEL-618"):
        national_rates(without(pack, name, condition), [2020])
