"""The tables of World Population Prospects in a pack, as arrays."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack
from nuudel.model.projection.inputs import SEXES

Floats = NDArray[np.float64]
PERIOD_YEARS = 5


@dataclass(frozen=True, eq=False)
class AnnualTables:
    """Figures of calendar years that all annual tables have.

    Attributes
    ----------
    years
        Y ascending calendar years.
    kinds
        Y words: ``estimate`` or ``projection``.
    life_expectancy
        Y x 2 years at birth.
    total_fertility
        Y children per woman.
    boys_per_girl
        Y boys for each girl at birth.
    """

    years: NDArray[np.int64]
    kinds: tuple[str, ...]
    life_expectancy: Floats
    total_fertility: Floats
    boys_per_girl: Floats

    @property
    def estimated(self) -> NDArray[np.bool_]:
        """(Y) whether the year is an estimate of the past."""
        return np.array([kind == "estimate" for kind in self.kinds], dtype=bool)


@dataclass(frozen=True, eq=False)
class PeriodTable:
    """Values of five-year periods by age group.

    Attributes
    ----------
    starts
        P first years.
    kinds
        P words: ``estimate``, ``mixed`` or ``projection``.
    ages
        A first ages of the groups.
    cells
        P x A values.
    """

    starts: Floats
    kinds: tuple[str, ...]
    ages: Floats
    cells: Floats


def annual_tables(pack: Pack) -> AnnualTables:
    """Life expectancy, total fertility and sex ratio at birth of the years that all three tables have.

    Raises
    ------
    ModelError
        ``MODEL-618``: they have no year in common.
    """
    expectancy = pack.table("wpp2024_life_expectancy").frame
    joined = pack.table("wpp2024_total_fertility").frame.select("year", "kind", "children_per_woman")
    for sex in SEXES:
        column = pl.col("life_expectancy_years").alias(sex)
        joined = joined.join(expectancy.filter(pl.col("sex") == sex).select("year", column), on="year")
    boys = pack.table("wpp2024_sex_ratio_at_birth").frame.select("year", "boys_per_girl")
    joined = joined.join(boys, on="year").sort("year")
    if not joined.height:
        raise lacking("wpp2024_life_expectancy, wpp2024_total_fertility or wpp2024_sex_ratio_at_birth")
    return AnnualTables(
        joined["year"].to_numpy().astype(np.int64),
        tuple(joined["kind"].to_list()),
        joined.select(SEXES).to_numpy(),
        joined["children_per_woman"].to_numpy(),
        joined["boys_per_girl"].to_numpy(),
    )


def period_table(pack: Pack, name: str, value: str, sex: str | None = None) -> PeriodTable:
    """One column of a five-year table, for one sex where it has sexes.

    Raises
    ------
    ModelError
        ``MODEL-618``: a period or an age group is missing.
    """
    table = pack.table(name).frame
    if sex is not None:
        table = table.filter(pl.col("sex") == sex)
    table = table.with_columns(pl.col("age").str.extract(r"^(\d+)").cast(pl.Int64))
    wide = table.sort("age").pivot(on="age", index=["year", "kind"], values=value).sort("year")
    cells = wide.drop("year", "kind")
    starts = wide["year"].to_numpy().astype(float)
    gaps = np.any(np.diff(starts) != PERIOD_YEARS)
    if wide.height < 2 or gaps or any(cells[column].null_count() for column in cells.columns):
        raise lacking(name)
    ages = np.array([float(column) for column in cells.columns])
    return PeriodTable(starts, tuple(wide["kind"].to_list()), ages, cells.to_numpy())


def lacking(name: str) -> ModelError:
    return ModelError(
        618,
        f"In {name} a year, a five-year period, an age group or a sex is missing.",
        "Restore the rows; the last age group is 100+ and periods follow each other by five years.",
        ("year", "age", "sex"),
    )
