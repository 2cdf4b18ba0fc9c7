"""Perturbation tables: with which probability a count is changed by how much.

For each count i the probabilities p(i -> i + k) have the largest entropy among those that leave the count
unbiased (mean 0), have the asked variance, change it by at most D, never make it negative, and never
publish the smallest positive counts (Marley & Leaver 2011, section 3; Giessing 2016, section 3.1). Zero
stays zero.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import StatisticsError
from nuudel.statistics.disclosure.tables import Floats


@dataclass(frozen=True)
class PerturbationTable:
    """Probabilities of noise.

    Attributes
    ----------
    maximum_noise
        D, persons.
    variance
        V, persons squared.
    never_published
        Counts 1 … this are never published (0: all may be); "js" in the literature.
    probabilities
        Shape (rows, 2 D + 1): row i is true count i, the last row every larger count; column k + D is
        noise k.
    """

    maximum_noise: int
    variance: float
    never_published: int
    probabilities: Floats

    @cached_property
    def cumulative(self) -> Floats:
        """Row sums up to each column; the last column is exactly 1."""
        cumulative = np.cumsum(self.probabilities, axis=1)
        cumulative[:, -1] = 1.0
        return cumulative

    def noise(self, counts: NDArray[np.int64], uniform: Floats) -> NDArray[np.int64]:
        """Noise for counts, given for each a number in [0, 1) that its cell key determines."""
        rows = np.minimum(counts, len(self.probabilities) - 1)
        drawn = np.full(counts.shape, -self.maximum_noise, dtype=np.int64)
        for column in range(2 * self.maximum_noise):
            drawn += uniform >= self.cumulative[:, column][rows]
        return drawn

    def originals(self, published: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Smallest and largest true count that can be published as each of these."""
        D = self.maximum_noise
        last = len(self.probabilities) - 1
        ends = np.empty((2, last + D + 1), dtype=np.int64)
        for j in range(last + D + 1):
            able = [
                i
                for i in range(j + D + 1)
                if abs(j - i) <= D and self.probabilities[min(i, last), j - i + D] > 0
            ]
            ends[:, j] = (able[0], able[-1]) if able else (max(j - D, 0), j + D)
        inside = np.minimum(published, ends.shape[1] - 1)
        beyond = published - inside
        return ends[0][inside] + beyond, ends[1][inside] + beyond

    def posterior(self, published: int) -> Floats:
        """Probability of each true count 0 … published + D for one who held all of them equally likely."""
        D, last = self.maximum_noise, len(self.probabilities) - 1
        weights = np.array(
            [
                self.probabilities[min(i, last), published - i + D] if abs(published - i) <= D else 0.0
                for i in range(published + D + 1)
            ]
        )
        if not weights.any():
            raise StatisticsError(
                309, f"the count {published} is never published under this table.", "Ask for another count."
            )
        return np.asarray(weights / weights.sum())


@lru_cache(maxsize=32)
def perturbation_table(maximum_noise: int, variance: float, never_published: int = 0) -> PerturbationTable:
    """Build the table of largest entropy.

    Raises
    ------
    StatisticsError
        ``STATISTICS-310`` no such noise exists: the variance is too small or too large for some count.
    """
    if maximum_noise < 1 or variance <= 0 or never_published < 0:
        raise StatisticsError(
            310,
            "the noise needs a maximum of at least 1 and a positive variance.",
            "Give for example maximum_noise=5, variance=3, never_published=2.",
            ("maximum_noise", "variance", "never_published"),
        )
    D = maximum_noise
    # From this count on no published value falls below 0 or among those never published.
    rows = D + never_published + 1 if never_published else D
    probabilities = np.zeros((rows + 1, 2 * D + 1))
    probabilities[0, D] = 1.0
    noise = np.arange(-D, D + 1)
    for count in range(1, rows + 1):
        published = count + noise
        allowed = (published == 0) | (published > never_published)
        probabilities[count, allowed] = largest_entropy(noise[allowed].astype(float), variance, count)
    probabilities.setflags(write=False)
    return PerturbationTable(D, variance, never_published, probabilities)


def largest_entropy(noise: Floats, variance: float, count: int) -> Floats:
    """Probabilities on ``noise`` with mean 0 and the given variance, of largest entropy.

    They are proportional to exp(a k + b k²); a and b minimise the convex dual, by damped Newton steps.
    """
    edge = check_variance(noise, variance, count)
    if edge is not None:
        return edge
    features = np.column_stack([noise, noise**2 - variance])
    multipliers = np.zeros(2)
    for _ in range(200):
        value, probabilities = dual(features, multipliers)
        gradient = probabilities @ features
        if np.abs(gradient).max() < 1e-13:
            break
        centred = features - gradient
        hessian = centred.T @ (probabilities[:, None] * centred)
        step = np.linalg.solve(hessian + 1e-15 * np.eye(2), gradient)
        length = 1.0
        while length > 1e-10 and dual(features, multipliers - length * step)[0] > value:
            length /= 2
        multipliers = multipliers - length * step
    return dual(features, multipliers)[1]


def dual(features: Floats, multipliers: Floats) -> tuple[float, Floats]:
    exponents = features @ multipliers
    top = exponents.max()
    weights = np.exp(exponents - top)
    return float(top + np.log(weights.sum())), weights / weights.sum()


def check_variance(noise: Floats, variance: float, count: int) -> Floats | None:
    """The only solution where the variance is at the edge of what is possible; else None."""
    from scipy.optimize import linprog

    moments = np.vstack([np.ones_like(noise), noise])
    ends = [linprog(s * noise**2, A_eq=moments, b_eq=[1, 0], bounds=(0, 1), method="highs") for s in (1, -1)]
    if not all(end.success for end in ends):
        least, most = np.inf, -np.inf
    else:
        least, most = float(ends[0].fun or 0.0), -float(ends[1].fun or 0.0)
    if not least - 1e-9 <= variance <= most + 1e-9:
        raise StatisticsError(
            310,
            f"no unbiased noise of variance {variance:g} exists for a count of {count} "
            f"(possible: {least:.3g} to {most:.3g}).",
            "Change the variance, raise the maximum noise, or publish smaller counts.",
            ("maximum_noise", "variance", "never_published"),
        )
    for end, limit in zip(ends, (least, most), strict=True):
        if abs(variance - limit) < 1e-9:
            return np.asarray(end.x)
    return None
