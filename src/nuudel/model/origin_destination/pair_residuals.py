"""How far a country's flows stray from what deterrence and margins alone would give."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
GROUPS = 60


@dataclass(frozen=True)
class PairResiduals:
    """Spread of the residuals u = ln(m / μ) of one country's cells.

    Attributes
    ----------
    spread, covariance
        Shapes (2,), (2, 2): ln σ and γ; the standard deviation of u is s = σ (μ / mean μ)^-γ.
    reciprocity
        Correlation between the two directions of a pair.
    """

    spread: Floats
    covariance: Floats
    reciprocity: float


def fit_residuals(flows: Floats, expected: Floats, features: Floats) -> PairResiduals:
    """Likelihood of σ and γ in the residuals of a Poisson fit.

    The fit follows large cells, so that their residuals are smaller than the true ones: to first order they
    are (I - G) u with G = X (X' W X)^-1 X' W, W = diag μ (McCullagh & Nelder 1989, *Generalized Linear
    Models*, section 12.5). Each is taken as normal with the variance that follows from that, and mean
    c - s² / 2, since it is E m that the fit gives. Empty cells are left out.

    Parameters
    ----------
    flows, expected
        Shape (n, n).
    features
        Shape (K, n, n), of the fit.
    """
    n = len(flows)
    off = ~np.eye(n, dtype=bool)
    x = np.log(expected[off] / expected[off].mean())
    seen = flows[off] > 0
    residual = np.log(np.where(seen, flows[off], 1.0) / expected[off])
    left = np.square(np.eye(x.size) - projection(expected, features, off))[seen]
    # s² is a smooth function of x: cells of nearly the same x share it, so that the sum over cells is short
    order = np.argsort(x)
    starts = np.unique(np.linspace(0, x.size, GROUPS, endpoint=False).astype(np.intp))
    shrunk = np.add.reduceat(left[:, order], starts, axis=1)
    middle = np.add.reduceat(x[order], starts) / np.diff([*starts, x.size])
    r = residual[seen]

    def moments(terms: Floats) -> tuple[Floats, Floats]:
        own, shared = (np.exp(2 * np.clip(terms[0] - terms[1] * at, -10, 3)) for at in (x[seen], middle))
        return terms[2] - own / 2, shrunk @ shared

    def loss(terms: Floats) -> float:
        mean, variance = moments(terms)
        return float((np.log(variance) + (r - mean) ** 2 / variance).sum())

    start = np.array([np.log(r.std()), 0.0, r.var() / 2])
    found = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-4})
    mean, variance = moments(found.x)
    table = np.full((n, n), np.nan)
    table[off] = np.where(seen, 0.0, np.nan)
    table[table == 0] = (r - mean) / np.sqrt(variance)
    upper = np.triu_indices(n, 1)
    there, back = table[upper], table.T[upper]
    both = np.isfinite(there) & np.isfinite(back)
    reciprocity = float(np.corrcoef(there[both], back[both])[0, 1])
    freedom = max(r.size - 2 * n, 1)
    covariance = np.diag([1 / (2 * freedom), 1 / (2 * freedom * x.var())]) * (1 + reciprocity**2)
    return PairResiduals(found.x[:2], covariance, reciprocity)


def projection(expected: Floats, features: Floats, off: NDArray[np.bool_]) -> Floats:
    """G of ``fit_residuals``, shape (N, N) over the N off-diagonal cells."""
    n = len(expected)
    i, j = np.nonzero(off)
    design = np.zeros((i.size, 2 * n - 1 + len(features)))
    design[np.arange(i.size), i] = 1.0
    design[j > 0, n + j[j > 0] - 1] = 1.0
    design[:, 2 * n - 1 :] = features[:, off].T
    weighted = design * expected[off][:, None]
    onto: Floats = design @ np.linalg.solve(design.T @ weighted, weighted.T)
    return onto
