"""The parts of a reconstruction, by hand and as identities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.base.errors import ModelError
from nuudel.model.baseline.moves import attraction, schedule
from nuudel.model.baseline.national import CountryRates, extrapolate
from nuudel.model.baseline.national_ages import carried_back
from nuudel.model.baseline.population import group_of_ages, rake
from nuudel.model.baseline.soums import feasible
from nuudel.model.baseline.variants import VARIANTS, choose
from nuudel.model.projection.inputs import AGES

CELL = (2, AGES)


def test_raking_by_hand():
    """Two units of one age group each: the seed 1 1 / 1 3 with row and column sums 3 3."""
    seed = np.zeros((2, *CELL)) + 1e-12
    seed[:, 0, 0], seed[:, 0, 1] = (1, 1), (1, 3)
    cells = np.full(CELL, 1e-12)
    cells[0, :2] = 3
    found = rake(seed, np.full(2, cells.sum() / 2), cells)[:, 0, :2]
    # The odds ratio 3 stays: x² / (3 − x)² = 3.
    x = 3 * np.sqrt(3) / (1 + np.sqrt(3))
    assert found == pytest.approx(np.array([[x, 3 - x], [3 - x, x]]), abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_raking_meets_totals_and_cells(seed):
    random = np.random.default_rng(seed)
    table = random.uniform(0.1, 5, (4, *CELL))
    cells, totals = random.uniform(1, 9, CELL), random.uniform(1, 9, 4)
    totals *= cells.sum() / totals.sum()
    found = rake(table, totals, cells)
    assert found.sum(axis=0) == pytest.approx(cells, rel=1e-9)
    assert found.sum(axis=(1, 2)) == pytest.approx(totals, rel=1e-9)


def test_a_unit_without_people_of_an_age_that_must_be_there_is_refused():
    seed = np.ones((2, *CELL))
    seed[:, 0, 0] = 0
    with pytest.raises(ModelError, match="MODEL-645"), np.errstate(all="ignore"):
        rake(seed, np.array([101.0, 101.0]), np.ones(CELL))


def test_ages_belong_to_the_group_that_begins_at_or_before_them():
    assert group_of_ages((0, 5, 70))[[0, 4, 5, 69, 70, 100]].tolist() == [0, 0, 1, 1, 2, 2]


def test_attraction_by_hand():
    """Three places; all who leave B and C go to A, however little it drew before."""
    going = np.array([[0, 0.5, 0.5], [0.1, 0, 0.9], [0.1, 0.9, 0]])
    left, arrived = np.array([10.0, 30, 20]), np.array([40.0, 12, 8])
    weight, drawn = attraction(going, left, arrived)
    moves = going * weight / drawn[:, None] * left[:, None]
    assert moves.sum(axis=1) == pytest.approx(left)
    assert moves.sum(axis=0) == pytest.approx(arrived)
    assert left @ drawn == pytest.approx(left.sum())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(4, 12))
def test_attraction_meets_arrivals_and_keeps_odds(seed, places):
    random = np.random.default_rng(seed)
    going = random.uniform(0.1, 1, (places, places))
    np.fill_diagonal(going, 0)
    going /= going.sum(axis=1, keepdims=True)
    other = going * random.uniform(0.5, 2, places) * random.uniform(0.5, 2, places)[:, None]
    left, arrived = other.sum(axis=1), other.sum(axis=0)
    weight, drawn = attraction(going, left, arrived)
    assert going * weight / drawn[:, None] * left[:, None] == pytest.approx(other, rel=1e-6)


def test_arrivals_that_nobody_can_make_are_refused():
    """A takes up more than all others send."""
    going = np.array([[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    with pytest.raises(ModelError, match="MODEL-648"):
        attraction(going, np.array([10.0, 5, 5]), np.array([15.0, 3, 2]))


@pytest.mark.parametrize("name", ["fundamental", "un1992", "flat"])
def test_schedules_are_shares_and_young_people_move_most(name):
    found = schedule(name)
    assert found.sum() == pytest.approx(1)
    if name == "flat":
        assert np.ptp(found) == 0
    else:
        # The labour peak of both sets lies in the early twenties (Rogers & Castro 1981).
        assert np.argmax(found) in (22, 23)
        assert found[22] > 3 * found[60]


def test_the_fundamental_schedule_at_20():
    """m(20) = 0.02 e^-2 + 0.06 e^-1 + 0.003, over the sum of the schedule."""
    x = np.arange(AGES)
    whole = 0.02 * np.exp(-0.1 * x) + 0.06 * np.exp(-0.1 * (x - 20) - np.exp(-0.4 * (x - 20))) + 0.003
    at_20 = 0.02 * np.exp(-2) + 0.06 * np.exp(-1) + 0.003
    assert schedule("fundamental")[20] == pytest.approx(at_20 / whole.sum())


def test_mortality_goes_on_as_before():
    """Halved in two years: a quarter more is gone in each next two."""
    found = extrapolate(np.array([[0.4], [0.3], [0.2]]), np.array([1.0, 2.0]))
    assert found[:, 0] == pytest.approx([0.2 * 0.5**0.5, 0.1])


def test_what_a_person_at_the_beginning_is_worth_later():
    """A woman of 18 lives two intervals with 0.9 x 0.8; a net migrant of the second is there whole."""
    dying, net = np.zeros((2, *CELL)), np.zeros((2, *CELL))
    dying[0, 0, 18], dying[1, 0, 19] = 0.1, 0.2
    net[1, 0, 19], net[0, 0, 18] = 5, 10
    rates = CountryRates(
        np.arange(2020, 2022),
        dying,
        np.zeros((2, 2)),
        np.ones(CELL),
        np.zeros((2, AGES)),
        np.zeros(2),
        net,
        True,
    )
    values = np.zeros(CELL)
    values[0, 19] = 1
    weight, constant = carried_back(values, rates, 1)
    assert weight[0, 18] == pytest.approx(0.72)
    assert weight.sum() == pytest.approx(0.72)
    assert constant == pytest.approx(5 + 10 * 0.8)


def test_margins_that_leave_others_no_room_are_cut():
    left, came = feasible(np.array([100.0, 1, 1]), np.array([1.0, 100, 1]))
    assert ((left + came) / came.sum()).max() <= 0.95
    assert left.sum() == pytest.approx(came.sum())
    same = feasible(np.array([1.0, 1, 1]), np.array([1.0, 1, 1]))
    assert np.array_equal(same, np.ones((2, 3)))


def test_the_first_choice_is_made_unless_another_is_named():
    assert choose(None) == {name: choices[0] for name, choices in VARIANTS.items()}
    assert choose({"total": "national"})["total"] == "national"


@pytest.mark.parametrize("variant", [{"ages": "flat"}, {"age_schedule": "round"}])
def test_unknown_variants_are_refused(variant):
    with pytest.raises(ModelError, match="MODEL-643"):
        choose(variant)
