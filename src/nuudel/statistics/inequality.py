"""How far the flows are from an expected distribution over the streams."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from nuudel.base.errors import StatisticsError
from nuudel.statistics.flow_tables import FloatArray, FlowsOrMargins, check_flows, check_population

Expectation = Literal["equal", "population", "margins"]


@dataclass(frozen=True)
class Inequality:
    """Migration inequality.

    Attributes
    ----------
    index
        ½ Σ|m / T - expected share|, 0 (as expected) to 1.
    expected_share
        Expected share of each flow, shape ``(n, n)``, zero on the diagonal, summing to 1.
    expectation
        Which expectation it is.
    """

    index: float
    expected_share: FloatArray
    expectation: Expectation


def migration_inequality(
    flows: FlowsOrMargins, expectation: Expectation = "equal", population: ArrayLike | None = None
) -> Inequality:
    """Half the sum of absolute differences between observed and expected shares of the flows.

    Parameters
    ----------
    flows
        Full table ``(n, n)``, persons.
    expectation
        ``equal``: every flow has the share 1 / n (n - 1). ``population``: shares proportional to
        P(origin) · P(destination). ``margins``: the out-migrants of each place are spread over the others in
        proportion to their in-migrants.
    population
        Population of each place, shape ``(n,)``; for ``population`` only.

    Raises
    ------
    StatisticsError
        101 to 107; 109 when only margins are given, or no population for ``population``.

    Notes
    -----
    Source: Bell et al. (2002), J. R. Statist. Soc. A 165, 435-464, index of migration inequality.
    """
    table = check_flows(flows, "Inequality")
    if expectation == "equal":
        weights = np.ones_like(table)
    elif expectation == "population":
        if population is None:
            raise StatisticsError(
                109,
                "The expectation by population needs the population of each place.",
                "Give it.",
                ("population",),
            )
        people = check_population(population, len(table))
        weights = np.outer(people, people)
    elif expectation == "margins":
        weights = weights_by_margins(table)
    else:
        raise StatisticsError(
            116,
            f"There is no expectation {expectation!r}.",
            "Use 'equal', 'population' or 'margins'.",
            ("expectation",),
        )
    np.fill_diagonal(weights, 0.0)
    expected = weights / weights.sum()
    index = float(np.abs(table / table.sum() - expected).sum()) / 2.0
    return Inequality(index, expected, expectation)


def weights_by_margins(table: FloatArray) -> FloatArray:
    """Each origin's out-migrants spread over the other places by their in-migrants, shape ``(n, n)``."""
    departures, arrivals = table.sum(axis=1), table.sum(axis=0)
    elsewhere = arrivals.sum() - arrivals
    # a place with out-migrants always has in-migrants elsewhere
    share = np.divide(departures, elsewhere, out=np.zeros_like(departures), where=departures > 0)
    return np.outer(share, arrivals)
