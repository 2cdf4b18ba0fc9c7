"""What a migration schedule looks like: its peaks, its shifts, and the weights of its components."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.rates.rogers_castro import ScheduleParameters, model_schedule

Floats = NDArray[np.float64]
# Ages are read in steps of a hundredth of a year, finer than any figure printed of them.
STEP = 0.01
OLDEST = 100.0


@dataclass(frozen=True)
class ScheduleIndices:
    """Indices of Rogers & Castro 1981, sections 2 and 3.

    Attributes
    ----------
    gross_migraproduction
        Area under the curve from birth to 100: moves of a life without death.
    share_young, share_working, share_old
        Parts of that area under 15, from 15 to 65, and above 65.
    mean_age
        Mean age of the schedule, years.
    low_point, high_peak
        Ages of the lowest rate before and of the highest rate in young adulthood, years.
    labour_shift
        High peak minus low point, years.
    jump
        Rate at the high peak minus that at the low point.
    parental_shift
        Mean distance in years between an age of childhood and the adult age after the peak with the same
        rate; nan where no adult age has the rate of a child.
    labour_peak
        μ2 + log(λ2 / α2) / λ2, age of the top of the labour component alone; nan if α2 is 0.
    retirement_peak
        The same of the retirement component; nan without it.
    child_dependency
        a1 / a2: whether children move with their parents.
    labour_dominance
        a2 / a1, its reciprocal.
    parental_regularity
        α1 / α2, about 1 where children's curve follows their parents'.
    labour_asymmetry
        λ2 / α2: how much steeper the rise is than the descent.
    elderly_dependency
        a3 / a2; nan without a retirement peak.
    """

    gross_migraproduction: float
    share_young: float
    share_working: float
    share_old: float
    mean_age: float
    low_point: float
    high_peak: float
    labour_shift: float
    jump: float
    parental_shift: float
    labour_peak: float
    retirement_peak: float
    child_dependency: float
    labour_dominance: float
    parental_regularity: float
    labour_asymmetry: float
    elderly_dependency: float


def schedule_indices(parameters: ScheduleParameters) -> ScheduleIndices:
    """Read the indices off a schedule.

    Raises
    ------
    ModelError
        ``MODEL-622``: the curve has no low point before a peak of young adults.
    """
    p = parameters
    ages = np.linspace(0, OLDEST, round(OLDEST / STEP) + 1)
    rates = model_schedule(ages, p)
    low, high = low_and_high(ages, rates)
    area = np.trapezoid(rates, ages)
    young, old = ages <= 15, ages >= 65
    share_young = np.trapezoid(rates[young], ages[young]) / area
    share_old = np.trapezoid(rates[old], ages[old]) / area
    return ScheduleIndices(
        gross_migraproduction=float(area),
        share_young=float(share_young),
        share_working=float(1 - share_young - share_old),
        share_old=float(share_old),
        mean_age=float(np.trapezoid(rates * ages, ages) / area),
        low_point=float(ages[low]),
        high_peak=float(ages[high]),
        labour_shift=float(ages[high] - ages[low]),
        jump=float(rates[high] - rates[low]),
        parental_shift=parental_shift(ages, rates, low, high),
        labour_peak=top(p.alpha2, p.mu2, p.lambda2),
        retirement_peak=top(p.alpha3, p.mu3, p.lambda3),
        child_dependency=ratio(p.a1, p.a2),
        labour_dominance=ratio(p.a2, p.a1),
        parental_regularity=ratio(p.alpha1, p.alpha2),
        labour_asymmetry=ratio(p.lambda2, p.alpha2),
        elderly_dependency=ratio(p.a3, p.a2),
    )


def sex_dominance(male: ScheduleParameters, female: ScheduleParameters) -> float:
    """Gross migraproduction of men divided by that of women."""
    return schedule_indices(male).gross_migraproduction / schedule_indices(female).gross_migraproduction


def low_and_high(ages: Floats, rates: Floats) -> tuple[int, int]:
    """Places of the lowest rate before, and the highest rate at, the top between 10 and 50 years."""
    window = np.flatnonzero((ages >= 10) & (ages <= 50))
    high = int(window[np.argmax(rates[window])])
    low = int(np.argmin(rates[: high + 1]))
    inside = window[0] < high < window[-1]
    if not inside or not 0 < low < high:
        raise ModelError(
            622,
            "The migration schedule has no low point in childhood before a peak of young adults.",
            "Indices of peaks and shifts need a schedule with both; check its parameters.",
            ("parameters",),
        )
    return low, high


def parental_shift(ages: Floats, rates: Floats, low: int, high: int) -> float:
    """Mean distance between the descents of childhood and after the peak, at equal rates."""
    end = high + int(np.argmin(rates[high:]))
    adult, adult_ages = rates[high:end], ages[high:end]
    child = rates[: low + 1]
    shared = (child <= rates[high]) & (child >= adult[-1])
    if not shared.any():
        return float("nan")
    equal = np.interp(child[shared], adult[::-1], adult_ages[::-1])
    return float(np.mean(equal - ages[: low + 1][shared]))


def top(alpha: float | None, mu: float | None, rate: float | None) -> float:
    """Age at which a double exponential is highest: where its derivative is zero."""
    if not alpha or mu is None or not rate:
        return float("nan")
    return float(mu + np.log(rate / alpha) / rate)


def ratio(above: float | None, below: float | None) -> float:
    return float("nan") if above is None or not below else above / below
