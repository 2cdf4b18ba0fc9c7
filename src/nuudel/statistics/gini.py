"""The Gini family of spatial focusing: total, rows, columns, exchange, fields and their weighted means."""

from dataclasses import dataclass

import numpy as np

from nuudel.statistics.flow_tables import FloatArray, FlowsOrMargins, check_flows, off_diagonal


@dataclass(frozen=True)
class GiniFamily:
    """Gini indices of a flow table; 0 no focusing, 1 (corrected) all migrants in one flow.

    Attributes
    ----------
    total
        All pairs of flows, over 2 n (n - 1) T: uncorrected (Plane & Mulligan 1997).
    total_corrected
        The same over 2 (n (n - 1) - 1) T, which can reach 1 (Bell et al. 2002).
    row, column, exchange
        Pairs of one row (destinations chosen by one origin's migrants), of one column, and of opposite
        flows, over 2 n (n - 1) T: parts of ``total``.
    row_percent, column_percent, exchange_percent, other_percent
        Standardised: 100 x the part / ``total``; ``other`` is the rest, so that the four sum to 100. NaN
        when all flows are equal.
    out_field, in_field
        Gini of each place's row and column over 2 (n - 1), shape ``(n,)``: uncorrected. NaN for an empty one.
    out_field_corrected, in_field_corrected
        The same over 2 (n - 2), which can reach 1 (Bell et al. 2002); NaN when n = 2.
    weighted_out, weighted_in, weighted_mean
        Migration-weighted Gini of Bell et al. (2002) of the corrected fields: the out-fields are weighted
        with the place's share of all in-migrants, the in-fields with its share of all out-migrants, and the
        mean over the n places is taken. Empty fields contribute nothing. NaN when n = 2.
    weighted_out_uncorrected, weighted_in_uncorrected, weighted_mean_uncorrected
        The same of the uncorrected fields.
    """

    total: float
    total_corrected: float
    row: float
    column: float
    exchange: float
    row_percent: float
    column_percent: float
    exchange_percent: float
    other_percent: float
    out_field: FloatArray
    in_field: FloatArray
    out_field_corrected: FloatArray
    in_field_corrected: FloatArray
    weighted_out: float
    weighted_in: float
    weighted_mean: float
    weighted_out_uncorrected: float
    weighted_in_uncorrected: float
    weighted_mean_uncorrected: float


def absolute_differences(values: FloatArray) -> FloatArray:
    """Σ_a Σ_b |x_a - x_b| along the last axis, by sorting: 2 Σ_k (2k - N - 1) x_(k).

    ``values`` is overwritten: hand over a copy.
    """
    values.sort(axis=-1)
    values -= values[..., :1].copy()  # so that equal values give exactly zero
    size = values.shape[-1]
    return np.asarray(values @ (2.0 * (2.0 * np.arange(1, size + 1) - size - 1)), dtype=np.float64)


def migration_gini(flows: FlowsOrMargins) -> GiniFamily:
    """All Gini indices of a flow table in O(n² log n).

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
    Sources: Plane & Mulligan (1997), Demography 34, 251-262; Bell et al. (2002), J. R. Statist. Soc. A 165,
    435-464.
    """
    table = check_flows(flows, "The Gini index")
    n, moves = len(table), float(table.sum())
    cells = off_diagonal(table)
    by_row = absolute_differences(cells.copy())
    by_column = absolute_differences(off_diagonal(np.ascontiguousarray(table.T)))
    all_pairs = float(absolute_differences(cells.reshape(-1)))
    parts = np.array([by_row.sum(), by_column.sum(), np.abs(table - table.T).sum()])
    percents = 100.0 * parts / all_pairs if all_pairs > 0 else np.full(3, np.nan)
    departures, arrivals = table.sum(axis=1), table.sum(axis=0)
    out_field, out_corrected = field_gini(by_row, departures)
    in_field, in_corrected = field_gini(by_column, arrivals)
    weighted_out, weighted_in = (
        weighted_field(out_corrected, arrivals),
        weighted_field(in_corrected, departures),
    )
    plain_out, plain_in = weighted_field(out_field, arrivals), weighted_field(in_field, departures)
    scale = 2.0 * n * (n - 1) * moves
    return GiniFamily(
        total=all_pairs / scale,
        total_corrected=all_pairs / (2.0 * (n * (n - 1) - 1) * moves),
        row=float(parts[0]) / scale,
        column=float(parts[1]) / scale,
        exchange=float(parts[2]) / scale,
        row_percent=float(percents[0]),
        column_percent=float(percents[1]),
        exchange_percent=float(percents[2]),
        other_percent=float(100.0 - percents.sum()),
        out_field=out_field,
        in_field=in_field,
        out_field_corrected=out_corrected,
        in_field_corrected=in_corrected,
        weighted_out=weighted_out,
        weighted_in=weighted_in,
        weighted_mean=(weighted_out + weighted_in) / 2.0,
        weighted_out_uncorrected=plain_out,
        weighted_in_uncorrected=plain_in,
        weighted_mean_uncorrected=(plain_out + plain_in) / 2.0,
    )


def field_gini(differences: FloatArray, migrants: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gini of each place's field, uncorrected and corrected, each ``(n,)``; NaN where it is undefined."""
    n = len(migrants)
    relative = np.full(n, np.nan)
    np.divide(differences, 2.0 * migrants, out=relative, where=migrants > 0)
    corrected = relative / (n - 2) if n > 2 else np.full(n, np.nan)
    return relative / (n - 1), corrected


def weighted_field(field: FloatArray, opposite: FloatArray) -> float:
    """Σ_i G_i w_i / n with the shares ``w`` of the opposite margin, as Bell et al. (2002) weight it."""
    if len(field) == 2 and np.isnan(field).all():
        return float("nan")
    return float(np.nansum(field * opposite) / opposite.sum() / len(field))
