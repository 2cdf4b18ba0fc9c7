"""A country's past fertility, mortality and migration, and the United Nations' intervals of their future."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack
from nuudel.base.provenance import Effect
from nuudel.model.projection.inputs import Array

NORMAL_80 = 1.2815515655446004
"""Standard deviations from the median to either end of an 80 % interval of a normal distribution."""


@dataclass(frozen=True)
class SeriesTable:
    """Where a component stands in a pack.

    Attributes
    ----------
    name
        Of the component.
    table, column, low80, high80
        Table, and columns of the value and of the bounds of the United Nations' 80 % interval.
    factor
        From the unit of the table to the unit of the errors.
    logarithm
        Whether errors are of the logarithm.
    trend
        Years before the origin whose mean change the plain forecast goes on with; 0: it changes no more.
    """

    name: str
    table: str
    column: str
    low80: str = "lower_80"
    high80: str = "upper_80"
    factor: float = 1.0
    logarithm: bool = False
    trend: int = 0


TABLES = (
    SeriesTable("fertility", "wpp2024_total_fertility", "children_per_woman", logarithm=True),
    SeriesTable("life_expectancy", "wpp2024_life_expectancy", "life_expectancy_years", trend=20),
    SeriesTable(
        "net_migration",
        "wpp2024_components",
        "net_migration_thousand",
        "net_migration_lower_80_thousand",
        "net_migration_upper_80_thousand",
        factor=1000.0,
    ),
)


@dataclass(frozen=True, eq=False)
class NationalSeries:
    """A component's yearly past and what the United Nations say of its future.

    Attributes
    ----------
    table
        Where it comes from.
    years
        T, one after the other; they begin ``trend`` years before the first forecast.
    values
        T, in the unit of the errors; NaN where a caveat calls the figure doubtful.
    variances
        H variances of the United Nations' intervals 1 … H years after the last estimate.
    """

    table: SeriesTable
    years: NDArray[np.int64]
    values: Array
    variances: Array


def read_national(pack: Pack, first: int, until: int | None) -> tuple[NationalSeries, ...]:
    """Fertility, life expectancy and net migration from ``first`` to ``until`` (or the last estimate).

    Raises
    ------
    ModelError
        ``MODEL-662``: the pack lacks a table; ``MODEL-663``: a table has no estimate of these years.
    """
    return tuple(read_series(pack, table, first, until) for table in TABLES)


def read_series(pack: Pack, table: SeriesTable, first: int, until: int | None) -> NationalSeries:
    """One component."""
    if not pack.has(table.table):
        raise ModelError(
            662,
            f"Pack {pack.name} has no table {table.table}, from which errors of the projection are learnt.",
            "Add the table to the pack.",
            (table.table,),
        )
    read = pack.table(table.table)
    frame = read.frame.filter(pl.col("sex") == "both") if "sex" in read.frame.columns else read.frame
    frame = frame.sort("year")
    past = frame.filter(
        pl.col("kind") == "estimate", pl.col("year") >= first - table.trend, pl.col("year") <= (until or 9999)
    )
    if past.is_empty():
        raise ModelError(
            663,
            f"Table {table.table} of pack {pack.name} has no estimate from {first} to {until or 'its end'}.",
            "Learn errors from years that the table has.",
            (table.table,),
        )
    doubtful = [caveat for caveat in read.caveats if caveat.effect is Effect.DOUBTFUL]
    years = past["year"].to_numpy().astype(np.int64)
    values = past[table.column].to_numpy().astype(float) * table.factor
    for row, year in enumerate(years):
        if any(caveat.covers(column=table.column, year=int(year)) for caveat in doubtful):
            values[row] = np.nan
    future = frame.filter(pl.col("kind") == "projection")
    low, high = (future[c].to_numpy().astype(float) * table.factor for c in (table.low80, table.high80))
    if table.logarithm:
        values, low, high = np.log(values), np.log(low), np.log(high)
    return NationalSeries(table, years, values, ((high - low) / (2 * NORMAL_80)) ** 2)
