"""Livestock losses by place and year, in the unit in which their effect is told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.determinants.place_panel import by_year_and_place

Floats = NDArray[np.float64]
LOSSES, HERD = "adult_losses_thousand_head", "livestock_head"


@dataclass(frozen=True)
class Exposure:
    """What struck each place in each year; T years, n places.

    Attributes
    ----------
    name
        ``million_head`` or ``tenth_of_herd``.
    unit
        One unit of it in words.
    years : (T,) consecutive
    places : n codes
    values : (T, n) units; NaN where not known
    """

    name: str
    unit: str
    years: NDArray[np.int_]
    places: tuple[str, ...]
    values: Floats

    def lag(self, lag: int, years: Sequence[int], only: Collection[int] | None = None) -> Floats:
        """Exposure ``lag`` years before each of ``years`` (after, where negative), shape (years, n).

        NaN where that year is not known. With ``only``, the exposure of all other years is 0.
        """
        found = np.full((len(years), len(self.places)), np.nan)
        for row, year in enumerate(years):
            source = year - lag
            if only is not None and source not in only:
                found[row] = 0.0
            elif self.years[0] <= source <= self.years[-1]:
                found[row] = self.values[source - self.years[0]]
        return found


def by_head(losses: pl.DataFrame, places: Sequence[str]) -> Exposure:
    """Adult animals lost, million head, from a table with year, place and ``adult_losses_thousand_head``.

    Errors ``MODEL-411``, ``MODEL-412`` as in ``by_year_and_place``.
    """
    years = every_year(losses)
    values = by_year_and_place(losses, LOSSES, years, places) / 1000
    return Exposure("million_head", "one million adult animals lost", np.array(years), tuple(places), values)


def by_herd(losses: pl.DataFrame, herds: pl.DataFrame, places: Sequence[str]) -> Exposure:
    """Adult animals lost as tenths of the herd, the mean of the years in which it is known.

    The herd of the year itself would be the better measure; where only later herds are known, the exposure
    stands for how large a loss was for the place, not for the true share that died.

    Raises
    ------
    ModelError
        ``MODEL-411``, ``MODEL-412`` as in ``by_year_and_place``; ``MODEL-416``: a place's herd is not known
        or 0.
    """
    head = by_head(losses, places)
    years = herds["year"].unique().to_list()
    known = by_year_and_place(herds, HERD, years, places)
    counted = np.isfinite(known)
    herd = np.where(counted, known, 0.0).sum(axis=0) / np.maximum(counted.sum(axis=0), 1)
    if not (herd > 0).all():
        lacking = [place for place, animals in zip(places, herd, strict=True) if not animals > 0]
        raise ModelError(
            416,
            f"the herd of {lacking[0]} is not known in any year, or is 0.",
            "Add it, or use losses by head.",
            (HERD,),
        )
    tenths = head.values * 1e6 / (herd / 10)
    return Exposure("tenth_of_herd", "losses of a tenth of the herd", head.years, head.places, tenths)


def every_year(table: pl.DataFrame) -> list[int]:
    """All years from the first to the last of a table."""
    if "year" not in table.columns or table.is_empty():
        raise ModelError(
            411, "the table has no column 'year', or no row.", "Give a table by year and place.", ("year",)
        )
    years = table["year"].to_numpy()
    return list(range(int(years.min()), int(years.max()) + 1))
