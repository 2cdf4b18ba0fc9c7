"""Mortality and fertility of a whole country by single years of age, from the United Nations' tables.

The five-year death rates and fertility shares of World Population Prospects 2024 run from the middle of a
year to the middle of the fifth year after it; life expectancy, total fertility and the sex ratio at birth
are those of calendar years. Year t here is the calendar year t.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack
from nuudel.model.projection.inputs import AGES, OLDEST, SEXES
from nuudel.model.rates.fertility import births_by_age_at_year_end, single_year_shares
from nuudel.model.rates.lee_carter import lee_carter
from nuudel.model.rates.mortality import reach_life_expectancy, single_year_death_rates, yearly_probabilities
from nuudel.model.rates.wpp_tables import AnnualTables, annual_tables, lacking, period_table

Floats = NDArray[np.float64]
# A period begins in the middle of its first year and ends in the middle of the fifth year after it.
PERIOD_MIDDLE = 3.0


@dataclass(frozen=True, eq=False)
class NationalRates:
    """Yearly probabilities of a whole country; shapes and meanings as in ``projection.inputs.Rates``.

    Attributes
    ----------
    years
        T calendar years.
    dying
        T x 2 x 101 probability of dying within the year, by age at its beginning.
    dying_newborn
        T x 2 probability that a newborn dies before the end of its year of birth.
    bearing
        T x 101 births per woman and year, by her age at the end of the year; sums to ``total_fertility``.
    boys
        T share of boys among births.
    dying_response
        2 x 101 Lee-Carter response of the projected years, where it is positive; its mean over the 202
        cells is 1, so that a departure of +0.01 raises death rates by 1 % on average of the ages.
    death_rates
        T x 2 x 101 deaths per person-year by exact single years of age.
    fertility_rates
        T x 101 births per woman and year by her age at the birth.
    life_expectancy
        T x 2 years at birth; that of ``death_rates``, which is the table's.
    total_fertility
        T children per woman.
    kinds
        T words of the table: ``estimate`` or ``projection``.
    response_explained
        Share of the variance of log mortality over the projected years that Lee-Carter's direction explains.
    quality
        ``estimated``: no figure of these is a count.
    """

    years: NDArray[np.int64]
    dying: Floats
    dying_newborn: Floats
    bearing: Floats
    boys: Floats
    dying_response: Floats
    death_rates: Floats
    fertility_rates: Floats
    life_expectancy: Floats
    total_fertility: Floats
    kinds: tuple[str, ...]
    response_explained: float
    quality: str = "estimated"

    def to_frame(self) -> pl.DataFrame:
        """One row per year with the summary measures."""
        columns = {f"life_expectancy_{sex}": self.life_expectancy[:, i] for i, sex in enumerate(SEXES)}
        return pl.DataFrame(
            {"year": self.years, "kind": self.kinds, **columns, "total_fertility": self.total_fertility}
        ).with_columns(pl.lit(self.quality).alias("quality"))


def national_rates(pack: Pack, years: ArrayLike) -> NationalRates:
    """Rates of the asked years from the tables ``wpp2024_*`` of a pack.

    Mortality: the five-year rates make an abridged life table (``life_table``); the forces of mortality of
    its groups are shared out to the smoothest single-year forces (``graduation.smoothest``), so that its
    survivors at every fifth birthday stay the same; logarithms are interpolated between the middles of
    periods, and moved along Lee-Carter's response of the five-year tables until each year and sex has the
    life expectancy of the annual table. Fertility: the five-year shares are made single years in the same
    way, interpolated, and multiplied by total fertility.

    Parameters
    ----------
    pack
        With ``wpp2024_mortality_by_age``, ``wpp2024_life_expectancy``, ``wpp2024_fertility_by_age``,
        ``wpp2024_total_fertility`` and ``wpp2024_sex_ratio_at_birth``.
    years
        T calendar years, each in all of the annual tables.

    Raises
    ------
    ModelError
        ``MODEL-618`` a table lacks a year, an age group or a sex; ``MODEL-619`` a life expectancy that the
        rates cannot reach.
    PackError
        ``PACK-103`` the pack lacks one of the tables.
    """
    annual = annual_tables(pack)
    wanted = known_years(np.atleast_1d(np.asarray(years, float)), annual.years)
    death_rates = annual_death_rates(pack, annual)
    # How ages change from now on: the projected years. The past moved children most, and old men hardly.
    response = lee_carter(np.log(death_rates[~annual.estimated]))
    at = np.searchsorted(annual.years, wanted)
    fertility = annual_fertility_shares(pack, wanted) * annual.total_fertility[at, None]
    dying, newborn = yearly_probabilities(death_rates[at])
    ratio = annual.boys_per_girl[at]
    return NationalRates(
        years=wanted,
        dying=dying,
        dying_newborn=newborn,
        bearing=births_by_age_at_year_end(fertility),
        boys=ratio / (1 + ratio),
        dying_response=without_reversals(response.response),
        death_rates=death_rates[at],
        fertility_rates=fertility,
        life_expectancy=annual.life_expectancy[at],
        total_fertility=annual.total_fertility[at],
        kinds=tuple(annual.kinds[i] for i in at),
        response_explained=response.explained,
    )


def annual_death_rates(pack: Pack, annual: AnnualTables) -> Floats:
    """Y x 2 x 101 death rates of all years of the annual tables, with their life expectancies."""
    name = "wpp2024_mortality_by_age"
    tables = [period_table(pack, name, "deaths_per_person_year", sex) for sex in SEXES]
    if any(table.ages[0] != 0 or table.ages[-1] != OLDEST for table in tables):
        raise lacking(name)
    pairs = zip(tables, SEXES, strict=True)
    logs = np.log(np.stack([single_year_death_rates(t.ages, t.cells, sex) for t, sex in pairs], axis=1))
    estimated = np.array([kind == "estimate" for kind in tables[0].kinds])
    direction = lee_carter(logs[estimated]).response
    yearly = between_periods(logs, tables[0].starts, annual.years)
    return reach_life_expectancy(yearly, direction, annual.life_expectancy)


def annual_fertility_shares(pack: Pack, years: NDArray[np.int64]) -> Floats:
    """Y x 101 share of each age at birth in total fertility."""
    table = period_table(pack, "wpp2024_fertility_by_age", "share_percent")
    single = single_year_shares(table.ages, table.cells)
    shares = np.zeros((len(single), AGES))
    first = int(table.ages[0])
    shares[:, first : first + single.shape[1]] = single
    return between_periods(shares, table.starts, years)


def between_periods(values: Floats, starts: Floats, years: NDArray[np.int64]) -> Floats:
    """Straight lines between the middles of periods, read in the middle of each year; level at the ends."""
    middles = starts + PERIOD_MIDDLE
    position = np.interp(years + 0.5, middles, np.arange(len(middles)))
    below = np.minimum(position.astype(int), len(middles) - 2)
    part = (position - below).reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray(values[below] * (1 - part) + values[below + 1] * part)


def without_reversals(response: Floats) -> Floats:
    """The response where it is positive, else 0, with a mean of 1.

    Death rates above 97 rose a little while all others fell; a departure that raises mortality shall lower
    it nowhere.
    """
    positive = np.maximum(response, 0)
    return np.asarray(positive / positive.mean())


def known_years(wanted: Floats, known: NDArray[np.int64]) -> NDArray[np.int64]:
    """The years as whole numbers; ``MODEL-618`` where the tables lack one of them."""
    absent = [f"{year:g}" for year in wanted if year not in known]
    if absent or not wanted.size:
        raise ModelError(
            618,
            f"The tables of the United Nations lack figures for {', '.join(absent[:3]) or 'no year'}.",
            f"Ask for years from {known.min()} to {known.max()}.",
            ("years",),
        )
    return wanted.astype(np.int64)
