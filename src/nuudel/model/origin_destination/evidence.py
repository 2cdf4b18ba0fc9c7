"""Countries whose full tables are known, and what is known of places without any flow between them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import ModelError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
FEWEST_PLACES = 5
"""A doubly constrained fit of fewer places leaves hardly a cell to learn from."""


@dataclass(frozen=True)
class Geography:
    """What is known of a country's n places without any flow between two of them.

    Attributes
    ----------
    places
        n place codes.
    distances
        Shape (n, n), km, symmetric, above 0 off the diagonal.
    contiguity
        Shape (n, n): whether two places share a border.
    opportunities
        Shape (n,): each place's share of all in-migrants.
    sizes
        Shape (n,): logarithm of the geometric mean of in- and out-migrants, with mean 0 over the places.
    """

    places: tuple[str, ...]
    distances: Floats
    contiguity: Flags
    opportunities: Floats
    sizes: Floats


@dataclass(frozen=True)
class CountryEvidence:
    """One country's full tables.

    Attributes
    ----------
    country
        Its name, e.g. that of its pack.
    years
        T years.
    flows
        Shape (T, n, n): persons from row to column; the diagonal is 0.
    """

    country: str
    geography: Geography
    years: tuple[int, ...]
    flows: Floats

    @property
    def average(self) -> Floats:
        """Shape (n, n): flows of an average year."""
        mean: Floats = self.flows.mean(axis=0)
        return mean


def geography(
    places: Sequence[str],
    distances: ArrayLike,
    contiguity: ArrayLike | None,
    departures: ArrayLike,
    arrivals: ArrayLike,
) -> Geography:
    """Places with their distances, borders and sizes.

    Parameters
    ----------
    places
        n place codes.
    distances
        Shape (n, n), km.
    contiguity
        Shape (n, n); without it, places count as neighbours where no third place lies within the circle whose
        diameter joins them (Gabriel & Sokal 1969, Systematic Zoology 18).
    departures, arrivals
        Shape (n,): out- and in-migrants of an average year, as measures of size.

    Raises
    ------
    ModelError
        ``MODEL-301``: shapes differ, distances are not symmetric or not above 0, fewer than five places, or
        nobody arrives.
    """
    km = np.array(distances, dtype=np.float64)
    out, arrived = np.asarray(departures, dtype=np.float64), np.asarray(arrivals, dtype=np.float64)
    n = len(places)
    off = ~np.eye(n, dtype=bool)
    fits = km.shape == (n, n) and out.shape == arrived.shape == (n,) and n >= FEWEST_PLACES
    if not fits or not (np.allclose(km, km.T) and (km[off] > 0).all() and arrived.sum() > 0):
        raise ModelError(
            301,
            f"places do not fit: at least {FEWEST_PLACES} are needed, with symmetric distances above 0 and "
            "the in- and out-migrants of each.",
            "Give distances in km between all places, and both margins.",
            ("distances", "places"),
        )
    borders: Flags = gabriel_graph(km) if contiguity is None else np.array(contiguity, dtype=np.bool_)
    if borders.shape != (n, n) or (borders != borders.T).any():
        raise ModelError(
            301, "contiguity is not a symmetric table of the places.", "Correct it.", ("contiguity",)
        )
    np.fill_diagonal(km, 0.0)
    np.fill_diagonal(borders, False)
    logs = (np.log(np.maximum(out, 1.0)) + np.log(np.maximum(arrived, 1.0))) / 2
    return Geography(tuple(places), km, borders, arrived / arrived.sum(), logs - logs.mean())


def gabriel_graph(distances: Floats) -> Flags:
    """Pairs with no third place inside the circle over their connecting line, shape (n, n)."""
    squared = distances**2
    # the third place k on the last axis; i and j themselves give exactly the squared distance
    through = squared[:, None, :] + squared[None, :, :]
    blocked = (through < squared[:, :, None] * (1 - 1e-12)).any(axis=2)
    near: Flags = np.logical_not(blocked)
    np.fill_diagonal(near, False)
    return near


def country_evidence(
    country: str, flows: pl.DataFrame, *, borders: pl.DataFrame | None = None
) -> CountryEvidence:
    """Evidence from a pack's tables.

    Parameters
    ----------
    country
        Name by which reports call it.
    flows
        Columns ``year``, ``origin``, ``destination``, ``migrants``, ``distance_km``: one row for each ordered
        pair of different places and year, as the table ``migration_flows`` of a pack.
    borders
        Columns ``place``, ``neighbour``, one row for each border, as the table ``neighbours`` of a pack.

    Raises
    ------
    ModelError
        ``MODEL-301`` as in ``geography``; ``MODEL-302`` a pair of places has no flow in some year, or a row
        twice; ``MODEL-303`` nobody moved in some year, or a place has no arrivals or departures at all.
    """
    rows = flows.filter(pl.col("origin") != pl.col("destination"))
    places = sorted(set(rows["origin"]) | set(rows["destination"]))
    years = tuple(int(year) for year in rows["year"].unique().sort())
    at = {place: i for i, place in enumerate(places)}
    table = np.full((len(years), len(places), len(places)), np.nan)
    km = np.zeros((len(places), len(places)))
    for year, origin, destination, migrants, distance in rows.select(
        "year", "origin", "destination", "migrants", "distance_km"
    ).iter_rows():
        table[years.index(year), at[origin], at[destination]] = migrants
        km[at[origin], at[destination]] = distance
    off = ~np.eye(len(places), dtype=bool)
    if rows.height != table[:, off].size or np.isnan(table[:, off]).any():
        raise ModelError(
            302,
            f"the flows of {country} lack some pairs of places, or hold some twice.",
            "Give one row for each ordered pair and year; where nobody moved, write 0.",
            ("flows",),
        )
    table[:, ~off] = 0.0
    departures, arrivals = table.mean(axis=0).sum(axis=1), table.mean(axis=0).sum(axis=0)
    if not (table.sum(axis=(1, 2)) > 0).all() or min(departures.min(), arrivals.min()) <= 0:
        raise ModelError(
            303,
            f"in {country} nobody moved in some year, or nobody ever left or reached some place.",
            "Leave out that year or place.",
            ("flows",),
        )
    contiguity = None
    if borders is not None:
        contiguity = np.zeros((len(places), len(places)), dtype=np.bool_)
        for place, neighbour in borders.select("place", "neighbour").iter_rows():
            if place in at and neighbour in at:
                contiguity[at[place], at[neighbour]] = contiguity[at[neighbour], at[place]] = True
    return CountryEvidence(country, geography(places, km, contiguity, departures, arrivals), years, table)
