"""What is read off an ensemble."""

import numpy as np
import pytest

from nuudel.base.errors import ModelError
from nuudel.base.results import read_result, write_result
from nuudel.model.projection.ensemble import project
from nuudel.model.projection.result import Projection

from .projection_cases import case, departures


@pytest.fixture(scope="module")
def projected():
    start, rates, feedback = case()
    paths = departures(rates, feedback, 20)
    return project(start, rates, paths, feedback, precision="double", quality="synthetic")


def test_quantiles_are_those_of_the_draws(projected):
    found = projected.quantiles("school", (0.1, 0.5))
    draws = np.sort(projected.grouped[:, 3, projected.groups.index("school"), 2])
    assert found.shape == (2, 6, 4)
    assert found[1, 3, 2] == pytest.approx((draws[9] + draws[10]) / 2)
    assert found[0, 3, 2] == pytest.approx(draws[1] + 0.9 * (draws[2] - draws[1]))


def test_shares_of_all_places_sum_to_one(projected):
    total = sum(projected.share(place) for place in projected.places)
    assert total == pytest.approx(np.ones((20, 6)))
    assert projected.share("MN101")[4, 2] == pytest.approx(
        projected.persons[4, 2, 1] / projected.persons[4, 2].sum()
    )


def test_what_the_country_gains_is_births_less_deaths_and_net_international_migration(projected):
    change = np.diff(projected.country("persons"), axis=1)
    gained = (
        projected.country("births") - projected.country("deaths") + projected.country("net_international")
    )
    assert change == pytest.approx(gained)


def test_the_table_has_each_quantile_with_its_quality(projected):
    frame = projected.to_frame("net_internal", "housing", levels=(0.1, 0.9))
    assert frame.height == 2 * 2 * 5 * 4
    assert set(frame["quality"]) == {"synthetic"}
    row = frame.filter(name="net_internal", place="MN102", year=2026, level=0.9).row(0, named=True)
    assert row["value"] == pytest.approx(projected.quantiles("net_internal", (0.9,))[0, 2, 2])


def test_a_kept_projection_is_read_back(projected, tmp_path):
    for kept in (projected, project_without_pyramid()):
        write_result(kept, tmp_path / "kept")
        found = read_result(Projection, tmp_path / "kept")
        assert found.places == kept.places
        assert np.array_equal(found.grouped, kept.grouped)
        assert found.grouped.dtype == kept.grouped.dtype
        assert (found.pyramid is None) == (kept.pyramid is None)


def project_without_pyramid():
    start, rates, feedback = case()
    return project(start, rates, departures(rates, feedback, 2), feedback, ages=False)


def test_names_that_it_does_not_have_are_refused_with_the_nearest(projected):
    with pytest.raises(ModelError, match=r"MODEL-688.*deaths"):
        projected.values("death")
    with pytest.raises(ModelError, match=r"MODEL-687.*MN101"):
        projected.share("MN1O1")
    with pytest.raises(ModelError, match="MODEL-689"):
        projected.country("housing")
