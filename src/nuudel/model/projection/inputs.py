"""What a projection starts from: people by place, sex and age, rates that move them, departures from both.

The projection, the microsimulation, the scenarios and the policy search all read these four classes, and
the order of a year is the same for all of them:

1. the pressure on each capacity is read off the people at the beginning of the year (``Feedback``);
2. people die, at the age that they have at the beginning of the year;
3. of the survivors some leave the country, by corridor;
4. of those who stay some leave their place for another, and the place they go to is drawn;
5. immigrants arrive, and everybody is a year older (the open age stays);
6. women bear children where they are now, at the age that they have now;
7. newborns die in their first months, or are of age 0 at the end of the year.

Rates are yearly probabilities. A departure (``Paths``) is added to the logarithm of a rate, so that
draws, scenarios and levers are summed: ``draws + scenario``.
"""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError

SEXES = ("female", "male")
FEMALE, MALE = 0, 1
# The open age interval: 100 and more.
OLDEST = 100
AGES = OLDEST + 1
# A yearly probability of leaving a place never exceeds this, whatever a scenario adds.
MOST_LEAVING = 0.9

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StartingPopulation:
    """People at one moment, by place, sex and single year of age.

    Attributes
    ----------
    year
        The moment is the beginning of this projection year (1 July for United Nations' figures).
    places
        Codes of R places, in the order of the gazetteer.
    persons
        R x 2 x 101 persons (``SEXES`` x completed years, the last one open).
    quality
        ``observed`` or ``estimated``.
    """

    year: int
    places: tuple[str, ...]
    persons: Array
    quality: str

    def __post_init__(self) -> None:
        demand_shape("persons", self.persons, (len(self.places), len(SEXES), AGES))
        demand_range("persons", self.persons, 0, np.inf)


@dataclass(frozen=True, eq=False)
class Rates:
    """Yearly probabilities of R places over T years; ages are those at the beginning of the year.

    Attributes
    ----------
    years
        T; the year at whose beginning each interval starts.
    places
        R codes.
    corridors
        C names of partner countries or groups of them.
    dying
        T x 2 x 101 probability of dying within the year, whole country.
    dying_response
        2 x 101 change in log mortality for a change of one in ``Paths.dying``.
    dying_level
        R multiplier of a place (1 on average).
    dying_newborn
        T x 2 probability that a newborn dies before the end of the year of birth.
    bearing
        T x 101 births per woman and year, by her age at the END of the year, whole country.
    bearing_level
        R multiplier of a place (1 on average).
    boys
        T share of boys among births.
    leaving
        R x 2 x 101 probability of leaving a place for another one.
    leaving_level
        T x R multiplier of ``leaving``.
    going
        R x R share of those who leave a place (row) for each other place (column); the diagonal is 0 and
        rows sum to 1.
    emigrating
        R x 2 x 101 probability of leaving the country, all corridors, at an emigration level of 1.
    emigrating_shares
        C x R share of each corridor in the emigrants of a place; columns sum to 1.
    emigrating_level
        T x C multiplier of each corridor.
    immigrants
        T x C persons a year.
    settling
        C x R share of immigrants who settle in each place; rows sum to 1.
    immigrant_ages
        C x 2 x 101 share of immigrants of each sex and age; sums to 1 for each corridor.
    """

    years: NDArray[np.int64]
    places: tuple[str, ...]
    corridors: tuple[str, ...]
    dying: Array
    dying_response: Array
    dying_level: Array
    dying_newborn: Array
    bearing: Array
    bearing_level: Array
    boys: Array
    leaving: Array
    leaving_level: Array
    going: Array
    emigrating: Array
    emigrating_shares: Array
    emigrating_level: Array
    immigrants: Array
    settling: Array
    immigrant_ages: Array

    def __post_init__(self) -> None:
        t, r, c, cell = self.years.size, len(self.places), len(self.corridors), (len(SEXES), AGES)
        shapes = {
            "dying": (t, *cell),
            "dying_response": cell,
            "dying_level": (r,),
            "dying_newborn": (t, len(SEXES)),
            "bearing": (t, AGES),
            "bearing_level": (r,),
            "boys": (t,),
            "leaving": (r, *cell),
            "leaving_level": (t, r),
            "going": (r, r),
            "emigrating": (r, *cell),
            "emigrating_shares": (c, r),
            "emigrating_level": (t, c),
            "immigrants": (t, c),
            "settling": (c, r),
            "immigrant_ages": (c, *cell),
        }
        for name, shape in shapes.items():
            demand_shape(name, getattr(self, name), shape)
        for name in ("dying", "dying_newborn", "boys", "leaving", "going", "emigrating"):
            demand_range(name, getattr(self, name), 0, 1)
        for name in ("dying_level", "bearing", "bearing_level", "leaving_level", "immigrants", "settling"):
            demand_range(name, getattr(self, name), 0, np.inf)
        if r < 2:
            raise ModelError(
                806,
                "There is only one place, so that nobody can move within the country.",
                "Project two places or more.",
                ("places",),
            )
        demand_sums("going", self.going.sum(axis=1))
        demand_sums("emigrating_shares", self.emigrating_shares.sum(axis=0))
        demand_sums("settling", self.settling.sum(axis=1))
        demand_sums("immigrant_ages", self.immigrant_ages.sum(axis=(1, 2)))
        if np.any(np.diagonal(self.going) != 0):
            raise ModelError(
                803,
                "Some people who leave a place go to the same place.",
                "Put zeros on the diagonal of the destination shares.",
                ("going",),
            )


@dataclass(frozen=True, eq=False)
class Feedback:
    """Capacities that people use, and how moves react when they fill up.

    With u users and k capacity in place r, the pressure is log((u/k) / (u_0/k_0)), against the beginning
    of the projection. It is multiplied by an elasticity and added to the logarithm of the attraction of
    the place (``pull``, negative where crowding keeps people away) and of leaving it (``push``).

    Attributes
    ----------
    names
        F names: ``housing``, ``schools``, ``clinics``, ``jobs``, ``pasture`` …
    users
        F x 2 x 101 weight of a person of each sex and age as a user of the capacity.
    capacity
        T x F x R users for whom there is room.
    pull, push
        F elasticities; 0 keeps a capacity for the record only, without reaction.
    """

    names: tuple[str, ...]
    users: Array
    capacity: Array
    pull: Array
    push: Array

    @classmethod
    def none(cls, rates: Rates) -> Self:
        """No capacity, and no reaction."""
        room = np.ones((rates.years.size, 0, len(rates.places)))
        return cls((), np.zeros((0, len(SEXES), AGES)), room, np.zeros(0), np.zeros(0))

    def __post_init__(self) -> None:
        demand_shape("users", self.users, (len(self.names), len(SEXES), AGES))
        demand_shape("pull", self.pull, (len(self.names),))
        demand_shape("push", self.push, (len(self.names),))
        if not np.all(self.capacity > 0):
            raise ModelError(
                804,
                "A capacity is zero or negative.",
                "Give each place room for at least one user, or leave the capacity out.",
                ("capacity",),
            )


@dataclass(frozen=True, eq=False)
class Paths:
    """Departures from the rates: amounts added to logarithms; one path, or D of them along the first axis.

    Attributes
    ----------
    dying
        (D x) T; multiplied by ``Rates.dying_response``.
    bearing
        (D x) T x R.
    leaving
        (D x) T x R, of the place that is left.
    pull
        (D x) T x R, attraction of the place that people go to. It raises moves to the place; those who
        leave elsewhere become more by its share among their destinations.
    emigrating, immigrating
        (D x) T x C.
    capacity
        (D x) T x F x R.
    """

    dying: Array
    bearing: Array
    leaving: Array
    pull: Array
    emigrating: Array
    immigrating: Array
    capacity: Array

    @classmethod
    def none(cls, rates: Rates, feedback: Feedback) -> Self:
        """No departure at all."""
        t, r, c, f = rates.years.size, len(rates.places), len(rates.corridors), len(feedback.names)
        places, corridors = np.zeros((t, r)), np.zeros((t, c))
        return cls(np.zeros(t), places, places, places, corridors, corridors, np.zeros((t, f, r)))

    def __add__(self, other: Self) -> Self:
        """Both departures together; a single path is added to each of many draws."""
        return type(self)(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})

    @property
    def draws(self) -> int | None:
        """Number of paths, or None for a single one."""
        return len(self.dying) if self.dying.ndim > 1 else None

    def draw(self, index: int) -> Self:
        """One of many paths."""
        return type(self)(**{f.name: getattr(self, f.name)[index] for f in fields(self)})

    def take(self, rows: NDArray[np.intp]) -> Self:
        """Some of many paths."""
        return type(self)(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def demand_shape(name: str, values: Array, shape: tuple[int, ...]) -> None:
    if values.shape != shape:
        raise ModelError(
            801,
            f"{name} has the shape {values.shape}, not {shape}.",
            "Give one value for each year, place, sex and age as the documentation of the class lists them.",
            (name,),
        )


def demand_range(name: str, values: Array, low: float, high: float) -> None:
    if not np.all((values >= low) & (values <= high)):
        raise ModelError(
            802,
            f"{name} has values that are missing or outside {low} to {high}.",
            "Correct the values, or the step that made them.",
            (name,),
        )


def demand_sums(name: str, sums: Array) -> None:
    # Shares that were divided by their sum agree with 1 far closer than this.
    if not np.allclose(sums, 1, atol=1e-9):
        raise ModelError(
            805,
            f"The shares of {name} do not sum to 1.",
            "Divide them by their sum.",
            (name,),
        )
