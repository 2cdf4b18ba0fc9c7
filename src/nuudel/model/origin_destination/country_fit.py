"""One country's deterrence: the doubly constrained Poisson fit of its table."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.origin_destination.evidence import CountryEvidence
from nuudel.model.origin_destination.ipf import balanced

Floats = NDArray[np.float64]
STEPS = 50
STEP_TOLERANCE = 1e-8
LONGEST_STEP = 1.0
FIT_TOLERANCE = 1e-11
FIT_SWEEPS = 20_000


@dataclass(frozen=True)
class CountryFit:
    """What one country's average table says.

    Attributes
    ----------
    coefficients, covariance
        Shapes (K,), (K, K): of the features; the covariance allows for any dependence within a pair.
    expected
        Shape (n, n): flows by deterrence and margins alone.
    """

    country: str
    coefficients: Floats
    covariance: Floats
    expected: Floats


def fit_country(evidence: CountryEvidence, features: Floats) -> CountryFit:
    """Doubly constrained Poisson fit of the average year.

    ln μ = a_i + b_j + Σ_k β_k x_ijk by Poisson pseudo-maximum likelihood, so that all margins are met; its
    variance is clustered by unordered pair.

    Parameters
    ----------
    features
        Shape (K, n, n).

    Raises
    ------
    ModelError
        ``MODEL-304``: the features cannot be told apart in this country, or the fit does not converge.
    """
    flows = evidence.average
    coefficients, expected = fit_deterrence(evidence.country, flows, features)
    left = partial_out(expected, features)
    curvature = np.einsum("ij,kij,lij->kl", expected, left, left)
    scores = (flows - expected) * left
    upper = np.triu_indices(len(flows), 1)
    by_pair = (scores + scores.transpose(0, 2, 1))[:, upper[0], upper[1]]
    inverse = np.linalg.inv(curvature)
    covariance = inverse @ (by_pair @ by_pair.T) @ inverse
    return CountryFit(evidence.country, coefficients, covariance, expected)


def balance_one(seed: Floats, rows: Floats, columns: Floats) -> Floats:
    """The table of one seed with the margins, which are taken from a table and so can be met."""
    tables, _ = balanced(seed[None, None], rows[None, None], columns[None, None], FIT_TOLERANCE, FIT_SWEEPS)
    one: Floats = tables[0, 0]
    return one


def seed_of(coefficients: Floats, features: Floats) -> Floats:
    """exp(Σ β x), scaled to at most 1, with an empty diagonal; shape (n, n)."""
    log_seed = np.tensordot(coefficients, features, axes=1)
    off = ~np.eye(log_seed.shape[0], dtype=bool)
    seed: Floats = np.where(off, np.exp(log_seed - log_seed[off].max()), 0.0)
    return seed


def fit_deterrence(country: str, flows: Floats, features: Floats) -> tuple[Floats, Floats]:
    """β (K,) and μ (n, n) by Newton's method, with origin and destination terms taken out exactly."""
    out, arrived = flows.sum(axis=1), flows.sum(axis=0)
    beta = np.zeros(len(features))
    for _ in range(STEPS):
        expected = balance_one(seed_of(beta, features), out, arrived)
        left = partial_out(expected, features)
        curvature = np.einsum("ij,kij,lij->kl", expected, left, left)
        score = np.einsum("ij,kij->k", flows - expected, left)
        scale = np.sqrt(np.einsum("ij,kij->k", expected, features**2))
        if np.linalg.eigvalsh(curvature / np.outer(scale, scale))[0] <= 1e-9:
            break
        step = np.linalg.solve(curvature, score)
        beta = beta + step * min(1.0, LONGEST_STEP / max(np.abs(step).max(), STEP_TOLERANCE))
        if np.abs(step).max() <= STEP_TOLERANCE:
            return beta, balance_one(seed_of(beta, features), out, arrived)
    raise ModelError(
        304,
        f"the deterrence of {country} cannot be fitted: the features differ too little between its places.",
        "Use fewer features, or leave the country out.",
        ("country",),
    )


def partial_out(weights: Floats, features: Floats) -> Floats:
    """Features (K, n, n) less their weighted projection on origin and destination terms."""
    rows, columns = weights.sum(axis=1), weights.sum(axis=0)
    scaled = weights / rows[:, None]
    by_row = np.einsum("ij,kij->ik", weights, features)
    by_column = np.einsum("ij,kij->jk", weights, features)
    # The terms are free up to a constant; a constant matrix on the Schur complement fixes it.
    schur = np.diag(columns) - weights.T @ scaled + columns.mean() / len(columns)
    v = np.linalg.solve(schur, by_column - scaled.T @ by_row)
    u = by_row / rows[:, None] - scaled @ v
    left: Floats = features - u.T[:, :, None] - v.T[:, None, :]
    left[:, np.eye(len(weights), dtype=bool)] = 0.0
    return left
