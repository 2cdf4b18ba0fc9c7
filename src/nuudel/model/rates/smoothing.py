"""Rates of single years smoothed by penalised likelihood (Whittaker and Henderson's method for counts)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import ModelError

Floats = NDArray[np.float64]
STEPS = 100
CLOSE_ENOUGH = 1e-9
# The penalties that are tried: powers of ten, from nearly none to nearly a polynomial.
LOG_PENALTIES = np.linspace(-2, 9, 34)


@dataclass(frozen=True, eq=False)
class SmoothRates:
    """Smoothed rates of N single ages.

    Attributes
    ----------
    rates
        N events per person-year.
    log_error
        N standard errors of their logarithms, given the penalty.
    penalty
        Weight of the squared differences against the log-likelihood.
    freedom
        Effective number of parameters.
    criterion
        Schwarz's criterion, by which the penalty was chosen where none was given.
    quality
        ``estimated``.
    """

    rates: Floats
    log_error: Floats
    penalty: float
    freedom: float
    criterion: float
    quality: str = "estimated"


def smooth_rates(
    events: ArrayLike, exposures: ArrayLike, *, order: int = 2, penalty: float | None = None
) -> SmoothRates:
    """Smooth rates whose logarithms z maximise Poisson's log-likelihood − penalty · |Δ^order z|² / 2.

    The smoothed events have the same sum as the counted ones, and the same moments by age up to the order
    minus one. Ages without exposure are bridged.

    Parameters
    ----------
    events
        N counts (or sums of weights) at neighbouring ages, at least 0.
    exposures
        N person-years, at least 0.
    order
        Order of the differences, 1 to 4.
    penalty
        Above 0; that of Schwarz's least criterion by default.

    Raises
    ------
    ModelError
        ``MODEL-628`` counts or person-years that cannot be smoothed, or an order or penalty out of range;
        ``MODEL-629`` the likelihood has no maximum within reach.

    Notes
    -----
    Eilers & Marx 1996, *Statistical Science* 11:2, with the ages themselves as the basis; Whittaker 1923;
    Henderson 1924; choice of the penalty as in Camarda 2012, *Journal of Statistical Software* 50:1.
    """
    counts, lived = np.asarray(events, float), np.asarray(exposures, float)
    check_counts(counts, lived, order, penalty)
    difference = np.diff(np.eye(counts.size), order, axis=0)
    stiff = difference.T @ difference
    if penalty is not None:
        return maximise(counts, lived, stiff, order, penalty)
    found = [maximise(counts, lived, stiff, order, weight) for weight in 10.0**LOG_PENALTIES]
    return min(found, key=lambda fit: fit.criterion)


def maximise(counts: Floats, lived: Floats, stiff: Floats, order: int, penalty: float) -> SmoothRates:
    """Newton's method with halved steps; the objective is convex."""
    from scipy.linalg import solveh_banded

    z = np.full(counts.size, np.log(counts.sum() / lived.sum()))
    bands = np.zeros((order + 1, counts.size))
    for k in range(order + 1):
        bands[order - k, k:] = np.diagonal(stiff, k)
    objective = loss(z, counts, lived, stiff, penalty)
    for _ in range(STEPS):
        mean = lived * np.exp(z)
        gradient = mean - counts + penalty * (stiff @ z)
        curvature = penalty * bands
        curvature[-1] += mean
        step = -solveh_banded(curvature, gradient)
        if -gradient @ step < CLOSE_ENOUGH:
            return described(z + step, counts, lived, stiff, penalty)
        part = 1.0
        while loss(z + part * step, counts, lived, stiff, penalty) > objective and part > 1e-6:
            part /= 2
        z = z + part * step
        objective = loss(z, counts, lived, stiff, penalty)
    raise ModelError(
        629,
        f"The smoothed rates were not found in {STEPS} steps.",
        "Join ages with few events, or give a larger penalty.",
        ("events",),
    )


def loss(z: Floats, counts: Floats, lived: Floats, stiff: Floats, penalty: float) -> float:
    # A trial step may go where the exponential overflows; such a step is never taken.
    mean = lived * np.exp(np.minimum(z, 500.0))
    return float(mean.sum() - counts @ z + penalty * (z @ stiff @ z) / 2)


def described(z: Floats, counts: Floats, lived: Floats, stiff: Floats, penalty: float) -> SmoothRates:
    mean = lived * np.exp(z)
    covariance = np.linalg.inv(np.diag(mean) + penalty * stiff)
    freedom = float(np.diag(covariance) @ mean)
    positive = counts > 0
    ratio = np.where(positive, counts, 1) / np.where(positive, mean, 1)
    deviance = 2 * float((np.where(positive, counts * np.log(ratio), 0) - counts + mean).sum())
    criterion = deviance + float(np.log((lived > 0).sum())) * freedom
    return SmoothRates(np.exp(z), np.sqrt(np.diag(covariance)), float(penalty), freedom, criterion)


def check_counts(counts: Floats, lived: Floats, order: int, penalty: float | None) -> None:
    shapes = (
        counts.ndim == 1 and counts.shape == lived.shape and order in (1, 2, 3, 4) and counts.size > order
    )
    usable = shapes and bool(np.all(np.isfinite(counts)) and np.all(np.isfinite(lived)))
    usable = usable and bool(np.all(counts >= 0) and np.all(lived >= 0))
    usable = usable and bool(np.all(lived[counts > 0] > 0)) and int((counts > 0).sum()) > order
    if not usable or (penalty is not None and not 0 < penalty < np.inf):
        raise ModelError(
            628,
            "The counts cannot be smoothed: events, exposures, order or penalty are out of range.",
            "Give events and person-years of single ages, none negative, with events at more ages than the "
            "order (1 to 4), and a penalty above 0.",
            ("events", "exposures", "order", "penalty"),
        )
