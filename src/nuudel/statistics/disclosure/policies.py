"""What may be done to a table before it is published; one of these must be chosen."""

from dataclasses import dataclass
from enum import StrEnum

from nuudel.base.errors import StatisticsError
from nuudel.base.provenance import Source

THRESHOLD = 5
"""Counts 1 … 4 can point at persons; the same default as Eurostat's and many offices' minimum of 5."""
REQUIRED_WIDTH = 4
"""An attacker must be left with at least five possible values of a small count."""


class Margins(StrEnum):
    """What becomes of totals when their parts are changed."""

    INDEPENDENT = "independent"  # each is changed by itself: closer to the truth, but the sums do not hold
    ADDITIVE = "additive"  # each is the sum of the changed parts: the sums hold, but totals drift


class RoundingMethod(StrEnum):
    """Which multiple of the base a count becomes."""

    NEAREST = "nearest"  # the nearest, halves upwards
    RANDOM = "random"  # the one above or below, unbiased, drawn by the cell's key
    CONTROLLED = "controlled"  # the one above or below, chosen so that the sums hold


@dataclass(frozen=True)
class Suppression:
    """Leave out sensitive cells, and further cells so that they cannot be computed from the margins.

    Parameters
    ----------
    threshold
        Counts 1 … threshold − 1 are sensitive.
    dominance
        (n, k): sensitive where the n largest contributors make up more than k per cent.
    p_percent
        Sensitive where the second largest contributor can estimate the largest to within p per cent.
    required_width
        Width of the interval that the margins must leave open for a sensitive count.
    complementary
        Whether further cells are left out; without it, most small tables can be undone.
    """

    threshold: int = THRESHOLD
    dominance: tuple[int, float] | None = None
    p_percent: float | None = None
    required_width: int = REQUIRED_WIDTH
    complementary: bool = True

    def __post_init__(self) -> None:
        if self.threshold < 1 or self.required_width < 1:
            raise StatisticsError(
                313, "threshold and required width must be at least 1.", "Give for example 5 and 4."
            )
        if self.dominance is not None and not (self.dominance[0] >= 1 and 0 < self.dominance[1] < 100):
            raise StatisticsError(
                313, "the dominance rule needs n of 1 or more and k in per cent.", "Give (1, 75)."
            )
        if self.p_percent is not None and not 0 < self.p_percent <= 100:
            raise StatisticsError(313, "the p% rule needs p in per cent.", "Give for example 10.")


@dataclass(frozen=True)
class Rounding:
    """Publish multiples of a base (3, 5 or 10)."""

    base: int = 5
    method: RoundingMethod = RoundingMethod.RANDOM

    def __post_init__(self) -> None:
        if self.base not in (3, 5, 10):
            raise StatisticsError(313, f"{self.base} is no base for rounding.", "Use 3, 5 or 10.", ("base",))


@dataclass(frozen=True)
class CellKeyNoise:
    """Unbiased noise that the cell's key determines.

    Parameters
    ----------
    maximum_noise, variance, never_published
        D, V and js of the perturbation table: small counts 1 … js become 0 or more than js.
    margins
        Whether totals draw their own noise.
    threshold, required_width
        What the check after the noise demands: margins from which a count below the threshold could be
        bounded to less than this width are left out.
    """

    maximum_noise: int = 5
    variance: float = 3.0
    never_published: int = 2
    margins: Margins = Margins.INDEPENDENT
    threshold: int = THRESHOLD
    required_width: int = REQUIRED_WIDTH


@dataclass(frozen=True)
class AlreadyPublic:
    """The figures are published by somebody else already; they pass unchanged, and the record says why."""

    source: Source


Policy = Suppression | Rounding | CellKeyNoise | AlreadyPublic


def default_policy() -> CellKeyNoise:
    """What Nuudel does to its own counts: noise in every cell, no count of 1 or 2 published, margins checked.

    It does not rest on suppression: two releases or two tables with a common margin give nothing away.
    """
    return CellKeyNoise()


def already_public(source: Source) -> AlreadyPublic:
    """Pass figures that an office has published as open data; the source is recorded."""
    return AlreadyPublic(source)
