"""Migration by age: gross migraproduction rate, peak, breadth and asymmetry of the profile."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nuudel.base.errors import StatisticsError
from nuudel.statistics.flow_tables import FloatArray, check_numbers, refuse_length, refuse_missing

EQUAL_STEPS = 1e-9  # ages are whole or half years; the tolerance is that of their float representation


@dataclass(frozen=True)
class AgeProfile:
    """Summary of a migration age profile.

    Attributes
    ----------
    gmr
        Gross migraproduction rate: intensities summed over all ages times the width of the groups; the
        migrations of one who lived through all ages at these intensities.
    age_width
        Width of the age groups, years.
    peak_age
        Age (as given: start or middle of the group) of the highest intensity between the age limits; the
        youngest of equal ones.
    peak_percent
        Highest intensity, migrants per 100 persons and year.
    breadth
        Intensities within ``reach`` years on both sides of the peak, times the width: migrations near the
        peak.
    breadth_percent
        The same as a share of the GMR.
    maximum_upward_rate, maximum_downward_rate
        Steepest rise before, and fall after the peak, of the profile normalised to sum to 1, per year of age
        (both positive).
    upward_age, downward_age
        Ages at which these are reached (the older end of the step).
    asymmetry
        Maximum upward over maximum downward rate of change; NaN where the profile does not fall.
    """

    gmr: float
    age_width: float
    peak_age: float
    peak_percent: float
    breadth: float
    breadth_percent: float
    maximum_upward_rate: float
    maximum_downward_rate: float
    upward_age: float
    downward_age: float
    asymmetry: float


def age_profile(
    ages: ArrayLike,
    intensities: ArrayLike,
    *,
    youngest: float = 5.0,
    oldest: float = 65.0,
    reach: float = 5.0,
) -> AgeProfile:
    """Summarise migration intensities by age.

    Parameters
    ----------
    ages
        Ages in equal steps, rising, shape ``(a,)``, years; the starts or the middles of the groups.
    intensities
        Migrants per person and year in each group, shape ``(a,)`` (0.05 is 5 per 100).
    youngest, oldest
        The peak and the rates of change are searched where youngest < age < oldest, so that children (who
        follow their parents) and the old do not give it.
    reach
        Years on each side of the peak that count into its breadth.

    Raises
    ------
    StatisticsError
        101 to 104, 107; 114 when the ages do not rise in equal steps or none lies between the limits.

    Notes
    -----
    Sources: Rogers (1975), Introduction to Multiregional Mathematical Demography (GMR); Bell et al. (2002),
    J. R. Statist. Soc. A 165, 435-464 (peak); Bell & Muhidin (2009), Cross-National Comparisons of Internal
    Migration (breadth); Bernard, Bell & Charles-Edwards (2014), Population Studies 68, 179-195 (rates of
    change, asymmetry).
    """
    age = check_numbers(ages, "ages", 1)
    rate = check_numbers(intensities, "intensities", 1)
    refuse_length(rate, "intensities", len(age))
    refuse_missing(rate, "intensities")
    width = age_width(age)
    inside = (age > youngest) & (age < oldest)
    if not inside.any():
        raise StatisticsError(
            114, f"No age lies between {youngest:g} and {oldest:g}.", "Give other age limits.", ("ages",)
        )
    total = float(rate.sum())
    if total <= 0:
        raise StatisticsError(104, "There is no migrant at any age.", "Check the counts.", ("intensities",))
    peak = int(np.flatnonzero(inside)[np.argmax(rate[inside])])
    near = np.abs(age - age[peak]) <= reach + EQUAL_STEPS
    gmr = total * width
    breadth = float(rate[near].sum()) * width
    slope = np.concatenate([[0.0], np.diff(rate / (total * width)) / width])
    before, after = inside & (np.arange(len(age)) <= peak), inside & (np.arange(len(age)) > peak)
    up, up_age = steepest(slope, age, before)
    down, down_age = steepest(-slope, age, after)
    return AgeProfile(
        gmr=gmr,
        age_width=width,
        peak_age=float(age[peak]),
        peak_percent=100.0 * float(rate[peak]),
        breadth=breadth,
        breadth_percent=100.0 * breadth / gmr,
        maximum_upward_rate=up,
        maximum_downward_rate=down,
        upward_age=up_age,
        downward_age=down_age,
        asymmetry=up / down if down > 0 else float("nan"),
    )


def age_width(age: FloatArray) -> float:
    """Width of equal, rising age groups in years; ``STATISTICS-114``."""
    steps = np.diff(age)
    if not steps.size or not (steps > 0).all() or float(np.ptp(steps)) > EQUAL_STEPS:
        raise StatisticsError(
            114,
            "The ages do not rise in equal steps.",
            "Bring the profile to equal age groups first; an open last group has no width and is left out.",
            ("ages",),
        )
    return float(steps[0])


def steepest(
    slope: FloatArray, age: FloatArray, where: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> tuple[float, float]:
    """Largest positive slope among the ages asked for, and its age; 0 and NaN where there is none."""
    if not where.any() or float(slope[where].max()) <= 0:
        return 0.0, float("nan")
    place = int(np.flatnonzero(where)[np.argmax(slope[where])])
    return float(slope[place]), float(age[place])
