"""Mongolia's individuals, from the reconstructed starting population and rates of the pack."""

from dataclasses import replace

import numpy as np
import pytest

from nuudel.base.packs import load_pack
from nuudel.model.baseline.reconstruct import reconstruct
from nuudel.model.microsimulation.fit import synthetic_fit
from nuudel.model.microsimulation.simulate import simulate
from nuudel.model.microsimulation.synthetic import synthesize
from nuudel.model.projection.accounts import account
from nuudel.model.projection.inputs import AGES, Feedback, Paths


@pytest.fixture(scope="module")
def mongolia():
    found = reconstruct(load_pack("mongolia"), None)
    years = found.rates.years.size
    empty = np.ones((years, 0, len(found.rates.places)))
    return found, Feedback((), np.zeros((0, 2, AGES)), empty, np.zeros(0), np.zeros(0))


def test_a_tenth_of_mongolia_grows_like_its_projection(mongolia):
    found, feedback = mongolia
    paths = Paths.none(found.rates, feedback)
    population = synthesize(found.start, fraction=0.1, seed=1)
    runs = [simulate(population, found.rates, paths, feedback, seed=seed) for seed in range(12)]
    exact = replace(found.start, persons=population.counts() * population.weight)
    expected = account(exact, found.rates, paths, feedback).persons.sum(axis=(2, 3))
    persons = np.stack([each.persons for each in runs])
    error = persons.std(axis=0, ddof=1) / np.sqrt(len(runs))
    # Twelve seeds: Student's t with 11 degrees of freedom, for 22 places in three years.
    for year in (5, 15, 30):
        z = (persons.mean(axis=0) - expected)[year] / error[year]
        assert np.abs(z).max() < 6
        assert np.mean(z**2) < 3
    assert persons.sum(axis=2).mean(axis=0)[30] == pytest.approx(expected.sum(axis=1)[30], rel=0.003)


def test_households_of_mongolia_are_plausible(mongolia):
    found, _ = mongolia
    fit = synthetic_fit(synthesize(found.start, seed=1), found.start)
    print(fit.margins, fit.mean_household, fit.living_alone, fit.children_with_parents)
    assert fit.standardised_error < 0.001
    assert fit.margins["largest_z"].max() < 1
    assert fit.mean_household == pytest.approx(3.5, abs=0.05)
    assert 0.1 < fit.living_alone < 0.25
    assert fit.children_with_parents > 0.999
