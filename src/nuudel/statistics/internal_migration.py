"""A country's internal migration over the years, read off counted margins: who came, who left, how much.

In-margins and out-margins are two series. They are shown beside each other and never added or averaged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import StatisticsError
from nuudel.base.provenance import Caveat, Effect
from nuudel.statistics.series import MarginSeries, margin_series

Values = NDArray[np.float64]


@dataclass(frozen=True)
class InternalMigration:
    """Margins of all places by year; NaN where a place was not counted.

    Attributes
    ----------
    years : (T,) int
    places : n place codes
    in_migrants, out_migrants : (T, n) persons a year
    population : (T,) persons in the middle of the year, NaN where unknown
    """

    years: NDArray[np.int_]
    places: tuple[str, ...]
    in_migrants: Values
    out_migrants: Values
    population: Values

    @cached_property
    def series(self) -> MarginSeries:
        """The indicators that margins give, by year and place."""
        return margin_series(self.years, self.in_migrants, self.out_migrants, self.population)

    def at(self, year: int) -> int:
        """Row of a year."""
        return int(np.flatnonzero(self.years == year)[0])

    def column(self, place: str) -> int:
        """Column of a place."""
        return self.places.index(place)

    def window(self, first: int, last: int, place: str, side: str) -> Values:
        """The values of one place from ``first`` to ``last`` (inclusive); side "in" or "out"."""
        table = self.in_migrants if side == "in" else self.out_migrants
        rows = (self.years >= first) & (self.years <= last)
        values: Values = table[rows, self.column(place)]
        return values


def arrange_margins(
    arrivals: pl.DataFrame,
    departures: pl.DataFrame,
    population: pl.DataFrame | None,
    caveats: Sequence[Caveat],
) -> InternalMigration:
    """Arrange two margins (columns year, place, persons) and a population (year, population) as arrays.

    Values that a caveat of the effect *missing* covers (columns ``in_migrants``, ``out_migrants``) become
    NaN: a printed zero that stands for "not counted" is no zero.

    Raises
    ------
    StatisticsError
        ``STATISTICS-401``: the two margins do not cover the same places and years; ``STATISTICS-402``:
        nobody moved at all.
    """
    if set(arrivals.select("year", "place").rows()) != set(departures.select("year", "place").rows()):
        raise StatisticsError(
            401,
            "in-migrants and out-migrants do not cover the same places and years.",
            "Give both margins for each place and year.",
        )
    if not arrivals["persons"].sum() and not departures["persons"].sum():
        raise StatisticsError(402, "nobody moved in any place and year.", "Check that moves were counted.")
    years = arrivals["year"].unique().sort().to_list()
    places = tuple(arrivals["place"].unique().sort().to_list())

    def table(margin: pl.DataFrame, column: str) -> Values:
        values = np.full((len(years), len(places)), np.nan)
        for year, place, persons in margin.select("year", "place", "persons").iter_rows():
            covering = (c for c in caveats if c.effect is Effect.MISSING)
            if not any(c.covers(column=column, place=place, year=year) for c in covering):
                values[years.index(year), places.index(place)] = persons
        return values

    people = dict(population.select("year", "population").iter_rows()) if population is not None else {}
    return InternalMigration(
        years=np.array(years),
        places=places,
        in_migrants=table(arrivals, "in_migrants"),
        out_migrants=table(departures, "out_migrants"),
        population=np.array([people.get(year, np.nan) for year in years], dtype=float),
    )
