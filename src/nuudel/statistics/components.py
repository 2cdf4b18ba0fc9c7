"""Components of population growth that add up: natural, internal and international."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from nuudel.base.errors import StatisticsError
from nuudel.statistics.flow_tables import FloatArray, check_numbers, refuse_length, refuse_missing

# Sums of eight numbers in doubles: what rounding alone may leave, relative to the largest of them.
ROUNDING = 1e-12

COUNTS = (
    "opening",
    "closing",
    "births",
    "deaths",
    "in_migrants",
    "out_migrants",
    "immigrants",
    "emigrants",
)


@dataclass(frozen=True)
class GrowthComponents:
    """Growth of each place, each field of shape ``(n,)``, persons; exactly
    closing = opening + natural + internal + international + residual.

    Attributes
    ----------
    opening, closing
        Population at both ends of the period.
    natural
        Births minus deaths.
    internal
        In-migrants minus out-migrants within the country.
    international
        Immigrants minus emigrants.
    residual
        What the sources leave unexplained; zero unless it was asked for.
    internal_imbalance
        Sum of ``internal`` over the places: not zero where the sources count arrivals and departures
        differently.
    """

    opening: FloatArray
    closing: FloatArray
    natural: FloatArray
    internal: FloatArray
    international: FloatArray
    residual: FloatArray
    internal_imbalance: float

    @property
    def growth(self) -> FloatArray:
        """Closing minus opening, persons."""
        return self.closing - self.opening


def growth_components(
    *,
    opening: ArrayLike,
    closing: ArrayLike,
    births: ArrayLike,
    deaths: ArrayLike,
    in_migrants: ArrayLike,
    out_migrants: ArrayLike,
    immigrants: ArrayLike,
    emigrants: ArrayLike,
    residual: Literal["refuse", "show"] = "refuse",
) -> GrowthComponents:
    """Take growth apart into natural increase, internal and international migration.

    Parameters
    ----------
    opening, closing
        Population at both ends, shape ``(n,)``.
    births, deaths, in_migrants, out_migrants, immigrants, emigrants
        Events of the period, shape ``(n,)``, persons.
    residual
        ``refuse``: an account that does not close is an error. ``show``: the difference becomes a component
        of its own, which is published as such and never hidden in another.

    Raises
    ------
    StatisticsError
        101 to 103, 107; 111 when the account does not close and the residual is refused.

    Notes
    -----
    Source: the demographic balancing equation (Preston, Heuveline & Guillot 2001, Demography, equation 1.1).
    """
    given = (opening, closing, births, deaths, in_migrants, out_migrants, immigrants, emigrants)
    arrays = [check_numbers(values, name, 1) for name, values in zip(COUNTS, given, strict=True)]
    for name, array in zip(COUNTS, arrays, strict=True):
        refuse_length(array, name, len(arrays[0]))
        refuse_missing(array, name)
    start, end, born, died, came, left, entered, departed = arrays
    natural, internal, international = born - died, came - left, entered - departed
    rest = end - start - natural - internal - international
    # what is within rounding of doubles (never so for whole persons) is no residual
    rest[np.abs(rest) <= ROUNDING * np.max(arrays, axis=0)] = 0.0
    if residual == "refuse" and rest.any():
        raise StatisticsError(
            111,
            f"The growth of {np.count_nonzero(rest)} of {len(rest)} places is not the sum of its components; "
            f"the largest difference is {rest[np.argmax(np.abs(rest))]:g} persons.",
            "Correct the sources, or ask for residual='show' and publish the difference as such.",
            COUNTS,
        )
    return GrowthComponents(start, end, natural, internal, international, rest, float(internal.sum()))
