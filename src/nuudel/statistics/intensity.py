"""How much a country moves: crude migration intensity and Courgeau's k."""

from dataclasses import dataclass
from math import log
from typing import Literal

from numpy.typing import ArrayLike

from nuudel.base.errors import StatisticsError
from nuudel.statistics.flow_tables import FlowsOrMargins, Margins, check_margins, check_total_population

Basis = Literal["table", "in", "out"]


@dataclass(frozen=True)
class Intensity:
    """Migration intensity of a system of places.

    Attributes
    ----------
    moves
        Migrants between the places, T.
    population
        Population at risk, P.
    places
        Number of places, n.
    cmi_percent
        Crude migration intensity, 100 T / P.
    courgeau_k
        CMI / ln n², in percent; comparable between divisions of a country into more or fewer places.
    basis
        What T counts: ``table`` (every flow), ``in`` (in-migrants) or ``out`` (out-migrants).
    """

    moves: float
    population: float
    places: int
    cmi_percent: float
    courgeau_k: float
    basis: Basis


def moves_of(flows: FlowsOrMargins, basis: Literal["in", "out"] | None) -> tuple[float, int, Basis]:
    """Number of migrants, number of places and what was counted."""
    margins = check_margins(flows, "Migration intensity")
    if not isinstance(flows, Margins):
        return margins.national_in, margins.places, "table"
    if basis is None and margins.national_in != margins.national_out:
        raise StatisticsError(
            117,
            f"The in-migrants sum to {margins.national_in:g} and the out-migrants to "
            f"{margins.national_out:g}: two counts of one thing, which are not averaged.",
            "Say basis='in' or basis='out', and state both where they are published.",
            ("basis",),
        )
    moves = margins.national_out if basis == "out" else margins.national_in
    return moves, margins.places, basis or "in"


def migration_intensity(
    flows: FlowsOrMargins, population: ArrayLike, *, basis: Literal["in", "out"] | None = None
) -> Intensity:
    """Crude migration intensity CMI = 100 T / P and Courgeau's k = CMI / ln n².

    Parameters
    ----------
    flows
        Full table ``(n, n)`` or :class:`Margins`, persons.
    population
        Total population at risk (one number), or that of each place, shape ``(n,)``.
    basis
        For margins whose totals differ: which of them is T.

    Raises
    ------
    StatisticsError
        101 to 107; 117 when the margins' totals differ and no basis is given.

    Notes
    -----
    Sources: Rees, Bell, Duke-Williams & Blake (2000), Population Studies 54, 207-222; Courgeau (1973),
    Population 28, 95-129; Bell et al. (2002), J. R. Statist. Soc. A 165, 435-464.
    """
    moves, places, counted = moves_of(flows, basis)
    total = check_total_population(population, places)
    cmi = 100.0 * moves / total
    return Intensity(moves, total, places, cmi, cmi / log(places**2), counted)
