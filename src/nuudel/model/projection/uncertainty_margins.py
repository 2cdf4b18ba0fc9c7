"""What registered margins say of mobility: how readily people moved, which places they left and sought."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack
from nuudel.base.provenance import Caveat, Effect
from nuudel.model.projection.inputs import Array
from nuudel.statistics.internal_migration import InternalMigration, arrange_margins

MARGINS = "internal_migration"
SIDES = ("in_migrants", "out_migrants")
# Balancing two margins of two dozen places settles far sooner; a year that has not is left out.
ROUNDS = 400
SETTLED = 1e-6


@dataclass(frozen=True, eq=False)
class PlaceFactors:
    """Yearly factors of a table of moves with the counted margins; logarithms, NaN where not known.

    Attributes
    ----------
    years
        T.
    places
        R codes.
    mobility
        T: moves per person of the country.
    leaving
        T x R: how much more than other places a place is left.
    pull
        T x R: how much more than other places a place is sought.
    """

    years: NDArray[np.int64]
    places: tuple[str, ...]
    mobility: Array
    leaving: Array
    pull: Array

    def between(self, first: int, last: int) -> "PlaceFactors":
        """Some years, both ends included."""
        keep = (self.years >= first) & (self.years <= last)
        return PlaceFactors(
            self.years[keep], self.places, self.mobility[keep], self.leaving[keep], self.pull[keep]
        )


def margins_of(pack: Pack) -> tuple[InternalMigration, tuple[Caveat, ...]]:
    """The pack's registered margins and their caveats.

    Raises
    ------
    ModelError
        ``MODEL-662``: the pack has no such table.
    """
    if not pack.has(MARGINS):
        raise ModelError(
            662,
            f"Pack {pack.name} has no table {MARGINS}, from which errors of mobility are learnt.",
            "Add in-migrants and out-migrants by place and year to the pack.",
            (MARGINS,),
        )
    table = pack.table(MARGINS)
    arrivals, departures = (
        table.frame.select("year", "place", pl.col(side).alias("persons")) for side in SIDES
    )
    population = pack.table("national_population").frame if pack.has("national_population") else None
    return arrange_margins(arrivals, departures, population, table.caveats), table.caveats


def trusted(internal: InternalMigration, caveats: tuple[Caveat, ...]) -> tuple[Array, Array]:
    """In- and out-margins (T x R) without those that a caveat speaks against.

    A count that is not comparable takes its whole year with it, since a move has two ends; a doubtful one
    is left out where the caveat names places (one that covers all of them would leave nothing).
    """
    tables = {side: getattr(internal, side).copy() for side in SIDES}
    for caveat in caveats:
        if caveat.effect is Effect.NOT_COMPARABLE:
            rows = [caveat.covers(year=int(year)) for year in internal.years]
            for table in tables.values():
                table[rows] = np.nan
        elif caveat.effect is Effect.DOUBTFUL and caveat.places:
            for side, table in tables.items():
                for row, year in enumerate(internal.years):
                    for column, place in enumerate(internal.places):
                        if caveat.covers(column=side, place=place, year=int(year)):
                            table[row, column] = np.nan
    return tables["in_migrants"], tables["out_migrants"]


def place_factors(internal: InternalMigration, caveats: tuple[Caveat, ...]) -> PlaceFactors:
    """Factors of leaving and pull that reproduce each year's margins.

    Moves from o to d are exp(leaving_o + pull_d), nobody moving to the same place (quasi-independence);
    both factors are deviations from their mean, weighted with the place's usual share in the moves. Where
    the two national totals differ, both margins are brought to their geometric mean. A margin that is
    not trusted is filled by the place's usual share for the balancing and has no factor.
    """
    coming, going = trusted(internal, caveats)
    known_in, known_out = np.isfinite(coming) & (coming >= 1), np.isfinite(going) & (going >= 1)
    usable = (known_in.mean(axis=1) > 0.5) & (known_out.mean(axis=1) > 0.5)
    shares_in, shares_out = usual_shares(coming, usable), usual_shares(going, usable)
    coming, going = fill(coming, known_in, shares_in), fill(going, known_out, shares_out)
    total = np.sqrt(coming.sum(axis=1) * going.sum(axis=1))
    leaving, pull = np.full_like(going, np.nan), np.full_like(coming, np.nan)
    for row in np.flatnonzero(usable):
        scaled_in, scaled_out = (side[row] * total[row] / side[row].sum() for side in (coming, going))
        balanced = balance(scaled_out, scaled_in)
        if balanced is not None:
            leaving[row] = balanced[0] - shares_out @ balanced[0]
            pull[row] = balanced[1] - shares_in @ balanced[1]
    leaving[~known_out], pull[~known_in] = np.nan, np.nan
    people = internal.population
    if not np.isfinite(people).any():
        people = np.ones_like(people)
    mobility = np.log(np.where(usable, total, np.nan) / people)
    return PlaceFactors(internal.years.astype(np.int64), internal.places, mobility, leaving, pull)


def usual_shares(margins: Array, usable: NDArray[np.bool_]) -> Array:
    """R shares of the places in all moves of the usable years."""
    means = np.nanmean(np.where(usable[:, None], margins, np.nan), axis=0)
    return np.asarray(means / means.sum())


def fill(margins: Array, known: NDArray[np.bool_], shares: Array) -> Array:
    """Margins whose unknown cells have the place's usual share of the year's total."""
    total = np.where(known, margins, 0.0).sum(axis=1) / np.maximum((known * shares).sum(axis=1), 1e-9)
    return np.where(known, margins, total[:, None] * shares)


def balance(going: Array, coming: Array) -> tuple[Array, Array] | None:
    """Logarithms of R row and R column factors of a table with these margins and an empty diagonal.

    None where no such table exists, or the factors have not settled.
    """
    columns = coming / coming.sum()
    for _ in range(ROUNDS):
        others = columns.sum() - columns
        rows = going / np.where(others > 0, others, np.nan)
        elsewhere = rows.sum() - rows
        columns = coming / np.where(elsewhere > 0, elsewhere, np.nan)
        gap = np.abs(rows * (columns.sum() - columns) - going).max()
        if gap < SETTLED * going.sum():
            return np.log(rows), np.log(columns)
    return None
