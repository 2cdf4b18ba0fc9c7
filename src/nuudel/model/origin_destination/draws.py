"""Posterior tables of one country: deterrence and pair residuals drawn, then fitted to drawn margins."""

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.origin_destination.country_fit import seed_of
from nuudel.model.origin_destination.deterrence import Deterrence
from nuudel.model.origin_destination.evidence import Geography
from nuudel.model.origin_destination.features import feature_tables
from nuudel.model.origin_destination.ipf import balanced

Floats = NDArray[np.float64]
TOLERANCE = 1e-7
"""Largest deviation of a margin, as a share of the year's moves."""
SWEEPS = 20_000
EXPECTED_TOLERANCE = 1e-4
WIDEST_RESIDUAL = 2.5
"""Largest standard deviation of a pair residual: e^2.5 is already twelvefold."""
SMALLEST_CELL = 1e-9


def draw_seeds(
    where: Geography, deterrence: Deterrence, rows: Floats, columns: Floats, random: np.random.Generator
) -> Floats:
    """Seeds of an unseen country, which hold for all its years; shape (D, n, n).

    For each draw: coefficients β and the residual's (ln σ, γ); pair residuals u_ij, normal with standard
    deviation σ (μ_ij / mean μ)^-γ and E e^u = 1, correlated between the two directions; the seed is
    exp(Σ β x + u).

    Parameters
    ----------
    rows, columns
        Shape (D, n): out- and in-migrants of an average year, equal sums; they set the sizes μ.
    """
    draws, n = rows.shape
    features = feature_tables(deterrence.features, where)
    beta = deterrence.coefficients.draw(draws, random)
    log_sigma, gamma = deterrence.spread.draw(draws, random).T[:, :, None, None]
    half, directed = random.standard_normal((2, draws, n, n))
    symmetric = np.triu(half, 1)
    symmetric += symmetric.transpose(0, 2, 1)
    share = min(max(deterrence.reciprocity, 0.0), 1.0)
    normal = np.sqrt(share) * symmetric + np.sqrt(1 - share) * directed
    seeds = np.array([seed_of(one, features) for one in beta])
    expected = fitted(seeds, rows, columns, EXPECTED_TOLERANCE)
    off = ~np.eye(n, dtype=bool)
    mean = expected.sum(axis=(1, 2), keepdims=True) / (n * (n - 1))
    relative = np.log(np.where(off, np.maximum(expected, SMALLEST_CELL), mean) / mean)
    deviation = np.minimum(np.exp(log_sigma - gamma * relative), WIDEST_RESIDUAL)
    strayed: Floats = seeds * np.exp(deviation * normal - deviation**2 / 2)
    return strayed


def draw_year(seeds: Floats, rows: Floats, columns: Floats, random: np.random.Generator) -> Floats:
    """Tables of one year that meet its margins, shape (D, n, n).

    The seeds are fitted to the margins. The counts of a year scatter about that as Poisson counts do: each
    cell is multiplied by a gamma variable of mean 1 and variance 1 / expected, and fitted again.

    Parameters
    ----------
    seeds
        Shape (D, n, n).
    rows, columns
        Shape (D, n): out- and in-migrants of each draw, equal sums; zeros where a place has none.

    Raises
    ------
    ModelError
        ``MODEL-314``: a table does not converge.
    """
    tables = fitted(seeds, rows, columns, EXPECTED_TOLERANCE)
    counted = np.maximum(tables, SMALLEST_CELL)
    scattered = np.maximum(random.standard_gamma(counted), SMALLEST_CELL * counted)
    return fitted(np.where(tables > 0, scattered, 0.0), rows, columns, TOLERANCE)


def fitted(seeds: Floats, rows: Floats, columns: Floats, tolerance: float) -> Floats:
    """Tables (D, n, n) of the seeds with the margins (D, n), converged."""
    tables, deviations = balanced(seeds[:, None], rows[:, None], columns[:, None], tolerance, SWEEPS)
    worst = float(deviations.max())
    if not worst <= tolerance:
        raise ModelError(
            314,
            f"in {int((deviations > tolerance).sum())} draws the margins were not met in {SWEEPS} sweeps: "
            f"the largest is off by {worst:.1e} of all moves.",
            "Look for a place that takes up almost all moves.",
            ("rows", "columns"),
        )
    one: Floats = tables[:, 0]
    return one
