"""Flow tables, margins, populations and distances as the indicators take them, checked once.

The convention of the room: ``flows[origin, destination]``, shape ``(n, n)``, persons. The diagonal (people
who moved within a place, or stayed) is ignored by every indicator that does not say otherwise. A missing
cell is NaN.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import StatisticsError

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Margins:
    """In- and out-migrants of each place, where the full table is not known.

    Attributes
    ----------
    in_migrants, out_migrants
        Shape ``(n,)``, persons. Their totals need not agree (they do in a full table).
    """

    in_migrants: FloatArray
    out_migrants: FloatArray

    @property
    def places(self) -> int:
        return len(self.in_migrants)

    @property
    def national_in(self) -> float:
        """Sum of the in-migrants, persons."""
        return float(self.in_migrants.sum())

    @property
    def national_out(self) -> float:
        """Sum of the out-migrants, persons."""
        return float(self.out_migrants.sum())

    @property
    def net_migrants(self) -> FloatArray:
        """In- minus out-migrants of each place, shape ``(n,)``."""
        return self.in_migrants - self.out_migrants


FlowsOrMargins = ArrayLike | Margins


def check_numbers(values: ArrayLike, name: str, dimensions: int) -> FloatArray:
    """Finite or NaN, not negative, of so many dimensions; ``STATISTICS-101``, ``STATISTICS-102``."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise StatisticsError(
            102, f"{name} holds something that is no number.", "Give numbers.", (name,)
        ) from None
    if array.ndim != dimensions:
        raise StatisticsError(
            101,
            f"{name} has {array.ndim} dimensions where {dimensions} are needed.",
            "Give an (n, n) table of flows[origin, destination], or vectors of length n.",
            (name,),
        )
    # fmin and fmax pass over NaN, and the comparison with infinity is false for NaN
    if array.size and (np.fmin.reduce(array, axis=None) < 0 or np.fmax.reduce(array, axis=None) == np.inf):
        raise StatisticsError(
            102,
            f"{name} holds a negative or infinite number.",
            "Correct it; give NaN for a missing cell.",
            (name,),
        )
    return array


def refuse_missing(array: FloatArray, name: str) -> None:
    """``STATISTICS-103`` when a number is missing (NaN)."""
    missing = int(np.isnan(array).sum())
    if missing:
        raise StatisticsError(
            103,
            f"{name} has {missing} missing of {array.size} cells.",
            "Fill them from a source, or leave out the places that were not counted.",
            (name,),
        )


def refuse_few(places: int, least: int, what: str) -> None:
    """``STATISTICS-105`` when there are fewer places than the definition needs."""
    if places < least:
        raise StatisticsError(
            105, f"{what} needs at least {least} places, not {places}.", "Use a finer division.", ("flows",)
        )


def check_flows(flows: FlowsOrMargins, what: str = "This indicator") -> FloatArray:
    """A full origin-destination table with its diagonal set to zero, as a copy.

    Returns
    -------
    Array of shape ``(n, n)``.

    Raises
    ------
    StatisticsError
        101 not square, 102 negative or infinite, 103 missing cells off the diagonal, 104 no migrants at all,
        105 fewer than two places, 109 margins given where the full table is needed.
    """
    if isinstance(flows, Margins):
        raise StatisticsError(
            109,
            f"{what} compares single flows, and margins do not hold them.",
            "Give a full origin-destination table, or estimate one and label the result as estimated.",
            ("flows",),
        )
    table = check_numbers(flows, "flows", 2).copy()
    if table.shape[0] != table.shape[1]:
        raise StatisticsError(
            101,
            f"The flow table is {table.shape[0]} x {table.shape[1]}, not square.",
            "Use the same places on both sides.",
        )
    refuse_few(len(table), 2, what)
    np.fill_diagonal(table, 0.0)
    refuse_missing(table, "flows")
    refuse_no_migrants(float(table.sum()))
    return table


def refuse_no_migrants(moves: float) -> None:
    """``STATISTICS-104`` when nobody moved."""
    if moves <= 0:
        raise StatisticsError(
            104,
            "There is not one migrant between the places, so that every share of them is undefined.",
            "Check that the figures were counted; a place that was not counted is NaN, not 0.",
            ("flows",),
        )


def check_margins(flows: FlowsOrMargins, what: str = "This indicator") -> Margins:
    """Margins, as given or of a full table; errors as :func:`check_flows` (107 when lengths differ)."""
    if not isinstance(flows, Margins):
        table = check_flows(flows, what)
        return Margins(in_migrants=table.sum(axis=0), out_migrants=table.sum(axis=1))
    arrivals = check_numbers(flows.in_migrants, "in_migrants", 1)
    departures = check_numbers(flows.out_migrants, "out_migrants", 1)
    refuse_length(departures, "out_migrants", len(arrivals))
    refuse_few(len(arrivals), 2, what)
    refuse_missing(arrivals, "in_migrants")
    refuse_missing(departures, "out_migrants")
    refuse_no_migrants(float(arrivals.sum() + departures.sum()))
    return Margins(in_migrants=arrivals, out_migrants=departures)


def refuse_length(array: FloatArray, name: str, places: int) -> None:
    """``STATISTICS-107`` when a vector is not as long as there are places."""
    if len(array) != places:
        raise StatisticsError(
            107, f"{name} has length {len(array)} for {places} places.", "Give one number per place.", (name,)
        )


def check_population(population: ArrayLike, places: int) -> FloatArray:
    """Population at risk of each place, shape ``(n,)``, all above zero; ``STATISTICS-106``, ``-107``."""
    array = check_numbers(population, "population", 1)
    refuse_length(array, "population", places)
    if not (array > 0).all():
        raise StatisticsError(
            106,
            f"The population is zero or missing in {int((~(array > 0)).sum())} places.",
            "Give the population at risk of each place, or leave the places out.",
            ("population",),
        )
    return array


def check_total_population(population: ArrayLike, places: int) -> float:
    """Total population at risk, from one number or from one per place; ``STATISTICS-106``, ``-107``."""
    array = np.asarray(population, dtype=np.float64)
    if array.ndim == 1:
        return float(check_population(array, places).sum())
    total = float(check_numbers(array, "population", 0))
    if not total > 0:
        raise StatisticsError(
            106, "The population is zero or missing.", "Give the population at risk.", ("population",)
        )
    return total


def check_distances(distances: ArrayLike, places: int) -> FloatArray:
    """Distances between the places in km, shape ``(n, n)``, none missing off the diagonal.

    Zero between two places is allowed here; the distance decay refuses it. ``STATISTICS-108``.
    """
    array = check_numbers(distances, "distances", 2).copy()
    if array.shape != (places, places):
        raise StatisticsError(
            108,
            f"The distances are {array.shape[0]} x {array.shape[1]} for {places} places.",
            "Give one distance for each pair of places.",
            ("distances",),
        )
    np.fill_diagonal(array, 0.0)
    if np.isnan(array).any():
        raise StatisticsError(
            108, "A distance between two places is missing.", "Give all distances.", ("distances",)
        )
    return array


def off_diagonal(table: FloatArray) -> FloatArray:
    """The cells off the diagonal by row, shape ``(n, n - 1)``."""
    n = len(table)
    # in the flat table the diagonal stands at every (n + 1)th place, so it is the last column of this view
    return np.ascontiguousarray(table.ravel()[1:].reshape(n - 1, n + 1)[:, :-1]).reshape(n, n - 1)
