"""Life tables: by hand, against formulas in print, and as identities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.base.errors import ModelError
from nuudel.base.results import read_result, write_result
from nuudel.model.rates.life_table import LifeTable, life_table

ABRIDGED = np.array([0, 1, *range(5, 101, 5)])


def test_a_table_of_three_intervals_by_hand():
    """Rates 0.02, 0.004 and 0.0125 from 0, 1 and 5, women, Coale and Demeny."""
    table = life_table([0, 1, 5], [0.02, 0.004, 0.0125], "female", infant="coale_demeny")
    a0, a1 = 0.053 + 2.8 * 0.02, 1.522 - 1.518 * 0.02
    q0 = 0.02 / (1 + (1 - a0) * 0.02)
    q1 = 4 * 0.004 / (1 + (4 - a1) * 0.004)
    l1, l5 = 1 - q0, (1 - q0) * (1 - q1)
    lived = [l1 + a0 * q0, 4 * l5 + a1 * l1 * q1, l5 / 0.0125]
    np.testing.assert_allclose(table.ax, [a0, a1, 80])
    np.testing.assert_allclose(table.qx, [q0, q1, 1])
    np.testing.assert_allclose(table.lx, [1, l1, l5])
    np.testing.assert_allclose(table.Lx, lived)
    np.testing.assert_allclose(table.life_expectancy, sum(lived))
    assert table.life_expectancy == pytest.approx(82.05, abs=0.005)


@pytest.mark.parametrize(
    ("sex", "rule", "rate", "years"),
    [
        ("male", "andreev_kingkade", 0.010, 0.14929 - 1.99545 * 0.010),
        ("male", "andreev_kingkade", 0.050, 0.02832 + 3.26021 * 0.050),
        ("male", "andreev_kingkade", 0.200, 0.29915),
        ("female", "andreev_kingkade", 0.010, 0.14903 - 2.05527 * 0.010),
        ("female", "andreev_kingkade", 0.050, 0.04667 + 3.88089 * 0.050),
        ("female", "andreev_kingkade", 0.200, 0.31411),
        ("male", "coale_demeny", 0.050, 0.045 + 2.684 * 0.050),
        ("male", "coale_demeny", 0.200, 0.330),
        ("female", "coale_demeny", 0.200, 0.350),
    ],
)
def test_years_lived_in_the_first_year_are_the_published_ones(sex, rule, rate, years):
    assert life_table([0, 1, 2], [rate, 0.01, 0.1], sex, infant=rule).ax[0] == pytest.approx(years)


def test_andreev_and_kingkade_s_pieces_meet():
    """The published lines join at their limits to the fourth decimal."""
    for sex, cuts in (("male", (0.02300, 0.08307)), ("female", (0.01724, 0.06891))):
        for cut in cuts:
            below, above = (life_table([0, 1], [m, 0.1], sex).ax[0] for m in (cut - 1e-9, cut + 1e-9))
            assert below == pytest.approx(above, abs=2e-4)


def test_a_constant_force_of_mortality_gives_its_reciprocal():
    table = life_table(np.arange(30, 91), np.full(61, 0.025), "male")
    np.testing.assert_allclose(table.ex, 40)
    np.testing.assert_allclose(table.qx[:-1], 1 - np.exp(-0.025))


def test_greville_s_formula_by_hand():
    ages = np.arange(15, 61, 5)
    rates = 0.001 * np.exp(0.08 * (ages - 15))
    table = life_table(ages, rates, "male")
    np.testing.assert_allclose(table.ax[3], 2.5 - 25 / 12 * (rates[3] - 0.08))


def gompertz_table(width: int) -> float:
    """Life expectancy at 15 under the force 0.0005 exp(0.09 (x − 15)), from rates of intervals."""
    ages = np.arange(15, 106, width)
    fine = np.linspace(15, 180, 165001)
    force = 0.0005 * np.exp(0.09 * (fine - 15))
    survival = np.exp(-0.0005 / 0.09 * (np.exp(0.09 * (fine - 15)) - 1))
    person_years, deaths = np.zeros(ages.size), np.zeros(ages.size)
    bounds = [*ages, 180]
    for i in range(ages.size):
        inside = (fine >= bounds[i]) & (fine <= bounds[i + 1])
        person_years[i] = np.trapezoid(survival[inside], fine[inside])
        deaths[i] = np.trapezoid((survival * force)[inside], fine[inside])
    table = life_table(ages, deaths / person_years, "female")
    return float(table.life_expectancy - np.trapezoid(survival, fine))


def test_life_expectancy_of_a_known_force_is_found_from_five_year_and_single_rates():
    assert abs(gompertz_table(5)) < 0.01
    assert abs(gompertz_table(1)) < 0.005


rates = st.lists(st.floats(1e-6, 3.0), min_size=22, max_size=22)


@settings(max_examples=60, deadline=None)
@given(rates, st.sampled_from(["female", "male"]))
def test_every_table_obeys_its_identities(values, sex):
    table = life_table(ABRIDGED, values, sex)
    assert np.all(np.diff(table.lx) <= 0)
    assert np.all((table.qx > 0) & (table.qx <= 1))
    assert table.dx.sum() == pytest.approx(1)
    alive = table.Lx > 0
    np.testing.assert_allclose((table.dx[alive] / table.Lx[alive]), np.array(values)[alive], rtol=1e-6)
    np.testing.assert_allclose(table.ex[0], table.Lx.sum())


@settings(max_examples=40, deadline=None)
@given(rates)
def test_higher_rates_never_lengthen_life(values):
    ages = np.arange(22)
    lower, higher = (life_table(ages, np.array(values) * k, "male").life_expectancy for k in (1.0, 1.2))
    assert higher < lower


def test_many_tables_are_made_at_once():
    one = np.geomspace(0.001, 0.4, 22)
    many = life_table(ABRIDGED, np.stack([[one, 2 * one], [3 * one, one]]), "female")
    assert many.lx.shape == (2, 2, 22)
    np.testing.assert_allclose(many.ex[1, 1], life_table(ABRIDGED, one, "female").ex)
    frame = many.to_frame()
    assert frame.height == 88
    assert frame["table"].n_unique() == 4


def test_an_age_at_which_nobody_dies_keeps_everybody():
    table = life_table([0, 1, 5, 10, 15, 20, 25], [0.01, 0, 0, 0, 0, 0, 0.02], "male")
    assert table.lx[-1] == table.lx[1]
    assert table.ex[1] == pytest.approx(24 + 50)


def test_a_table_is_kept_and_read_back(tmp_path):
    table = life_table([0, 1, 5], [0.02, 0.004, 0.0125], "female")
    write_result(table, tmp_path / "table")
    np.testing.assert_array_equal(read_result(LifeTable, tmp_path / "table").Lx, table.Lx)


@pytest.mark.parametrize(
    ("ages", "values", "sex", "rule", "code"),
    [
        ([0, 1, 1], [0.1, 0.1, 0.1], "male", "coale_demeny", "MODEL-611"),
        ([0, 1.5, 3], [0.1, 0.1, 0.1], "male", "coale_demeny", "MODEL-611"),
        ([0, 1, 2], [0.1, 0.1], "male", "coale_demeny", "MODEL-611"),
        ([0, 1, 2], [0.1, -0.1, 0.1], "male", "coale_demeny", "MODEL-612"),
        ([0, 1, 2], [0.1, float("nan"), 0.1], "male", "coale_demeny", "MODEL-612"),
        ([0, 1, 2], [0.1, 0.1, 0.0], "male", "coale_demeny", "MODEL-612"),
        ([0, 1, 2], [0.1, 0.1, 0.1], "both", "coale_demeny", "MODEL-613"),
        ([0, 1, 2], [0.1, 0.1, 0.1], "male", "west", "MODEL-613"),
    ],
)
def test_bad_input_is_named(ages, values, sex, rule, code):
    with pytest.raises(ModelError) as caught:
        life_table(ages, values, sex, infant=rule)
    assert caught.value.code == code
