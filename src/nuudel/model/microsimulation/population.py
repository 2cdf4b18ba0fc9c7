"""A synthetic population: one row per individual who could exist, none of whom does."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.model.projection.inputs import AGES, SEXES

# Individuals are numbered with 32 bits, and one number is kept free.
MOST_INDIVIDUALS = 2**32 - 1
QUALITY = "synthetic"


@dataclass(frozen=True, eq=False)
class Population:
    """Individuals of one moment, n rows; the row number is the individual's number.

    Attributes
    ----------
    year
        The beginning of the first projection year.
    places
        R codes.
    place
        (n,) index into ``places``.
    sex
        (n,) index into ``inputs.SEXES``.
    age
        (n,) completed years, 100 is open.
    household
        (n,) number of the household, 0 to ``households`` - 1; its members live in one place.
    with_parents
        (n,) lives in a household of the parents' generation.
    education
        (n,) index into ``levels``, or empty (0,) where no table told of education.
    levels
        Names of the levels of education; empty where not known.
    fraction
        Share of the people that is here; an individual stands for 1 / fraction persons.
    seed
        Of the draws that made it.
    sources
        What it was made from.
    quality
        Always ``synthetic``.
    """

    year: int
    places: tuple[str, ...]
    place: NDArray[np.uint16]
    sex: NDArray[np.uint8]
    age: NDArray[np.uint8]
    household: NDArray[np.uint32]
    with_parents: NDArray[np.bool_]
    education: NDArray[np.uint8]
    levels: tuple[str, ...]
    fraction: float
    seed: int
    sources: tuple[str, ...]
    quality: str = QUALITY

    def __len__(self) -> int:
        return int(self.place.size)

    @property
    def weight(self) -> float:
        """Persons for whom one individual stands."""
        return 1 / self.fraction

    @property
    def households(self) -> int:
        """Number of households."""
        return int(self.household.max()) + 1 if len(self) else 0

    def counts(self) -> NDArray[np.int64]:
        """R x 2 x 101 individuals."""
        from nuudel.model.microsimulation.counting import count_cells

        counts = np.zeros((len(self.places), len(SEXES), AGES), np.int64)
        count_cells(self.place, self.sex, self.age, counts)
        return counts

    def to_frame(self) -> pl.DataFrame:
        """One row per individual: place, sex, age, household, with_parents and, where known, education."""
        columns: dict[str, object] = {
            "place": named(self.place, self.places),
            "sex": named(self.sex, SEXES),
            "age": self.age,
            "household": self.household,
            "with_parents": self.with_parents,
        }
        if self.levels:
            columns["education"] = named(self.education, self.levels)
        return pl.DataFrame(columns)


def named(index: NDArray[np.unsignedinteger], names: tuple[str, ...]) -> pl.Series:
    """The names of an index, kept as codes."""
    return pl.Series(names, dtype=pl.Enum(names)).gather(index.astype(np.uint32))
