"""Reconstruct a country's starting population and rates from the tables of its pack."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack
from nuudel.model.baseline.assembly import assemble
from nuudel.model.baseline.assumptions import state_assumptions
from nuudel.model.baseline.calibration import Calibrated, calibrate
from nuudel.model.baseline.checks import check
from nuudel.model.baseline.history import half_a_year_on, reverse_survival
from nuudel.model.baseline.international import corridors
from nuudel.model.baseline.moves import SPANS, Moves, mean_moves, schedule, years_of_level
from nuudel.model.baseline.national import CountryRates, known_rates, rates_seen_from
from nuudel.model.baseline.national_ages import consistent_with_births, population_by_age
from nuudel.model.baseline.observed import (
    caveat_keys,
    midyear_shares,
    observed_figures,
    observed_units,
)
from nuudel.model.baseline.population import unit_population
from nuudel.model.baseline.result import Baseline
from nuudel.model.baseline.soums import moves_within, nest
from nuudel.model.baseline.tables import AGES_OF_COUNTRY, Country, read_country
from nuudel.model.baseline.variants import choose
from nuudel.model.origin_destination.result import EstimatedFlows
from nuudel.model.projection.inputs import Array, StartingPopulation

QUALITY = "estimated"
# The ages at the beginning are told by the births of as many years, however short the projection is.
ENOUGH_YEARS = 15


@dataclass(frozen=True, eq=False)
class Beginning:
    """What both levels share: when it begins, who lives where, and what was chosen."""

    country: Country
    year: int
    now: bool
    chosen: Mapping[str, str]
    units: Array
    moves: Moves
    nation: CountryRates

    @property
    def places(self) -> StartingPopulation:
        """People of the upper level: sums over units."""
        return StartingPopulation(self.year, self.country.places, self.country.add_up(self.units), QUALITY)


def reconstruct(
    pack: Pack,
    flows: EstimatedFlows | None,
    *,
    level: str = "aimag",
    year: int | None = None,
    until: int = 2055,
    variant: Mapping[str, str] | None = None,
    country: Country | None = None,
) -> Baseline:
    """Reconstruct people by place, sex and age at the middle of a year, and the rates that move them.

    Parameters
    ----------
    pack
        Of a country with the tables named in ``docs/methods/starting-population.md``.
    flows
        Estimated origin-destination tables of the upper level; None sends people where arrivals are
        registered, without regard to distance.
    level
        The level of the registered margins (``aimag``), or that of the units nested in them (``soum``).
    year
        The middle of this year is the beginning; None takes the latest for which people were counted. For an
        earlier year only what was counted before it is used for rates.
    until
        Year of the last stock.
    variant
        Choices for the assumptions of ``variants.VARIANTS``.
    country
        The pack's tables (``read_country``), for who reconstructs many times; read if None.

    Raises
    ------
    ModelError
        ``MODEL-641`` a table is missing; ``MODEL-642`` a unit without its place or figure, or an unknown
        level; ``MODEL-643`` an unknown variant; ``MODEL-644`` a year without population by age, or nothing to
        project; ``MODEL-645`` and ``MODEL-648`` totals that cannot be met; ``MODEL-646`` no comparable years;
        ``MODEL-647`` estimated tables of other places or years.
    """
    chosen = choose(variant)
    country = country or read_country(pack)
    if level not in (country.upper, country.lower):
        raise ModelError(
            642,
            f"There is no level {level!r} to reconstruct.",
            f"Ask for {country.upper} or {country.lower}.",
            ("level",),
        )
    latest = latest_year(country)
    first = latest if year is None else year
    demand_span(first, latest, until)
    beginning = begin(country, flows, first, first == latest, until, chosen)
    done, observed = upper_level(beginning)
    return result(beginning, done, observed, level)


def demand_span(first: int, latest: int, until: int) -> None:
    if first > latest:
        raise ModelError(
            644, f"Nobody was counted for a beginning in {first}.", f"Begin in {latest} or before.", ("year",)
        )
    if until <= first:
        raise ModelError(
            644,
            f"A projection from {first} until {until} has no year.",
            "Let it end in a later year.",
            ("until",),
        )


def latest_year(country: Country) -> int:
    """The latest year with population by age that is no later than the year after the last count."""
    ages = country.pack.table(AGES_OF_COUNTRY).frame
    years = ages.filter(ages["kind"] == "estimate")["year"]
    return max(int(year) for year in years if year <= country.ages_year + 1)


def begin(
    country: Country,
    flows: EstimatedFlows | None,
    year: int,
    now: bool,
    until: int,
    chosen: Mapping[str, str],
) -> Beginning:
    """People of all units, the rates of the country, and the moves of the years before."""
    last = int(country.margins.years[-1]) if now else year - 1
    years = years_of_level(country, last, SPANS[chosen["migration_level"]])
    counted = counted_residents(country)
    people = people_by_year(country, counted, min(*years, year), max(*years, year))
    totals = (
        counted
        * (place_shares(country, year, now, chosen, people[year]) / country.add_up(counted))[country.parent]
    )
    read = known_rates if now else rates_seen_from
    nation = read(country, year, max(until, year + ENOUGH_YEARS))
    persons = population_by_age(country, year, country.midyear[year])
    if now:
        persons = consistent_with_births(country, persons, nation)
    if not now or chosen["total"] == "national":
        persons = persons * (
            country.published.get((country.pack.country, year), persons.sum()) / persons.sum()
        )
    units = unit_population(country, persons, totals)
    moves = mean_moves(country, flows, people, years, chosen["destinations"])
    return Beginning(country, year, now, chosen, units, moves, nation.until(until))


def counted_residents(country: Country) -> Array:
    """S residents half a year after the end of the year of the count by age."""
    residents = country.residents[country.resident_years.index(country.ages_year)]
    return half_a_year_on(country, residents, country.ages_year + 1)


def people_by_year(country: Country, residents: Array, first: int, last: int) -> dict[int, Array]:
    """R persons of the places in the middle of each year; after the count their shares are those at it."""
    at = country.ages_year + 1
    shares = country.add_up(residents)
    found = reverse_survival(country, shares, at, min(first, at))
    found |= {year: shares / shares.sum() * country.midyear[year] for year in range(at + 1, last + 1)}
    return found


def place_shares(country: Country, year: int, now: bool, chosen: Mapping[str, str], people: Array) -> Array:
    """R shares of the places at the beginning."""
    if now and chosen["population"] == "as_counted":
        people = country.add_up(country.residents[country.resident_years.index(country.ages_year)])
    shares: Array = people / people.sum()
    if now and chosen["population"] != "midyear":
        return shares
    return midyear_shares(country, year, shares)


def upper_level(beginning: Beginning) -> tuple[Calibrated, tuple[int, ...]]:
    """Rates of the upper level that meet the counted years, which are returned too."""
    country, chosen, start, nation = beginning.country, beginning.chosen, beginning.places, beginning.nation
    net = nation.net_migration * (chosen["international"] != "balanced")
    people = start.persons.sum(axis=(1, 2))
    partners = corridors(country, people, beginning.year, chosen["international"])
    ages = schedule(chosen["age_schedule"])
    rates = assemble(
        country, start.persons, nation, beginning.moves, partners, ages, chosen["fertility_level"]
    )
    counted = country.margins.years.tolist() if beginning.now else []
    observed = tuple(int(y) for y in nation.years if y in counted)
    crude = beginning.moves.crude
    away = np.log(crude[-1] / crude.mean(axis=0)) if chosen["migration_level"] == "reverting" else None
    done = calibrate(start, rates, country, observed, net.sum(axis=(1, 2)), away)
    if nation.net_by_age and chosen["international"] != "balanced":
        coming = np.maximum(done.emigrants + net.sum(axis=0), 0)
        rates = replace(rates, immigrant_ages=np.tile(coming / coming.sum(), (len(partners.names), 1, 1)))
        done = calibrate(start, rates, country, observed, net.sum(axis=(1, 2)), away)
    return done, observed


def result(beginning: Beginning, done: Calibrated, observed: tuple[int, ...], level: str) -> Baseline:
    """The baseline at the level asked for."""
    country, start = beginning.country, beginning.places
    rates, past, parents = done.rates, done.past, country.places
    figures = observed_figures(country, beginning.year, int(rates.years[-1]) + 1)
    if level == country.lower:
        crude = beginning.moves.crude.mean(axis=0)
        within = moves_within(country, beginning.units.sum(axis=(1, 2)), crude, beginning.chosen["within"])
        rates, past = nest(country, rates, past, beginning.units, within, crude)
        parents = tuple(country.places[p] for p in country.parent)
        start = StartingPopulation(beginning.year, country.units, beginning.units, QUALITY)
        figures = observed_units(country, beginning.year)
    return Baseline(
        start=start,
        rates=rates,
        past=past,
        assumptions=state_assumptions(country, beginning.now, beginning.chosen, beginning.moves, done, level),
        checks=check(country, beginning.places, done),
        observed=figures,
        level=level,
        parents=parents,
        observed_years=observed,
        variant=tuple(beginning.chosen.items()),
        caveats=caveat_keys(country),
    )
