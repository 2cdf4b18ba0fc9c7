"""Ratios of areas to an earlier figure, partially pooled by parent place: what areas not covered may have."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

HALF = 0.5
"""Added to both figures of a ratio, so that small areas have one that is not too wild."""
PRIOR = 0.5
"""Scale of the half-normal priors of both standard deviations of the log ratio: beyond 1, where an area has
2.7 times as many people as another one would make expect, only many areas can bring them."""
SMALLEST, LARGEST = 0.01, 1.5
"""Standard deviations that are considered; between parents 0 too."""
NEGLIGIBLE = 12.0
"""Log of the posterior weight, below the largest, from which a point of the first grid is left out."""


@dataclass(frozen=True)
class RatioDraws:
    """Draws of the model of log ratios.

    Attributes
    ----------
    common
        Shape (D,): the mean log ratio of all parents.
    parents
        Shape (D, P): the log ratio of each parent.
    within
        Shape (D,): standard deviation between areas of one parent, beyond that of counts.
    emptied
        Shape (D,): how likely an area that had people has nobody now.
    level
        All persons by all of the base of areas that still have people, which says how large counts are.
    """

    common: Floats
    parents: Floats
    within: Floats
    emptied: Floats
    level: float

    def persons(self, base: Floats, parent: Integers, random: np.random.Generator) -> Floats:
        """Draws of areas that were not covered, shape (D, A): persons."""
        noise = np.sqrt(self.within[:, None] ** 2 + counting(base, self.level))
        drawn = random.standard_normal(noise.shape)
        logs = self.parents[:, parent] + noise * drawn
        stays = random.random(noise.shape) >= self.emptied[:, None]
        return np.asarray(stays * np.maximum((base + HALF) * np.exp(logs) - HALF, 0.0))


def counting(base: Floats, level: float) -> Floats:
    """Variance of the logarithm of a Poisson count whose mean is ``level`` times the base."""
    return np.asarray(1.0 / (base * level + HALF))


def fit_ratios(
    persons: Floats, base: Floats, parent: Integers, parents: int, draws: int, random: np.random.Generator
) -> RatioDraws:
    """Draw from the posterior of a hierarchical model of ratios.

    An area that had people has nobody now with a chance of its own, the same for all: 0 where no covered area
    was emptied, else Beta(emptied + ½, others + ½). Of the others, log((x + ½) / (b + ½)) of area i in parent
    p is N(θ[p], σ² + 1 / (r b + ½)), θ[p] is N(μ, τ²), μ flat, σ and τ half-normal(½). θ and μ are integrated
    in closed form for each pair (σ, τ) of a grid; the draws take the grid's points by their posterior weight,
    so that intervals carry the uncertainty of σ and τ
    too.

    Parameters
    ----------
    persons, base
        Shape (A,): of the areas that have both; base above 0, and persons above 0 in one of them at least.
    parent
        Shape (A,): index of the parent, 0 to ``parents`` - 1; parents without an area have draws too.

    Notes
    -----
    Source: Gelman et al. (2013), Bayesian Data Analysis, sections 5.4 (closed form of the normal hierarchical
    model) and 5.7 (weakly informative priors of its standard deviation). Empty areas apart: a hurdle model,
    Mullahy (1986), Journal of Econometrics 33, 341-365.
    """
    some = persons > 0
    emptied = np.zeros(draws)
    if not some.all():
        emptied = random.beta((~some).sum() + HALF, some.sum() + HALF, draws)
    persons, base, parent = persons[some], base[some], parent[some]
    level = float((persons.sum() + HALF) / (base.sum() + HALF))
    logs = np.log((persons + HALF) / (base + HALF))
    grid = refined(logs, counting(base, level), parent, parents)
    chances = np.exp(grid.log_weight - grid.log_weight.max()).ravel()
    picked = random.choice(chances.size, size=draws, p=chances / chances.sum())
    one, two = np.unravel_index(picked, grid.log_weight.shape)
    common = grid.centre[one, two] + random.standard_normal(draws) / np.sqrt(grid.trust[one, two])
    spread = grid.between[two, None]
    shrunk = spread**2 * grid.weight[one] / (1.0 + spread**2 * grid.weight[one])
    middle = common[:, None] + shrunk * (grid.mean[one] - common[:, None])
    thetas = middle + spread * np.sqrt(1.0 - shrunk) * random.standard_normal(middle.shape)
    return RatioDraws(common, thetas, grid.within[one], emptied, level)


@dataclass(frozen=True)
class Grid:
    """The posterior of (σ, τ) on a grid, shape (S, T), and what the draws given them need.

    Attributes
    ----------
    mean, weight
        Shape (S, P): mean log ratio of a parent's areas and its precision.
    centre, trust
        Shape (S, T): mean of μ and its precision.
    """

    within: Floats
    between: Floats
    log_weight: Floats
    mean: Floats
    weight: Floats
    centre: Floats
    trust: Floats


def grid_of(
    logs: Floats, variance: Floats, parent: Integers, parents: int, within: Floats, between: Floats
) -> Grid:
    """The marginal posterior of both standard deviations at the points of a grid."""
    precision = 1.0 / (within[:, None] ** 2 + variance)
    weight = by_parent(precision, parent, parents)
    held = np.bincount(parent, minlength=parents) > 0
    sums = by_parent(precision * logs, parent, parents)
    mean = np.divide(sums, weight, out=np.zeros_like(weight), where=held)
    inside = (precision * (logs - mean[:, parent]) ** 2).sum(axis=1)
    alone = np.log(precision).sum(axis=1) - inside - np.log(weight[:, held]).sum(axis=1)
    # Shape (S, T, parents that have areas).
    spread = between[None, :, None] ** 2 + 1.0 / weight[:, None, held]
    means = np.broadcast_to(mean[:, None, held], spread.shape)
    trust = (1.0 / spread).sum(axis=2)
    centre = (means / spread).sum(axis=2) / trust
    misfit = ((means - centre[..., None]) ** 2 / spread).sum(axis=2)
    twice = alone[:, None] - np.log(spread).sum(axis=2) - np.log(trust) - misfit
    twice -= (within[:, None] ** 2 + between[None, :] ** 2) / PRIOR**2
    log_weight = 0.5 * twice + np.log(step(within))[:, None] + np.log(step(between))[None, :]
    return Grid(within, between, log_weight, mean, weight, centre, trust)


def refined(logs: Floats, variance: Floats, parent: Integers, parents: int) -> Grid:
    """A coarse grid over all standard deviations, then a fine one over those that have any weight."""
    wide = geometric(SMALLEST, LARGEST, 24)
    first = grid_of(logs, variance, parent, parents, wide, np.concatenate([[0.0], wide[::2]]))
    near = first.log_weight > first.log_weight.max() - NEGLIGIBLE
    within, between = around(wide, near.any(axis=1)), around(first.between, near.any(axis=0))
    from_zero = np.concatenate([[0.0], geometric(SMALLEST, between[1], 23)])
    fine = geometric(*between, 24) if between[0] else from_zero
    return grid_of(logs, variance, parent, parents, geometric(*within, 40), fine)


def by_parent(values: Floats, parent: Integers, parents: int) -> Floats:
    """Sums of the columns of each parent, shape (K, P)."""
    order = np.argsort(parent, kind="stable")
    held, starts = np.unique(parent[order], return_index=True)
    sums = np.zeros((len(values), parents))
    if len(held):
        sums[:, held] = np.add.reduceat(values[:, order], starts, axis=1)
    return sums


def geometric(low: float, high: float, points: int) -> Floats:
    return np.geomspace(low, high, points)


def around(points: Floats, near: NDArray[np.bool_]) -> tuple[float, float]:
    """The range of the points that are near, and one more on each side."""
    at = np.flatnonzero(near)
    return float(points[max(at[0] - 1, 0)]), float(points[min(at[-1] + 1, len(points) - 1)])


def step(points: Floats) -> Floats:
    """Width of the grid around each point (trapezoid)."""
    edges = np.concatenate([points[:1], (points[1:] + points[:-1]) / 2, points[-1:]])
    return np.diff(edges)
