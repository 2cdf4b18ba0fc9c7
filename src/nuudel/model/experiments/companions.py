"""Counterfactuals of one place's arrivals that use other series: regressions, shares and accounting.

Each is given all series up to the last year of interest and the number ``start`` of the first year it may not
know of the place itself. From ``start`` on it uses only the companions that it names, as observed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from nuudel.model.experiments.counterfactuals import COUNTERFACTUALS, FEWEST_YEARS, SMALLEST, mean_3
from nuudel.statistics.internal_migration import InternalMigration

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Companions:
    """Yearly series (T,) beside the arrivals of one place; NaN throughout where a source is not there.

    Attributes
    ----------
    arrivals
        Of the place itself.
    own_departures
        From the place.
    arrivals_elsewhere, departures_elsewhere
        Of all other places together; one that was not counted in a year adds nothing.
    population
        Of the country, midyear.
    losses
        Livestock lost in all other places, million head.
    """

    arrivals: Floats
    own_departures: Floats
    arrivals_elsewhere: Floats
    departures_elsewhere: Floats
    population: Floats
    losses: Floats


def share_of_moves(series: Companions, start: int, horizon: int) -> Floats:
    """Arrivals per arrival elsewhere, mean of five years, times the arrivals elsewhere as observed.

    Wrong where the policy sends people elsewhere instead.
    """
    before, ahead = slice(start - 5, start), slice(start, start + horizon)
    share = series.arrivals[before].sum() / positive(series.arrivals_elsewhere[before].sum())
    return np.asarray(share * series.arrivals_elsewhere[ahead])


def in_from_out(series: Companions, start: int, horizon: int) -> Floats:
    """Departures elsewhere, carried on with the mean of three years, less what arrived elsewhere.

    Who arrives here has left elsewhere: arrivals = departures elsewhere + own departures - arrivals
    elsewhere. The last two are taken as observed; the difference that the two national totals usually have is
    carried on too.
    """
    rest = series.own_departures - series.arrivals_elsewhere
    ahead = slice(start, start + horizon)
    left = mean_3(series.departures_elsewhere[:start, None], horizon)[:, 0]
    usual = (series.arrivals - series.departures_elsewhere - rest)[start - 3 : start].mean()
    return np.asarray(left + rest[ahead] + usual)


def rate_of_population(series: Companions, start: int, horizon: int) -> Floats:
    """Arrivals per inhabitant of the country, mean of five years, times the population as observed."""
    before, ahead = slice(start - 5, start), slice(start, start + horizon)
    rate = (series.arrivals[before] / positive(series.population[before])).mean()
    return np.asarray(rate * series.population[ahead])


def positive(values: Floats) -> Floats:
    """NaN instead of 0: there is no rate per nobody."""
    return np.where(values > 0, values, np.nan)


def log_linear(columns: Floats, counts: Floats, dispersion: float) -> Floats:
    """Slopes (K,) of a negative-binomial regression with a known dispersion; Poisson where it is 0.

    Scoring steps with the weights m / (1 + a m) (Cameron & Trivedi 2013, *Regression Analysis of Count Data*,
    section 3.3.1), m the expected count and a the dispersion.
    """
    expected = np.maximum(counts, SMALLEST)
    slopes: Floats = np.zeros(columns.shape[1])
    for _ in range(100):
        weight = np.sqrt(expected / (1 + dispersion * expected))
        target = np.log(expected) + (counts - expected) / expected
        found = np.asarray(np.linalg.lstsq(columns * weight[:, None], target * weight)[0], dtype=np.float64)
        if np.allclose(found, slopes, rtol=1e-10, atol=1e-12):
            break
        slopes = found
        expected = np.exp(columns @ slopes)
    return slopes


def regression(
    columns: Floats, counts: Floats, start: int, horizon: int, *, negative_binomial: bool
) -> Floats:
    """Expected counts from a log-linear regression on ``columns`` (T, K) over the ten years before.

    NaN where these years lack a figure.
    """
    known, ahead = slice(start - FEWEST_YEARS, start), slice(start, start + horizon)
    if not np.isfinite(columns[known]).all():
        return np.full(horizon, np.nan)
    slopes = log_linear(columns[known], counts[known], 0.0)
    if negative_binomial:
        # Moment estimate of the dispersion (Cameron & Trivedi 2013, equation 3.18), not below 0.
        expected = np.exp(columns[known] @ slopes)
        excess = ((counts[known] - expected) ** 2 - expected) / expected**2
        slopes = log_linear(columns[known], counts[known], max(float(excess.mean()), 0.0))
    return np.exp(columns[ahead] @ slopes)


def poisson_losses(series: Companions, start: int, horizon: int) -> Floats:
    """Poisson regression on the livestock lost elsewhere this year and last; losses as observed."""
    columns = loss_columns(series)
    return regression(columns, series.arrivals, start, horizon, negative_binomial=False)


def negative_binomial_losses(series: Companions, start: int, horizon: int) -> Floats:
    """Negative-binomial regression on these losses and a trend."""
    columns = np.column_stack([loss_columns(series), np.arange(len(series.losses)) - float(start)])
    return regression(columns, series.arrivals, start, horizon, negative_binomial=True)


def loss_columns(series: Companions) -> Floats:
    before = np.concatenate([[np.nan], series.losses[:-1]])
    return np.column_stack([np.ones_like(before), series.losses, before])


WithCompanions = Callable[[Companions, int, int], Floats]
WITH_COMPANIONS: Mapping[str, tuple[WithCompanions, tuple[str, ...]]] = MappingProxyType(
    {
        "share_of_moves": (share_of_moves, ("arrivals_elsewhere",)),
        "in_from_out": (in_from_out, ("arrivals_elsewhere", "own_departures", "departures_elsewhere")),
        "rate_of_population": (rate_of_population, ("population",)),
        "poisson_losses": (poisson_losses, ("losses",)),
        "negative_binomial_losses": (negative_binomial_losses, ("losses",)),
    }
)
"""Name to the model and the companions that it needs."""


def companions(internal: InternalMigration, at: int, losses: Floats | None) -> Companions:
    """The place's arrivals and the series beside them."""
    others = np.arange(len(internal.places)) != at
    return Companions(
        arrivals=internal.in_migrants[:, at],
        own_departures=internal.out_migrants[:, at],
        arrivals_elsewhere=np.nansum(internal.in_migrants[:, others], axis=1),
        departures_elsewhere=np.nansum(internal.out_migrants[:, others], axis=1),
        population=internal.population,
        losses=np.full(len(internal.years), np.nan)
        if losses is None
        else np.nansum(losses[:, others], axis=1),
    )


def usable_models(series: Companions, start: int) -> tuple[str, ...]:
    """The models whose companions are known, and not all 0, from ten years before ``start`` on."""
    known = slice(start - FEWEST_YEARS, None)
    usable = {
        name: np.isfinite(values[known]).all() and (name == "own_departures" or values[known].any())
        for name, values in vars(series).items()
    }
    with_companions = [
        name for name, (_, needed) in WITH_COMPANIONS.items() if all(usable[each] for each in needed)
    ]
    return (*COUNTERFACTUALS, *with_companions)


def expect(models: tuple[str, ...], series: Companions, start: int, horizon: int) -> Floats:
    """Expected arrivals (M, horizon) from each model."""
    history = series.arrivals[:start, None]
    found = [
        COUNTERFACTUALS[name](history, horizon)[:, 0]
        if name in COUNTERFACTUALS
        else WITH_COMPANIONS[name][0](series, start, horizon)
        for name in models
    ]
    return np.stack(found)
