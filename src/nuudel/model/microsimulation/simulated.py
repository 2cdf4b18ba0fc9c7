"""What a microsimulation counted: individuals by place, sex and age, and every event that happened."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.model.projection.accounts import Accounts, largest_imbalance
from nuudel.model.projection.inputs import SEXES

Counts = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Simulated:
    """Counts of individuals over T years; each stands for ``weight`` persons. Flows are by the age at the
    beginning of the year, as in ``projection.accounts.Accounts``.

    Attributes
    ----------
    years
        T + 1, of the stocks.
    places, corridors
        R and C names.
    individuals
        T+1 x R x 2 x 101 stocks of individuals.
    births, newborn_deaths
        T x R x 2.
    deaths, emigrants, immigrants, departures, arrivals
        T x R x 2 x 101; departures and arrivals are moves within the country.
    moves
        T x R x R from each place (row) to each other place.
    emigrants_to, immigrants_from
        T x C by corridor.
    left_home
        T x R individuals who left their parents' household without leaving the place.
    pressure
        T x F x R logarithm of crowding against the beginning.
    weight
        Persons for whom one individual stands: 1 / fraction.
    seed
        Of the random numbers; the same seed means the same draws for the same person in any scenario.
    quality
        Always ``synthetic``: no individual here exists.
    """

    years: NDArray[np.int64]
    places: tuple[str, ...]
    corridors: tuple[str, ...]
    individuals: Counts
    births: Counts
    newborn_deaths: Counts
    deaths: Counts
    emigrants: Counts
    immigrants: Counts
    departures: Counts
    arrivals: Counts
    moves: Counts
    emigrants_to: Counts
    immigrants_from: Counts
    left_home: Counts
    pressure: Floats
    weight: float
    seed: int
    quality: str

    @property
    def persons(self) -> Floats:
        """T+1 x R persons: individuals times weight."""
        total: Floats = self.individuals.sum(axis=(2, 3)) * self.weight
        return total

    def share(self, place: str) -> Floats:
        """Share of a place in the country's people, T+1."""
        persons = self.persons
        part: Floats = persons[:, self.places.index(place)] / persons.sum(axis=1)
        return part

    def imbalance(self) -> int:
        """The largest |opening + births - deaths + in - out - closing| of any cell, individuals: zero."""
        return int(largest_imbalance(self.individuals, self))

    def accounts(self) -> Accounts:
        """The same counts in persons, in the class of the projection, for comparison cell by cell."""
        counted = (
            "births",
            "newborn_deaths",
            "deaths",
            "emigrants",
            "immigrants",
            "departures",
            "arrivals",
            "moves",
            "emigrants_to",
            "immigrants_from",
        )
        return Accounts(
            years=self.years,
            places=self.places,
            corridors=self.corridors,
            persons=self.individuals.astype(np.float64) * self.weight,
            pressure=self.pressure,
            **{name: getattr(self, name) * self.weight for name in counted},
        )

    def to_frame(self) -> pl.DataFrame:
        """Stocks as a table: year, place, sex, age, persons, quality; empty cells are left out."""
        year, place, sex, age = np.nonzero(self.individuals)
        return pl.DataFrame(
            {
                "year": self.years[year],
                "place": np.array(self.places)[place],
                "sex": np.array(SEXES)[sex],
                "age": age.astype(np.int16),
                "persons": self.individuals[year, place, sex, age] * self.weight,
            }
        ).with_columns(pl.lit(self.quality).alias("quality"))
