"""Many migration schedules fitted at once by damped scoring: the arithmetic under ``schedule_fit``.

The parameters are fitted as θ: logarithms, heights relative to a2 (whose own logarithm is the level), and
ages as they are. B problems are solved side by side; A single ages, G age groups, K parameters.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuudel.model.rates.rogers_castro import components

Floats = NDArray[np.float64]

# Limits of the parameters, wider than any published schedule: (heights a1, a3, a4 and c relative to a2).
LIMITS: dict[str, tuple[float, float]] = {
    "a1": (1e-3, 1e3),
    "alpha1": (0.005, 3.0),
    "a2": (1e-9, 1e3),
    "alpha2": (0.005, 2.0),
    "mu2": (5.0, 45.0),
    "lambda2": (0.03, 5.0),
    "c": (1e-6, 1e2),
    "a3": (1e-6, 1e2),
    "alpha3": (0.01, 3.0),
    "mu3": (48.0, 90.0),
    "lambda3": (0.03, 5.0),
    "a4": (1e-9, 10.0),
    "lambda4": (0.003, 0.3),
}
RELATIVE = ("a1", "a3", "a4", "c")
AGES_AS_THEY_ARE = ("mu2", "mu3")
STEPS = 400
# Newton's decrement, in standard errors, at which the largest likelihood is reached.
REACHED = 1e-5
# A sum of this many counts cannot be told from one that is smaller by rounding.
ROUNDING = 1e-15
# Counts and means below this are the same nothing.
NOTHING = 1e-100
MOST_DAMPING = 1e12


@dataclass(frozen=True, eq=False)
class Observations:
    """B age profiles.

    Attributes
    ----------
    ages
        A completed ages.
    groups
        G places in ``ages`` at which the groups begin.
    counts
        B x G moves; or rates, where ``poisson`` is False.
    weights
        B x A person-years, or the shares by which single-year rates make up the rate of a group.
    poisson
        Poisson likelihood of counts, or least squares of rates.
    """

    ages: Floats
    groups: NDArray[np.int64]
    counts: Floats
    weights: Floats
    poisson: bool

    def repeated(self, times: int) -> "Observations":
        """The single profile, for several starts."""
        counts, weights = (np.repeat(values, times, axis=0) for values in (self.counts, self.weights))
        return Observations(self.ages, self.groups, counts, weights, self.poisson)


@dataclass(frozen=True, eq=False)
class Prior:
    """Normal distribution of θ about a common one: K means and K precisions (0: none)."""

    mean: Floats
    precision: Floats


@dataclass(frozen=True, eq=False)
class Summit:
    """Where the likelihood is largest: θ (B x K), minus its logarithm (B), information without the prior
    (B x K x K), parameters held at a limit (B x K) and whether it was reached (B)."""

    theta: Floats
    objective: Floats
    information: Floats
    held: NDArray[np.bool_]
    reached: NDArray[np.bool_]


def to_theta(values: Floats, names: tuple[str, ...]) -> Floats:
    """(..., K) parameters to θ."""
    theta = values.copy()
    level = values[..., names.index("a2")]
    for i, name in enumerate(names):
        if name in RELATIVE:
            theta[..., i] = np.log(values[..., i] / level)
        elif name not in AGES_AS_THEY_ARE:
            theta[..., i] = np.log(values[..., i])
    return theta


def from_theta(theta: Floats, names: tuple[str, ...]) -> Floats:
    """(..., K) θ to parameters."""
    values = theta.copy()
    level = theta[..., names.index("a2")]
    for i, name in enumerate(names):
        if name in RELATIVE:
            values[..., i] = np.exp(theta[..., i] + level)
        elif name not in AGES_AS_THEY_ARE:
            values[..., i] = np.exp(theta[..., i])
    return values


def limits(names: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Lowest and highest θ."""
    bounds = np.array([LIMITS[name] for name in names])
    logs = [name not in AGES_AS_THEY_ARE for name in names]
    bounds[logs] = np.log(bounds[logs])
    return bounds[:, 0], bounds[:, 1]


def rates_and_slopes(theta: Floats, ages: Floats, names: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Rates (B x A) and their derivatives by θ (B x K x A)."""
    values = from_theta(theta, names)
    curves = components(ages, values, names)
    p = {name: values[:, i, None] for i, name in enumerate(names)}
    total = np.sum(list(curves.values()), axis=0)
    slopes = {"a2": total, "alpha1": -p["alpha1"] * ages * curves["a1"]}
    slopes |= {name: curves[name] for name in RELATIVE if name in names}
    for height, alpha, mu, rate in (("a2", "alpha2", "mu2", "lambda2"), ("a3", "alpha3", "mu3", "lambda3")):
        if height in names:
            since = ages - p[mu]
            foot = p[rate] * np.exp(np.minimum(-p[rate] * since, 700.0))
            slopes[alpha] = -p[alpha] * since * curves[height]
            slopes[mu] = (p[alpha] - foot) * curves[height]
            slopes[rate] = since * foot * curves[height]
    if "a4" in names:
        slopes["lambda4"] = p["lambda4"] * ages * curves["a4"]
    return total, np.stack([slopes[name] for name in names], axis=1)


def expected(theta: Floats, data: Observations, names: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Expected counts or rates of groups (B x G) and their derivatives (B x K x G)."""
    rates, slopes = rates_and_slopes(theta, data.ages, names)
    return grouped(rates * data.weights, data), grouped(slopes * data.weights[:, None], data)


def grouped(values: Floats, data: Observations) -> Floats:
    """Sums over the ages of each group: (..., A) to (..., G)."""
    if data.groups.size == data.ages.size:
        return values
    return np.asarray(np.add.reduceat(values, data.groups, axis=-1))


def misfit(mean: Floats, data: Observations) -> Floats:
    """(B) half of the deviance, or half of the sum of squares."""
    y = data.counts
    if not data.poisson:
        return np.asarray(((y - mean) ** 2).sum(axis=-1) / 2)
    logs = np.log(np.maximum(y, NOTHING)) - np.log(np.maximum(mean, NOTHING))
    return np.asarray((mean - y + np.where(y > 0, y * logs, 0)).sum(axis=-1))


def climb(
    start: Floats, data: Observations, names: tuple[str, ...], prior: Prior, steps: int = STEPS
) -> Summit:
    """Maximise the likelihood (times the prior) from B starts by scoring with Levenberg's damping.

    A step is taken where it lowers the objective; limits are kept by clipping, and a parameter that presses
    against a limit is held there. The information is that of the place before the last step.
    """
    low, high = limits(names)
    theta = np.clip(start, low, high)
    damping = np.full(len(theta), 1e-3)
    reached = np.zeros(len(theta), dtype=bool)
    objective = penalised(theta, data, names, prior)
    slack = ROUNDING * data.counts.sum(axis=-1) * data.poisson
    information, held = np.zeros((*theta.shape, theta.shape[1])), np.zeros(theta.shape, dtype=bool)
    for _ in range(steps):
        gradient, information = derivatives(theta, data, names, prior)
        held = ((theta <= low) & (gradient > 0)) | ((theta >= high) & (gradient < 0))
        free = np.where(held, 0.0, gradient)
        hessian = freed(information + np.diag(prior.precision), held)
        decrement = (free * np.linalg.solve(regular(hessian), free[..., None])[..., 0]).sum(axis=-1)
        scale = 1.0 if data.poisson else np.maximum(objective, 1e-24)
        reached = np.sqrt(np.maximum(decrement, 0) / scale) < REACHED
        stuck = damping >= MOST_DAMPING
        if np.all(reached | stuck):
            break
        diagonal = np.einsum("bkk->bk", hessian)
        damped = hessian + (damping[:, None] * diagonal)[..., None] * np.eye(theta.shape[1])
        step = -np.linalg.solve(regular(damped), free[..., None])[..., 0]
        trial = np.clip(theta + step, low, high)
        tried = penalised(trial, data, names, prior)
        better = (tried <= objective + slack) & ~reached
        theta = np.where(better[:, None], trial, theta)
        objective = np.where(better, tried, objective)
        damping = np.clip(np.where(better, damping / 5, damping * 4), 1e-12, MOST_DAMPING)
    return Summit(theta, objective, information, held, reached)


def penalised(theta: Floats, data: Observations, names: tuple[str, ...], prior: Prior) -> Floats:
    curves = components(data.ages, from_theta(theta, names), names)
    mean = grouped(np.sum(list(curves.values()), axis=0) * data.weights, data)
    away = theta - prior.mean
    return np.asarray(misfit(mean, data) + (prior.precision * away**2).sum(axis=-1) / 2)


def derivatives(
    theta: Floats, data: Observations, names: tuple[str, ...], prior: Prior
) -> tuple[Floats, Floats]:
    """Gradient of the objective (B x K) and expected information of the data (B x K x K)."""
    mean, slopes = expected(theta, data, names)
    weight = 1 / np.maximum(mean, NOTHING) if data.poisson else np.ones_like(mean)
    gradient = np.einsum("bkg,bg->bk", slopes, (mean - data.counts) * weight)
    information = np.matmul(slopes * weight[:, None], slopes.transpose(0, 2, 1))
    return gradient + prior.precision * (theta - prior.mean), information


def freed(matrix: Floats, held: NDArray[np.bool_]) -> Floats:
    """The matrix with rows and columns of held parameters replaced by those of the identity."""
    keep = ~held
    both = keep[:, :, None] & keep[:, None, :]
    return np.asarray(np.where(both, matrix, np.eye(held.shape[1]) * held[:, None]))


def regular(matrix: Floats) -> Floats:
    """A trace of the diagonal added, so that a flat direction does not stop the solver."""
    diagonal = np.einsum("bkk->bk", matrix)
    ridge = 1e-14 * np.maximum(diagonal, diagonal.max(axis=1, keepdims=True) * 1e-10) + 1e-300
    return np.asarray(matrix + ridge[..., None] * np.eye(matrix.shape[1]))
