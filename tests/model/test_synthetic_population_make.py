"""Synthetic people: whole numbers without bias, households that can be, and no invented education."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.base.errors import ModelError
from nuudel.base.results import read_result, write_result
from nuudel.bench.projection_case import case
from nuudel.model.microsimulation import people
from nuudel.model.microsimulation.fit import SyntheticFit, synthetic_fit
from nuudel.model.microsimulation.household_assumptions import HouseholdAssumptions
from nuudel.model.microsimulation.joint_table import Margin
from nuudel.model.microsimulation.synthetic import synthesize, systematic_rounding

START = case(places=4)[0]


@given(
    st.lists(st.floats(0, 50), min_size=1, max_size=30),
    st.floats(0, 1, exclude_max=True),
)
@settings(max_examples=200, deadline=None)
def test_rounding_is_up_or_down_and_totals_are_off_by_less_than_one(expected, uniform):
    values = np.array(expected)
    found = systematic_rounding(values, uniform)
    assert np.all(np.abs(found - values) < 1 + 1e-9)
    for begin in range(values.size):
        assert abs(found[begin:].sum() - values[begin:].sum()) < 1 + 1e-9


def test_rounding_has_the_expected_mean():
    values = np.array([[0.25, 1.5], [2.0, 0.1]])
    mean = np.mean([systematic_rounding(values, (k + 0.5) / 1000) for k in range(1000)], axis=0)
    assert mean == pytest.approx(values, abs=2e-3)


def test_counts_are_those_of_the_starting_population():
    whole = replace(START, persons=np.rint(START.persons))
    assert np.array_equal(synthesize(whole).counts(), whole.persons)
    found = synthesize(START, fraction=0.3, seed=2)
    assert np.abs(found.counts() - 0.3 * START.persons).max() < 1
    assert len(found) == pytest.approx(0.3 * START.persons.sum(), abs=1)
    assert found.weight == pytest.approx(1 / 0.3)


def test_the_same_seed_makes_the_same_people_and_another_seed_others():
    one, same, other = (synthesize(START, fraction=0.2, seed=seed) for seed in (3, 3, 4))
    for name in ("place", "sex", "age", "household", "with_parents"):
        assert np.array_equal(getattr(one, name), getattr(same, name))
    assert not np.array_equal(one.household, other.household)


def test_households_have_an_adult_live_in_one_place_and_reach_the_mean_size():
    found = synthesize(START, seed=1)
    size = np.bincount(found.household)
    assert size.min() == 1
    assert np.bincount(found.household, ~found.with_parents).min() >= 1
    where = np.full(found.households, -1)
    where[found.household] = found.place
    assert np.array_equal(where[found.household], found.place)
    assert size.mean() == pytest.approx(3.5, abs=0.2)
    assert np.all(found.with_parents[found.age < 18])
    assert synthetic_fit(found, START).children_with_parents > 0.99
    larger = synthesize(START, seed=1, households=HouseholdAssumptions(mean_size=4.2))
    assert len(larger) / larger.households == pytest.approx(4.2, abs=0.2)


def test_children_without_any_grown_woman_still_live_somewhere():
    persons = np.zeros_like(START.persons)
    persons[0, :, 5] = 10
    persons[1, 1, 5], persons[1, 1, 40] = 10, 3
    found = synthesize(replace(START, persons=persons))
    assert len(found) == 33
    assert set(found.household[found.place == 0]) == {0}
    men = set(found.household[(found.place == 1) & (found.age == 40)])
    assert set(found.household[(found.place == 1) & (found.age == 5)]) <= men
    fit = synthetic_fit(found, replace(START, persons=persons))
    assert fit.children_with_parents == pytest.approx(10 / 30)


def test_without_a_table_there_is_no_education():
    found = synthesize(START, fraction=0.1)
    assert found.levels == ()
    assert found.education.size == 0
    assert "education" not in found.to_frame().columns


def education_tables() -> list[Margin]:
    """More schooling in place 0 and among women; nobody below 6 has any."""
    persons = START.persons
    share = np.array([0.5, 0.3, 0.3, 0.2])[:, None, None] * np.array([[[1.1], [0.9]]])
    schooled = persons * share
    schooled[..., :6] = 0
    by_place = np.stack([(persons - schooled).sum(axis=(1, 2)), schooled.sum(axis=(1, 2))], axis=1)
    groups = np.searchsorted([6, 60], np.arange(101), side="right")
    by_age = np.zeros((2, 3, 2))
    for group in range(3):
        chosen = groups == group
        by_age[:, group, 1] = schooled[..., chosen].sum(axis=(0, 2))
        by_age[:, group, 0] = persons[..., chosen].sum(axis=(0, 2)) - by_age[:, group, 1]
    return [
        Margin(("place", "education"), by_place),
        Margin(("sex", "age", "education"), by_age, {"age": groups}),
    ]


def test_education_follows_its_tables():
    tables = education_tables()
    found = synthesize(START, education=tables, levels=("none", "school"), seed=6)
    fit = synthetic_fit(found, START, tables)
    assert fit.margins["margin"].to_list()[-2:] == ["place x education", "sex x age groups x education"]
    assert fit.margins["standardised_error"][-2:].max() < 0.005
    assert not found.education[found.age < 6].any()
    names = found.to_frame()["education"].cast(str)
    assert names.value_counts().height == 2
    # The level says nothing of the household's number beyond what place, sex and age say.
    cell = (found.place == 0) & (found.sex == 0) & (found.age == 30)
    order = np.corrcoef(found.household[cell].argsort().argsort(), found.education[cell])[0, 1]
    assert abs(order) < 5 / np.sqrt(cell.sum())


def test_the_fit_names_the_worst_cells_and_is_kept(tmp_path):
    found = synthesize(START, fraction=0.5)
    wrong = START.persons.copy()
    wrong[2, 1, 33] += 700
    fit = synthetic_fit(found, replace(START, persons=wrong))
    assert fit.worst["cell"][0] in ("MN102", "MN102 male", "MN102 male 33", "MN102 male 6")
    assert fit.worst["difference"][0] == pytest.approx(-700, abs=10)
    assert "MN102 male 33" in fit.worst["cell"].to_list()
    assert fit.total_absolute_error > 700
    assert fit.quality == "synthetic"
    write_result(fit, tmp_path / "fit")
    read = read_result(SyntheticFit, tmp_path / "fit")
    assert read.margins.equals(fit.margins)
    assert all(
        getattr(read, f.name) == getattr(fit, f.name)
        for f in fields(fit)
        if f.name not in ("margins", "worst")
    )


def test_a_whole_fraction_of_whole_numbers_fits_exactly():
    whole = replace(START, persons=np.rint(START.persons))
    fit = synthetic_fit(synthesize(whole), whole)
    assert fit.total_absolute_error == 0
    assert fit.margins["largest_z"].max() == 0


@pytest.mark.parametrize(
    ("changed", "code", "message"),
    [
        ({"fraction": 0.0}, "MODEL-708", "fraction 0.0"),
        ({"fraction": 1.5}, "MODEL-708", "fraction 1.5"),
        ({"fraction": float("nan")}, "MODEL-708", "fraction nan"),
        ({"seed": -3}, "MODEL-704", "seed -3"),
        ({"education": [Margin(("place",), np.ones(4))], "levels": ("a",)}, "MODEL-714", "does not tell"),
        (
            {"education": [Margin(("place", "education"), np.ones((4, 3)))], "levels": ("a", "b")},
            "MODEL-714",
            "2 levels",
        ),
        (
            {"education": [Margin(("place", "education"), np.ones((5, 2)))], "levels": ("a", "b")},
            "MODEL-711",
            "place x education",
        ),
        (
            {"education": [Margin(("place", "education"), np.ones((4, 2)))], "levels": ("a", "b")},
            "MODEL-712",
            "counts 8",
        ),
    ],
)
def test_what_cannot_be_made_is_refused(changed, code, message):
    with pytest.raises(ModelError, match=message) as refused:
        synthesize(START, **changed)
    assert refused.value.code == code


def test_too_many_people_are_refused(monkeypatch):
    with pytest.raises(ModelError, match="MODEL-709"):
        synthesize(replace(START, persons=START.persons * 1e6))
    monkeypatch.setattr(people, "memory", lambda: 1000)
    with pytest.raises(ModelError, match="MODEL-705"):
        synthesize(START)
