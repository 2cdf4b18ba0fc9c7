"""Assumptions about who lives with whom; no table of the pack tells, so that households are synthetic."""

from dataclasses import dataclass, field

import numpy as np

from nuudel.model.microsimulation.leaving_home import LEAVING_HOME
from nuudel.model.projection.inputs import AGES, FEMALE, MALE, SEXES, Array


def living_with_parents(leaving_home: Array) -> Array:
    """2 x 101 share who live with their parents, if everybody left home at these yearly probabilities."""
    stayed = np.cumprod(1 - leaving_home, axis=1)
    share = np.ones_like(stayed)
    share[:, 1:] = stayed[:, :-1]
    return share


def living_in_couples() -> Array:
    """2 x 101 share in a couple of those who do not live with their parents.

    Rising from 18 to 27, then level, then falling as partners die; women lose a partner earlier.
    """
    ages = np.arange(AGES)
    share = np.zeros((len(SEXES), AGES))
    for sex, widowed in ((FEMALE, 66), (MALE, 80)):
        formed = 0.6 + 0.35 * np.clip((ages - 17) / 10, 0, 1)
        share[sex] = formed / (1 + np.exp((ages - widowed) / 7))
    return share


def mothers_ages() -> Array:
    """101 shares of mothers' ages when their children were born: normal around 27.5, from 16 to 45."""
    ages = np.arange(AGES)
    share = np.exp(-0.5 * ((ages - 27.5) / 5.5) ** 2) * ((ages >= 16) & (ages <= 45))
    shares: Array = share / share.sum()
    return shares


@dataclass(frozen=True, eq=False)
class HouseholdAssumptions:
    """What households are formed from.

    Attributes
    ----------
    mean_size
        Persons per household that is aimed at.
    with_parents
        2 x 101 share who live with their parents.
    in_couples
        2 x 101 share in a couple of the others.
    mothers
        101 shares of mothers' ages at a birth.
    """

    mean_size: float = 3.5
    with_parents: Array = field(default_factory=lambda: living_with_parents(LEAVING_HOME))
    in_couples: Array = field(default_factory=living_in_couples)
    mothers: Array = field(default_factory=mothers_ages)
