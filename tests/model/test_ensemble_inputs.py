"""What an ensemble refuses, each with its message."""

from dataclasses import replace

import numpy as np
import pytest

from nuudel.base.errors import ModelError
from nuudel.model.projection import ensemble_size
from nuudel.model.projection.ensemble import AGE_GROUPS, ages_of, project
from nuudel.model.projection.ensemble_size import chunk_size, free_bytes, result_bytes
from nuudel.model.projection.inputs import AGES

from .projection_cases import case, departures


def refused(code, start, rates, paths, feedback, **options):
    with pytest.raises(ModelError) as error:
        project(start, rates, paths, feedback, **options)
    assert error.value.code == code
    return error.value


def changed(paths, name, values):
    return replace(paths, **{name: values})


def test_departures_of_another_number_of_draws_are_refused():
    start, rates, feedback = case()
    paths = departures(rates, feedback, 3)
    error = refused("MODEL-682", start, rates, changed(paths, "pull", paths.pull[:2]), feedback)
    assert error.fields == ("pull",)
    assert "(2, 5, 4), not (3, 5, 4)" in error.problem


def test_departures_of_other_years_and_no_draws_are_refused():
    start, rates, feedback = case()
    paths = departures(rates, feedback, 3)
    refused("MODEL-682", start, rates, changed(paths, "dying", paths.dying[:, :4]), feedback)
    error = refused("MODEL-682", start, rates, departures(rates, feedback, 0), feedback)
    assert "no draw" in error.problem


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_departures_that_are_missing_are_refused(value):
    start, rates, feedback = case()
    paths = departures(rates, feedback, 3)
    paths.capacity[1, 2, 0, 1] = value
    assert refused("MODEL-683", start, rates, paths, feedback).fields == ("capacity",)


def test_places_in_another_order_are_refused():
    start, rates, feedback = case()
    other = replace(start, places=start.places[::-1])
    refused("MODEL-681", other, rates, departures(rates, feedback, 1), feedback)


def test_capacities_of_other_years_are_refused():
    start, rates, feedback = case()
    other = replace(feedback, capacity=feedback.capacity[:3])
    error = refused("MODEL-681", start, rates, departures(rates, feedback, 1), other)
    assert "(3, 2, 4), not (5, 2, 4)" in error.problem


def test_an_unknown_precision_is_refused():
    start, rates, feedback = case()
    refused("MODEL-684", start, rates, departures(rates, feedback, 1), feedback, precision="half")


@pytest.mark.parametrize("weights", [np.ones(AGES), np.full((2, AGES), np.nan)])
def test_a_group_that_is_no_table_of_ages_is_refused(weights):
    start, rates, feedback = case()
    refused("MODEL-686", start, rates, departures(rates, feedback, 1), feedback, groups={"x": weights})


def test_results_that_do_not_fit_into_memory_are_refused_before_anything_is_computed(monkeypatch):
    start, rates, feedback = case()
    paths = departures(rates, feedback, 10)
    size = result_bytes(10, rates, feedback, AGE_GROUPS, "single", True)
    found = project(start, rates, paths, feedback)
    kept = ("persons", "grouped", "births", "deaths", "arrivals", "departures", "immigrants", "emigrants")
    assert size == sum(getattr(found, name).nbytes for name in (*kept, "pressure", "pyramid"))
    monkeypatch.setattr(ensemble_size, "free_bytes", lambda: size)
    error = refused("MODEL-685", start, rates, paths, feedback)
    assert "8 draws at a time" in error.next_step


def test_the_free_memory_of_this_machine_is_read():
    assert 2**26 < free_bytes() < 2**50


def test_a_chunk_stays_in_the_cache_and_holds_one_draw_at_least():
    assert chunk_size(1000, 22, 4) == 8
    assert chunk_size(3, 22, 4) == 3
    assert chunk_size(1000, 22, 8) == 4
    assert chunk_size(1000, 339, 8) == 1


def test_groups_hold_the_ages_that_they_say():
    assert AGE_GROUPS["school"].sum() == 2 * 12
    assert AGE_GROUPS["women_15_49"][1].sum() == 0
    assert np.array_equal(
        sum(AGE_GROUPS[n] for n in ("preschool", "school", "working", "old"))[:, 2:], np.ones((2, AGES - 2))
    )
    assert ages_of(0, 1).sum() == 4
