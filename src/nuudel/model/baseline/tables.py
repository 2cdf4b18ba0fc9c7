"""The tables of a pack as arrays over its places."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack
from nuudel.model.projection.inputs import Array
from nuudel.model.rates.national import NationalRates, national_rates
from nuudel.places.gazetteer import Gazetteer, read_gazetteer
from nuudel.statistics.internal_migration import InternalMigration, arrange_margins

MARGINS = "internal_migration"
UNITS = "soum_indicators"
AGES_OF_UNITS = "resident_population_by_age"
STOCKS = "migrant_stocks"
AGES_OF_COUNTRY = "wpp2019_population_by_age"
COMPONENTS = "wpp2024_components"
PROJECTION = "wpp2024_population_projection"
REGIONS, NATION = "regional_population", "national_population"
NEEDED = (
    MARGINS,
    UNITS,
    AGES_OF_UNITS,
    STOCKS,
    AGES_OF_COUNTRY,
    COMPONENTS,
    PROJECTION,
    "wpp2024_mortality_by_age",
    "wpp2024_life_expectancy",
    "wpp2024_fertility_by_age",
    "wpp2024_total_fertility",
    "wpp2024_sex_ratio_at_birth",
)


COMPONENT_COLUMNS = (
    "births_thousand",
    "deaths_thousand",
    "net_migration_thousand",
    "population_change_thousand",
    "birth_rate_per_1000",
    "death_rate_per_1000",
)
THOUSAND = 1000.0
YEARLY_RATES = ("years", "dying", "dying_newborn", "bearing", "boys")


@dataclass(frozen=True)
class Country:
    """The places of a pack and who lives in them, as the register has it.

    Attributes
    ----------
    upper, lower
        Levels: that of the registered margins, and that of the units below it.
    places, units
        R and S codes, in the order of the gazetteer.
    parent
        S positions of the units' parents in ``places``.
    latitudes, longitudes
        S, degrees.
    resident_years
        Y years at whose ends residents of all units were counted.
    residents
        Y x S residents.
    ages_year
        The year of the residents by age.
    children
        S residents under 5 in the first year for which they were counted.
    children_residents
        S residents of all ages in the same year.
    group_starts
        First ages of G groups, the last one open.
    grouped
        S x G residents by age; NaN for a unit that the table lacks.
    margins
        Registered moves, T years x R places.
    midyear
        Year to persons of the country in its middle, by the United Nations' newer revision.
    components
        Name of a column of the United Nations' components to year to figure.
    """

    pack: Pack
    gazetteer: Gazetteer
    upper: str
    lower: str
    places: tuple[str, ...]
    units: tuple[str, ...]
    parent: NDArray[np.int64]
    latitudes: Array
    longitudes: Array
    resident_years: tuple[int, ...]
    residents: Array
    ages_year: int
    children: Array
    children_residents: Array
    group_starts: tuple[int, ...]
    grouped: Array
    margins: InternalMigration
    midyear: Mapping[int, float]
    components: Mapping[str, Mapping[int, float]]

    def add_up(self, values: Array) -> Array:
        """Sums of S units (first axis) over their R places."""
        sums = np.zeros((len(self.places), *values.shape[1:]))
        np.add.at(sums, self.parent, values)
        return sums

    def national(self, years: NDArray[np.int64]) -> NationalRates:
        """Rates of the whole country in calendar years."""
        everything = self.all_rates
        if years[0] < everything.years[0] or years[-1] > everything.years[-1]:
            return national_rates(self.pack, years)
        at = years - everything.years[0]
        return replace(everything, **{name: getattr(everything, name)[at] for name in YEARLY_RATES})

    @cached_property
    def published(self) -> Mapping[tuple[str, int], float]:
        """Persons in the middle of years by the country's own statistics: of itself and of some places."""
        found: dict[tuple[str, int], float] = {}
        if self.pack.has(NATION):
            rows = self.pack.table(NATION).frame.select("year", "population").iter_rows()
            found |= {(self.pack.country, year): float(persons) for year, persons in rows}
        if self.pack.has(REGIONS):
            lines = self.pack.table(REGIONS).frame.select("place", "year", "population").iter_rows()
            found |= {(place, year): float(n) for place, year, n in lines if place in self.places}
        return found

    @cached_property
    def single_ages(self) -> dict[int, Array]:
        """Year to 2 x 101 persons by single age, of those years that were asked for already."""
        return {}

    @cached_property
    def all_rates(self) -> NationalRates:
        """Rates of all years from the first to the last that the components have."""
        known = self.components["births_thousand"]
        return national_rates(self.pack, np.arange(min(known), max(known) + 1))


def read_country(pack: Pack) -> Country:
    """Read the tables that a reconstruction needs.

    Raises
    ------
    ModelError
        ``MODEL-641`` a table is missing; ``MODEL-642`` the units do not lie in the places of the margins,
        or a figure of theirs is missing.
    """
    demand_tables(pack)
    gazetteer = read_gazetteer(pack)
    indicators, margins = pack.table(UNITS).frame, read_margins(pack)
    places = tuple(code for code in gazetteer.places if code in set(margins.places))
    counted = set(indicators["place"].to_list())
    codes = tuple(code for code in gazetteer.places if code in counted)
    upper, lower = (pack.table(name).columns["place"].level for name in (MARGINS, UNITS))
    years, residents = by_year(indicators, "resident_population", codes)
    child_years, children = by_year(indicators, "children_under_5", codes)
    ages_year = int(pack.table(AGES_OF_UNITS).frame["year"][0])
    for what, year in (("by age", ages_year), ("under 5", child_years[0])):
        if year not in years:
            raise ModelError(
                642,
                f"Residents {what} are of {year}, a year for which table {UNITS} has no residents.",
                f"Add resident_population of {year} to {UNITS}.",
                ("resident_population",),
            )
    starts, grouped = read_groups(pack, codes)
    latitudes, longitudes = gazetteer.coordinates(codes)
    components = {name: yearly(pack, COMPONENTS, name) for name in COMPONENT_COLUMNS}
    return Country(
        pack=pack,
        gazetteer=gazetteer,
        upper=upper,
        lower=lower,
        places=places,
        units=codes,
        parent=parents_of(gazetteer, codes, places, upper),
        latitudes=latitudes,
        longitudes=longitudes,
        resident_years=years,
        residents=residents,
        ages_year=ages_year,
        children=children[0],
        children_residents=residents[years.index(child_years[0])],
        group_starts=starts,
        grouped=grouped,
        margins=margins,
        midyear=midyear_totals(pack, components),
        components=components,
    )


def demand_tables(pack: Pack) -> None:
    missing = [name for name in NEEDED if not pack.has(name)]
    if missing:
        raise ModelError(
            641,
            f"Pack {pack.name} has no table {', '.join(missing)}, so that its starting population cannot be "
            "reconstructed.",
            "Add the tables to the pack (docs/methods/starting-population.md says what each is used for).",
            tuple(missing),
        )


def parents_of(
    gazetteer: Gazetteer, units: tuple[str, ...], places: tuple[str, ...], level: str
) -> NDArray[np.int64]:
    """S positions in ``places``."""
    lines = [gazetteer.at_level(unit, level) if level else None for unit in units]
    found = [places.index(line.code) for line in lines if line is not None and line.code in places]
    if len(found) < len(units):
        raise ModelError(
            642,
            f"A unit of table {UNITS} lies in no place of table {MARGINS}.",
            "Name the level of the column place in both tables, and give each unit its parent.",
            ("place",),
        )
    return np.array(found, dtype=np.int64)


def read_margins(pack: Pack) -> InternalMigration:
    """Registered moves, with places in the order of their codes."""
    table = pack.table(MARGINS)
    sides = [
        table.frame.select("year", "place", pl.col(side).alias("persons"))
        for side in ("in_migrants", "out_migrants")
    ]
    population = pack.table(NATION).frame if pack.has(NATION) else None
    return arrange_margins(sides[0], sides[1], population, table.caveats)


def by_year(frame: pl.DataFrame, column: str, codes: tuple[str, ...]) -> tuple[tuple[int, ...], Array]:
    """Years for which a column has figures, and Y x S figures.

    Raises
    ------
    ModelError
        ``MODEL-642``: a unit lacks its figure in such a year, or there is none at all.
    """
    given = frame.filter(pl.col(column).is_not_null())
    years = given["year"].unique().sort().to_list()
    values = np.full((len(years), len(codes)), np.nan)
    rows, columns = {y: i for i, y in enumerate(years)}, {c: i for i, c in enumerate(codes)}
    for year, place, value in given.select("year", "place", column).iter_rows():
        values[rows[year], columns[place]] = value
    if not years or not np.all(np.isfinite(values)):
        raise ModelError(
            642,
            f"Table {UNITS} lacks {column} of a unit in a year in which others have it.",
            "Fill the figure, or leave out the whole year.",
            (column,),
        )
    return tuple(years), values


def read_groups(pack: Pack, codes: tuple[str, ...]) -> tuple[tuple[int, ...], Array]:
    """First ages of the groups and S x G residents; NaN where a unit is missing."""
    frame = pack.table(AGES_OF_UNITS).frame.with_columns(first_age(pl.col("age")).alias("first"))
    starts = frame["first"].unique().sort().to_list()
    values = np.full((len(codes), len(starts)), np.nan)
    rows, columns = {c: i for i, c in enumerate(codes)}, {a: i for i, a in enumerate(starts)}
    for place, first, persons in frame.select("place", "first", "resident_population").iter_rows():
        if place in rows:
            values[rows[place], columns[first]] = persons
    return tuple(starts), values


def first_age(column: pl.Expr) -> pl.Expr:
    """The first completed year of an age like ``5-9`` or ``100+``."""
    return column.str.extract(r"^(\d+)").cast(pl.Int64)


def yearly(pack: Pack, table: str, column: str) -> dict[int, float]:
    """Year to figure; what is empty is left out."""
    frame = pack.table(table).frame.drop_nulls(column)
    return {int(year): float(value) for year, value in frame.select("year", column).iter_rows()}


def midyear_totals(pack: Pack, components: Mapping[str, Mapping[int, float]]) -> dict[int, float]:
    """Persons of the country in the middle of each year that has a change of population.

    The projection's table has the end of its first year; yearly changes lead back and forward from there.
    """
    ends = pack.table(PROJECTION).frame.sort("year").select("year", "male_thousand", "female_thousand")
    anchor, men, women = ends.row(0)
    change = components["population_change_thousand"]
    found, end = {}, men + women
    for year in range(anchor, min(change) - 1, -1):
        found[year] = THOUSAND * (end - change[year] / 2)
        end -= change[year]
    end = men + women
    for year in range(anchor + 1, max(change) + 1):
        found[year] = THOUSAND * (end + change[year] / 2)
        end += change[year]
    return found
