"""In-, out-, net and gross migration rates of each place."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from nuudel.statistics.flow_tables import FloatArray, FlowsOrMargins, check_margins, check_population

PER_1000 = 1000.0


@dataclass(frozen=True)
class Rates:
    """Rates per 1000 of the population at risk of the place, each of shape ``(n,)``."""

    in_per_1000: FloatArray
    out_per_1000: FloatArray
    net_per_1000: FloatArray
    gross_per_1000: FloatArray


def migration_rates(flows: FlowsOrMargins, population: ArrayLike) -> Rates:
    """In, out, net (in - out) and gross (in + out) migrants per 1000 inhabitants.

    Parameters
    ----------
    flows
        Full table ``(n, n)``, persons, or :class:`Margins`.
    population
        Population at risk of each place, shape ``(n,)``; the mid-period population for yearly flows.

    Raises
    ------
    StatisticsError
        101 to 107.

    Notes
    -----
    Source: United Nations (1970), Methods of Measuring Internal Migration, Manual VI, chapter III. The
    in-rate is no probability: the people at risk of coming in live elsewhere.
    """
    margins = check_margins(flows, "A migration rate")
    people = check_population(population, margins.places)
    arrivals = PER_1000 * margins.in_migrants / people
    departures = PER_1000 * margins.out_migrants / people
    return Rates(arrivals, departures, arrivals - departures, arrivals + departures)
