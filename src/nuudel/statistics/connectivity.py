"""How many of the possible streams exist."""

from dataclasses import dataclass

import numpy as np

from nuudel.statistics.flow_tables import FlowsOrMargins, check_flows


@dataclass(frozen=True)
class Connectivity:
    """Migration connectivity.

    Attributes
    ----------
    share
        Non-zero flows off the diagonal over n (n - 1), 0 to 1.
    streams
        Number of non-zero flows.
    possible
        n (n - 1).
    """

    share: float
    streams: int
    possible: int


def migration_connectivity(flows: FlowsOrMargins) -> Connectivity:
    """Share of the n (n - 1) possible flows between places that are not zero.

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
    Source: Bell et al. (2002), J. R. Statist. Soc. A 165, 435-464, index of migration connectivity.
    """
    table = check_flows(flows, "Connectivity")
    streams = int(np.count_nonzero(table))
    possible = len(table) * (len(table) - 1)
    return Connectivity(streams / possible, streams, possible)
