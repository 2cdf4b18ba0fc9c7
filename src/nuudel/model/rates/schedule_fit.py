"""A migration schedule fitted to one age profile, with its uncertainty and the choice of its form."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import ModelError
from nuudel.model.rates.rogers_castro import FORMS, FUNDAMENTAL, ScheduleParameters
from nuudel.model.rates.schedule_likelihood import (
    AGES_AS_THEY_ARE,
    NOTHING,
    Observations,
    Prior,
    Summit,
    climb,
    expected,
    freed,
    from_theta,
    rates_and_slopes,
    to_theta,
)

Floats = NDArray[np.float64]
# A parameter is weakly identified when its factor is uncertain by more than e, or an age by ten years.
WIDE_LOG, WIDE_AGE = 1.0, 10.0
# Relative error below which a fit of rates is exact, so that larger forms do not compete on rounding.
EXACT = 1e-8


@dataclass(frozen=True, eq=False)
class ScheduleFit:
    """A fitted schedule; A single ages, K parameters.

    Attributes
    ----------
    parameters
        In the notation of the literature.
    names
        K names, in the order of the arrays below.
    standard_errors
        K: of the logarithm of the parameter (of heights other than a2: relative to a2), and in years for
        mu2 and mu3; nan where the parameter is held at a limit.
    correlation
        K x K, of the same quantities.
    ages
        A completed ages.
    rates, rates_error
        A fitted rates and the standard errors of their logarithms.
    deviance
        Poisson deviance of the counts, or sum of squares of the rates.
    dispersion
        Pearson's χ² over its degrees of freedom (counts), or the residual variance (rates). Standard errors
        of counts are widened by its root where it is above 1.
    criterion
        Akaike's criterion, by quasi-likelihood where counts are overdispersed, corrected for few groups.
    weak
        Parameters that the profile does not pin down: held at a limit, or uncertain beyond a factor of e or
        ten years.
    agreeing_starts, starts
        How many of the starts reached this fit.
    forms, criteria
        The forms that were compared and their criteria.
    quality
        ``estimated``.
    """

    parameters: ScheduleParameters
    names: tuple[str, ...]
    standard_errors: Floats
    correlation: Floats
    ages: Floats
    rates: Floats
    rates_error: Floats
    deviance: float
    dispersion: float
    criterion: float
    weak: tuple[str, ...]
    agreeing_starts: int
    starts: int
    forms: tuple[int, ...]
    criteria: tuple[float, ...]
    quality: str = "estimated"

    @property
    def identified(self) -> bool:
        """Whether no parameter is weak."""
        return not self.weak

    def to_frame(self) -> pl.DataFrame:
        """One row per parameter."""
        columns = {"parameter": self.names, "value": self.parameters.values, "error": self.standard_errors}
        weak = [name in self.weak for name in self.names]
        frame = pl.DataFrame(columns).with_columns(pl.Series("weak", weak))
        return frame.with_columns(pl.lit(self.quality).alias("quality")).fill_nan(None)


def fit_schedule(
    moves: ArrayLike,
    exposures: ArrayLike | None = None,
    *,
    edges: ArrayLike | None = None,
    form: int | None = None,
) -> ScheduleFit:
    """Fit a schedule by largest Poisson likelihood to counts, or by least squares to rates.

    Parameters
    ----------
    moves
        G counts of moves by age group; rates, where ``exposures`` is None.
    exposures
        Person-years, of the G groups (spread evenly within them) or of the A single ages.
    edges
        G + 1 ascending ages at which the groups begin and end; single years from 0 by default.
    form
        7, 9, 11 or 13 parameters; the form with the least criterion by default.

    Raises
    ------
    ModelError
        ``MODEL-623`` profiles that cannot be fitted; ``MODEL-624`` no start converges; ``MODEL-625`` an
        unknown form.

    Notes
    -----
    Poisson fits of schedules: Congdon 2008; Wilson 2010, *Demographic Research* 23:5, on starts. Scoring
    with analytic derivatives; criterion: Burnham & Anderson 2002, section 2.5.
    """
    counts = np.asarray(moves, float)
    single = None if exposures is None else np.asarray(exposures, float)[None]
    data = observations(counts[None], single, edges)
    if form is not None:
        require_form(form, data)
        return summarise(data, form, best_start(data, form), None, (form,))
    able = [k for k in FORMS if k + 1 < counts.size]
    if not able:
        require_form(min(FORMS), data)
    found: dict[int, tuple[Summit, int, int]] = {}
    reasons = []
    for k in able:
        try:
            found[k] = best_start(data, k)
        except ModelError as error:
            reasons.append(error)
    if not found:
        raise reasons[0]
    spread = pearson(data, max(found), found[max(found)][0])
    fits = [summarise(data, k, place, spread, tuple(found)) for k, place in found.items()]
    criteria = tuple(fit.criterion for fit in fits)
    best = fits[int(np.argmin(criteria))]
    return replace(best, criteria=criteria)


def observations(counts: Floats, exposures: Floats | None, edges: ArrayLike | None) -> Observations:
    """B profiles as the solver takes them; ``MODEL-623`` where they cannot be fitted."""
    groups = counts.shape[-1] if counts.ndim == 2 else 0
    bounds = np.arange(groups + 1.0) if edges is None else np.asarray(edges, float)
    whole = bounds.shape == (groups + 1,) and np.all(bounds == np.round(bounds)) and np.all(bounds >= 0)
    if not groups or not whole or np.any(np.diff(bounds) <= 0):
        raise unusable("the age groups are not ascending whole ages with one figure between each two of them")
    if not np.all(np.isfinite(counts)) or np.any(counts < 0) or not np.any(counts > 0):
        raise unusable("moves are negative or missing, or there is none at all")
    widths = np.diff(bounds).astype(int)
    ages = np.arange(bounds[0], bounds[-1])
    starts = np.r_[0, np.cumsum(widths)[:-1]].astype(np.int64)
    group = np.repeat(np.arange(groups), widths)
    if exposures is None:
        weights = np.broadcast_to((1 / widths)[group], (len(counts), ages.size))
        return Observations(ages, starts, counts, weights, False)
    if exposures.shape == counts.shape:
        exposures = (exposures / widths)[:, group]
    if exposures.shape != (len(counts), ages.size):
        raise unusable("the person-years are not of the age groups, nor of the single ages")
    if not np.all(np.isfinite(exposures)) or np.any(exposures < 0):
        raise unusable("person-years are negative or missing")
    if np.any((np.add.reduceat(exposures, starts, axis=-1) == 0) & (counts > 0)):
        raise unusable("somebody moves at an age without person-years")
    return Observations(ages, starts, counts, exposures, True)


def best_start(data: Observations, form: int) -> tuple[Summit, int, int]:
    """The best of several starts, how many agree with it, and how many there were."""
    names = FORMS[form]
    start = starts(data, form)
    # Rates are fitted in units of their mean, where the tolerances have a meaning.
    unit = 1.0 if data.poisson else float(data.counts.mean())
    scaled = Observations(data.ages, data.groups, data.counts / unit, data.weights, data.poisson)
    start[:, names.index("a2")] -= np.log(unit)
    none = Prior(np.zeros(form), np.zeros(form))
    found = climb(start, scaled.repeated(len(start)), names, none)
    exact = (found.objective < (EXACT * data.counts.size) ** 2) & (not data.poisson)
    good = found.reached | exact
    if not np.any(good):
        raise ModelError(
            624,
            f"The migration schedule of {form} parameters did not converge from any of {len(start)} starts: "
            "the profile does not say where its curves lie.",
            "Fit fewer parameters, join sparse ages, or fit the regions together.",
            ("moves",),
        )
    objective = np.where(good, found.objective, np.inf)
    best = int(np.argmin(objective))
    tolerance = 1e-3 if data.poisson else 1e-6 * (found.objective[best] + (EXACT * data.counts.size) ** 2)
    agreeing = int((objective <= objective[best] + tolerance).sum())
    theta = found.theta[best : best + 1].copy()
    theta[:, names.index("a2")] += np.log(unit)
    cut = slice(best, best + 1)
    # Back in the rates' own unit; that of counts is 1.
    objective, information = found.objective[cut] * unit**2, found.information[cut] * unit**2
    return Summit(theta, objective, information, found.held[cut], good[cut]), agreeing, len(start)


def starts(data: Observations, form: int) -> Floats:
    """Published shapes and departures from them, each at the level of the data."""
    f = FUNDAMENTAL
    rows = []
    for mu2 in (17.0, 20.0, 26.0):
        for alpha1, alpha2, lambda2 in ((0.1, 0.1, 0.4), (0.05, 0.2, 0.25)):
            basic = [f.a1, alpha1, f.a2, alpha2, mu2, lambda2, f.c]
            for mu3 in (62.0, 70.0) if form in (11, 13) else (None,):
                peak = [] if mu3 is None else [0.01, 0.3, mu3, 0.4]
                slope = [0.0005, 0.03] if form in (9, 13) else []
                rows.append(basic + peak + slope)
    theta = to_theta(np.array(rows), FORMS[form])
    repeated = data.repeated(len(theta))
    mean, _ = expected(theta, repeated, FORMS[form])
    theta[:, FORMS[form].index("a2")] += np.log(data.counts.sum() / mean.sum(axis=-1))
    return theta


def pearson(data: Observations, form: int, place: Summit) -> float:
    """Pearson's χ², or the sum of squares, by degree of freedom."""
    mean, _ = expected(place.theta, data, FORMS[form])
    weight = 1 / np.maximum(mean, NOTHING) if data.poisson else 1.0
    freedom = max(data.counts.size - form, 1)
    return float((((data.counts - mean) ** 2) * weight).sum() / freedom)


def summarise(
    data: Observations,
    form: int,
    found: tuple[Summit, int, int],
    spread: float | None,
    forms: tuple[int, ...],
) -> ScheduleFit:
    """Standard errors, criterion and weak parameters of a fit."""
    place, agreeing, tried = found
    names, theta, held = FORMS[form], place.theta, place.held[0]
    dispersion = pearson(data, form, place)
    widening = max(1.0, dispersion) if data.poisson else dispersion
    covariance = np.linalg.pinv(freed(place.information, place.held)[0], hermitian=True) * widening
    covariance[held] = covariance[:, held] = 0
    errors = np.sqrt(np.maximum(np.diag(covariance), 0))
    known = np.where(errors > 0, errors, np.inf)
    rates, slopes = rates_and_slopes(theta, data.ages, names)
    variance = np.einsum("ka,kl,la->a", slopes[0], covariance, slopes[0])
    wide = np.array([WIDE_AGE if name in AGES_AS_THEY_ARE else WIDE_LOG for name in names])
    weak = held | (errors > wide)
    criterion = akaike(data, form, place, max(1.0, spread or dispersion))
    return ScheduleFit(
        parameters=ScheduleParameters.of(from_theta(theta, names)[0]),
        names=names,
        standard_errors=np.where(held, np.nan, errors),
        correlation=covariance / np.outer(known, known),
        ages=data.ages,
        rates=rates[0],
        rates_error=np.sqrt(np.maximum(variance, 0)) / rates[0],
        deviance=float(2 * place.objective[0]),
        dispersion=dispersion,
        criterion=criterion,
        weak=tuple(name for name, is_weak in zip(names, weak, strict=True) if is_weak),
        agreeing_starts=agreeing,
        starts=tried,
        forms=forms,
        criteria=(criterion,),
    )


def akaike(data: Observations, form: int, place: Summit, spread: float) -> float:
    """Akaike's criterion with the correction for few groups."""
    size = data.counts.size
    parameters = form + (1 if spread > 1 or not data.poisson else 0)
    penalty = 2 * parameters * size / max(size - parameters - 1, 1)
    deviance = 2 * float(place.objective[0])
    if data.poisson:
        return deviance / spread + penalty
    exact = size * (EXACT * float(data.counts.mean())) ** 2
    return size * float(np.log((deviance + exact) / size)) + penalty


def require_form(form: int, data: Observations) -> None:
    if form not in FORMS:
        raise ModelError(
            625,
            f"There is no migration schedule with {form} parameters.",
            "Ask for 7, 9, 11 or 13.",
            ("form",),
        )
    if data.counts.shape[-1] <= form:
        raise unusable(f"{data.counts.shape[-1]} age groups cannot carry {form} parameters")


def unusable(what: str) -> ModelError:
    return ModelError(
        623,
        f"A migration schedule cannot be fitted: {what}.",
        "Give counts and person-years (or rates alone) of more age groups than parameters, none negative.",
        ("moves", "exposures", "edges"),
    )
