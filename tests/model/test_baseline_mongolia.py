"""Mongolia's starting population and rates: what they reproduce, and how far they are from other figures."""

import numpy as np
import polars as pl
import pytest

from nuudel.base.packs import load_pack
from nuudel.model.baseline.moves import years_of_level
from nuudel.model.baseline.reconstruct import reconstruct
from nuudel.model.baseline.tables import read_country
from nuudel.model.projection.accounts import account
from nuudel.model.projection.inputs import Feedback, Paths

from .baseline_cases import flows_of

CAPITAL = "MN11"


@pytest.fixture(scope="module")
def pack():
    return load_pack("mongolia")


@pytest.fixture(scope="module")
def flows(pack):
    return flows_of(pack, range(1998, 2023))


@pytest.fixture(scope="module")
def aimags(pack, flows):
    return reconstruct(pack, flows)


@pytest.fixture(scope="module")
def soums(pack, flows):
    return reconstruct(pack, flows, level="soum")


def carry(baseline):
    feedback = Feedback.none(baseline.rates)
    return account(
        baseline.start, baseline.rates, Paths.none(baseline.rates, feedback) + baseline.past, feedback
    )


@pytest.fixture(scope="module")
def course(aimags):
    return carry(aimags)


def differences(baseline, check):
    """Per cent, by place and year."""
    rows = baseline.checks.filter(pl.col("check") == check).select("place", "year", "difference_percent")
    return {(place, year): value for place, year, value in rows.iter_rows()}


def test_places_years_and_words(aimags, soums):
    assert (len(aimags.start.places), len(soums.start.places)) == (22, 339)
    assert aimags.start.year == aimags.rates.years[0] == 2020
    assert aimags.rates.years[-1] == 2054
    assert aimags.parents == aimags.start.places
    assert set(soums.parents) == set(aimags.start.places)
    for frame in (aimags.assumptions, soums.assumptions, aimags.checks):
        assert set(frame["quality"]) == {"estimated"}
    assert set(aimags.observed["quality"]) == {"observed"}
    assert "internal_migration.capital_refused_registration" in aimags.caveats


def test_registered_margins_of_2020_to_2022_are_reproduced(aimags, course):
    assert aimags.observed_years == (2020, 2021, 2022)
    for i, year in enumerate(aimags.observed_years):
        printed = aimags.observed.filter(pl.col("year") == year, pl.col("in_migrants").is_not_null())
        assert printed["place"].to_list() == list(aimags.start.places)
        assert course.moves[i].sum(axis=1) == pytest.approx(printed["out_migrants"].to_numpy())
        assert course.moves[i].sum(axis=0) == pytest.approx(printed["in_migrants"].to_numpy(), abs=1e-3)


def test_accounts_close_and_soums_add_up_to_aimags_for_35_years(aimags, soums, course):
    assert course.imbalance() < 1e-6
    units = carry(soums)
    sums = np.zeros_like(course.persons)
    for j, parent in enumerate(soums.parents):
        sums[:, aimags.start.places.index(parent)] += units.persons[:, j]
    assert np.abs(sums - course.persons).max() < 1e-6


def test_soums_have_the_residents_profile_and_the_countrys_cells(aimags, soums, pack):
    nation = aimags.start.persons.sum(axis=0)
    assert soums.start.persons.sum(axis=0) == pytest.approx(nation)
    counted = pack.table("resident_population_by_age").frame.filter(pl.col("place") == "MN18101")
    residents = counted["resident_population"].to_numpy()
    persons = soums.start.persons[soums.start.places.index("MN18101")].sum(axis=0)
    groups = np.add.reduceat(persons, [*range(0, 75, 5)])
    assert np.corrcoef(groups, residents)[0, 1] > 0.98
    assert soums.assumptions.row(by_predicate=pl.col("name") == "borrowed_ages")[1] == 10


def test_the_country_agrees_with_the_united_nations_and_lies_below_the_statistics_office(aimags):
    """Totals 2020 to 2054 within 1 per cent of WPP 2024; 1.2 to 1.7 per cent below NSO's midyear figures."""
    united_nations = differences(aimags, "population_united_nations")
    assert united_nations["MN", 2020] == pytest.approx(0, abs=1e-9)
    assert abs(united_nations["MN", 2023]) < 0.1
    assert max(abs(value) for value in united_nations.values()) < 1
    office = differences(aimags, "population_statistics_office")
    assert -1.7 < min(office.values()) < max(office.values()) < -1.2


def test_births_and_sexes_agree_with_the_united_nations(aimags):
    births = differences(aimags, "births")
    assert abs(births["MN", 2020]) < 0.5
    assert max(abs(value) for value in births.values()) < 4
    assert abs(differences(aimags, "women_percent")["MN", 2025]) < 0.2


def test_western_aimags_agree_with_the_series_that_was_not_used(aimags):
    """Shares of the five western aimags in 2020 and, five years of registered moves later, in 2025."""
    shares = differences(aimags, "share_midyear")
    for year, stated in ((2020, (2.2, 2.5, -1.5, 0.2, 2.8)), (2025, (1.8, 0.5, -3.0, -1.6, 0.8))):
        found = [shares[place, year] for place in ("MN81", "MN82", "MN83", "MN84", "MN85")]
        assert found == pytest.approx(stated, abs=0.1)
    assert {place for place, _ in shares} == {"MN81", "MN82", "MN83", "MN84", "MN85"}
    assert max(abs(value) for value in shares.values()) < 4


def test_the_capital_lies_between_residents_and_registered_moves(aimags, course):
    """46.0 per cent of residents at the end of 2019; half of 2020's registered moves bring it to 46.5."""
    shares = course.persons.sum(axis=(2, 3))
    shares = 100 * shares[:, course.places.index(CAPITAL)] / shares.sum(axis=1)
    assert shares[0] == pytest.approx(46.5, abs=0.1)
    assert shares[3] == pytest.approx(48.9, abs=0.1)
    # Residents at the end of 2020 do not show the moves registered in that year.
    assert 1 < differences(aimags, "share_residents")[CAPITAL, 2020] < 2.5


def test_fertility_differs_little_and_averages_to_one(aimags):
    level = aimags.rates.bearing_level
    expected = aimags.start.persons[:, 0] @ aimags.rates.bearing[0]
    assert level @ expected == pytest.approx(expected.sum())
    assert 0.9 < level.min() < level.max() < 1.15
    # Bayan-Ulgii has the most children for its women.
    assert aimags.start.places[int(np.argmax(level))] == "MN83"


@pytest.mark.parametrize(
    ("variant", "change"),
    [
        ({"age_schedule": "un1992"}, 0.0),
        ({"age_schedule": "flat"}, -0.4),
        ({"fertility_level": "equal"}, 0.0),
        ({"migration_level": "recent"}, 1.6),
        ({"migration_level": "twenty_years"}, -0.5),
        ({"migration_level": "reverting"}, 0.6),
        ({"destinations": "latest"}, 0.9),
        ({"international": "twice"}, -0.5),
        ({"population": "as_counted"}, -0.3),
        ({"population": "midyear"}, 0.0),
        ({"total": "national"}, 0.0),
    ],
)
def test_what_a_variant_adds_to_the_capitals_share_of_2040(pack, flows, course, variant, change):
    """Percentage points; docs/methods/starting-population.md has them."""
    found = carry(reconstruct(pack, flows, until=2055, variant=variant))
    of = [c.persons[20, c.places.index(CAPITAL)].sum() / c.persons[20].sum() for c in (found, course)]
    assert 100 * (of[0] - of[1]) == pytest.approx(change, abs=0.06)
    assert of[0] != of[1]


def test_from_2010_only_what_was_counted_before_drives_the_rates(pack, flows):
    found = reconstruct(pack, flows, year=2010, until=2020)
    assert found.start.persons.sum() == pytest.approx(2_738_622)
    west = found.start.persons[found.start.places.index("MN81")].sum()
    assert west == pytest.approx(67_116)
    # The capital's residents of 2019 carried back by registered moves.
    capital = found.start.persons[found.start.places.index(CAPITAL)].sum()
    assert capital / found.start.persons.sum() == pytest.approx(0.423, abs=0.001)
    assert found.observed_years == ()
    # Arrivals of 2003 to 2005 are doubtful in 21 aimags.
    country = read_country(pack)
    assert years_of_level(country, 2009, 10) == (2000, 2001, 2002, 2006, 2007, 2008, 2009)
    assert years_of_level(country, 2022, 10) == (2013, 2014, 2015, 2016, 2020, 2021, 2022)
    assert not found.past.pull.any()
    assert np.all(found.rates.bearing == found.rates.bearing[0])
    # Mortality of small children fell before 2010, and goes on falling.
    assert np.all(found.rates.dying[-1, :, :5] < found.rates.dying[0, :, :5])
    counted = found.observed.filter(pl.col("place") == CAPITAL, pl.col("year") == 2012)
    assert counted["in_migrants"].to_list() == [22_502]
