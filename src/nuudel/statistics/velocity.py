"""Streams against the size of the places at both ends: migration preference and velocity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nuudel.statistics.flow_tables import FloatArray, FlowsOrMargins, check_flows, check_population


@dataclass(frozen=True)
class Velocity:
    """Preference and velocity of each stream, each of shape ``(n, n)`` with zero on the diagonal.

    Attributes
    ----------
    preference
        m / (T p(i) p(j)) with the shares p of the population: 1 where as many move as the sizes of the two
        places make one expect, when people moved between any two inhabitants alike.
    preference_between
        The same with the expectation spread over the n (n - 1) flows between places only, so that the
        expected flows sum to T.
    velocity
        m P / (P(i) P(j)): out-migrants to j per inhabitant of i, relative to j's share of the population.
    preference_sum, velocity_sum
        Sums over all streams, the one number for a system.
    """

    preference: FloatArray
    preference_between: FloatArray
    velocity: FloatArray
    preference_sum: float
    velocity_sum: float


def migration_velocity(flows: FlowsOrMargins, population: ArrayLike) -> Velocity:
    """Index of preference (Bachi) and of velocity (Bogue, Shryock & Hoermann), with the constant k = 1.

    Parameters
    ----------
    flows
        Full table ``(n, n)``, persons.
    population
        Population of each place, shape ``(n,)``. Velocity takes that at the origin and at the destination
        alike, as Manual VI does.

    Raises
    ------
    StatisticsError
        101 to 107; 109 when only margins are given.

    Notes
    -----
    Source: United Nations (1970), Methods of Measuring Internal Migration, Manual VI, chapter III. The
    manual's k is 100 or 1000 in print; multiply for that.
    """
    table = check_flows(flows, "Preference")
    people = check_population(population, len(table))
    total = people.sum()
    share = people / total
    velocity = table / np.outer(people, share)
    preference = velocity * (total / table.sum())
    between = 1.0 - float((share**2).sum())
    return Velocity(
        preference=preference,
        preference_between=preference * between,
        velocity=velocity,
        preference_sum=float(preference.sum()),
        velocity_sum=float(velocity.sum()),
    )
