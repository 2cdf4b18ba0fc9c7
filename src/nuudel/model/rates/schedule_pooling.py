"""Migration schedules of many regions fitted together: those with few moves borrow from all."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import ModelError
from nuudel.model.rates.rogers_castro import FORMS, ScheduleParameters
from nuudel.model.rates.schedule_fit import best_start, observations, require_form
from nuudel.model.rates.schedule_likelihood import (
    AGES_AS_THEY_ARE,
    Observations,
    Prior,
    Summit,
    climb,
    expected,
    freed,
    from_theta,
    rates_and_slopes,
)

Floats = NDArray[np.float64]
FEWEST_REGIONS = 3
ROUNDS = 1000
# The EM algorithm's steps of the logarithm of a spread are lengthened by this factor; it converges below 2.
STRIDE = 1.8
# The spread between regions is settled when no standard deviation moves by more than this part of itself.
SETTLED = 1e-3
# Standard deviations between regions at the outset: logarithms, and ages in years.
FIRST_SPREAD, FIRST_SPREAD_AGE = 0.3, 2.0
# The spread of a parameter that every region holds at the same limit.
LEAST_SPREAD = 1e-3
# Scoring steps by which the regions follow the common schedule in each round.
STEPS_OF_A_ROUND = 4


@dataclass(frozen=True, eq=False)
class PooledSchedules:
    """Schedules of R regions about a common one; A single ages, K parameters.

    Attributes
    ----------
    names
        K names of the parameters in the literature.
    values
        R x K parameters.
    common
        K parameters of the common schedule, at the mean level of the regions.
    spread
        K standard deviations between regions: of the logarithm of the parameter (heights other than a2:
        relative to a2; a2 carries the level), and in years for mu2 and mu3.
    standard_errors
        R x K of the same quantities, given the common schedule and the spread.
    borrowed
        R x K share of the spread that the region's own moves leave open: 1 where a region takes the common
        value, 0 where it speaks for itself.
    ages
        A completed ages.
    rates
        R x A fitted rates.
    rates_error
        R x A standard errors of their logarithms.
    moves
        R moves counted.
    rounds
        Rounds until the spread settled.
    quality
        ``estimated``.
    """

    names: tuple[str, ...]
    values: Floats
    common: Floats
    spread: Floats
    standard_errors: Floats
    borrowed: Floats
    ages: Floats
    rates: Floats
    rates_error: Floats
    moves: Floats
    rounds: int
    quality: str = "estimated"

    def parameters(self, region: int) -> ScheduleParameters:
        """The schedule of one region."""
        return ScheduleParameters.of(self.values[region])

    @property
    def common_parameters(self) -> ScheduleParameters:
        """The common schedule."""
        return ScheduleParameters.of(self.common)

    def to_frame(self, regions: tuple[str, ...]) -> pl.DataFrame:
        """One row per region and parameter."""
        count = len(self.names)
        return pl.DataFrame(
            {
                "region": np.repeat(regions, count),
                "parameter": np.tile(self.names, len(regions)),
                "value": self.values.ravel(),
                "error": self.standard_errors.ravel(),
                "borrowed": self.borrowed.ravel(),
            }
        ).with_columns(pl.lit(self.quality).alias("quality"))


def fit_schedules(
    moves: ArrayLike, exposures: ArrayLike, *, edges: ArrayLike | None = None, form: int = 7
) -> PooledSchedules:
    """Fit schedules of many regions with partial pooling.

    Counts are Poisson about exposure times rate. The transformed parameters θ of the regions are normal
    about a common mean with a variance of their own each; mean and variances are estimated by the EM
    algorithm, in which the distribution of each θ given its counts is normal about its mode with the
    inverse of the expected information (empirical Bayes by Laplace's approximation). Regions without any
    move take the common shape.

    Parameters
    ----------
    moves
        R x G counts, R at least 3.
    exposures
        R x G person-years of the age groups, or R x A of single ages.
    edges
        G + 1 ages at which the groups begin and end; single years from 0 by default.
    form
        7, 9, 11 or 13 parameters.

    Raises
    ------
    ModelError
        ``MODEL-623``, ``MODEL-624`` and ``MODEL-625`` as in ``fit_schedule``; ``MODEL-626`` fewer than three
        regions; ``MODEL-627`` the fit does not settle.

    Notes
    -----
    The standard deviations have the boundary-avoiding prior p(τ) ∝ τ of Chung, Rabe-Hesketh, Dorie, Gelman &
    Liu 2013, *Psychometrika* 78:4. The algorithm: Dempster, Laird & Rubin 1977; Gelman et al. 2013,
    *Bayesian Data Analysis*, sections 5.4 and 13.6.
    """
    counts, lived = np.asarray(moves, float), np.asarray(exposures, float)
    if counts.ndim != 2 or len(counts) < FEWEST_REGIONS:
        raise ModelError(
            626,
            "Fewer than three regions are given, so that their spread about a common schedule is unknown.",
            "Fit each by itself, or give more regions.",
            ("moves",),
        )
    data = observations(counts, lived, edges)
    require_form(form, data)
    return settle(data, FORMS[form], *outset(data, form))


def settle(data: Observations, names: tuple[str, ...], theta: Floats, prior: Prior) -> PooledSchedules:
    """Rounds of regional fits and of a renewed common distribution, until its spread stays."""
    for rounds in range(1, ROUNDS + 1):
        found = climb(theta, data, names, prior, STEPS_OF_A_ROUND)
        theta, spread = found.theta, prior.precision**-0.5
        variance = np.einsum("bkk->bk", covariance(found, prior))
        mean = theta.mean(axis=0)
        # One less than the regions: the mode under Chung's prior, which never puts a spread at zero.
        renewed = np.sqrt(((theta - mean) ** 2 + variance).sum(axis=0) / (len(theta) - 1))
        renewed = np.maximum(renewed, LEAST_SPREAD)
        if np.all(np.abs(renewed / spread - 1) < SETTLED):
            found = climb(theta, data, names, prior)
            if np.all(found.reached):
                return pooled(data, names, found, prior, rounds)
            break
        prior = Prior(mean, (spread * (renewed / spread) ** STRIDE) ** -2.0)
    raise ModelError(
        627,
        "The pooled migration schedules do not settle: a region's fit or their spread keeps moving.",
        "Fit fewer parameters, join sparse ages, or leave out regions with contradictory counts.",
        ("moves",),
    )


def outset(data: Observations, form: int) -> tuple[Floats, Prior]:
    """The schedule of all regions together, for each at its own level."""
    names = FORMS[form]
    together = Observations(
        data.ages, data.groups, data.counts.sum(axis=0)[None], data.weights.sum(axis=0)[None], True
    )
    common = best_start(together, form)[0].theta
    theta = np.repeat(common, len(data.counts), axis=0)
    mean, _ = expected(theta, data, names)
    # Half a move is added so that a region without any has a level.
    level = np.log((data.counts.sum(axis=-1) + 0.5) / (mean.sum(axis=-1) + 0.5))
    theta[:, names.index("a2")] += level
    first = np.array([FIRST_SPREAD_AGE if name in AGES_AS_THEY_ARE else FIRST_SPREAD for name in names])
    first[names.index("a2")] = max(float(level.std()), FIRST_SPREAD)
    return theta, Prior(theta.mean(axis=0), first**-2.0)


def covariance(found: Summit, prior: Prior) -> Floats:
    """R x K x K covariance of θ given the counts."""
    precision = found.information + np.diag(prior.precision)
    inverse = np.linalg.inv(freed(precision, found.held))
    size = precision.shape[1]
    # A parameter held at a limit has no spread about it.
    return np.asarray(np.where(found.held[:, None] & np.eye(size, dtype=bool), 0.0, inverse))


def pooled(
    data: Observations, names: tuple[str, ...], found: Summit, prior: Prior, rounds: int
) -> PooledSchedules:
    spread = covariance(found, prior)
    variance = np.einsum("bkk->bk", spread)
    rates, slopes = rates_and_slopes(found.theta, data.ages, names)
    rates_variance = np.einsum("bka,bkl,bla->ba", slopes, spread, slopes, optimize=True)
    return PooledSchedules(
        names=names,
        values=from_theta(found.theta, names),
        common=from_theta(prior.mean, names),
        spread=prior.precision**-0.5,
        standard_errors=np.sqrt(variance),
        borrowed=np.minimum(variance * prior.precision, 1),
        ages=data.ages,
        rates=rates,
        rates_error=np.sqrt(np.maximum(rates_variance, 0)) / rates,
        moves=data.counts.sum(axis=-1),
        rounds=rounds,
    )
