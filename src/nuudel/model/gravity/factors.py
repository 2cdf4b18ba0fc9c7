"""Factors of places by year: fitted where they were observed, per head where they were not."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.gravity.protocol import (
    Floats,
    Indices,
    covariate,
    positions,
)
from nuudel.model.panel import Codes, FlowPanel

Side = Literal["year", "origin", "destination"]


def side_places(panel: FlowPanel, side: Side) -> tuple[tuple[str, ...], Codes]:
    """Names of the places of a side and the number of each cell's place; years have one nameless place."""
    if side == "origin":
        return panel.origins, panel.origin
    if side == "destination":
        return panel.destinations, panel.destination
    return ("",), np.zeros(panel.flow.shape, dtype=np.int32)


def side_groups(panel: FlowPanel, side: Side) -> Indices:
    """Shape (N,): number of each cell's place and year."""
    names, codes = side_places(panel, side)
    return panel.period.astype(np.int64) * len(names) + codes


def side_size(panel: FlowPanel, side: Side) -> int:
    """Number of places and years of a side."""
    return len(panel.periods) * len(side_places(panel, side)[0])


@dataclass(frozen=True)
class YearlyFactors:
    """A factor of each place in each known year; years not known take the last one known before.

    Attributes
    ----------
    places
        Names, n of them.
    years
        Known years, T of them, ascending.
    values
        Shape (T, n); NaN where a place was not observed in a year.
    """

    places: tuple[str, ...]
    years: tuple[int, ...]
    values: Floats

    def at(self, places: tuple[str, ...], place: Codes, years: tuple[int, ...], period: Codes) -> Floats:
        """The factor of each cell, shape (N,); NaN for a place that was never observed.

        A year before the first known one of a place gets the first one.
        """
        filled = carried_forward(carried_forward(self.values)[::-1])[::-1]
        row = np.clip(np.searchsorted(self.years, years, side="right") - 1, 0, None)
        column = positions(places, self.places)
        found = filled[row[period], np.maximum(column, 0)[place]]
        return np.where(column[place] >= 0, found, np.nan)


def carried_forward(values: Floats) -> Floats:
    """Each NaN of (T, n) becomes the last value before it in its column, where there is one."""
    known = ~np.isnan(values)
    last = np.maximum.accumulate(np.where(known, np.arange(len(values))[:, None], 0), axis=0)
    return np.take_along_axis(values, last, axis=0)


@dataclass(frozen=True)
class PlaceFactors:
    """The factors of one side of a model.

    Attributes
    ----------
    side
        ``year``, ``origin`` or ``destination``.
    factors
        By place and year.
    mass
        Covariate to which the factor of a place never observed is proportional; None where there is none.
    per_head
        Factor per unit of that mass by year.
    """

    side: Side
    factors: YearlyFactors
    mass: str | None
    per_head: YearlyFactors | None

    def at(self, cells: FlowPanel) -> Floats:
        """The factor of each cell, shape (N,).

        Raises
        ------
        ModelError
            ``MODEL-201``; ``MODEL-203``: a place was never observed and the model has no mass for it.
        """
        names, codes = side_places(cells, self.side)
        values = self.factors.at(names, codes, cells.periods, cells.period)
        unknown = np.isnan(values)
        if not unknown.any():
            return values
        if self.mass is None or self.per_head is None:
            raise ModelError(
                203,
                f"the {self.side} of {int(unknown.sum())} cells was never observed, and has no mass.",
                "Name a mass for such places, or leave those cells out.",
                (self.side,),
            )
        nameless = side_places(cells, "year")
        rate = self.per_head.at(*nameless, cells.periods, cells.period)
        return np.where(unknown, rate * covariate(cells, self.mass), values)


def place_factors(
    panel: FlowPanel, side: Side, factors: Floats, *, rest: Floats, mass: str | None
) -> PlaceFactors:
    """Factors of a side as fitted on a panel.

    Parameters
    ----------
    panel
        The known cells.
    side, mass
        As in ``PlaceFactors``.
    factors
        Shape (periods × places,).
    rest
        Shape (N,): expected flow of each cell without the factor of this side. The factor per head is the one
        with which mass × rest adds up to the persons of a year.
    """
    names = side_places(panel, side)[0]
    years = len(panel.periods)
    by_year = YearlyFactors(names, panel.periods, factors.reshape(years, len(names)))
    if mass is None or side == "year":
        return PlaceFactors(side, by_year, None, None)
    moved = np.bincount(panel.period, panel.flow, years)
    exposed = np.bincount(panel.period, covariate(panel, mass) * rest, years)
    rates = np.divide(moved, exposed, out=np.full(years, np.nan), where=exposed > 0)
    return PlaceFactors(side, by_year, mass, YearlyFactors(("",), panel.periods, rates[:, None]))
