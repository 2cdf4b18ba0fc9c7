"""What the benchmark compares is the same work, and its operations are counted right."""

import pytest

from nuudel.bench.projection import inputs, operations, paths_of, products
from nuudel.bench.projection_numpy import numpy_project
from nuudel.model.projection.ensemble import AGE_GROUPS, project


@pytest.mark.parametrize("chunk", [1, 3])
def test_the_rival_does_the_same_arithmetic(chunk):
    start, rates, paths, feedback = given = inputs(4, 5, 4)
    found, ours = numpy_project(start, rates, paths, feedback, AGE_GROUPS, chunk), project(*given)
    for name, values in found.items():
        assert values == pytest.approx(getattr(ours, name), rel=2e-5, abs=2e-6), name


def test_operations_are_counted_by_cell_and_year():
    given = inputs(4, 5, 3)
    cells = 4 * 202 * 5 * 3
    assert products(given) == 2 * cells * (4 + 9 + 1)
    assert operations(given) - products(given) == 28 * cells
    assert paths_of(given[2], 2).draws == 2
