"""What a forecaster is given: counted margins up to an origin, and nothing after it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import ModelError
from nuudel.base.provenance import Caveat, Effect
from nuudel.statistics.internal_migration import InternalMigration

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
SIDES = ("in", "out")


@dataclass(frozen=True)
class History:
    """Margins of all places by year, both sides beside each other.

    Attributes
    ----------
    years
        Shape (T,), one after the other without a gap.
    places
        n place codes.
    counts
        Shape (T, S) with S = 2n: persons, in-migrants of all places, then out-migrants; NaN = not counted.
    losses
        Shape (T, n): livestock lost, thousand head, NaN where not counted; None where not known at all.
    """

    years: NDArray[np.int_]
    places: tuple[str, ...]
    counts: Floats
    losses: Floats | None = None

    def row(self, year: int) -> int:
        """Row of a year; the year after the last one follows on."""
        return int(year - self.years[0])

    def until(self, year: int) -> "History":
        """The history as it was known at the end of a year: later rows are cut off, not hidden."""
        end = self.row(year) + 1
        losses = None if self.losses is None else self.losses[:end]
        return History(self.years[:end], self.places, self.counts[:end], losses)


def history_of(internal: InternalMigration, losses: ArrayLike | None = None) -> History:
    """Margins and losses as the forecasters take them.

    Parameters
    ----------
    internal
        In- and out-migrants by year and place.
    losses
        Shape (T, n) on the years and places of ``internal``, thousand head; NaN where not counted.

    Raises
    ------
    ModelError
        ``MODEL-501`` a count is negative or infinite; ``MODEL-502`` a year is missing between the first and
        the last; ``MODEL-506`` losses have another shape, or one is negative or infinite.
    """
    counts = np.hstack([internal.in_migrants, internal.out_migrants]).astype(np.float64)
    if np.isinf(counts).any() or (counts < 0).any():
        raise ModelError(
            501,
            "a count of migrants is negative or infinite.",
            "Correct it, or mark it as not counted.",
            ("in_migrants", "out_migrants"),
        )
    if internal.years.size > 1 and (np.diff(internal.years) != 1).any():
        raise ModelError(
            502,
            "the years of the margins do not follow each other without a gap.",
            "Add the missing years, as not counted if need be.",
            ("years",),
        )
    if losses is None:
        return History(internal.years, internal.places, counts)
    lost = np.asarray(losses, dtype=np.float64)
    if lost.shape != internal.in_migrants.shape or np.isinf(lost).any() or (lost < 0).any():
        raise ModelError(
            506,
            "the losses have another shape than the margins, or one is negative or infinite.",
            "Give years x places in the order of the margins, or no losses at all.",
            ("losses",),
        )
    return History(internal.years, internal.places, counts, lost)


def arrange_losses(table: pl.DataFrame, internal: InternalMigration, column: str) -> Floats:
    """A table (columns year, place and ``column``) as an array (T, n) on the years and places of the margins.

    A year and place that the table lacks is NaN.
    """
    found = {(year, place): value for year, place, value in table.select("year", "place", column).rows()}
    rows = [[found.get((int(year), place)) for place in internal.places] for year in internal.years]
    return np.array(rows, dtype=np.float64)


def distorted_cells(internal: InternalMigration, caveats: Sequence[Caveat]) -> Mask:
    """Shape (T, S): counts that a caveat calls *not comparable* with their neighbours.

    They are forecast and scored like all others; scores are reported with and without them.
    """
    covering = [caveat for caveat in caveats if caveat.effect is Effect.NOT_COMPARABLE]
    table = [
        [
            any(c.covers(column=f"{side}_migrants", place=place, year=int(year)) for c in covering)
            for side in SIDES
            for place in internal.places
        ]
        for year in internal.years
    ]
    return np.array(table, dtype=bool)
