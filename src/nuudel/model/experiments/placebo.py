"""Placebo years: the same counterfactuals at every earlier window, where nothing happened."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.experiments.counterfactuals import FEWEST_YEARS, SMALLEST

Floats = NDArray[np.float64]
Forecast = Callable[[int, int], Floats]
"""From the number of the first unknown year and a number of years to (M, years, k) expected values."""


@dataclass(frozen=True)
class Placebos:
    """What M models expected of k series over P earlier windows, and what came.

    Attributes
    ----------
    years : (P,) first year of each window
    width : years in a window
    expected : (M, P, k) sums over the window; NaN where a model lacks a companion
    observed : (P, k) sums over the window
    comparable : (P,) windows from the year on in which the register is comparable with the one of interest
    """

    years: NDArray[np.int_]
    width: int
    expected: Floats
    observed: Floats
    comparable: NDArray[np.bool_]

    @property
    def difference(self) -> Floats:
        """Shape (M, P, k): observed less expected."""
        return self.observed - self.expected

    @property
    def log_ratio(self) -> Floats:
        """Shape (M, P, k): logarithm of observed over expected, comparable across levels."""
        return log_ratio(self.observed, self.expected)

    def chance_as_low(self, ratio: Floats) -> Floats:
        """Shape (M, k): share of windows, the one of interest included, with a log ratio as low as ``ratio``.

        A randomisation p-value if the year of the policy were drawn by lot; windows overlap, so that far
        fewer than P are independent.
        """
        return self._chance(self.log_ratio <= ratio[:, None])

    def chance_as_high(self, ratio: Floats) -> Floats:
        """The same for a log ratio as high as ``ratio``."""
        return self._chance(self.log_ratio >= ratio[:, None])

    def chance_as_far(self, ratio: Floats) -> Floats:
        """The same in either direction: as far from 0."""
        return self._chance(np.abs(self.log_ratio) >= np.abs(ratio)[:, None])

    def _chance(self, extreme: NDArray[np.bool_]) -> Floats:
        known = np.isfinite(self.expected)
        return np.asarray((1 + (extreme & known).sum(axis=1)) / (1 + known.sum(axis=1)))

    @property
    def apart(self) -> int:
        """How many of the windows do not overlap each other."""
        return int((self.years[-1] - self.years[0]) // self.width) + 1

    def band(self) -> tuple[Floats, Floats]:
        """Least and largest log ratio (M, k) of the comparable windows, with 0 between them."""
        ratio = self.log_ratio[:, self.comparable]
        least, largest = np.nanmin(ratio, axis=1), np.nanmax(ratio, axis=1)
        return np.minimum(least, 0.0), np.maximum(largest, 0.0)

    def largest(self) -> Floats:
        """Shape (M, k): the largest difference in persons, either way, of the comparable windows."""
        return np.asarray(np.nanmax(np.abs(self.difference[:, self.comparable]), axis=1))


def log_ratio(observed: Floats, expected: Floats) -> Floats:
    """Logarithm of observed over expected; 0 counts as one half."""
    return np.asarray(np.log(np.maximum(observed, SMALLEST) / np.maximum(expected, SMALLEST)))


def place_placebos(
    forecast: Forecast,
    observed: Floats,
    years: NDArray[np.int_],
    *,
    first: int,
    width: int,
    skip: int = 0,
    comparable_since: int,
) -> Placebos:
    """Apply ``forecast`` at every window of ``width`` years that ends before the year ``first``.

    Parameters
    ----------
    forecast
        The models, fitted on the years before the one they are given.
    observed
        (T, k) series.
    years
        (T,) consecutive years.
    skip
        Years between the last known one and the window: the same lead as that of the window of interest.
    comparable_since
        The register is comparable from this year on.

    Raises
    ------
    ModelError
        ``MODEL-403``: no comparable window lies before the policy.
    """
    reach = skip + width
    starts = [at for at in range(FEWEST_YEARS, len(years)) if years[at] + reach <= first]
    comparable = np.array([bool(years[at] >= comparable_since) for at in starts])
    if not comparable.any():
        raise ModelError(
            403,
            f"no placebo window of {width} years lies between {comparable_since} and {first}.",
            "Name an earlier year since which the register is comparable, or give more years.",
            ("comparable_since",),
        )
    return Placebos(
        years=years[starts],
        width=width,
        expected=np.stack([forecast(at, reach)[:, skip:].sum(axis=1) for at in starts], axis=1),
        observed=np.stack([observed[at + skip : at + reach].sum(axis=0) for at in starts]),
        comparable=comparable,
    )
