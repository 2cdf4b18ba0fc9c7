"""Individuals: their mean is the projection, their accounts close, and draws belong to the person."""

from dataclasses import fields, replace

import numpy as np
import pytest

from nuudel.base.results import read_result, write_result
from nuudel.bench.projection_case import case
from nuudel.model.microsimulation import year as year_module
from nuudel.model.microsimulation.leaving_home import LEAVING_HOME
from nuudel.model.microsimulation.population import Population
from nuudel.model.microsimulation.simulate import simulate, simulate_to_population
from nuudel.model.microsimulation.simulated import Simulated
from nuudel.model.microsimulation.synthetic import synthesize
from nuudel.model.projection.accounts import account
from nuudel.model.projection.inputs import AGES, Feedback, Paths, Rates

SEEDS = range(40)
GROUPS = (0, 1, 6, 18, 30, 45, 60, 101)
NOBODY_LEAVES_HOME = np.zeros((2, AGES))


def small(fraction: float = 0.25) -> tuple[Population, Rates, Paths, Feedback]:
    start, rates, feedback = case(places=4, years=5)
    paths = Paths.none(rates, feedback)
    paths = replace(paths, leaving=paths.leaving + 0.2, dying=paths.dying + 0.1, pull=paths.pull + 0.05)
    return synthesize(start, fraction=fraction, seed=5), rates, paths, feedback


def grouped(persons: np.ndarray) -> np.ndarray:
    """... x groups of age, both sexes."""
    return np.add.reduceat(persons.sum(axis=-2), GROUPS[:-1], axis=-1)


@pytest.fixture(scope="module")
def ensemble() -> tuple[list[Simulated], object]:
    population, rates, paths, feedback = small()
    found = [simulate(population, rates, paths, feedback, seed=seed) for seed in SEEDS]
    start, _, _ = case(places=4, years=5)
    exact = replace(start, persons=population.counts() * population.weight)
    return found, account(exact, rates, paths, feedback)


def z_scores(found: list[np.ndarray], expected: np.ndarray) -> np.ndarray:
    """Mean of the seeds against the expectation, in standard errors that the seeds themselves show."""
    values = np.stack(found)
    spread = values.std(axis=0, ddof=1) / np.sqrt(len(found))
    seen = spread > 0
    return (values.mean(axis=0) - expected)[seen] / spread[seen]


def test_the_mean_is_the_projection_by_place_and_age_in_every_year(ensemble):
    found, expected = ensemble
    stocks = [grouped(each.individuals[1:] * each.weight) for each in found]
    z = z_scores(stocks, grouped(expected.persons[1:]))
    assert z.size == 5 * 4 * 7
    assert np.abs(z).max() < 4.5
    assert 0.5 < np.mean(z**2) < 1.6


@pytest.mark.parametrize(
    "name",
    [
        "births",
        "newborn_deaths",
        "deaths",
        "emigrants",
        "immigrants",
        "departures",
        "arrivals",
        "moves",
        "emigrants_to",
        "immigrants_from",
    ],
)
def test_the_mean_of_every_flow_is_the_projections(ensemble, name):
    found, expected = ensemble
    flows = [getattr(each.accounts(), name) for each in found]
    wanted = getattr(expected, name)
    if wanted.ndim == 4:
        flows, wanted = [grouped(flow) for flow in flows], grouped(wanted)
    z = z_scores([flow.sum(axis=0) for flow in flows], wanted.sum(axis=0))
    # Corridors receive a whole number of people, rounded at random: no spread beyond that.
    assert z.size >= 2
    assert np.abs(z).max() < 4.5
    assert np.mean(z**2) < 1 + 5 * np.sqrt(2 / z.size)


def test_families_move_together_so_that_moves_vary_more_than_those_of_independent_people(ensemble):
    found, _ = ensemble
    moved = np.array([each.departures[0].sum() for each in found])
    assert moved.var(ddof=1) > 1.5 * moved.mean()
    died = np.array([each.deaths[0].sum() for each in found])
    assert 0.4 < died.var(ddof=1) / died.mean() < 1.8


def test_the_accounts_of_individuals_close_exactly_and_people_at_the_end_are_those_counted():
    found, end = simulate_to_population(*small(), seed=3)
    assert found.imbalance() == 0
    assert np.array_equal(end.counts(), found.individuals[-1])
    assert np.array_equal(found.arrivals.sum(axis=1), found.departures.sum(axis=1))
    assert np.array_equal(found.moves.sum(axis=2), found.departures.sum(axis=(2, 3)))
    assert np.array_equal(found.moves.sum(axis=1), found.arrivals.sum(axis=(2, 3)))
    assert np.array_equal(found.emigrants_to.sum(axis=1), found.emigrants.sum(axis=(1, 2, 3)))
    assert np.array_equal(found.immigrants_from.sum(axis=1), found.immigrants.sum(axis=(1, 2, 3)))
    assert found.accounts().imbalance() < 1e-6
    assert replace(found, deaths=found.deaths + 1).imbalance() > 0


def test_at_the_end_households_live_in_one_place_and_newborns_with_a_woman_who_can_be_the_mother():
    _, end = simulate_to_population(*small(), seed=3)
    where = np.full(end.households, -1)
    where[end.household] = end.place
    assert np.array_equal(where[end.household], end.place)
    possible = np.zeros(end.households, bool)
    possible[end.household[(end.sex == 0) & (end.age >= 14) & (end.age <= 51)]] = True
    babies = end.age == 0
    # Some mothers die or move away in the year; nearly all are there.
    assert possible[end.household[babies]].mean() > 0.97
    assert babies.sum() > 100


@pytest.mark.parametrize("threads", [2, 3])
def test_the_result_is_the_same_for_any_number_of_threads_and_any_size_of_their_pieces(monkeypatch, threads):
    one = simulate(*small(), seed=9, threads=1)
    monkeypatch.setattr(year_module, "PIECE", 2)
    many = simulate(*small(), seed=9, threads=threads)
    for field in fields(one):
        first, second = getattr(one, field.name), getattr(many, field.name)
        assert np.array_equal(first, second), field.name


def test_another_seed_is_another_future():
    one, two = (simulate(*small(), seed=seed) for seed in (1, 2))
    assert not np.array_equal(one.individuals[-1], two.individuals[-1])
    assert np.array_equal(one.individuals[0], two.individuals[0])


def test_a_scenario_without_departures_is_the_baseline_to_the_last_person():
    population, rates, paths, feedback = small()
    same = simulate(population, rates, paths + Paths.none(rates, feedback), feedback, seed=4)
    assert np.array_equal(same.individuals, simulate(population, rates, paths, feedback, seed=4).individuals)


def test_a_scenario_shares_random_numbers_with_its_baseline():
    """The difference to the baseline varies far less than it would with numbers of its own."""
    population, rates, paths, feedback = small()
    leaving = paths.leaving.copy()
    leaving[:, 0] += 0.1
    changed = replace(paths, leaving=leaving)
    base = np.array([simulate(population, rates, paths, feedback, seed=s).persons[-1, 0] for s in range(16)])
    other = np.array(
        [simulate(population, rates, changed, feedback, seed=s).persons[-1, 0] for s in range(16)]
    )
    paired, independent = (other - base).var(ddof=1), (other - np.roll(base, 1)).var(ddof=1)
    assert (other - base).mean() < 0
    assert paired < 0.25 * independent


def test_more_births_leave_the_other_people_as_they_are():
    population, rates, paths, feedback = small()
    still = replace(feedback, pull=feedback.pull * 0, push=feedback.push * 0)
    more = replace(paths, bearing=paths.bearing + 0.3)
    base, other = (simulate(population, rates, each, still, seed=4) for each in (paths, more))
    assert np.array_equal(base.individuals[-1, ..., 6:], other.individuals[-1, ..., 6:])
    assert np.all(other.births.sum(axis=(1, 2)) > base.births.sum(axis=(1, 2)))


def test_a_fraction_of_the_people_stands_for_all_of_them():
    found, whole = simulate(*small(0.1), seed=1), simulate(*small(1.0), seed=1)
    assert found.weight == 10
    spread = 10 * np.sqrt(found.individuals[-1].sum(axis=(1, 2)))
    assert np.all(np.abs(found.persons[-1] - whole.persons[-1]) < 6 * spread)
    # Room is for persons, not for individuals: with a tenth of the people it is as crowded.
    assert np.abs(found.pressure - whole.pressure).mean() < 0.12
    expected = small()[1].immigrants
    assert np.all(np.abs(found.accounts().immigrants_from - expected) <= 10)


def still_people(leaving: np.ndarray) -> tuple[Population, Rates, Paths, Feedback]:
    """Nobody is born, dies, comes or leaves the country; moves as given (2 x 101)."""
    population, rates, _, feedback = small(0.05)
    rates = replace(
        rates,
        dying=rates.dying * 0,
        dying_level=np.ones_like(rates.dying_level),
        bearing=rates.bearing * 0,
        emigrating=rates.emigrating * 0,
        immigrants=rates.immigrants * 0,
        leaving=np.tile(leaving, (4, 1, 1)),
        leaving_level=np.ones_like(rates.leaving_level),
    )
    feedback = replace(feedback, pull=feedback.pull * 0, push=feedback.push * 0)
    return population, rates, Paths.none(rates, feedback), feedback


def test_a_household_whose_members_move_at_the_same_rate_stays_one():
    given = still_people(np.full((2, AGES), 0.3))
    found, end = simulate_to_population(*given, seed=2, leaving_home=NOBODY_LEAVES_HOME)
    pairs = np.unique(np.stack([given[0].household, end.household]), axis=1)
    assert pairs.shape[1] == given[0].households == end.households
    assert np.array_equal(given[0].with_parents, end.with_parents)
    assert found.departures.sum() / len(end) / 5 == pytest.approx(0.3, abs=0.02)


def test_those_who_move_at_a_higher_rate_than_their_parents_leave_home():
    leaving = np.zeros((2, AGES))
    leaving[:, 18:30] = 0.2
    given = still_people(leaving)
    _, end = simulate_to_population(*given, seed=2, leaving_home=NOBODY_LEAVES_HOME)
    before = given[0]
    moved = before.place != end.place
    young = (before.age >= 14) & (before.age < 30)
    assert not moved[~young].any()
    # Two moves may lead back to the first place.
    left = before.with_parents & ~end.with_parents
    assert left.sum() > 100
    assert moved[left].mean() > 0.8
    assert not (moved & end.with_parents & (end.age < 40)).any()


def test_leaving_home_without_a_move_follows_its_rate_and_makes_households():
    given = still_people(np.zeros((2, AGES)))
    found, end = simulate_to_population(*given, seed=2)
    before = given[0]
    assert np.array_equal(before.place, end.place)
    assert end.households == before.households + found.left_home.sum()
    ages = before.age[before.with_parents]
    sexes = before.sex[before.with_parents]
    expected = 1 - np.prod(
        [1 - LEAVING_HOME[sexes, np.minimum(ages.astype(int) + t, 100)] for t in range(5)], axis=0
    )
    assert found.left_home.sum() == pytest.approx(expected.sum(), abs=5 * np.sqrt(expected.sum()))


def test_certain_death_and_certain_departure():
    population, rates, paths, feedback = still_people(np.full((2, AGES), 0.3))
    dying = rates.dying.copy()
    dying[0] = 1
    found = simulate(population, replace(rates, dying=dying), paths, feedback)
    assert found.deaths[0].sum() == len(population)
    assert found.individuals[1:].sum() == 0
    abroad = replace(
        rates,
        emigrating=np.ones_like(rates.emigrating),
        emigrating_level=np.ones_like(rates.emigrating_level),
    )
    assert simulate(population, abroad, paths, feedback).emigrants[0].sum() == len(population)


def test_an_empty_country_gets_its_immigrants():
    start, rates, feedback = case(places=3, years=2)
    nobody = synthesize(replace(start, persons=start.persons * 0))
    found = simulate(nobody, rates, Paths.none(rates, feedback), replace(feedback, pull=feedback.pull * 0))
    assert len(nobody) == 0
    assert found.individuals[0].sum() == 0
    assert found.immigrants_from.sum() == pytest.approx(rates.immigrants.sum(), abs=4)


def test_the_result_is_kept_and_read_back(tmp_path):
    found = simulate(*small(0.02), seed=1)
    write_result(found, tmp_path / "simulated")
    read = read_result(Simulated, tmp_path / "simulated")
    assert all(np.array_equal(getattr(read, f.name), getattr(found, f.name)) for f in fields(found))
    frame = found.to_frame()
    assert frame["persons"].sum() == pytest.approx(found.persons.sum())
    assert frame["quality"].unique().to_list() == ["synthetic"]
    assert found.share(found.places[0])[0] == pytest.approx(found.persons[0, 0] / found.persons[0].sum())
