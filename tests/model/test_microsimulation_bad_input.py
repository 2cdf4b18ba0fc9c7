"""What a simulation refuses, each with its message."""

from dataclasses import replace

import numpy as np
import pytest

from nuudel.base.errors import ModelError
from nuudel.bench.projection_case import case
from nuudel.model.microsimulation import people
from nuudel.model.microsimulation.simulate import simulate
from nuudel.model.microsimulation.synthetic import synthesize
from nuudel.model.projection.inputs import Paths


def given(years: int = 3) -> dict:
    start, rates, feedback = case(places=3, years=years)
    return {
        "population": synthesize(start, fraction=0.02),
        "rates": rates,
        "paths": Paths.none(rates, feedback),
        "feedback": feedback,
    }


def refused(code: str, message: str, **changed: object) -> None:
    with pytest.raises(ModelError, match=message) as found:
        simulate(**{**given(), **changed})
    assert found.value.code == code
    assert found.value.next_step


def test_other_places_are_named():
    population = given()["population"]
    strange = replace(population, places=("MN100", "MN101", "XX1"))
    refused("MODEL-701", r"different places \(MN102, XX1\)", population=strange)
    turned = replace(population, places=population.places[::-1])
    refused("MODEL-701", "in a different order", population=turned)


def test_another_year():
    refused("MODEL-702", "is of 2019", population=replace(given()["population"], year=2019))


def test_many_paths():
    paths = given()["paths"]
    many = Paths(**{name: np.stack([value] * 4) for name, value in vars(paths).items()})
    refused("MODEL-703", "4 paths", paths=many)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_out_of_range(seed):
    refused("MODEL-704", "seed", seed=seed)


def test_more_individuals_than_memory(monkeypatch):
    monkeypatch.setattr(people, "memory", lambda: 1000)
    refused("MODEL-705", "individuals need")


def test_more_than_one_birth_per_woman_and_year():
    rates = given()["rates"]
    refused("MODEL-706", "children in 2024", rates=replace(rates, bearing=rates.bearing * 40))


def test_more_years_than_cohorts_can_be_told_apart():
    long = given(years=160)
    refused("MODEL-707", "160 years", **long)


def test_more_newcomers_than_memory_was_taken_for_are_not_lost():
    """Immigration far above the first guess, by a departure that the guess does not know."""
    inputs = given()
    paths = inputs["paths"]
    crowd = replace(paths, immigrating=paths.immigrating + 5)
    found = simulate(**{**inputs, "paths": crowd}, seed=1)
    assert found.imbalance() == 0
    assert found.individuals[-1].sum() > 3 * found.individuals[0].sum()
