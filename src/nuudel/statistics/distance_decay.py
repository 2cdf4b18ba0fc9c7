"""How flows fade with distance: the Poisson decay parameter β of a spatial interaction model."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import StatisticsError
from nuudel.statistics.flow_tables import (
    FloatArray,
    FlowsOrMargins,
    check_distances,
    check_flows,
    check_population,
)

Constraint = Literal["doubly", "none"]
Form = Literal["power", "exponential"]
BoolArray = NDArray[np.bool_]

ITERATIONS = 60
SCORE_TOLERANCE = (
    1e-10  # of the score per migrant: β is then exact to nine digits, far below its standard error
)
MARGIN_TOLERANCE = 1e-10  # of the margins, per migrant
IDENTIFIED = 1e-9  # share of the variance of x that the other terms must leave
# A cell fitted below this share of the mean cell is empty in all but name.
SEPARATED = 1e-6
SWEEPS = 3  # of the balancing factors between two Newton steps: fewer need more steps, more save none
SHORTEST_STEP = 1e-6  # of a Newton step, before the fit is given up
LONGEST_LOG_STEP = 50.0  # keeps the factors finite until a too long step is halved
ROUNDING = 1e-12  # of the likelihood, relative: what a step may seem to lose


@dataclass(frozen=True)
class DistanceDecay:
    """Distance decay of a flow table.

    Attributes
    ----------
    beta
        Decay: flows fall as d^-β (power) or exp(-β d) (exponential, per km).
    standard_error
        Robust (sandwich) standard error of β, which holds also where the variance exceeds the mean.
    origin_exponent, destination_exponent
        Exponents of the populations in the unconstrained model; None in the doubly constrained one.
    expected
        Fitted flows, shape ``(n, n)``.
    deviance
        Poisson deviance of the fit.
    iterations
        Newton steps taken.
    """

    beta: float
    standard_error: float
    origin_exponent: float | None
    destination_exponent: float | None
    expected: FloatArray
    deviance: float
    iterations: int


@dataclass(frozen=True)
class Fit:
    """Linear predictor and fitted flows ``(n, n)``, coefficients, and x with the other terms taken out."""

    expected: FloatArray
    coefficients: FloatArray
    residual_x: FloatArray
    iterations: int


def distance_decay(
    flows: FlowsOrMargins,
    distances: ArrayLike,
    *,
    constraint: Constraint = "doubly",
    form: Form = "power",
    population: ArrayLike | None = None,
) -> DistanceDecay:
    """Poisson pseudo-maximum-likelihood estimate of the distance decay β.

    Parameters
    ----------
    flows
        Full table ``(n, n)``, persons.
    distances
        Distances in km, ``(n, n)``, above zero off the diagonal.
    constraint
        ``doubly``: a term for each origin and each destination, so that all margins are met (the published
        measure of the IMAGE project). ``none``: ln m = c + a ln P(i) + b ln P(j) - β ln d.
    form
        ``power`` (ln d) or ``exponential`` (d).
    population
        Population of each place, ``(n,)``, for ``none``.

    Raises
    ------
    StatisticsError
        101 to 108; 109 when margins are given, or no population for ``none``; 110 when β is not identified
        (three places with symmetric distances, all distances equal) or the estimate does not converge.

    Notes
    -----
    Sources: Flowerdew & Aitkin (1982), Journal of Regional Science 22, 191-202; Stillwell et al. (2016),
    Environment and Planning A 48, 1657-1675 (IMAGE); Santos Silva & Tenreyro (2006), Review of Economics and
    Statistics 88.
    """
    table = check_flows(flows, "Distance decay")
    x = separation(check_distances(distances, len(table)), form)
    if constraint == "doubly":
        mean = float((table * -x).sum() / table.sum())
        fit = fit_doubly(table, x, 1.0 if form == "power" else 1.0 / mean)
        exponents: tuple[float | None, float | None] = (None, None)
    elif population is None:
        raise StatisticsError(
            109, "The unconstrained decay needs the population of each place.", "Give it.", ("population",)
        )
    else:
        fit = fit_unconstrained(table, x, check_population(population, len(table)))
        exponents = (float(fit.coefficients[1]), float(fit.coefficients[2]))
    spread = float((fit.expected * fit.residual_x**2).sum())
    noise = float(((table - fit.expected) ** 2 * fit.residual_x**2).sum())
    return DistanceDecay(
        beta=float(fit.coefficients[-1]),
        standard_error=float(np.sqrt(noise) / spread),
        origin_exponent=exponents[0],
        destination_exponent=exponents[1],
        expected=fit.expected,
        deviance=poisson_deviance(table, fit.expected),
        iterations=fit.iterations,
    )


def separation(km: FloatArray, form: Form) -> FloatArray:
    """-ln d or -d, zero on the diagonal."""
    if form == "exponential":
        return -km
    if (km + np.eye(len(km)) <= 0).any():
        raise StatisticsError(
            108,
            "The distance between two different places is zero, and its logarithm is not defined.",
            "Give the distance between their centres, or use form='exponential'.",
            ("distances",),
        )
    return -np.log(km + np.eye(len(km)))


def refuse_unidentified(left: float, spread: float) -> None:
    if not left > IDENTIFIED * spread:
        raise StatisticsError(
            110,
            "The distances say nothing that the places do not say already, so that β is not identified.",
            "Use more places (at least four), or distances that differ.",
            ("distances",),
        )


def divergence() -> StatisticsError:
    return StatisticsError(
        110,
        f"The distance decay did not converge in {ITERATIONS} steps.",
        "Check the table for places that are connected by a single flow, or use the unconstrained model.",
        ("flows",),
    )


def poisson_deviance(observed: FloatArray, expected: FloatArray) -> float:
    held = observed > 0
    logs = observed[held] * np.log(observed[held] / expected[held])
    return float(2.0 * (logs.sum() - observed.sum() + expected.sum()))


@dataclass(frozen=True)
class Balanced:
    """One trial of the doubly constrained model: μ = A B exp(β z), its factors and its likelihood."""

    beta: float
    a: FloatArray
    b: FloatArray
    mu: FloatArray
    height: float


def fit_doubly(table: FloatArray, x: FloatArray, beta: float) -> Fit:
    """Newton's method on β and the terms of origins and destinations, with balancing between the steps.

    Places without out-migrants (in-migrants) have no finite term as origins (destinations) and leave the fit.
    """
    kept = np.ix_(table.sum(axis=1) > 0, table.sum(axis=0) > 0)
    m, counted = table[kept], ~np.eye(len(table), dtype=bool)[kept]
    z, size = standardise(x[kept], counted)
    arrivals = m.sum(axis=0)
    now = balance(m, z, counted, beta=beta * size, a=np.ones(len(m)), b=arrivals / arrivals.sum())
    for iteration in range(1, ITERATIONS + 1):
        u, v = solve_two_way(now.mu, m, z)
        z_left = np.where(counted, z - u[:, :1] - v[:, 0], 0.0)
        curvature = float((now.mu * z_left**2).sum())
        refuse_unidentified(curvature, float(m.sum()))
        score = float(((m - now.mu) * z_left).sum())
        if abs(score) <= SCORE_TOLERANCE * float(m.sum()) and margins_met(now.mu, m):
            expected, residual = np.zeros_like(table), np.zeros_like(table)
            expected[kept], residual[kept] = now.mu, z_left * size
            return Fit(expected, np.array([now.beta / size]), residual, iteration)
        step, length = score / curvature, 1.0
        while length > SHORTEST_STEP:
            a = now.a * np.exp(
                np.clip(length * (u[:, 1] - u[:, 0] * step), -LONGEST_LOG_STEP, LONGEST_LOG_STEP)
            )
            b = now.b * np.exp(
                np.clip(length * (v[:, 1] - v[:, 0] * step), -LONGEST_LOG_STEP, LONGEST_LOG_STEP)
            )
            trial = balance(m, z, counted, beta=now.beta + length * step, a=a, b=b)
            if trial.height >= now.height - ROUNDING * abs(now.height):
                break
            length /= 2.0
        else:
            raise divergence()
        now = trial
    raise divergence()


def balance(
    m: FloatArray, z: FloatArray, counted: BoolArray, *, beta: float, a: FloatArray, b: FloatArray
) -> Balanced:
    """A few sweeps of the balancing factors towards the margins at a given β."""
    departures, arrivals = m.sum(axis=1), m.sum(axis=0)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        fade = np.where(counted, np.exp(beta * z), 0.0)
        for _ in range(SWEEPS):
            a = departures / (fade @ b)
            b = arrivals / (a @ fade)
        mu = a[:, None] * fade * b
        height = float(departures @ np.log(a) + arrivals @ np.log(b) + beta * (m * z).sum() - mu.sum())
    return Balanced(beta, a, b, mu, height)


def margins_met(mu: FloatArray, m: FloatArray) -> bool:
    off = max(
        float(np.abs(mu.sum(axis=0) - m.sum(axis=0)).max()),
        float(np.abs(mu.sum(axis=1) - m.sum(axis=1)).max()),
    )
    return off <= MARGIN_TOLERANCE * float(m.sum())


def standardise(x: FloatArray, counted: BoolArray) -> tuple[FloatArray, float]:
    """x with mean 0 and spread 1 over the cells counted, 0 elsewhere, and the spread taken out."""
    size = float(x[counted].std())
    refuse_unidentified(size, float(np.abs(x[counted]).max()))
    return np.where(counted, (x - x[counted].mean()) / size, 0.0), size


def solve_two_way(mu: FloatArray, m: FloatArray, z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Row and column terms ``(n, 2)``: of z weighted by μ (column 0), and that meet the margins of m (column
    1).

    Both solve [diag r, M; Mᵀ, diag c] [u; v] = [p; q], reduced to the columns (Schur complement). The terms
    are free up to a constant; adding a constant matrix to the Schur complement fixes it.
    """
    r, c, weighted = mu.sum(axis=1), mu.sum(axis=0), mu * z
    p = np.column_stack([weighted.sum(axis=1), m.sum(axis=1) - r])
    q = np.column_stack([weighted.sum(axis=0), m.sum(axis=0) - c])
    scaled = mu / r[:, None]
    try:
        v = np.linalg.solve(np.diag(c) - mu.T @ scaled + c.mean() / len(c), q - scaled.T @ p)
    except np.linalg.LinAlgError:
        raise divergence() from None
    return p / r[:, None] - scaled @ v, v


def fit_unconstrained(table: FloatArray, x: FloatArray, population: FloatArray) -> Fit:
    """Newton's method on c, ln P(i), ln P(j) and x, from the gravity model with all exponents 1."""
    counted = ~np.eye(len(table), dtype=bool)
    z, size = standardise(x, counted)
    logs = np.log(population)
    logs = logs - logs.mean()
    refuse_collinear(counted, logs, z)

    def fitted(terms: FloatArray) -> tuple[FloatArray, float]:
        eta = terms[0] + terms[1] * logs[:, None] + terms[2] * logs + terms[3] * z
        with np.errstate(over="ignore"):
            mu = np.where(counted, np.exp(eta), 0.0)
        return mu, float((table * eta).sum() - mu.sum())

    terms = np.array([0.0, 1.0, 1.0, size])
    terms[0] = np.log(table.sum() / fitted(terms)[0].sum())
    mu, height = fitted(terms)
    for iteration in range(1, ITERATIONS + 1):
        curvature = moments(mu, logs, z)
        off = table - mu
        score = np.array([off.sum(), off.sum(axis=1) @ logs, off.sum(axis=0) @ logs, (off * z).sum()])
        if np.abs(score).max() <= SCORE_TOLERANCE * table.sum():
            # Where some cells are fitted as empty, β must be told by the others (separation).
            refuse_collinear(mu > SEPARATED * mu[counted].mean(), logs, z)
            part = np.linalg.solve(curvature[:3, :3], curvature[:3, 3])
            residual = z - (part[0] + part[1] * logs[:, None] + part[2] * logs)
            coefficients = terms / np.array([1.0, 1.0, 1.0, size])
            return Fit(mu, coefficients, np.where(counted, residual * size, 0.0), iteration)
        step = np.linalg.solve(curvature, score)
        while True:
            trial, trial_height = fitted(terms + step)
            if trial_height >= height - ROUNDING * abs(height):
                break
            step = step / 2.0
            if np.abs(step).max() < SHORTEST_STEP:
                raise divergence()
        terms, mu, height = terms + step, trial, trial_height
    raise divergence()


def refuse_collinear(cells: NDArray[np.bool_], logs: FloatArray, z: FloatArray) -> None:
    """Refuse when the four terms are not independent over the given cells (``STATISTICS-110``)."""
    spread = moments(cells.astype(np.float64), logs, z)
    length = np.sqrt(np.diag(spread))
    if not (length > 0).all():
        refuse_unidentified(0.0, 1.0)
    refuse_unidentified(float(np.linalg.eigvalsh(spread / np.outer(length, length))[0]), 1.0)


def moments(weights: FloatArray, logs: FloatArray, z: FloatArray) -> FloatArray:
    """Σ w y yᵀ over the cells for y = (1, ln P(i), ln P(j), z), shape (4, 4), without listing the cells."""
    rows, columns, weighted = weights.sum(axis=1), weights.sum(axis=0), weights * z
    by_row, by_column = weighted.sum(axis=1), weighted.sum(axis=0)
    upper = np.zeros((4, 4))
    upper[0] = [rows.sum(), rows @ logs, columns @ logs, by_row.sum()]
    upper[1, 1:] = [rows @ logs**2, logs @ weights @ logs, by_row @ logs]
    upper[2, 2:] = [columns @ logs**2, by_column @ logs]
    upper[3, 3] = (weighted * z).sum()
    return upper + np.triu(upper, 1).T
