"""Rogers and Castro's model migration schedules: out-migration by age as a sum of up to five curves.

    M(x) = a1 exp(−α1 x)                                          childhood
         + a2 exp(−α2 (x − μ2) − exp(−λ2 (x − μ2)))               labour force
         + a3 exp(−α3 (x − μ3) − exp(−λ3 (x − μ3)))               retirement peak (11 and 13 parameters)
         + a4 exp(λ4 x)                                           retirement slope (9 and 13 parameters)
         + c                                                      constant

Rogers & Castro 1981, *Model Migration Schedules*, IIASA Research Report RR-81-30, equation 1; the slope
after Rogers & Watkins 1987, *Research on Aging* 9:4.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import ModelError

Floats = NDArray[np.float64]

BASIC = ("a1", "alpha1", "a2", "alpha2", "mu2", "lambda2", "c")
PEAK = ("a3", "alpha3", "mu3", "lambda3")
SLOPE = ("a4", "lambda4")
FORMS: dict[int, tuple[str, ...]] = {
    7: BASIC,
    9: BASIC + SLOPE,
    11: BASIC + PEAK,
    13: BASIC + PEAK + SLOPE,
}


@dataclass(frozen=True)
class ScheduleParameters:
    """Parameters of a schedule by their names in the literature; a component without values is left out.

    Attributes
    ----------
    a1, a2, a3, a4, c
        Heights, moves per person and year.
    alpha1, alpha2, alpha3
        Rates of descent per year of age.
    lambda2, lambda3
        Rates of ascent per year of age.
    lambda4
        Rate of the slope after retirement, per year of age.
    mu2, mu3
        Ages that place the two peaks.
    """

    a1: float
    alpha1: float
    a2: float
    alpha2: float
    mu2: float
    lambda2: float
    c: float
    a3: float | None = None
    alpha3: float | None = None
    mu3: float | None = None
    lambda3: float | None = None
    a4: float | None = None
    lambda4: float | None = None

    def __post_init__(self) -> None:
        """``MODEL-620`` where a value is negative or missing, or only a part of a component is given."""
        given = [value for value in astuple(self) if value is not None]
        halves = any(
            len({getattr(self, name) is None for name in component}) == 2 for component in (PEAK, SLOPE)
        )
        if halves or not np.all(np.isfinite(given)) or min(given) < 0 or self.lambda2 == 0:
            raise ModelError(
                620,
                "A parameter of the migration schedule is negative or missing, or a component lacks a part.",
                "Give all parameters of 7, 9, 11 or 13, none below zero and λ2 above zero.",
                BASIC + PEAK + SLOPE,
            )

    @property
    def form(self) -> int:
        """7, 9, 11 or 13."""
        return len(BASIC) + len(PEAK) * (self.a3 is not None) + len(SLOPE) * (self.a4 is not None)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters that the schedule has, in the order of ``FORMS``."""
        return FORMS[self.form]

    @property
    def values(self) -> tuple[float, ...]:
        """The parameters in the order of ``names``."""
        return tuple(getattr(self, name) for name in self.names)

    @classmethod
    def of(cls, values: Sequence[float] | Floats) -> Self:
        """From 7, 9, 11 or 13 values in the order of ``FORMS`` (``MODEL-620`` otherwise)."""
        if len(values) not in FORMS:
            raise ModelError(
                620,
                f"A migration schedule has 7, 9, 11 or 13 parameters, not {len(values)}.",
                "Give them in the order of FORMS.",
                ("values",),
            )
        return cls(**{name: float(v) for name, v in zip(FORMS[len(values)], values, strict=True)})

    def scaled(self, factor: float) -> Self:
        """The same shape at another level: every height times a factor."""
        heights = {"a1", "a2", "a3", "a4", "c"}
        pairs = zip(self.names, self.values, strict=True)
        return type(self)(**{name: v * factor if name in heights else v for name, v in pairs})


FUNDAMENTAL = ScheduleParameters(0.02, 0.1, 0.06, 0.1, 20, 0.4, 0.003)
"""Rogers & Castro 1981: rounded averages over many observed schedules, scaled to about one move a life."""

WESTERN_MALE = ScheduleParameters(0.0215, 0.105, 0.0694, 0.112, 20.04, 0.391, 0.0028)
"""United Nations 1992, *Preparing Migration Data for Subnational Population Projections*: Western, men."""


def model_schedule(ages: ArrayLike, parameters: ScheduleParameters) -> Floats:
    """Migration rates at the given ages.

    Parameters
    ----------
    ages
        Any shape, years, at least 0. The convention of the literature reads the curve at the completed age.
    parameters
        Of 7, 9, 11 or 13.

    Returns
    -------
    array
        Moves per person and year, of the shape of ``ages``.

    Raises
    ------
    ModelError
        ``MODEL-621``: an age is negative or missing.
    """
    x = np.asarray(ages, float)
    if not np.all(x >= 0) or not np.all(np.isfinite(x)):
        raise ModelError(
            621, "An age is negative, infinite or missing.", "Give ages in years from birth.", ("ages",)
        )
    curves = components(x, np.array(parameters.values), parameters.names)
    return np.asarray(sum(curves.values()))


def components(x: Floats, values: Floats, names: tuple[str, ...]) -> dict[str, Floats]:
    """The curves that are added up, by the name of their height; values may have leading axes (..., K)."""
    p = {name: values[..., i, None] if values.ndim > 1 else values[i] for i, name in enumerate(names)}
    curves = {
        "a1": p["a1"] * np.exp(-p["alpha1"] * x),
        "a2": p["a2"] * double_exponential(x, p["alpha2"], p["mu2"], p["lambda2"]),
        "c": p["c"] + 0 * x,
    }
    if "a3" in p:
        curves["a3"] = p["a3"] * double_exponential(x, p["alpha3"], p["mu3"], p["lambda3"])
    if "a4" in p:
        curves["a4"] = p["a4"] * np.exp(p["lambda4"] * x)
    return curves


def double_exponential(x: Floats, alpha: Floats, mu: Floats, rate: Floats) -> Floats:
    """exp(−α (x − μ) − exp(−λ (x − μ))), with its vanishing foot kept from overflowing."""
    foot = np.minimum(-rate * (x - mu), 700.0)
    return np.asarray(np.exp(-alpha * (x - mu) - np.exp(foot)))
