"""What migration does to the map of settlement: effectiveness and the aggregate net migration rate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nuudel.statistics.flow_tables import (
    FloatArray,
    FlowsOrMargins,
    check_margins,
    check_total_population,
)


@dataclass(frozen=True)
class Effectiveness:
    """Migration effectiveness.

    Attributes
    ----------
    mei_percent
        Migration effectiveness index of the system, 0 (all streams balanced) to 100 (all one-way).
    by_place_percent
        100 (I - O) / (I + O) of each place, shape ``(n,)``: net migrants per 100 who moved in or out. NaN
        for a place that nobody entered or left.
    """

    mei_percent: float
    by_place_percent: FloatArray


def migration_effectiveness(flows: FlowsOrMargins) -> Effectiveness:
    """MEI = 100 Σ|I - O| / Σ(I + O), and 100 (I - O) / (I + O) of each place.

    Parameters
    ----------
    flows
        Full table ``(n, n)`` or :class:`Margins`, persons.

    Raises
    ------
    StatisticsError
        101 to 107.

    Notes
    -----
    Sources: Shryock & Siegel (1976), The Methods and Materials of Demography; Bell et al. (2002), J. R.
    Statist. Soc. A 165, 435-464.
    """
    margins = check_margins(flows, "Migration effectiveness")
    net, turnover = margins.net_migrants, margins.in_migrants + margins.out_migrants
    return Effectiveness(
        mei_percent=float(100.0 * np.abs(net).sum() / turnover.sum()),
        by_place_percent=net_per_100_moves(margins.in_migrants, margins.out_migrants),
    )


def net_per_100_moves(in_migrants: FloatArray, out_migrants: FloatArray) -> FloatArray:
    """100 (I - O) / (I + O), of the shape of the arguments; NaN where a count is missing or nobody moved."""
    turnover = in_migrants + out_migrants
    share = np.full(turnover.shape, np.nan)
    np.divide(100.0 * (in_migrants - out_migrants), turnover, out=share, where=turnover > 0)
    return share


@dataclass(frozen=True)
class NetRedistribution:
    """Aggregate net migration rate.

    Attributes
    ----------
    anmr_percent
        100 · ½ Σ|I - O| / P: net shifts per 100 inhabitants.
    redistributed
        ½ Σ|I - O|, persons.
    population
        Population at risk, P.
    """

    anmr_percent: float
    redistributed: float
    population: float


def aggregate_net_migration(flows: FlowsOrMargins, population: ArrayLike) -> NetRedistribution:
    """ANMR = 100 · ½ Σ|I - O| / P, which equals CMI · MEI / 100 in a full table.

    Parameters
    ----------
    flows
        Full table ``(n, n)`` or :class:`Margins`, persons.
    population
        Total population at risk, or that of each place, shape ``(n,)``.

    Raises
    ------
    StatisticsError
        101 to 107.

    Notes
    -----
    Source: Bell et al. (2002), J. R. Statist. Soc. A 165, 435-464. From margins whose national totals differ
    the identity holds with the mean of the two intensities.
    """
    margins = check_margins(flows, "The aggregate net migration rate")
    total = check_total_population(population, margins.places)
    redistributed = float(np.abs(margins.net_migrants).sum()) / 2.0
    return NetRedistribution(100.0 * redistributed / total, redistributed, total)
