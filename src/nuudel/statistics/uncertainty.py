"""Uncertainty where counts are small: parametric bootstrap, and exact intervals of single counts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv

from nuudel.base.errors import StatisticsError
from nuudel.statistics.flow_tables import FloatArray, check_numbers, refuse_missing


@dataclass(frozen=True)
class Bootstrap:
    """Spread of a statistic when its counts are drawn again.

    Attributes
    ----------
    estimate
        The statistic of the counts as they are.
    low, high
        Percentile interval at ``level``, of the shape of the statistic.
    standard_error
        Standard deviation of the draws.
    bias
        Mean of the draws minus the estimate. Focusing measures rise with random noise, so a positive bias
        near the size of the estimate says that the counts are too small for it.
    draws
        Number of draws; ``undefined``: how many of them gave no number and were left out.
    level
        E.g. 0.95.
    """

    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    standard_error: FloatArray
    bias: FloatArray
    draws: int
    undefined: int
    level: float


def parametric_bootstrap(
    statistic: Callable[[FloatArray], float | FloatArray],
    counts: ArrayLike,
    *,
    seed: int,
    draws: int = 1000,
    level: float = 0.95,
    dispersion: float | None = None,
    threads: int = 1,
) -> Bootstrap:
    """Percentile interval of a statistic of counts, drawn again from the Poisson or negative binomial.

    Parameters
    ----------
    statistic
        Takes counts of the shape given and returns a number or an array. Where it raises a StatisticsError
        for a draw (for example when nobody moves in it), that draw is left out and counted.
    counts
        Observed counts (or expected ones of a model), any shape, persons. A zero is drawn as zero always:
        where zeros matter, give the expected counts of a model instead.
    seed
        Each draw has its own stream spawned from the seed, so that the result does not depend on ``threads``.
    draws
        At least 100.
    level
        Between 0 and 1.
    dispersion
        None for the Poisson; otherwise the negative binomial with the variance μ + dispersion μ².
    threads
        How many draws are worked on at a time.

    Raises
    ------
    StatisticsError
        101 to 103; 115 for impossible settings, or when more than half of the draws give no number.

    Notes
    -----
    Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapters 6.5 and 13. People move in
    households, so that the variance of persons is above the Poisson's: give a dispersion where it is known.
    """
    means = np.asarray(counts, dtype=np.float64)
    means = check_numbers(means, "counts", means.ndim)
    refuse_missing(means, "counts")
    check_settings(draws, level, dispersion, threads)
    estimate = np.asarray(statistic(means), dtype=np.float64)
    undefined = np.full(estimate.shape, np.nan)

    def draw(stream: np.random.SeedSequence) -> FloatArray:
        generator = np.random.Generator(np.random.PCG64(stream))
        try:
            return np.asarray(statistic(drawn(generator, means, dispersion)), dtype=np.float64)
        except StatisticsError:
            return undefined

    streams = np.random.SeedSequence(seed).spawn(draws)
    if threads == 1:
        values = np.stack([draw(stream) for stream in streams])
    else:
        with ThreadPoolExecutor(threads) as pool:
            values = np.stack(list(pool.map(draw, streams)))
    return summary(values, estimate, level)


def check_settings(draws: int, level: float, dispersion: float | None, threads: int) -> None:
    problem = ""
    if draws < 100:
        problem = f"{draws} draws are too few for an interval."
    elif not 0 < level < 1:
        problem = f"The level {level:g} is not between 0 and 1."
    elif dispersion is not None and not 0 < dispersion < np.inf:
        problem = f"The dispersion {dispersion:g} is not above zero."
    elif threads < 1:
        problem = f"{threads} threads cannot work."
    if problem:
        raise StatisticsError(
            115,
            problem,
            "Use 100 or more draws, a level like 0.95, a dispersion above zero or None, one or more threads.",
            ("draws", "level", "dispersion", "threads"),
        )


def drawn(generator: np.random.Generator, means: FloatArray, dispersion: float | None) -> FloatArray:
    """Poisson counts; with a dispersion their means are first drawn from a gamma distribution."""
    if dispersion is not None:
        means = generator.gamma(1.0 / dispersion, dispersion * means)
    return generator.poisson(means).astype(np.float64)


def summary(values: FloatArray, estimate: FloatArray, level: float) -> Bootstrap:
    # an element that is undefined in the counts themselves does not speak against the draws
    known = np.isfinite(estimate)
    held = ~(~np.isfinite(values) & known).reshape(len(values), -1).any(axis=1)
    if held.sum() * 2 < len(values) or not known.any():
        raise StatisticsError(
            115,
            f"Only {int(held.sum())} of {len(values)} draws give a number.",
            "The counts are too small for this statistic: add places or years together.",
            ("counts",),
        )
    kept = np.where(known, values[held], np.nan)
    low, high = np.full(estimate.shape, np.nan), np.full(estimate.shape, np.nan)
    low[known], high[known] = np.quantile(kept[:, known], [(1 - level) / 2, (1 + level) / 2], axis=0)
    return Bootstrap(
        estimate=estimate,
        low=low,
        high=high,
        standard_error=kept.std(axis=0, ddof=1),
        bias=kept.mean(axis=0) - estimate,
        draws=len(values),
        undefined=int((~held).sum()),
        level=level,
    )


@dataclass(frozen=True)
class CountInterval:
    """Exact interval of Poisson means, each of the shape of the counts."""

    low: FloatArray
    high: FloatArray
    level: float


def count_interval(counts: ArrayLike, level: float = 0.95) -> CountInterval:
    """Exact (Garwood) interval of the mean behind a count; also for a count of zero.

    Parameters
    ----------
    counts
        Observed counts, any shape.
    level
        Between 0 and 1.

    Raises
    ------
    StatisticsError
        102, 103; 115.

    Notes
    -----
    Source: Garwood (1936), Biometrika 28, 437-442: half the quantiles of χ² with 2k and 2k + 2 degrees of
    freedom.
    """
    array = np.asarray(counts, dtype=np.float64)
    array = check_numbers(array, "counts", array.ndim)
    refuse_missing(array, "counts")
    check_settings(100, level, None, 1)
    tail = (1.0 - level) / 2.0
    low = np.where(array > 0, gammaincinv(np.maximum(array, 0.5), tail), 0.0)
    return CountInterval(low, np.asarray(gammaincinv(array + 1.0, 1.0 - tail)), level)
