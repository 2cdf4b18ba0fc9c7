"""The kernel's derivatives, by which the policy search looks for its way."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nuudel.model.projection.ensemble import AGE_GROUPS
from nuudel.model.projection.kernel import departures_of, ground_of, simulate

from .projection_cases import case, departures


def objective(remat: bool):
    """The largest place's share at the end, the mean of three draws, by what is added to the pull."""
    start, rates, feedback = case(3, 3)
    ground, yearly = ground_of(start, rates, feedback, AGE_GROUPS, np.float64)
    given = departures_of(departures(rates, feedback, 3), np.float64)

    def value(added):
        moved = given._replace(pull=given.pull + added[0], leaving=given.leaving + added[1])
        sums = simulate(ground, yearly, moved, ages=False, remat=remat)
        return (sums.persons[:, -1, 0] / sums.persons[:, -1].sum(axis=1)).mean() + 1e-3 * sums.pressure.mean()

    return value, np.random.default_rng(1).normal(0, 0.1, (2, 3, 3))


def gradient(remat: bool):
    value, at = objective(remat)
    with jax.enable_x64(True):
        return np.asarray(jax.jit(jax.grad(value))(jnp.asarray(at)))


@pytest.fixture(scope="module")
def kept():
    return gradient(remat=False)


def test_the_gradient_is_the_slope_in_every_direction(kept):
    value, at = objective(remat=False)
    with jax.enable_x64(True):
        calculate = jax.jit(value)
        for index in np.ndindex(2, 3, 3):
            step = np.zeros_like(at)
            step[index] = 1e-5
            slope = (calculate(at + step) - calculate(at - step)) / 2e-5
            assert kept[index] == pytest.approx(float(slope), rel=1e-5, abs=1e-10)
    assert (np.abs(kept) > 1e-6).all()


def test_computing_the_years_again_gives_the_same_gradient(kept):
    assert gradient(remat=True) == pytest.approx(kept, rel=1e-12)
