"""How forecast errors grow: a process of two persistences, fitted to the errors of a plain forecast.

An error follows (1 - ρL)(1 - φL) e_t = σ ε_t. With φ = 0 it is a first-order autoregression; with ρ = 1 a
random walk whose steps are correlated. Where the forecast goes on from the last value, the error is zero
at the origin, and its variance at horizon h is σ² Σ_{j<h} ψ_j² with ψ_j = Σ_{i≤j} ρ^i φ^(j-i) (Box and
Jenkins, *Time Series Analysis*, 1970, section 5.1). Where the forecast is a mean of many years, the first
year errs as much as any: the process (φ = 0) is ``settled``, with variance σ² / (1 - ρ²) at every horizon.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, polygamma

from nuudel.base.errors import ModelError
from nuudel.model.projection.inputs import Array

# Grids of the search: rough steps, since the past tells persistences no better than this.
PERSISTENCES = np.array(
    [0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.965, 0.98, 0.99, 1.0]
)
STEP_PERSISTENCES = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
# A settled process with a persistence of one would have no end of variance.
MOST_PERSISTENT = 0.95
FEWEST_ERRORS = 4
"""A horizon with fewer errors than this is not used."""


@dataclass(frozen=True)
class ErrorProcess:
    """One process of errors.

    Attributes
    ----------
    rho, phi
        Persistence of the level, 0 to 1, and of its steps, 0 to below 1.
    scale
        Standard deviation σ of the yearly innovations, in the unit of the errors.
    settled
        Whether errors are as large in the first year as later (needs φ = 0 and ρ < 1).
    """

    rho: float
    phi: float
    scale: float
    settled: bool = False

    def with_scale(self, scale: float) -> "ErrorProcess":
        """The same persistences with another scale."""
        return replace(self, scale=scale)

    def weights(self, horizon: int) -> Array:
        """ψ_0 … ψ_{horizon-1}: what an innovation of one adds to the error after 0, 1, 2 … years."""
        weights = np.empty(horizon)
        now, step = 0.0, 1.0
        for j in range(horizon):
            now = self.rho * now + step
            weights[j], step = now, step * self.phi
        return weights

    def response(self, horizon: int) -> Array:
        """H x H: what an innovation of one in each year (row) adds to the error of each year (column)."""
        lag = np.arange(horizon)[None, :] - np.arange(horizon)[:, None]
        response = np.where(lag >= 0, self.weights(max(horizon, 1))[np.maximum(lag, 0)], 0.0)
        if self.settled:
            response[:1] /= np.sqrt(1 - self.rho**2)
        return np.asarray(self.scale * response)

    def variance(self, horizon: int) -> Array:
        """Variance of the error 1 … ``horizon`` years after the origin."""
        return np.asarray((self.response(horizon) ** 2).sum(axis=0))

    def covariance(self, early: int, late: int) -> float:
        """Covariance of the errors ``early`` and ``late`` years after the origin (early <= late)."""
        response = self.response(late)
        return float(response[:, early - 1] @ response[:, late - 1])

    def within(self, window: int) -> float:
        """Expected variance of a settled process within ``window`` years, around their mean."""
        lag = np.abs(np.arange(window)[:, None] - np.arange(window)[None, :])
        return float(self.variance(1)[0] * (1 - (self.rho**lag).mean()))

    def errors(self, innovations: Array) -> Array:
        """Errors along the last axis from standard normal innovations of the same shape."""
        return np.asarray(innovations @ self.response(innovations.shape[-1]))

    def innovations(self, series: Array) -> Array:
        """What the process did not expect, in units of the series: (1 - ρL)(1 - φL) applied along axis 0.

        The first two years, and those after a gap, are NaN.
        """
        found = np.full_like(series, np.nan)
        found[2:] = series[2:] - (self.rho + self.phi) * series[1:-1] + self.rho * self.phi * series[:-2]
        return found


def forecast_errors(series: Array, *, window: int, trend: int, longest: int) -> list[Array]:
    """Errors of the plain forecast "the mean of the last years stays" or "the trend goes on", by horizon.

    Parameters
    ----------
    series
        T x N, NaN where not known.
    window
        The forecast is the mean of the known ones among the last ``window`` values (at least half of them).
    trend
        The mean change of so many years before the origin is added for each year ahead; 0 adds none.
    longest
        Longest horizon, years.

    Returns
    -------
    list
        For each horizon 1 … ``longest`` the errors (origins x N, NaN where not known).
    """
    first = max(window - 1, trend)
    base, change = [], []
    for start in range(first, len(series) - 1):
        last = series[start - window + 1 : start + 1]
        known = np.isfinite(last).sum(axis=0)
        base.append(np.where(known * 2 >= window, np.nansum(last, axis=0) / np.maximum(known, 1), np.nan))
        change.append((series[start] - series[start - trend]) / trend if trend else np.zeros(series.shape[1]))
    found = []
    for horizon in range(1, longest + 1):
        rows = max(len(base) - horizon + 1, 0)
        expected = np.reshape(base[:rows], (rows, -1)) + horizon * np.reshape(change[:rows], (rows, -1))
        found.append(series[first + horizon :][:rows] - expected)
    return found


def fit_process(errors: list[Array], *, steps: bool, name: str) -> ErrorProcess:
    """The process whose variance by horizon is nearest to the mean squares of the errors.

    The distance is the sum of squared differences of the logarithms, each horizon weighted by how many
    errors that do not overlap it has; ρ and φ come from a grid and σ in closed form.

    Parameters
    ----------
    errors
        As ``forecast_errors`` gives them.
    steps
        Whether the steps may be correlated (φ > 0).
    name
        What the errors are of, for the message.

    Raises
    ------
    ModelError
        ``MODEL-661``: fewer than two horizons have enough errors, or the errors are all zero.
    """
    squares, weights, horizons = [], [], []
    for horizon, values in enumerate(errors, start=1):
        known = values[np.isfinite(values)]
        if known.size >= FEWEST_ERRORS and np.any(known != 0):
            squares.append(float(np.mean(known**2)))
            weights.append(known.size / horizon)
            horizons.append(horizon)
    if len(horizons) < 2:
        raise too_short(name)
    return fit_variances(np.array(squares), np.array(horizons), np.array(weights), steps=steps)


def fit_variances(
    variances: Array, horizons: NDArray[np.int64], weights: Array, *, steps: bool
) -> ErrorProcess:
    """The process whose logarithms of variances at some horizons are nearest to given ones."""
    share = weights / weights.sum()
    observed = np.log(variances)
    best, closest = ErrorProcess(0.0, 0.0, 1.0), np.inf
    for rho in PERSISTENCES:
        for phi in STEP_PERSISTENCES[rho >= STEP_PERSISTENCES] if steps else STEP_PERSISTENCES[:1]:
            unit = ErrorProcess(float(rho), float(phi), 1.0)
            shape = np.log(unit.variance(int(horizons.max())))[horizons - 1]
            level = float(share @ (observed - shape))
            distance = float(share @ (observed - shape - level) ** 2)
            if distance < closest - 1e-12:
                best, closest = unit.with_scale(float(np.exp(level / 2))), distance
    return best


def fit_settled(errors: list[Array], *, name: str) -> ErrorProcess:
    """The settled process with the mean square of the errors, and their correlation from a year to the next.

    The correlation is that of errors of the same origin at successive horizons: a level that was misjudged
    for one year is misjudged for the next.

    Raises
    ------
    ModelError
        ``MODEL-661``: fewer than ``FEWEST_ERRORS`` errors follow each other, or all are zero.
    """
    pairs = [np.stack([early[: len(late)], late]) for early, late in pairwise(errors)]
    flat = np.concatenate([pair.reshape(2, -1) for pair in pairs], axis=1) if pairs else np.empty((2, 0))
    known = flat[:, np.isfinite(flat).all(axis=0)]
    size = float(np.sqrt((known[0] ** 2).sum() * (known[1] ** 2).sum()))
    if known.shape[1] < FEWEST_ERRORS or size == 0:
        raise too_short(name)
    rho = float(np.clip(known[0] @ known[1] / size, 0, MOST_PERSISTENT))
    every = np.concatenate([value.ravel() for value in errors])
    spread = float(np.sqrt(np.nanmean(every**2)))
    return ErrorProcess(rho, 0.0, spread * float(np.sqrt(1 - rho**2)), settled=True)


def too_short(name: str) -> ModelError:
    return ModelError(
        661,
        f"The past of {name} is too short to learn how forecasts of it err.",
        "Give more years, or an earlier first year.",
        (name,),
    )


def shrunk_correlation(innovations: Array) -> tuple[Array, float]:
    """Correlations of K series drawn towards none (Schäfer and Strimmer 2005, equations 8 to 10).

    Parameters
    ----------
    innovations
        T x K; years in which any series is not known are left out.

    Returns
    -------
    tuple
        K x K correlations, and the weight of the target (1 where there are fewer than three years).
    """
    known = innovations[np.isfinite(innovations).all(axis=1)]
    count, size = known.shape[0], innovations.shape[1]
    if count < 3:
        return np.eye(size), 1.0
    centred = known - known.mean(axis=0)
    standard = centred / np.maximum(centred.std(axis=0, ddof=1), np.finfo(float).tiny)
    products = standard[:, :, None] * standard[:, None, :]
    means = products.mean(axis=0)
    correlation = count / (count - 1) * means
    spread = count / (count - 1) ** 3 * ((products - means) ** 2).sum(axis=0)
    off = ~np.eye(size, dtype=bool)
    squares = float((correlation[off] ** 2).sum())
    weight = 1.0 if squares == 0 else float(np.clip(spread[off].sum() / squares, 0, 1))
    shrunk = (1 - weight) * correlation
    np.fill_diagonal(shrunk, 1.0)
    return shrunk, weight


def shrunk_scales(squares: Array, counts: NDArray[np.int64]) -> Array:
    """Standard deviations of N places drawn together by how much they differ beyond chance.

    Parameters
    ----------
    squares
        N mean squares; NaN where a place has none (it gets the common scale).
    counts
        N independent errors in each.

    Returns
    -------
    Array
        N standard deviations: sqrt((d_0 s_0² + d s²) / (d_0 + d)), d_0 and s_0 by moments of the logarithms
        (Smyth 2004, section 6.2).
    """
    known = np.isfinite(squares) & (counts > 0) & (squares > 0)
    freedom = np.maximum(counts[known].astype(float), 1.0)
    logs = np.log(squares[known]) - digamma(freedom / 2) + np.log(freedom / 2)
    excess = float(logs.var(ddof=1) - polygamma(1, freedom / 2).mean()) if known.sum() > 1 else 0.0
    common, prior = float(np.exp(logs.mean())), 1e6
    if excess > 0:
        prior = 2 * inverse_trigamma(excess)
        common = float(np.exp(logs.mean() + digamma(prior / 2) - np.log(prior / 2)))
    else:
        common = float((squares[known] * freedom).sum() / freedom.sum())
    found = np.full(squares.shape, common)
    found[known] = (prior * common + freedom * squares[known]) / (prior + freedom)
    return np.asarray(np.sqrt(found))


def inverse_trigamma(value: float) -> float:
    """x with ψ'(x) = ``value`` (> 0), by Newton's method on 1/ψ' (Smyth 2004, appendix)."""
    found = 0.5 + 1 / value
    for _ in range(50):
        slope = float(polygamma(1, found))
        step = slope * (1 - slope / value) / float(polygamma(2, found))
        found += step
        if -step / found < 1e-10:
            break
    return found
