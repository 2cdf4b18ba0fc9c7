"""One adjusted series from several sources that measure the same thing, with its uncertainty.

On the log scale, for source s, place p and year t:

    y[s,p,t] = theta[p,t] + b[s] + e,   theta[p,t] = theta[p,t-1] + w,   b[s] ~ N(m[s], beta[s]^2)

a linear Gaussian model with a flat prior on the level, solved exactly as one system of normal equations
(generalised least squares; for one place it equals the Kalman smoother, Durbin & Koopman 2012, ch. 4 and 5).
A figure that is only a bound ("over 200 000") enters as a one-sided (censored) observation: the probability
that the source's own count lies beyond the bound. Its moments are matched by expectation propagation
(Rasmussen & Williams 2006, section 3.6), which is exact in mean and variance where there is one such figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from nuudel.base.errors import StatisticsError
from nuudel.base.provenance import Quality, Text
from nuudel.statistics.reconciliation.sources import Estimate, Qualifier, check_same_concept

Floats = NDArray[np.float64]
ABOUT_PERCENT = 5.0
"""Further error of a figure that its source calls approximate."""
USUAL_CHANGE_PERCENT = 5.0
"""Yearly change taken where there are too few years to estimate it."""
FEWEST_YEARS = 4
"""Years with figures needed to estimate the yearly change."""


@dataclass(frozen=True)
class SourceBias:
    """What the sources together say about one source's lasting error, per cent (negative: counts too few)."""

    source: str
    median_percent: float
    low80_percent: float
    high80_percent: float


@dataclass(frozen=True)
class ReconciledSeries:
    """The adjusted series; every figure is an estimate.

    Attributes
    ----------
    places, years
        P place codes, Y years without gaps.
    median, mean, low80, high80, low95, high95
        Persons, shape (P, Y).
    log_sd
        Standard deviation of the logarithm, shape (P, Y).
    weights
        Source -> shape (P, Y): its share in the estimate's logarithm; the shares of a year add up to 1.
    biases
        One per source.
    change_percent_per_year
        Standard deviation of the yearly change that was used.
    change_estimated
        Whether it was estimated from the figures or taken as given.
    assumptions
        What was assumed of the sources.
    quality
        Always ``estimated``.
    """

    concept: str
    duration: str
    places: tuple[str, ...]
    years: tuple[int, ...]
    median: Floats
    mean: Floats
    low80: Floats
    high80: Floats
    low95: Floats
    high95: Floats
    log_sd: Floats
    weights: Mapping[str, Floats]
    biases: tuple[SourceBias, ...]
    change_percent_per_year: float
    change_estimated: bool
    assumptions: tuple[Text, ...]
    quality: Quality = Quality.ESTIMATED

    def to_frame(self) -> pl.DataFrame:
        """One row per place and year."""
        columns = {
            name: getattr(self, name).ravel()
            for name in ("median", "mean", "low80", "high80", "low95", "high95")
        }
        size = len(self.places) * len(self.years)
        return pl.DataFrame(
            {
                "place": np.repeat(self.places, len(self.years)).tolist(),
                "year": np.tile(self.years, len(self.places)),
                **columns,
                **{f"weight_{source}": w.ravel() for source, w in self.weights.items()},
                "quality": [str(self.quality)] * size,
            }
        )


@dataclass(frozen=True)
class Design:
    """The linear model: unknowns are theta (place by year) and then one bias per source.

    Attributes
    ----------
    target
        Logarithm of each figure at full coverage, less its source's prior bias; shape (n,).
    variance
        Of each figure's own error, shape (n,).
    side
        0 for a figure, 1 for a lower and −1 for an upper bound, shape (n,).
    links
        Shape (n, unknowns), two ones in each row.
    walk
        Precision of theta under a random walk whose steps have variance 1, shape (unknowns, unknowns).
    prior
        Precision of the biases, same shape.
    """

    target: Floats
    variance: Floats
    side: NDArray[np.int64]
    links: Floats
    walk: Floats
    prior: Floats
    steps: int


def reconcile(
    estimates: Sequence[Estimate],
    *,
    change_percent_per_year: float | None = None,
    about_percent: float = ABOUT_PERCENT,
) -> ReconciledSeries:
    """Combine sources that measure one thing into an adjusted series with uncertainty.

    Parameters
    ----------
    estimates
        Figures of two or more sources, in any order.
    change_percent_per_year
        Standard deviation of the yearly change; estimated by restricted maximum likelihood when not given
        and there are at least four years, else 5.
    about_percent
        Further error of figures that are called approximate.

    Raises
    ------
    StatisticsError
        ``STATISTICS-334``/``335`` concepts or duration classes differ, ``STATISTICS-339`` fewer than two
        sources, ``STATISTICS-340`` a figure is there twice or a source is described in two ways,
        ``STATISTICS-341`` a figure has no error, ``STATISTICS-342`` a place has nothing but bounds.
    """
    figures = sorted(estimates, key=lambda e: (e.concept.key, e.place, e.year))
    check_figures(figures)
    sources = sorted({e.concept.key for e in figures})
    places = sorted({e.place for e in figures})
    years = range(min(e.year for e in figures), max(e.year for e in figures) + 1)
    design = build_design(figures, sources, places, years, about_percent)
    estimated = change_percent_per_year is None and len({e.year for e in figures}) >= FEWEST_YEARS
    change = (
        estimate_change(design)
        if estimated
        else np.log1p((change_percent_per_year or USUAL_CHANGE_PERCENT) / 100)
    )
    state, covariance, shares = solve(design, change)
    shape = (len(places), len(years))
    cells = shape[0] * shape[1]
    centre, sd = state[:cells].reshape(shape), np.sqrt(np.diag(covariance)[:cells]).reshape(shape)
    from_source = np.array([sources.index(e.concept.key) for e in figures])
    described = {e.concept.key: e.concept for e in figures}
    wide, narrow = norm.ppf(0.975), norm.ppf(0.9)
    return ReconciledSeries(
        concept=figures[0].concept.concept,
        duration=figures[0].concept.duration,
        places=tuple(places),
        years=tuple(years),
        median=np.exp(centre),
        mean=np.exp(centre + sd**2 / 2),
        low80=np.exp(centre - narrow * sd),
        high80=np.exp(centre + narrow * sd),
        low95=np.exp(centre - wide * sd),
        high95=np.exp(centre + wide * sd),
        log_sd=sd,
        weights={
            s: shares[:cells, from_source == i].sum(axis=1).reshape(shape) for i, s in enumerate(sources)
        },
        biases=tuple(
            source_bias(s, described[s].bias_percent, state[cells + i], covariance[cells + i, cells + i])
            for i, s in enumerate(sources)
        ),
        change_percent_per_year=float(np.expm1(change) * 100),
        change_estimated=estimated,
        assumptions=tuple(a for s in sources for a in described[s].assumptions),
    )


def check_figures(figures: Sequence[Estimate]) -> None:
    described = {e.concept.key: e.concept for e in figures}
    if len(described) < 2:
        raise StatisticsError(
            339, "reconciliation needs two sources or more.", "Give a second source of the same concept."
        )
    check_same_concept(figures)
    if len({(e.concept.key, e.place, e.year) for e in figures}) != len(figures) or any(
        e.concept != described[e.concept.key] for e in figures
    ):
        raise StatisticsError(
            340,
            "a source has two figures for one place and year, or is described in two ways.",
            "Keep one figure and one description of each source.",
            ("source", "place", "year"),
        )
    bare = next((e for e in figures if e.standard_error is None and e.concept.error_percent is None), None)
    if bare is not None:
        raise StatisticsError(
            341,
            f"the figure of {bare.concept.key} for {bare.place} {bare.year} has no error.",
            "Give its standard error, or the error_percent of its source.",
            ("standard_error", "error_percent"),
        )
    firm = {e.place for e in figures if e.qualifier in (Qualifier.EXACT, Qualifier.ABOUT)}
    bounded = sorted({e.place for e in figures} - firm)
    if bounded:
        raise StatisticsError(
            342,
            f"{bounded[0]} has nothing but bounds (over, up to).",
            "Add a figure that is not a bound, or leave the place out.",
            ("qualifier",),
        )


def build_design(
    figures: Sequence[Estimate], sources: list[str], places: list[str], years: range, about_percent: float
) -> Design:
    cells = len(places) * len(years)
    links = np.zeros((len(figures), cells + len(sources)))
    target, variance = np.empty(len(figures)), np.empty(len(figures))
    prior = np.zeros((links.shape[1], links.shape[1]))
    side = {Qualifier.AT_LEAST: 1, Qualifier.AT_MOST: -1}
    for i, e in enumerate(figures):
        bias = cells + sources.index(e.concept.key)
        links[i, places.index(e.place) * len(years) + e.year - years.start] = 1.0
        links[i, bias] = 1.0
        prior[bias, bias] = np.log1p(e.concept.bias_sd_percent / 100) ** -2
        target[i] = np.log(e.full_value) - np.log1p(e.concept.bias_percent / 100)
        spread = (
            e.standard_error / e.value if e.standard_error else np.log1p((e.concept.error_percent or 0) / 100)
        )
        vague = np.log1p(about_percent / 100) if e.qualifier is Qualifier.ABOUT else 0.0
        variance[i] = spread**2 + vague**2
    walk = np.zeros_like(prior)
    steps = np.diff(np.eye(len(years)), axis=0)
    walk[:cells, :cells] = np.kron(np.eye(len(places)), steps.T @ steps)
    sides = np.array([side.get(e.qualifier, 0) for e in figures], dtype=np.int64)
    return Design(target, variance, sides, links, walk, prior, steps=len(places) * len(steps))


def solve(design: Design, change: float) -> tuple[Floats, Floats, Floats]:
    """Mean and covariance of the unknowns, and the share of each figure in each mean.

    Bounds are replaced by figures with the location and precision that expectation propagation finds.
    """
    bounds = np.flatnonzero(design.side)
    precision = np.where(design.side == 0, 1.0 / design.variance, 0.0)
    located = np.where(design.side == 0, precision * design.target, 0.0)
    base = design.prior + design.walk / change**2
    state, covariance = posterior(design, base, precision, located)
    for _ in range(200):
        before = located.copy(), precision.copy()
        for i in bounds:
            row = design.links[i]
            variance = row @ covariance @ row
            # The cavity: what all other figures say about this one.
            cavity = 1.0 / (1.0 / variance - precision[i])
            centre = cavity * (row @ state / variance - located[i])
            precision[i], located[i] = site(
                design.target[i], design.variance[i], int(design.side[i]), centre, cavity
            )
            state, covariance = posterior(design, base, precision, located)
        if np.allclose(before[0], located, rtol=1e-10) and np.allclose(before[1], precision, rtol=1e-10):
            break
    shares = covariance @ (design.links.T * precision)
    return state, covariance, shares


def posterior(design: Design, base: Floats, precision: Floats, located: Floats) -> tuple[Floats, Floats]:
    factor = cho_factor(base + design.links.T @ (precision[:, None] * design.links))
    covariance = cho_solve(factor, np.eye(len(base)))
    return covariance @ (design.links.T @ located), covariance


def site(bound: float, error: float, side: int, centre: float, cavity: float) -> tuple[float, float]:
    """Precision, and precision times location, that stand for a bound on a count of N(centre, cavity)."""
    scale = np.sqrt(cavity + error)
    z = side * (centre - bound) / scale
    ratio = float(np.exp(norm.logpdf(z) - norm.logcdf(z)))
    mean = centre + side * cavity * ratio / scale
    variance = cavity - cavity**2 * ratio * (z + ratio) / scale**2
    return 1.0 / variance - 1.0 / cavity, mean / variance - centre / cavity


def estimate_change(design: Design) -> float:
    """Yearly change (log scale) of largest restricted likelihood; bounds are left aside."""
    weights = np.where(design.side == 0, 1.0 / design.variance, 0.0)
    pull = design.links.T @ (weights * design.target)

    def loss(log_change: float) -> float:
        system = (
            design.prior
            + design.walk * np.exp(-2 * log_change)
            + design.links.T @ (weights[:, None] * design.links)
        )
        determinant = float(np.linalg.slogdet(system)[1])
        return determinant / 2 + design.steps * log_change - float(pull @ np.linalg.solve(system, pull)) / 2

    found = minimize_scalar(loss, bounds=(np.log(1e-3), np.log(1.0)), method="bounded")
    return float(np.exp(found.x))


def source_bias(source: str, prior_percent: float, centre: float, variance: float) -> SourceBias:
    shift = np.log1p(prior_percent / 100) + centre
    spread = norm.ppf(0.9) * np.sqrt(variance)
    low, median, high = (float(np.expm1(x) * 100) for x in (shift - spread, shift, shift + spread))
    return SourceBias(source, median, low, high)
