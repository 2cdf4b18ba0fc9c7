"""From the coefficients of several countries to those of a country that has not been seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc
from scipy.stats import t as student

Floats = NDArray[np.float64]
POINTS = 2048
"""Points over which the spreads between countries are integrated."""
FREEDOM = 4.0
"""Degrees of freedom of the half-t prior on each spread between countries (Gelman 2006)."""


@dataclass(frozen=True)
class CountryPrior:
    """Distribution of K coefficients in a country that has not been seen.

    Attributes
    ----------
    spreads, weights
        Shapes (P, K), (P,): spreads between countries and the posterior weight of each.
    means, covariances
        Shapes (P, K), (P, K, K): of the coefficients' mean over countries, given the spreads.
    """

    spreads: Floats
    weights: Floats
    means: Floats
    covariances: Floats

    @property
    def mean(self) -> Floats:
        """Shape (K,): posterior mean of the coefficients' mean over countries."""
        centre: Floats = self.weights @ self.means
        return centre

    @property
    def spread(self) -> Floats:
        """Shape (K,): posterior mean of the standard deviation between countries."""
        between: Floats = self.weights @ self.spreads
        return between

    def draw(self, draws: int, random: np.random.Generator) -> Floats:
        """Coefficients of unseen countries, shape (draws, K)."""
        points = random.choice(len(self.weights), size=draws, p=self.weights)
        factor = np.linalg.cholesky(self.covariances[points])
        normal = random.standard_normal((2, draws, self.means.shape[1]))
        mean = self.means[points] + np.einsum("dkl,dl->dk", factor, normal[0])
        drawn: Floats = mean + self.spreads[points] * normal[1]
        return drawn


def unseen_country(
    estimates: Floats, covariances: Floats, *, centre: Floats, centre_spread: Floats, scale: Floats
) -> CountryPrior:
    """Posterior predictive distribution of a normal hierarchical model.

    estimate_c ~ N(θ_c, V_c), θ_c ~ N(m, diag τ²), m ~ N(centre, diag centre_spread²), τ_k ~ half-t with four
    degrees of freedom and the given scale (Gelman 2006, Bayesian Analysis 1, 515-534; Gelman et al. 2013,
    *Bayesian Data Analysis*, section 5.4). m is integrated exactly, τ over 2 048 Sobol points spread evenly
    over its prior.

    Parameters
    ----------
    estimates, covariances
        Shapes (C, K), (C, K, K); C may be 0, which leaves the prior.
    centre, centre_spread, scale
        Shape (K,).
    """
    k = len(centre)
    uniform = qmc.Sobol(k, scramble=False).random(POINTS) + 0.5 / POINTS
    spreads = scale * student.ppf(0.5 + uniform / 2, FREEDOM)
    total = covariances[None] + (spreads[:, :, None] * np.eye(k))[:, None, :, :] ** 2
    precision = np.linalg.inv(total)
    prior = np.diag(centre_spread**-2.0)
    inverse = prior + precision.sum(axis=1)
    covariance = np.linalg.inv(inverse)
    pull = prior @ centre + np.einsum("pckl,cl->pk", precision, estimates)
    mean = np.einsum("pkl,pl->pk", covariance, pull)
    gap = estimates[None] - mean[:, None, :]
    from_centre = mean - centre
    # ln p(estimates | τ) = ln p(estimates | m, τ) + ln p(m) - ln p(m | estimates, τ), at m = mean
    log_weight = (
        -0.5 * np.einsum("pck,pckl,pcl->p", gap, precision, gap)
        + 0.5 * np.linalg.slogdet(precision)[1].sum(axis=1)
        - 0.5 * np.einsum("pk,kl,pl->p", from_centre, prior, from_centre)
        - 0.5 * np.linalg.slogdet(inverse)[1]
    )
    weights = np.exp(log_weight - log_weight.max())
    return CountryPrior(spreads, weights / weights.sum(), mean, covariance)
