"""Learning how wrong a projection may be: from the errors of plain forecasts of the past.

Fertility, life expectancy, net international migration and national mobility each get an ``ErrorProcess``;
their innovations are correlated. Each place has a process of being left and one of being sought. The spread
of the first three may instead be that of the United Nations' intervals. The approach is that of Alho and
Spencer (*Statistical Demography and Forecasting*, 2005, chapters 8 and 9): errors of a plain forecast grow
with the horizon, and what they did in the past is what they may do again.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack
from nuudel.model.projection.inputs import Array
from nuudel.model.projection.uncertainty_margins import PlaceFactors, margins_of, place_factors
from nuudel.model.projection.uncertainty_model import COMPONENTS, WINDOW, ErrorModel
from nuudel.model.projection.uncertainty_national import NationalSeries, read_national
from nuudel.model.projection.uncertainty_process import (
    ErrorProcess,
    fit_process,
    fit_settled,
    fit_variances,
    forecast_errors,
    shrunk_correlation,
    shrunk_scales,
)

__all__ = ["FIRST_YEAR", "SOURCES", "ErrorModel", "learn_errors"]

FIRST_YEAR = 1990
"""Errors are learnt from this year on: before it the country, and what was registered, were others."""
REGISTER_YEARS = 20
"""The last years of the register that say how large errors of a place are; how moves are registered has
changed before, which tells how lasting errors can be."""
LONGEST = 15
"""Longest horizon of the errors that are learnt from, years."""
FURTHEST = 30
"""Horizon up to which the United Nations' intervals are followed, years."""
SOURCES = ("both", "past", "united_nations")
STOCKS = "migrant_stocks"
NO_STOCKS = "There are too few counts of emigrants by country: corridors have no error of their own."
# Fewer emigrants in a stock say more about how it was counted than about the corridor.
SMALLEST_STOCK = 500


def learn_errors(
    pack: Pack,
    *,
    until: int | None = None,
    first: int = FIRST_YEAR,
    source: str = "both",
) -> ErrorModel:
    """Estimate the error model of a country.

    Parameters
    ----------
    pack
        With WPP's total fertility, life expectancy and components of change, and registered margins.
    until
        Only what happened until the end of this year is used (WPP's later revision of it, however); None
        uses all estimates.
    first
        First year used.
    source
        Spread of the national components but mobility. ``past``: from errors of plain forecasts of this
        country's past. ``united_nations``: from the 80 % intervals of WPP 2024, which pool all countries.
        ``both``: the geometric mean of the two variances at each horizon.

    Raises
    ------
    ModelError
        ``MODEL-661`` a past is too short; ``MODEL-662`` a table is missing; ``MODEL-663`` a table has no such
        years; ``MODEL-666`` an unknown source.
    """
    if source not in SOURCES:
        raise ModelError(
            666, f"Errors have no source {source!r}.", f"Choose one of {', '.join(SOURCES)}.", ("source",)
        )
    national = read_national(pack, first, until)
    factors = place_factors(*margins_of(pack))
    factors = factors.between(first, until or int(factors.years[-1]))
    if not factors.years.size:
        raise ModelError(
            663,
            f"No registered moves were counted until {until}.",
            "Learn errors from years that the table has.",
            ("until",),
        )
    past = [fit_national(series) for series in national]
    spreads = {
        name: tuple(blend(series, process, name) for series, process in zip(national, past, strict=True))
        for name in SOURCES
    }
    shown = spreads[source]
    mobility = fit_settled(mean_errors(factors.mobility[:, None]), name="national mobility")
    correlation, weight = correlate(national, past, factors, mobility)
    leaving, leaving_scales, left = fit_places(factors.leaving, "leaving")
    pull, pull_scales, sought = fit_places(factors.pull, "pull")
    both = np.isfinite(left) & np.isfinite(sought)
    together = float(np.corrcoef(left[both], sought[both])[0, 1]) if both.sum() > 2 else 0.0
    corridor, problems = fit_corridors(pack, shown[2], until)
    return ErrorModel(
        fertility=shown[0],
        life_expectancy=shown[1],
        net_migration=shown[2],
        mobility=mobility,
        correlation=correlation,
        target_weight=weight,
        places=factors.places,
        leaving=leaving,
        pull=pull,
        leaving_scales=leaving_scales,
        pull_scales=pull_scales,
        leaving_pull=together,
        corridor=corridor,
        known_until=(int(national[0].years[-1]), int(factors.years[-1])),
        source=source,
        past=spreads["past"],
        united_nations=spreads["united_nations"],
        problems=problems,
    )


def fit_national(series: NationalSeries) -> ErrorProcess:
    """The process of one component, from the errors of its plain forecast."""
    trend = series.table.trend
    longest = min(LONGEST, (series.values.size - trend) // 2)
    errors = forecast_errors(series.values[:, None], window=1, trend=trend, longest=longest)
    return fit_process(errors, steps=True, name=series.table.name)


def blend(series: NationalSeries, past: ErrorProcess, source: str) -> ErrorProcess:
    """The process of one component with the spread of the source that is asked for."""
    if source == "past":
        return past
    horizons = np.arange(1, min(FURTHEST, series.variances.size) + 1)
    variances = series.variances[: horizons.size]
    if source == "both":
        variances = np.sqrt(variances * past.variance(horizons.size))
    return fit_variances(variances, horizons, np.ones(horizons.size), steps=True)


def fit_places(values: Array, name: str) -> tuple[ErrorProcess, Array, Array]:
    """The common persistence of T x R place effects, R scales, and T x R standard innovations.

    The persistence is that of the errors of all places together, each divided by its own size. The scale of
    a place follows from the mean square of its errors of the last ``REGISTER_YEARS`` years, drawn towards
    those of the other places.
    """
    errors = mean_errors(values)
    sizes = np.sqrt(np.nanmean(np.concatenate(errors) ** 2, axis=0))
    fitted = fit_settled([value / sizes for value in errors], name=f"the places' {name}")
    unit = fitted.with_scale(1.0)
    recent = values[-REGISTER_YEARS:]
    latest = mean_errors(recent)
    squares = np.concatenate(latest) ** 2 / unit.variance(1)
    # Errors of one origin and of overlapping horizons repeat each other: one for each two years is counted.
    counts = np.maximum(np.isfinite(recent).sum(axis=0) // 2, 1)
    scales = shrunk_scales(np.nanmean(squares, axis=0), counts)
    return unit, scales, unit.innovations(values) / scales


def mean_errors(values: Array) -> list[Array]:
    """Errors of "the mean of the last years stays", at horizons that the past has."""
    window, longest = max(min(WINDOW, len(values) // 2), 1), max(min(LONGEST, len(values) // 3), 1)
    return forecast_errors(values, window=window, trend=0, longest=longest)


def correlate(
    national: tuple[NationalSeries, ...],
    processes: list[ErrorProcess],
    factors: PlaceFactors,
    mobility: ErrorProcess,
) -> tuple[Array, float]:
    """Correlation of the innovations of ``COMPONENTS``, drawn towards none, over the years that all have."""
    steps = [
        (series.years, process.innovations(series.values))
        for series, process in zip(national, processes, strict=True)
    ]
    steps.append((factors.years, mobility.innovations(factors.mobility)))
    first, last = min(years[0] for years, _ in steps), max(years[-1] for years, _ in steps)
    table = np.full((last - first + 1, len(COMPONENTS)), np.nan)
    for column, (years, values) in enumerate(steps):
        table[years - first, column] = values
    return shrunk_correlation(table)


def fit_corridors(pack: Pack, net: ErrorProcess, until: int | None) -> tuple[ErrorProcess, tuple[str, ...]]:
    """Errors of a corridor's weight, from how shares of emigrants abroad changed between two counts.

    Flows by corridor are not counted; their weights are taken to be as changeable as those of the stocks, and
    as persistent as net migration.
    """
    unit = ErrorProcess(net.rho, 0.0, 1.0)
    if not pack.has(STOCKS):
        return unit.with_scale(0.0), (
            "No stocks of emigrants by country: corridors have no error of their own.",
        )
    frame = pack.table(STOCKS).frame.filter(
        pl.col("origin") == pack.country, pl.col("year") <= (until or 9999)
    )
    wide = frame.pivot(on="destination", index="year", values="persons").sort("year")
    years: NDArray[np.int64] = wide["year"].to_numpy().astype(np.int64)
    stocks = wide.drop("year").to_numpy().astype(float)
    stocks = stocks[:, np.nanmin(stocks, axis=0) >= SMALLEST_STOCK]
    if len(years) < 2 or stocks.shape[1] < 2:
        return unit.with_scale(0.0), (NO_STOCKS,)
    shares = np.log(stocks / stocks.sum(axis=1, keepdims=True))
    gaps = np.diff(years)
    growth = unit.variance(int(gaps.max()))[gaps - 1]
    return unit.with_scale(float(np.sqrt((np.diff(shares, axis=0) ** 2 / growth[:, None]).mean()))), ()
