import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from nuudel.base.errors import PlacesError
from nuudel.places.distances import EARTH_RADIUS_KM, great_circle

points = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def test_a_quarter_and_half_of_the_earth():
    table = great_circle([0, 90, 0], [0, 0, 180])
    quarter = math.pi / 2 * EARTH_RADIUS_KM
    # Rounding of the arcsine near one: a millimetre.
    assert table == pytest.approx(
        np.array([[0, quarter, 2 * quarter], [quarter, 0, quarter], [2 * quarter, quarter, 0]]), abs=1e-6
    )


def test_one_degree_of_latitude():
    assert great_circle([46.5], [103.0], [47.5], [103.0])[0, 0] == pytest.approx(111.1951, abs=1e-4)


def test_all_units_against_the_sphere_of_proj(gazetteer):
    codes = [unit.code for unit in gazetteer.units("soum")]
    lat, lon = gazetteer.coordinates(codes)
    table = great_circle(lat, lon)
    assert table.shape == (339, 339)
    assert np.all(np.diag(table) == 0)
    assert np.array_equal(table, table.T)
    sphere = Geod(a=EARTH_RADIUS_KM * 1000, b=EARTH_RADIUS_KM * 1000)
    a, b = np.meshgrid(np.arange(len(codes)), np.arange(len(codes)), indexing="ij")
    _, _, metres = sphere.inv(lon[a.ravel()], lat[a.ravel()], lon[b.ravel()], lat[b.ravel()])
    assert table.ravel() == pytest.approx(np.asarray(metres) / 1000, abs=1e-6)


@given(points, points, points)
def test_it_is_a_metric(a, b, c):
    lat, lon = zip(a, b, c, strict=True)
    table = great_circle(lat, lon)
    assert np.all(table >= 0)
    assert np.all(table <= math.pi * EARTH_RADIUS_KM + 1e-9)
    assert table == pytest.approx(table.T)
    # Near antipodes the haversine loses half of the digits: a metre.
    assert table[0, 2] <= table[0, 1] + table[1, 2] + 1e-3


def test_between_two_sets_the_shape_is_n_by_m():
    assert great_circle([1, 2, 3], [4, 5, 6], [7, 8], [9, 10]).shape == (3, 2)


@pytest.mark.parametrize(
    "ends",
    [([91], [0]), ([0], [361]), ([float("nan")], [0]), ([0, 1], [0]), ([[0]], [[0]]), ([0], [0], [1], None)],
)
def test_bad_coordinates_are_refused(ends):
    with pytest.raises(PlacesError, match="PLACES-115"):
        great_circle(*ends)
