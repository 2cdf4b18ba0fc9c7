"""Factors of leaving and pull: by hand, and those of Mongolia's register."""

import numpy as np
import pytest

from nuudel.base.errors import ModelError
from nuudel.base.packs import load_pack
from nuudel.model.projection.uncertainty_margins import balance, margins_of, place_factors, trusted


@pytest.fixture(scope="module")
def registered():
    return margins_of(load_pack("mongolia"))


def test_factors_of_a_table_are_found_again():
    rows, columns = np.array([1.0, 2.0, 3.0]), np.array([5.0, 1.0, 2.0])
    table = np.outer(rows, columns) * (1 - np.eye(3))
    found = balance(table.sum(axis=1), table.sum(axis=0))
    assert found is not None
    again = np.exp(found[0][:, None] + found[1]) * (1 - np.eye(3))
    assert again == pytest.approx(table, rel=1e-4)


def test_margins_that_no_table_has_are_not_balanced():
    """Nine of ten moves go to the first place, but half of them left it."""
    assert balance(np.array([50.0, 25.0, 25.0]), np.array([90.0, 5.0, 5.0])) is None


def test_years_of_the_ban_and_places_not_counted_are_not_trusted(registered):
    internal, caveats = registered
    coming, going = trusted(internal, caveats)
    ban = (internal.years >= 2017) & (internal.years <= 2019)
    assert np.isnan(coming[ban]).all()
    assert np.isnan(going[ban]).all()
    assert np.isfinite(going[internal.years == 2016]).all()
    assert np.isnan(going[internal.years == 2006, internal.column("MN42")]).all()
    ulgii = coming[:, internal.column("MN83")]
    assert np.isnan(ulgii[(internal.years >= 2002) & (internal.years <= 2007)]).all()


def test_factors_reproduce_a_trusted_year(registered):
    internal, caveats = registered
    found = place_factors(internal, caveats)
    at = int(np.flatnonzero(found.years == 2021)[0])
    table = np.exp(found.leaving[at][:, None] + found.pull[at]) * (1 - np.eye(22))
    share_out, share_in = (table.sum(axis=a) / table.sum() for a in (1, 0))
    assert share_out == pytest.approx(internal.out_migrants[at] / internal.out_migrants[at].sum(), rel=1e-3)
    assert share_in == pytest.approx(internal.in_migrants[at] / internal.in_migrants[at].sum(), rel=1e-3)
    assert np.exp(found.mobility[at]) == pytest.approx(44023 / 3393455)


def test_what_is_not_known_has_no_factor(registered):
    found = place_factors(*registered)
    assert np.isnan(found.mobility[(found.years >= 2017) & (found.years <= 2019)]).all()
    assert np.isnan(found.pull[found.years == 2002, found.places.index("MN83")]).all()
    assert np.isfinite(found.pull[found.years == 2002, found.places.index("MN11")]).all()
    # From 2003 to 2005 arrivals are doubtful in all places but the capital: there is nothing to balance.
    assert np.isnan(found.leaving[found.years == 2004]).all()


def test_later_and_earlier_years_are_left_out(registered):
    then = place_factors(*registered).between(1990, 2009)
    assert (then.years[0], then.years[-1]) == (1990, 2009)
    assert then.leaving.shape == (20, 22)


def test_a_pack_without_registered_margins_is_told_so():
    with pytest.raises(ModelError, match="MODEL-662"):
        margins_of(load_pack("usa"))
