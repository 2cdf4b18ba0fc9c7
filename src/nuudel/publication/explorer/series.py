"""Arrivals and departures of every place over the years, and what is known against them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nuudel.base.packs import PackTable
from nuudel.base.provenance import Caveat, Effect
from nuudel.publication.explorer.words import in_all_languages
from nuudel.publication.report.material import DOUBT_YEARS, Material

MARGINS = {"in": "in_migrants", "out": "out_migrants"}
ABOUT_YEARS = (Effect.DOUBTFUL, Effect.NOT_COMPARABLE, Effect.MISSING)
# Tables of people by place and year, the first that has a place is taken for rates.
PEOPLE = (
    ("resident_population", "aimag_indicators"),
    ("resident_population", "soum_indicators"),
    ("population", "regional_population"),
)


def series_of(material: Material) -> dict[str, object]:
    """The content of ``series.json``: by place, and for the country, aligned with the years."""
    moves = material.internal
    people = people_by_place(material)
    found: dict[str, object] = {}
    if moves is not None:
        table, years = material.migration_table, moves.years.tolist()
        for column, code in enumerate(moves.places):
            found[code] = {
                "arrivals": counts(moves.in_migrants[:, column]),
                "departures": counts(moves.out_migrants[:, column]),
                "doubtful": doubts(table, code, years),
                "population": people.get(code, {}),
            }
        nation = dict(zip(years, counts(moves.population), strict=True))
        found[material.pack.country] = {
            "arrivals": counts(national(moves.in_migrants)),
            "departures": counts(national(moves.out_migrants)),
            "doubtful": national_doubts(material, table),
            "population": {str(year): value for year, value in nation.items() if value is not None},
        }
    for code, known in people.items():
        found.setdefault(code, {"arrivals": None, "departures": None, "doubtful": [], "population": known})
    return found


def counts(values: NDArray[np.float64]) -> list[int | None]:
    """Persons as whole numbers, None where nobody counted."""
    return [round(value) if np.isfinite(value) else None for value in values.tolist()]


def national(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums over the places that were counted, NaN for a year without any."""
    total: NDArray[np.float64] = np.where(np.isfinite(table).any(axis=1), np.nansum(table, axis=1), np.nan)
    return total


def doubts(table: PackTable, place: str, years: list[int]) -> list[dict[str, object]]:
    """What caveats on single years say of a place: year, which sides, effect and reason, by year."""
    told = [
        (year, caveat)
        for caveat in table.caveats
        if speaks_of_years(caveat)
        for year in years
        if caveat.covers(place=place, year=year)
    ]
    told.sort(key=lambda pair: pair[0])
    return [doubt(year, caveat) for year, caveat in told]


def speaks_of_years(caveat: Caveat) -> bool:
    """Whether a caveat is about some years; one on all places over many years is about the series."""
    if caveat.years is None or caveat.effect not in ABOUT_YEARS:
        return False
    return bool(caveat.places) or caveat.years[1] - caveat.years[0] < DOUBT_YEARS


def doubt(year: int, caveat: Caveat) -> dict[str, object]:
    sides = [side for side, column in MARGINS.items() if caveat.covers(column=column)] or list(MARGINS)
    return {
        "year": year,
        "effect": str(caveat.effect),
        "sides": sides,
        "reason": in_all_languages(caveat.text),
    }


def national_doubts(material: Material, table: PackTable) -> list[dict[str, object]]:
    """Years in which the figures of most places, and so the country's, are doubtful."""
    years = material.doubtful_nationally(table, tuple(MARGINS.values()))
    covering = [
        (year, caveat)
        for year in sorted(years)
        for caveat in table.caveats
        if caveat.effect is Effect.DOUBTFUL and speaks_of_years(caveat) and caveat.covers(year=year)
        if not caveat.places or 2 * len(caveat.places) > table.frame["place"].n_unique()
    ]
    return [doubt(year, caveat) for year, caveat in covering]


def people_by_place(material: Material) -> Mapping[str, dict[str, int]]:
    """Residents by place and year, of one source for each place; sources are never joined."""
    found: dict[str, dict[str, int]] = {}
    for column, name in PEOPLE:
        if not material.pack.has(name) or column not in material.pack.table(name).frame.columns:
            continue
        frame = material.pack.table(name).frame.select("place", "year", column).drop_nulls()
        own: dict[str, dict[str, int]] = {}
        for place, year, persons in frame.sort("place", "year").iter_rows():
            own.setdefault(place, {})[str(year)] = persons
        found = {**own, **found}
    return found
