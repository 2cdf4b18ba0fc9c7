"""Rates of the whole country for the intervals between the middles of years."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.model.baseline.tables import THOUSAND, Country
from nuudel.model.projection.inputs import AGES, SEXES, Array

NET_BY_AGE = "wpp2024_net_migration_by_age"
# Years before a past start over which mortality's trend is measured.
TREND_YEARS = 10
BY_YEAR = ("years", "dying", "dying_newborn", "bearing", "boys", "net_migration")


@dataclass(frozen=True, eq=False)
class CountryRates:
    """Rates of T intervals from the middle of a year to the middle of the next; shapes as in ``Rates``.

    ``net_migration`` has T x 2 x 101 persons by age at the beginning; without figures by age they are spread
    evenly, and ``net_by_age`` says so.
    """

    years: NDArray[np.int64]
    dying: Array
    dying_newborn: Array
    dying_response: Array
    bearing: Array
    boys: Array
    net_migration: Array
    net_by_age: bool

    def until(self, year: int) -> "CountryRates":
        """The intervals that end in the middle of a year or before."""
        kept = self.years < year
        cut = {name: getattr(self, name)[kept] for name in BY_YEAR}
        return replace(self, **cut)


def between(values: Array) -> Array:
    """From T + 1 calendar years to the T intervals between their middles."""
    middle: Array = (values[:-1] + values[1:]) / 2
    return middle


def known_rates(country: Country, year: int, until: int) -> CountryRates:
    """Rates of the United Nations' estimates, and of their medium projection after them."""
    years = np.arange(year, until + 1)
    found = country.national(years)
    totals = country.components["net_migration_thousand"]
    by_age = net_by_age(country, years)
    spread = np.array([totals[int(y)] for y in years])[:, None, None] * THOUSAND / (2 * AGES)
    return CountryRates(
        years=years[:-1],
        dying=between(found.dying),
        dying_newborn=between(found.dying_newborn),
        dying_response=found.dying_response,
        bearing=between(found.bearing),
        boys=between(found.boys),
        net_migration=between(np.broadcast_to(spread, (years.size, 2, AGES)) if by_age is None else by_age),
        net_by_age=by_age is not None,
    )


def net_by_age(country: Country, years: NDArray[np.int64]) -> Array | None:
    """Calendar years x 2 x 101 net migrants; years that the table lacks have the total spread evenly."""
    if not country.pack.has(NET_BY_AGE):
        return None
    totals = country.components["net_migration_thousand"]
    found = np.zeros((years.size, 2, AGES))
    first = pl.col("age").str.extract(r"^(\d+)").cast(pl.Int64)
    table = country.pack.table(NET_BY_AGE).frame.with_columns(first.alias("age"))
    for row in table.select("year", "age", *(f"{sex}_thousand" for sex in SEXES)).iter_rows():
        if years[0] <= row[0] <= years[-1]:
            found[row[0] - years[0], :, row[1]] = row[2:]
    # What rounding took away, and whole years without ages.
    rest = np.array([totals[int(year)] for year in years]) - found.sum(axis=(1, 2))
    whole: Array = THOUSAND * (found + rest[:, None, None] / (2 * AGES))
    return whole


def rates_seen_from(country: Country, year: int, until: int) -> CountryRates:
    """Rates that could be expected at the beginning of a past year, from the years before it alone.

    Fertility stays as it was in the last year; the logarithm of mortality goes on as over the last ten
    years; net migration returns to its mean by a first-order autoregression (as in the United Nations' own
    model: Azose & Raftery 2015, Demography 52:5).
    """
    years = np.arange(year, until, dtype=np.int64)
    found = country.national(np.arange(year - TREND_YEARS, year))
    # The last calendar year's middle lies one year before the middle of the first interval.
    ahead = (years - year + 1).astype(np.float64)
    net = expected_net_migration(country, year, ahead)
    return CountryRates(
        years=years,
        dying=extrapolate(found.dying, ahead),
        dying_newborn=extrapolate(found.dying_newborn, ahead),
        dying_response=found.dying_response,
        bearing=np.repeat(found.bearing[-1:], years.size, axis=0),
        boys=np.repeat(found.boys[-1:], years.size),
        net_migration=np.broadcast_to(net[:, None, None] / (2 * AGES), (years.size, 2, AGES)),
        net_by_age=False,
    )


def expected_net_migration(country: Country, year: int, ahead: Array) -> Array:
    """Persons a year: the last one before ``year`` and its way back to the mean, by least squares."""
    net = country.components["net_migration_thousand"]
    past = THOUSAND * np.array([net[y] for y in sorted(net) if y < year])
    mean = past.mean()
    away = past - mean
    persistence = float(np.clip(away[1:] @ away[:-1] / max(float(away[:-1] @ away[:-1]), 1.0), 0, 1))
    expected: Array = mean + away[-1] * persistence**ahead
    return expected


def extrapolate(values: Array, ahead: Array) -> Array:
    """Probabilities carried on by the mean yearly change of their logarithms."""
    slope = np.log(values[-1] / values[0]) / (len(values) - 1)
    steps = ahead.reshape(-1, *[1] * slope.ndim)
    carried: Array = np.minimum(values[-1] * np.exp(slope * steps), 1.0)
    return carried
