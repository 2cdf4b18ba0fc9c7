"""Slopes turned into persons: how many more moved than would have moved without the exposure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from nuudel.model.determinants.place_fit import PlaceFit

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Persons:
    """A number of persons with the span of the cluster and the bootstrap interval (95 per cent)."""

    estimate: float
    low: float
    high: float


def excess(migrants: Floats, columns: Floats, fit: PlaceFit, *, ahead: bool = False) -> Persons:
    """Persons beyond those without exposure, summed over rows.

    Looking back, ``migrants`` are those counted, and the share 1 - exp(-x b) of them is attributed (Bruzzi et
    al. 1985, *American Journal of Epidemiology* 122, for rate ratios). Looking ahead, they are those expected
    without exposure, and exp(x b) - 1 of them come on top.

    Parameters
    ----------
    migrants
        (R,) persons.
    columns
        (R, K) exposures of the fit's K slopes; 0 for a slope that is not attributed.
    fit
        The estimate.
    ahead
        Looking ahead.
    """
    sign = 1.0 if ahead else -1.0

    def total(slopes: Floats) -> float:
        return float(sign * migrants @ np.expm1(sign * (columns @ slopes)))

    gradient = (migrants * np.exp(sign * (columns @ fit.slopes))) @ columns
    variances = [gradient @ v @ gradient for v in (fit.cluster_covariance, fit.jackknife_covariance)]
    reach = float(student.ppf(0.975, len(fit.places) - 1) * np.sqrt(max(variances)))
    estimate = total(fit.slopes)
    ends = [(estimate - reach, estimate + reach)]
    if len(fit.bootstrap):
        near, far = np.quantile([total(slopes) for slopes in fit.bootstrap], [0.025, 0.975])
        ends.append((float(near), float(far)))
    return Persons(estimate, min(low for low, _ in ends), max(high for _, high in ends))
