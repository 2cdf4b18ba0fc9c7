"""The reconstruction against figures that it did not use."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import polars as pl

from nuudel.model.baseline.calibration import Calibrated
from nuudel.model.baseline.tables import (
    AGES_OF_UNITS,
    COMPONENTS,
    NATION,
    PROJECTION,
    REGIONS,
    THOUSAND,
    UNITS,
    Country,
)
from nuudel.model.projection.inputs import Array, StartingPopulation

SCHEMA = {
    "check": pl.String,
    "place": pl.String,
    "year": pl.Int64,
    "value": pl.Float64,
    "reference": pl.Float64,
    "source": pl.String,
}
LAST_COLUMNS = ("difference_percent", "source", "quality")


class Comparison(NamedTuple):
    """A figure of the reconstruction, and the one that it is held against."""

    check: str
    place: str
    year: int
    value: float
    reference: float
    source: str


def check(country: Country, start: StartingPopulation, done: Calibrated) -> pl.DataFrame:
    """One row per figure that has a reference: value (estimated), reference and difference in per cent."""
    rows = [
        *national_rows(country, done),
        *regional_rows(country, done),
        *component_rows(country, done),
        *resident_rows(country, done),
        *structure_rows(country, start),
    ]
    frame = pl.DataFrame([row for row in rows if row.reference], schema=SCHEMA, orient="row")
    difference = 100 * (pl.col("value") / pl.col("reference") - 1)
    return frame.with_columns(
        difference.alias("difference_percent"), pl.lit("estimated").alias("quality")
    ).select(*(name for name in SCHEMA if name != "source"), *LAST_COLUMNS)


def stocks(done: Calibrated) -> list[tuple[int, Array]]:
    """Years and R persons in their middles."""
    years = [int(y) for y in done.rates.years]
    return list(zip([*years, years[-1] + 1], done.persons, strict=True))


def national_rows(country: Country, done: Calibrated) -> Iterator[Comparison]:
    """The national total against the United Nations' and the statistics office's, in the middle of years."""
    home = country.pack.country
    for year, persons in stocks(done):
        total = float(persons.sum())
        if year in country.midyear:
            reference = country.midyear[year]
            yield Comparison("population_united_nations", home, year, total, reference, COMPONENTS)
        if (home, year) in country.published:
            reference = country.published[home, year]
            yield Comparison("population_statistics_office", home, year, total, reference, NATION)


def regional_rows(country: Country, done: Calibrated) -> Iterator[Comparison]:
    """Places with a midyear series: their persons, and their shares of the country in per cent."""
    for year, persons in stocks(done):
        total = country.published.get((country.pack.country, year))
        for place, value, share in zip(country.places, persons, persons / persons.sum(), strict=True):
            reference = country.published.get((place, year))
            if reference and total:
                yield Comparison("population_midyear", place, year, float(value), reference, REGIONS)
                published = 100 * reference / total
                yield Comparison("share_midyear", place, year, 100 * float(share), published, REGIONS)


def component_rows(country: Country, done: Calibrated) -> Iterator[Comparison]:
    """Births, deaths and the share of women against the United Nations'."""
    home = country.pack.country
    for name, values in (("births", done.births), ("deaths", done.deaths)):
        known = country.components[f"{name}_thousand"]
        for year, value in zip(done.rates.years.tolist(), values.tolist(), strict=True):
            if year in known and year + 1 in known:
                reference = THOUSAND * (known[year] + known[year + 1]) / 2
                yield Comparison(name, home, year, value, reference, COMPONENTS)
    ends = country.pack.table(PROJECTION).frame.select("year", "female_thousand", "male_thousand")
    share = {year: 100 * women / (women + men) for year, women, men in ends.iter_rows()}
    for (year, persons), women in zip(stocks(done), done.women, strict=True):
        if year - 1 in share and year in share:
            reference = (share[year - 1] + share[year]) / 2
            value = 100 * float(women / persons.sum())
            yield Comparison("women_percent", home, year, value, reference, PROJECTION)


def resident_rows(country: Country, done: Calibrated) -> Iterator[Comparison]:
    """Shares of the places among residents at the end of each counted year, in per cent."""
    for (year, now), (_, later) in pairwise(stocks(done)):
        if year not in country.resident_years:
            continue
        counted = country.add_up(country.residents[country.resident_years.index(year)])
        shares = 100 * (now + later) / (now + later).sum()
        references = 100 * counted / counted.sum()
        for place, value, reference in zip(country.places, shares, references, strict=True):
            yield Comparison("share_residents", place, year, float(value), float(reference), UNITS)


def structure_rows(country: Country, start: StartingPopulation) -> Iterator[Comparison]:
    """Shares of the age groups of the country against those of residents counted half a year before."""
    if start.year != country.ages_year + 1:
        return
    counted = np.nansum(country.grouped, axis=0)
    people = start.persons.sum(axis=(0, 1))
    edges = [*country.group_starts, people.size]
    for (first, after), residents in zip(pairwise(edges), counted, strict=True):
        value = 100 * float(people[first:after].sum() / people.sum())
        reference = 100 * float(residents / counted.sum())
        name = f"age_share_from_{first}"
        yield Comparison(name, country.pack.country, start.year, value, reference, AGES_OF_UNITS)
