"""People by unit, sex and single age: the register's shares, raked to the country's total."""

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.baseline.tables import Country
from nuudel.model.projection.inputs import AGES, SEXES, Array

SWEEPS = 2000
TOLERANCE = 1e-12


def age_profiles(country: Country) -> Array:
    """S x G shares of the age groups; a unit without its own row has that of the rest of its place."""
    missing = np.isnan(country.grouped[:, 0])
    known = np.where(missing[:, None], 0.0, country.grouped)
    of_place, of_all = country.add_up(known), known.sum(axis=0)
    of_place = np.where(of_place.sum(axis=1, keepdims=True) > 0, of_place, of_all)
    filled = np.where(missing[:, None], of_place[country.parent], known)
    shares: Array = filled / filled.sum(axis=1, keepdims=True)
    return shares


def unit_population(country: Country, nation: Array, totals: Array) -> Array:
    """People of all units by sex and single age.

    The seed has each unit's share of every age group; within a group, sexes and single ages are those of the
    country. Raking (iterative proportional fitting, Deming & Stephan 1940) then meets the unit's total and
    the country's number in each sex and age.

    Parameters
    ----------
    nation
        2 x 101 persons.
    totals
        S relative sizes of the units.

    Returns
    -------
    array
        S x 2 x 101 persons; sums over units are ``nation``.
    """
    group = group_of_ages(country.group_starts)
    by_group = np.zeros(len(country.group_starts))
    np.add.at(by_group, group, nation.sum(axis=0))
    within = nation / by_group[group]
    seed = age_profiles(country)[:, None, group] * within
    return rake(seed, totals * (nation.sum() / totals.sum()), nation)


def group_of_ages(starts: tuple[int, ...]) -> NDArray[np.int64]:
    """The group of each single age."""
    return np.searchsorted(np.array(starts), np.arange(AGES), side="right") - 1


def rake(seed: Array, totals: Array, cells: Array) -> Array:
    """S x 2 x 101 persons with the seed's odds ratios, S totals and 2 x 101 sums.

    Raises
    ------
    ModelError
        ``MODEL-645``: totals and sums are not met.
    """
    table = seed.reshape(len(seed), -1).copy()
    goal = cells.reshape(-1)
    for _ in range(SWEEPS):
        table *= (totals / table.sum(axis=1))[:, None]
        sums = table.sum(axis=0)
        off = np.abs(sums - goal).max()
        table *= goal / sums
        if off <= TOLERANCE * goal.sum():
            return table.reshape(-1, len(SEXES), AGES)
    raise ModelError(
        645,
        "The population by age of the units cannot be brought to the totals of the country.",
        f"Look for a unit or an age group without people in the pack ({SWEEPS} sweeps were made).",
        ("resident_population",),
    )
