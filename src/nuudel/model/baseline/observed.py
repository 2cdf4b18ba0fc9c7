"""What was counted from a year on, and which caveats stand against the figures used."""

import numpy as np
import polars as pl

from nuudel.model.baseline.history import counted
from nuudel.model.baseline.tables import NATION, NEEDED, REGIONS, Country
from nuudel.model.projection.inputs import Array

# Of this method, beside those of the pack.
OWN_CAVEATS = (
    "baseline_shares_of_residents",
    "baseline_calendar_years_as_midyears",
    "baseline_ages_of_movers_modelled",
    "baseline_gross_international_assumed",
)
SCHEMA = {
    "place": pl.String,
    "year": pl.Int64,
    "in_migrants": pl.Float64,
    "out_migrants": pl.Float64,
    "population": pl.Float64,
    "quality": pl.String,
}


def midyear_shares(country: Country, year: int, shares: Array) -> Array:
    """R shares: as published of places with a midyear series, the rest divided as before."""
    published, total = country.published, country.published.get((country.pack.country, year))
    if total is None:
        return shares
    found = shares.copy()
    known = [i for i, place in enumerate(country.places) if (place, year) in published]
    for i in known:
        found[i] = published[country.places[i], year] / total
    others = [i for i in range(len(shares)) if i not in known]
    if others:
        found[others] *= (1 - found[known].sum()) / shares[others].sum()
    return found


def observed_figures(country: Country, first: int, last: int) -> pl.DataFrame:
    """Margins and population of each place and year that has any, printed figures as they are."""
    rows: list[tuple[str, int, float | None, float | None, float | None, str]] = []
    for year in range(first, last + 1):
        nothing = np.full(len(country.places), np.nan)
        known = year in country.margins.years
        arrived, left = counted(country, country.margins, year) if known else (nothing, nothing)
        for place, *moved in zip(country.places, arrived.tolist(), left.tolist(), strict=True):
            persons = country.published.get((place, year))
            if known or persons is not None:
                rows.append((place, year, *moved, persons, "observed"))
        if (country.pack.country, year) in country.published:
            total = country.published[country.pack.country, year]
            rows.append((country.pack.country, year, None, None, total, "observed"))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").fill_nan(None)


def observed_units(country: Country, first: int) -> pl.DataFrame:
    """Residents of the units at the ends of the years from ``first``."""
    rows = [
        (unit, year, None, None, float(country.residents[i, j]), "observed")
        for i, year in enumerate(country.resident_years)
        if year >= first
        for j, unit in enumerate(country.units)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def caveat_keys(country: Country) -> tuple[str, ...]:
    """``table.key`` of each caveat of the tables used, then the method's own."""
    used = [name for name in (*NEEDED, NATION, REGIONS) if country.pack.has(name)]
    found = [
        f"{name}.{caveat['key']}"
        for name in used
        for caveat in country.pack.manifest["tables"][name].get("caveats", ())
    ]
    return (*dict.fromkeys(found), *OWN_CAVEATS)
