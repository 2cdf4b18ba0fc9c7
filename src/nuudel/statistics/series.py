"""Indicators over the years from the margins that a country publishes, with the caveats of each point.

In-migrants and out-migrants are two counts: every total is given from both sides, never averaged.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import StatisticsError
from nuudel.base.provenance import Caveat, Quality, Source
from nuudel.statistics.effectiveness import net_per_100_moves
from nuudel.statistics.flow_tables import FloatArray, check_numbers, refuse_few


@dataclass(frozen=True)
class SeriesPoint:
    """One figure of a time series; ``value`` is None where it was not counted."""

    year: int
    value: float | None
    quality: Quality
    caveats: tuple[Caveat, ...]


@dataclass(frozen=True)
class TimeSeries:
    """A figure over the years, with its unit, its source, and the caveats attached to each point."""

    key: str
    unit: str
    source: Source
    points: tuple[SeriesPoint, ...]


def time_series(
    key: str,
    unit: str,
    years: ArrayLike,
    values: ArrayLike,
    source: Source,
    *,
    caveats: Sequence[Caveat] = (),
    columns: Sequence[str | None] = (None,),
    places: Sequence[str | None] = (None,),
    quality: Quality = Quality.OBSERVED,
) -> TimeSeries:
    """Attach to each point the caveats that cover one of the columns, at one of the places, in its year.

    Parameters
    ----------
    key, unit
        Name and unit of the figure.
    years
        Rising, shape ``(t,)``.
    values
        Shape ``(t,)``; may be negative; NaN where not counted.
    columns, places
        Columns and places of the source that enter the figure (for a national total: all places); (None,)
        asks for all.

    Raises
    ------
    StatisticsError
        107 lengths differ, 118 years that do not rise.
    """
    when = check_years(years)
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != when.shape:
        raise StatisticsError(
            107, f"{numbers.size} values for {when.size} years.", "Give one value per year.", ("values",)
        )

    def covering(year: int) -> tuple[Caveat, ...]:
        figures = [{"column": column, "place": place, "year": year} for column in columns for place in places]
        return tuple(c for c in caveats if any(c.covers(**figure) for figure in figures))  # type: ignore[arg-type]

    points = tuple(
        SeriesPoint(int(year), None if np.isnan(value) else float(value), quality, covering(int(year)))
        for year, value in zip(when, numbers, strict=True)
    )
    return TimeSeries(key, unit, source, points)


def check_years(years: ArrayLike) -> NDArray[np.int64]:
    array = np.asarray(years)
    if array.ndim != 1 or not np.issubdtype(array.dtype, np.integer) or (np.diff(array) <= 0).any():
        raise StatisticsError(
            118, "The years are not whole numbers that rise.", "Sort them, each once.", ("years",)
        )
    return array.astype(np.int64)


@dataclass(frozen=True)
class MarginSeries:
    """Indicators by year, and by year and place, from margins.

    Attributes
    ----------
    years
        Shape ``(t,)``.
    national_in, national_out
        Persons, shape ``(t,)``: sums of the places that were counted.
    in_counted, out_counted
        How many places they hold, shape ``(t,)``.
    cmi_in_percent, cmi_out_percent
        Crude migration intensity from either side, shape ``(t,)``.
    mei_percent
        Migration effectiveness of the places counted on both sides, shape ``(t,)``.
    anmr_percent
        Aggregate net migration rate of the same places, shape ``(t,)``.
    net_per_100_moves
        100 (I - O) / (I + O), shape ``(t, n)``; NaN where a side was not counted or nobody moved.
    net_migrants
        I - O, shape ``(t, n)``; NaN where a side was not counted.
    cumulative_net
        Sum of the net migrants counted up to the year, shape ``(t, n)``; NaN before the first.
    cumulative_gaps
        Years up to it that were not counted and are not in the sum, shape ``(t, n)``.
    capital_share_of_in_percent, capital_share_of_out_percent
        Of the places counted, shape ``(t,)``; NaN where the capital was not counted. None without a capital.
    out_of_capital
        Reverse migration: out-migrants of the capital, shape ``(t,)``, persons. None without a capital.
    """

    years: NDArray[np.int64]
    national_in: FloatArray
    national_out: FloatArray
    in_counted: NDArray[np.int64]
    out_counted: NDArray[np.int64]
    cmi_in_percent: FloatArray
    cmi_out_percent: FloatArray
    mei_percent: FloatArray
    anmr_percent: FloatArray
    net_per_100_moves: FloatArray
    net_migrants: FloatArray
    cumulative_net: FloatArray
    cumulative_gaps: NDArray[np.int64]
    capital_share_of_in_percent: FloatArray | None
    capital_share_of_out_percent: FloatArray | None
    out_of_capital: FloatArray | None


def margin_series(
    years: ArrayLike,
    in_migrants: ArrayLike,
    out_migrants: ArrayLike,
    population: ArrayLike,
    capital: int | None = None,
) -> MarginSeries:
    """All that yearly margins and a national population give.

    Parameters
    ----------
    years
        Rising, shape ``(t,)``.
    in_migrants, out_migrants
        Persons, shape ``(t, n)``; NaN where a place was not counted in a year.
    population
        National population in the middle of each year, shape ``(t,)``, NaN where unknown (rates are then
        NaN).
    capital
        Index of the capital among the places.

    Raises
    ------
    StatisticsError
        101, 102, 105, 106, 107; 118 years that do not rise; 119 a capital that is not among the places.

    Notes
    -----
    The places that were not counted are missing from the national totals of that year, which the numbers
    counted say; effectiveness takes the places counted on both sides.
    """
    when = check_years(years)
    arrivals = check_numbers(in_migrants, "in_migrants", 2)
    departures = check_numbers(out_migrants, "out_migrants", 2)
    people = check_yearly_population(population, len(when))
    if arrivals.shape != departures.shape or len(arrivals) != len(when):
        raise StatisticsError(
            107,
            f"In-migrants {arrivals.shape} and out-migrants {departures.shape} for {len(when)} years.",
            "Give (years, places) for both.",
            ("in_migrants", "out_migrants"),
        )
    refuse_few(arrivals.shape[1], 2, "A series of margins")
    if capital is not None and not 0 <= capital < arrivals.shape[1]:
        raise StatisticsError(
            119, f"The capital's index {capital} is not among the places.", "Give 0 to n - 1.", ("capital",)
        )
    net = arrivals - departures
    both = ~np.isnan(net)
    turnover = np.where(both, arrivals + departures, 0.0).sum(axis=1)
    shifts = np.where(both, np.abs(net), 0.0).sum(axis=1)
    national_in, national_out = total_counted(arrivals), total_counted(departures)
    cumulative = np.where(both.cumsum(axis=0) > 0, np.where(both, net, 0.0).cumsum(axis=0), np.nan)
    return MarginSeries(
        years=when,
        national_in=national_in,
        national_out=national_out,
        in_counted=(~np.isnan(arrivals)).sum(axis=1),
        out_counted=(~np.isnan(departures)).sum(axis=1),
        cmi_in_percent=100.0 * national_in / people,
        cmi_out_percent=100.0 * national_out / people,
        mei_percent=ratio_percent(shifts, turnover),
        anmr_percent=np.where(turnover > 0, 50.0 * shifts / people, np.nan),
        net_per_100_moves=net_per_100_moves(arrivals, departures),
        net_migrants=net,
        cumulative_net=cumulative,
        cumulative_gaps=(~both).cumsum(axis=0),
        capital_share_of_in_percent=None
        if capital is None
        else ratio_percent(arrivals[:, capital], national_in),
        capital_share_of_out_percent=(
            None if capital is None else ratio_percent(departures[:, capital], national_out)
        ),
        out_of_capital=None if capital is None else departures[:, capital].copy(),
    )


def check_yearly_population(population: ArrayLike, years: int) -> FloatArray:
    people = check_numbers(population, "population", 1)
    if len(people) != years:
        raise StatisticsError(
            107, f"{len(people)} populations for {years} years.", "Give one per year.", ("population",)
        )
    if (people == 0).any():
        raise StatisticsError(
            106, "The population is zero in a year.", "Give NaN where it is unknown.", ("population",)
        )
    return people


def total_counted(values: FloatArray) -> FloatArray:
    """Sum over the places counted, shape ``(t,)``; NaN where none was."""
    counted = ~np.isnan(values)
    return np.where(counted.any(axis=1), np.where(counted, values, 0.0).sum(axis=1), np.nan)


def ratio_percent(part: FloatArray, whole: FloatArray) -> FloatArray:
    share = np.full(part.shape, np.nan)
    np.divide(100.0 * part, whole, out=share, where=whole > 0)
    return share
