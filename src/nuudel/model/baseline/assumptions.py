"""Every assumption of a reconstruction as a row: value, range, source, quality."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import polars as pl

from nuudel.model.baseline.calibration import HALF_LIFE, Calibrated
from nuudel.model.baseline.international import STAY, STAY_RANGE
from nuudel.model.baseline.moves import Moves
from nuudel.model.baseline.soums import LASTING, WITHIN
from nuudel.model.baseline.tables import AGES_OF_UNITS, COMPONENTS, MARGINS, STOCKS, UNITS, Country

# Of a pack's figures there are none: the range is the judgement of the authors.
JUDGEMENT = "assumption"
MORTALITY_RANGE = (0.85, 1.15)
SEX_RANGE = (0.8, 1.25)
SCHEMA = {
    "name": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "unit": pl.String,
    "source": pl.String,
}


class Assumption(NamedTuple):
    """One assumption with its range."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    source: str


def state_assumptions(
    country: Country,
    now: bool,
    chosen: Mapping[str, str],
    moves: Moves,
    done: Calibrated,
    level: str,
) -> pl.DataFrame:
    """Rows of name, value, low, high, unit, source (table of the pack, or ``assumption``), quality."""
    rows = [
        *of_places(country, now, moves, done),
        *of_borders(done),
        *of_choices(now, chosen, int(done.rates.years[0])),
    ]
    if level == country.lower:
        rows += of_units(country, chosen)
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return frame.with_columns(pl.lit("estimated").alias("quality"))


def of_places(country: Country, now: bool, moves: Moves, done: Calibrated) -> Iterator[Assumption]:
    crude = 1000 * moves.crude
    unit = "departures per 1000 and year"
    for place, rates in zip(country.places, crude.T, strict=True):
        yield Assumption(
            f"leaving.{place}", float(rates.mean()), float(rates.min()), float(rates.max()), unit, MARGINS
        )
    unit = "multiple of the country's fertility"
    for place, level in zip(country.places, done.rates.bearing_level.tolist(), strict=True):
        yield Assumption(f"fertility.{place}", level, min(level, 1.0), max(level, 1.0), unit, UNITS)
    unit = "multiple of the country's death rates; no data by place"
    yield Assumption("mortality_of_places", 1.0, *MORTALITY_RANGE, unit, JUDGEMENT)
    if now:
        residents = country.add_up(country.residents[country.resident_years.index(country.ages_year)])
        largest = int(np.argmax(residents))
        counted = 100 * float(residents[largest] / residents.sum())
        share = 100 * float(done.persons[0, largest] / done.persons[0].sum())
        # The counted share, moved half a year on by registered moves; they may lag behind the real ones.
        name = f"share.{country.places[largest]}"
        low, high = sorted((counted, 2 * share - counted))
        yield Assumption(name, share, low, high, "per cent", UNITS)


def of_borders(done: Calibrated) -> Iterator[Assumption]:
    unit = "persons in the first year"
    factors = STAY / STAY_RANGE[1], STAY / STAY_RANGE[0]
    for corridor, persons in zip(done.rates.corridors, done.rates.immigrants[0].tolist(), strict=True):
        low, high = (persons * factor for factor in factors)
        yield Assumption(f"immigrants.{corridor}", persons, low, high, unit, STOCKS)
    yield Assumption("years_abroad", STAY, *STAY_RANGE, "years between moves across the border", JUDGEMENT)


def of_choices(now: bool, chosen: Mapping[str, str], year: int) -> Iterator[Assumption]:
    unit = "women's intensity of moving against men's; no data"
    yield Assumption("moves_of_women", 1.0, *SEX_RANGE, unit, JUDGEMENT)
    if not now:
        yield Assumption("rates_known_until", year - 1, year - 1, year - 1, "year", COMPONENTS)
    if chosen["migration_level"] == "reverting":
        yield Assumption("half_life", HALF_LIFE, 1.0, 10.0, "years until half the way to the mean", JUDGEMENT)


def of_units(country: Country, chosen: Mapping[str, str]) -> Iterator[Assumption]:
    unit = "moves within a place per move out of it, of small units; no data"
    within = WITHIN[chosen["within"]]
    yield Assumption("moves_within_places", within, WITHIN["low"], WITHIN["high"], unit, JUDGEMENT)
    yield Assumption("lasting_growth", LASTING, 0.0, 1.0, "share of a unit's excess growth", UNITS)
    borrowed = float(np.isnan(country.grouped).any(axis=1).sum())
    unit = "units with the ages of their place"
    yield Assumption("borrowed_ages", borrowed, borrowed, borrowed, unit, AGES_OF_UNITS)
