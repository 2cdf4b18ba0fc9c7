"""Reverse migration: out of the capital, and to the countryside where the data tell it apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nuudel.base.errors import StatisticsError
from nuudel.statistics.flow_tables import FlowsOrMargins, check_flows, check_margins


@dataclass(frozen=True)
class ReverseMigration:
    """Migration out of, and into, the capital.

    Attributes
    ----------
    out_of_capital, into_capital
        Persons. Not of one count where they come from margins: both are as the source states them for the
        capital.
    balance
        Into minus out of the capital, persons.
    reverse_per_100
        Moves out of the capital per 100 into it; NaN when nobody moved in.
    share_of_in_percent, share_of_out_percent
        The capital's share of all in-migrants, and of all out-migrants.
    to_countryside
        Persons from the capital to places classed as countryside; None where the data do not tell.
    to_countryside_percent
        The same per 100 who left the capital; None where the data do not tell, NaN when nobody left.
    """

    out_of_capital: float
    into_capital: float
    balance: float
    reverse_per_100: float
    share_of_in_percent: float
    share_of_out_percent: float
    to_countryside: float | None
    to_countryside_percent: float | None


def reverse_migration(
    flows: FlowsOrMargins, capital: int, countryside: ArrayLike | None = None
) -> ReverseMigration:
    """Moves from the capital to elsewhere, and among them those to the countryside.

    Parameters
    ----------
    flows
        Full table ``(n, n)`` or :class:`Margins`, persons. Margins suffice for what leaves the capital, not
        for where it goes.
    capital
        Index of the capital among the places.
    countryside
        For each place as a destination whether it is countryside, booleans of shape ``(n,)`` (for example
        soums that are not aimag centres). Without it the two last figures are None: a move from the capital
        to an aimag may end in its centre, which is a town.

    Raises
    ------
    StatisticsError
        101 to 107; 109 when ``countryside`` is given with margins; 119 when the capital is not among the
        places.
    """
    margins = check_margins(flows, "Reverse migration")
    n = margins.places
    if not 0 <= capital < n:
        raise StatisticsError(
            119,
            f"The capital's index {capital} is not among the {n} places.",
            "Give 0 to n - 1.",
            ("capital",),
        )
    out, into = float(margins.out_migrants[capital]), float(margins.in_migrants[capital])
    rural: float | None = None
    if countryside is not None:
        rural = float(
            check_flows(flows, "The destination of reverse migration")[capital] @ rural_mask(countryside, n)
        )
    return ReverseMigration(
        out_of_capital=out,
        into_capital=into,
        balance=into - out,
        reverse_per_100=percent(out, into),
        share_of_in_percent=percent(into, margins.national_in),
        share_of_out_percent=percent(out, margins.national_out),
        to_countryside=rural,
        to_countryside_percent=None if rural is None else percent(rural, out),
    )


def percent(part: float, whole: float) -> float:
    """100 part / whole, NaN when the whole is zero."""
    return 100.0 * part / whole if whole > 0 else float("nan")


def rural_mask(countryside: ArrayLike, places: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    mask = np.asarray(countryside)
    if mask.dtype != np.bool_ or mask.shape != (places,):
        raise StatisticsError(
            107,
            f"The classification of destinations is not one true or false for each of the {places} places.",
            "Give a boolean for each place.",
            ("countryside",),
        )
    return mask
