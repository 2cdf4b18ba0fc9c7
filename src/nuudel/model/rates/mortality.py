"""Single-year death rates that reproduce five-year tables, and the probabilities that a projection uses."""

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.projection.inputs import SEXES
from nuudel.model.rates.graduation import smoothest
from nuudel.model.rates.life_table import life_table

Floats = NDArray[np.float64]
# Departures along the Lee-Carter direction within which a life expectancy is looked for: mean death rates
# between 1/20 and 20 times the given ones.
FARTHEST = 3.0
STEPS = 40
CLOSE_ENOUGH = 1e-9


def single_year_death_rates(ages: Floats, grouped: Floats, sex: str) -> Floats:
    """(..., 101) death rates by single years whose life table has the survivors of the abridged one.

    The force of mortality of each group, −log(1 − nqx), is shared out by ``graduation.smoothest``; within
    a single year from age 1 the force is constant, so that it is the death rate. Age 0 and the open
    interval keep their rates.

    Parameters
    ----------
    ages
        Exact ages at which the A groups begin: 0, 1, then any groups; the last one is open.
    grouped
        (..., A) death rates, above 0.
    """
    table = life_table(ages, grouped, sex)
    force = -np.log1p(-table.qx[..., 1:-1])
    single = smoothest(force, ages[1:])
    return np.concatenate([grouped[..., :1], single, grouped[..., -1:]], axis=-1)


def reach_life_expectancy(log_rates: Floats, direction: Floats, goal: Floats) -> Floats:
    """Death rates exp(log_rates + k direction) with the given life expectancies, k found by Newton's method.

    Parameters
    ----------
    log_rates
        T x 2 x N logarithms of single-year death rates from age 0, the last age open.
    direction
        2 x N, on the whole positive.
    goal
        T x 2 years.

    Raises
    ------
    ModelError
        ``MODEL-619``: a life expectancy is out of reach.
    """
    departure = np.zeros(goal.shape)
    for _ in range(STEPS):
        found = expectancies(log_rates, direction, departure)
        if np.all(np.abs(found - goal) < CLOSE_ENOUGH):
            return np.asarray(np.exp(log_rates + departure[..., None] * direction))
        slope = (expectancies(log_rates, direction, departure + 1e-5) - found) / 1e-5
        step = np.divide(goal - found, slope, out=np.full(goal.shape, np.nan), where=slope < 0)
        departure = departure + np.clip(step, -0.5, 0.5)
        if not np.all(np.abs(departure) < FARTHEST):
            break
    farthest = goal.ravel()[np.argmax(np.abs(found - goal))]
    raise ModelError(
        619,
        f"A life expectancy of {farthest:.1f} years cannot be reached from the given rates.",
        "Check the life expectancies and the death rates by age against each other.",
        ("life_expectancy_years",),
    )


def expectancies(log_rates: Floats, direction: Floats, departure: Floats) -> Floats:
    """(..., 2) life expectancies at birth of rates moved by a departure (..., 2)."""
    # Rates beyond any human ones would overflow while the departure is looked for.
    rates = np.exp(np.minimum(log_rates + departure[..., None] * direction, 20))
    ages = np.arange(rates.shape[-1])
    tables = [life_table(ages, rates[..., i, :], sex) for i, sex in enumerate(SEXES)]
    return np.stack([table.life_expectancy for table in tables], axis=-1)


def yearly_probabilities(death_rates: Floats) -> tuple[Floats, Floats]:
    """Probabilities of dying within a year, by completed age at its beginning, and of newborns.

    Persons of completed age x are between two birthdays: those who live are L(x) of the life table at the
    beginning and L(x + 1) at the end, so that they die with 1 − L(x + 1) / L(x). In the open age 100 it is
    1 − T(101) / T(100) at its constant rate m, which is 1 − exp(−m); persons of 99 meet that rate in the
    second part of their year. A newborn dies before the end of the year of birth with 1 − L(0) / l(0).

    Parameters
    ----------
    death_rates
        T x 2 x N by single years of age, the last one open.

    Returns
    -------
    dying, dying_newborn
        T x 2 x N and T x 2.
    """
    ages = np.arange(death_rates.shape[-1])
    dying, newborn = np.empty_like(death_rates), np.empty(death_rates.shape[:-1])
    for i, sex in enumerate(SEXES):
        table = life_table(ages, death_rates[:, i], sex)
        lived = table.Lx.copy()
        # The first year of the open interval, at its constant rate.
        lived[:, -1] *= -np.expm1(-death_rates[:, i, -1])
        dying[:, i, :-1] = 1 - lived[:, 1:] / lived[:, :-1]
        dying[:, i, -1] = -np.expm1(-death_rates[:, i, -1])
        newborn[:, i] = 1 - table.Lx[:, 0]
    return dying, newborn
