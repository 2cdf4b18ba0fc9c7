"""What indicators are computed from, and each family's result, computed once for all that read it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from nuudel.base.errors import StatisticsError
from nuudel.statistics.age_profile import AgeProfile, age_profile
from nuudel.statistics.components import GrowthComponents
from nuudel.statistics.connectivity import Connectivity, migration_connectivity
from nuudel.statistics.distance import MigrationDistance, migration_distance
from nuudel.statistics.distance_decay import DistanceDecay, distance_decay
from nuudel.statistics.effectiveness import (
    Effectiveness,
    NetRedistribution,
    aggregate_net_migration,
    migration_effectiveness,
)
from nuudel.statistics.flow_tables import FlowsOrMargins
from nuudel.statistics.gini import GiniFamily, migration_gini
from nuudel.statistics.inequality import Expectation, Inequality, migration_inequality
from nuudel.statistics.intensity import Intensity, migration_intensity
from nuudel.statistics.periods import LifetimeMigration, lifetime_migration
from nuudel.statistics.rates import Rates, migration_rates
from nuudel.statistics.reverse import ReverseMigration, reverse_migration
from nuudel.statistics.variation import Variation, migration_variation
from nuudel.statistics.velocity import Velocity, migration_velocity


def lacking(what: str) -> StatisticsError:
    return StatisticsError(109, f"The indicator needs {what}, which is not given.", "Give it.", (what,))


@dataclass(frozen=True)
class IndicatorInputs:
    """All that may be given; an indicator says what it needs of it. Shapes as in the families' functions.

    Attributes
    ----------
    flows
        Full table ``(n, n)`` or :class:`~nuudel.statistics.flow_tables.Margins`, persons.
    population
        Of each place ``(n,)``, or of the country where that suffices.
    distances
        Km, ``(n, n)``.
    capital
        Index of the capital.
    countryside
        Whether each place is countryside, ``(n,)``.
    ages, age_intensities
        Ages and migrants per person and year, ``(a,)``.
    birthplaces
        residents[birthplace, residence], ``(n, n)``, persons.
    components
        A growth account.
    basis
        For margins whose totals differ: which of them the intensity counts.
    """

    flows: FlowsOrMargins | None = None
    population: ArrayLike | None = None
    distances: ArrayLike | None = None
    capital: int | None = None
    countryside: ArrayLike | None = None
    ages: ArrayLike | None = None
    age_intensities: ArrayLike | None = None
    birthplaces: ArrayLike | None = None
    components: GrowthComponents | None = None
    basis: Literal["in", "out"] | None = None

    @property
    def moves(self) -> FlowsOrMargins:
        if self.flows is None:
            raise lacking("flows")
        return self.flows

    @property
    def people(self) -> ArrayLike:
        if self.population is None:
            raise lacking("population")
        return self.population

    @property
    def people_by_place(self) -> ArrayLike:
        if self.population is not None and np.ndim(self.population) == 0:
            raise lacking("population of each place")
        return self.people

    @property
    def km(self) -> ArrayLike:
        if self.distances is None:
            raise lacking("distances")
        return self.distances

    @cached_property
    def rates(self) -> Rates:
        return migration_rates(self.moves, self.people_by_place)

    @cached_property
    def intensity(self) -> Intensity:
        return migration_intensity(self.moves, self.people, basis=self.basis)

    @cached_property
    def effectiveness(self) -> Effectiveness:
        return migration_effectiveness(self.moves)

    @cached_property
    def redistribution(self) -> NetRedistribution:
        return aggregate_net_migration(self.moves, self.people)

    @cached_property
    def connectivity(self) -> Connectivity:
        return migration_connectivity(self.moves)

    def inequality(self, expectation: Expectation) -> Inequality:
        population = self.people_by_place if expectation == "population" else None
        return migration_inequality(self.moves, expectation, population)

    @cached_property
    def gini(self) -> GiniFamily:
        return migration_gini(self.moves)

    @cached_property
    def variation(self) -> Variation:
        return migration_variation(self.moves)

    @cached_property
    def velocity(self) -> Velocity:
        return migration_velocity(self.moves, self.people_by_place)

    @cached_property
    def distance(self) -> MigrationDistance:
        return migration_distance(self.moves, self.km)

    @cached_property
    def decay(self) -> DistanceDecay:
        return distance_decay(self.moves, self.km)

    @cached_property
    def decay_unconstrained(self) -> DistanceDecay:
        return distance_decay(self.moves, self.km, constraint="none", population=self.people_by_place)

    @cached_property
    def reverse(self) -> ReverseMigration:
        if self.capital is None:
            raise lacking("capital")
        return reverse_migration(self.moves, self.capital)

    @cached_property
    def reverse_to_countryside(self) -> ReverseMigration:
        if self.capital is None or self.countryside is None:
            raise lacking("capital" if self.capital is None else "countryside")
        return reverse_migration(self.moves, self.capital, self.countryside)

    @cached_property
    def age(self) -> AgeProfile:
        if self.ages is None or self.age_intensities is None:
            raise lacking("ages" if self.ages is None else "age_intensities")
        return age_profile(self.ages, self.age_intensities)

    @cached_property
    def lifetime(self) -> LifetimeMigration:
        if self.birthplaces is None:
            raise lacking("birthplaces")
        return lifetime_migration(self.birthplaces)

    @property
    def growth(self) -> GrowthComponents:
        if self.components is None:
            raise lacking("components")
        return self.components
