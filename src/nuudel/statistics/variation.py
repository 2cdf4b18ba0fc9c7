"""Spatial focus as variation between flows: coefficients of variation and their aggregates."""

from dataclasses import dataclass

import numpy as np

from nuudel.statistics.flow_tables import FloatArray, FlowsOrMargins, check_flows, off_diagonal


@dataclass(frozen=True)
class Variation:
    """Coefficients of variation: standard deviation (over the number of cells, not one less) over mean.

    Attributes
    ----------
    flows
        Of all n (n - 1) flows.
    in_by_place, out_by_place
        Of the n - 1 flows into, and out of, each place, shape ``(n,)``. NaN for a place without any.
    aggregate_in, aggregate_out
        Means of those, weighted with the place's share of all in-, or out-migrants.
    aggregate
        Sum of the two: the system's aggregate coefficient of variation.
    """

    flows: float
    in_by_place: FloatArray
    out_by_place: FloatArray
    aggregate_in: float
    aggregate_out: float
    aggregate: float


def migration_variation(flows: FlowsOrMargins) -> Variation:
    """Coefficient of variation of the flows, of each place's, and the aggregates.

    Parameters
    ----------
    flows
        Full table ``(n, n)``, persons.

    Raises
    ------
    StatisticsError
        101 to 105; 109 when only margins are given.

    Notes
    -----
    Sources: Rogers & Raymer (1998), International Journal of Population Geography 4, 63-80; Rogers & Sweeney
    (1998), The Professional Geographer 50, 232-242.
    """
    table = check_flows(flows, "The coefficient of variation")
    by_origin = off_diagonal(table)
    by_destination = off_diagonal(np.ascontiguousarray(table.T))
    out_cv, in_cv = relative_spread(by_origin), relative_spread(by_destination)
    moves = table.sum()
    aggregate_out = float(np.nansum(out_cv * table.sum(axis=1)) / moves)
    aggregate_in = float(np.nansum(in_cv * table.sum(axis=0)) / moves)
    return Variation(
        flows=float(by_origin.std() / by_origin.mean()),
        in_by_place=in_cv,
        out_by_place=out_cv,
        aggregate_in=aggregate_in,
        aggregate_out=aggregate_out,
        aggregate=aggregate_in + aggregate_out,
    )


def relative_spread(cells: FloatArray) -> FloatArray:
    """Standard deviation over mean of each row, shape ``(n,)``; NaN for a row of zeros."""
    means = cells.mean(axis=1)
    spread = np.full(len(cells), np.nan)
    np.divide(cells.std(axis=1), means, out=spread, where=means > 0)
    return spread
