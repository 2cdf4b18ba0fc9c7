"""Fertility by single years of age from shares of five-year groups."""

import numpy as np
from numpy.typing import NDArray

from nuudel.model.rates.graduation import smoothest

Floats = NDArray[np.float64]


def single_year_shares(ages: Floats, shares: Floats) -> Floats:
    """Share of each single year in total fertility, from the shares of equal age groups.

    Parameters
    ----------
    ages
        Ages at which the A groups begin, at equal distances; the last group is as wide as the others.
    shares
        (..., A) positive shares in any unit.

    Returns
    -------
    array
        (..., ages) that sum to 1; within each group they sum to its share.

    Raises
    ------
    ModelError
        ``MODEL-614``, ``MODEL-615``, ``MODEL-616`` of ``graduation.smoothest``.
    """
    edges = np.append(ages, 2 * ages[-1] - ages[-2])
    return smoothest(shares / shares.sum(axis=-1, keepdims=True), edges)


def births_by_age_at_year_end(rates: Floats) -> Floats:
    """Births of a year per woman of each completed age at its end.

    She was of that age for half of the year on average, and a year younger in the other half, so that her
    births are the mean of the two rates. Over all ages they sum to total fertility, if nobody gives birth at
    the last age.

    Parameters
    ----------
    rates
        (..., N) births per woman and year by her age at the birth.
    """
    result = rates / 2
    result[..., 1:] += rates[..., :-1] / 2
    return np.asarray(result)
