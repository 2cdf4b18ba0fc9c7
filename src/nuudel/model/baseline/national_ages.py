"""The whole country in the middle of a year by sex and single age.

The pack has ages of the older revision of the United Nations' figures only; the newer one gives totals,
births, deaths and the sexes. What both say is brought together here.
"""

import numpy as np
import polars as pl

from nuudel.base.errors import ModelError
from nuudel.model.baseline.national import CountryRates, between
from nuudel.model.baseline.tables import AGES_OF_COUNTRY, PROJECTION, THOUSAND, Country, first_age
from nuudel.model.projection.inputs import AGES, FEMALE, OLDEST, SEXES, Array
from nuudel.model.rates.graduation import smoothest

# Cohorts whose births the newer revision has: they replace the youngest ages of the older one.
YOUNGEST = 10
# Every second interval, as long as nobody born after the beginning bears children.
BIRTH_INTERVALS = range(0, 14, 2)
# A figure of the newer revision may be missed by about this share of it, to keep the ages as they were.
TOLERANCE = 0.0003
STEPS = 50


def population_by_age(country: Country, year: int, total: float) -> Array:
    """2 x 101 persons in the middle of a year, with a given total.

    Ages from 10 are those of the older revision, the only one of the pack with ages; its five-year groups
    are made single years. Those under 10 are the births of the newer revision less their deaths. Ages from
    10 then take up the rest of the total.

    Raises
    ------
    ModelError
        ``MODEL-644``: the table of ages does not have the year.
    """
    if year not in country.single_ages:
        country.single_ages[year] = single_ages(country, year)
    people = country.single_ages[year]
    young = surviving_births(country, year)
    older = people[:, YOUNGEST:]
    return np.concatenate([young, older * ((total - young.sum()) / older.sum())], axis=1)


def single_ages(country: Country, year: int) -> Array:
    """2 x 101 persons of the older revision, its five-year groups made single years."""
    table = country.pack.table(AGES_OF_COUNTRY).frame.with_columns(first_age(pl.col("age")).alias("first"))
    rows = table.filter(pl.col("year") == year).sort("first")
    if rows.is_empty():
        known = table.filter(pl.col("kind") == "estimate")["year"].unique().sort().to_list()
        raise ModelError(
            644,
            f"There is no population by age for {year} to begin with.",
            f"Begin in one of the years {', '.join(map(str, known))}.",
            ("year",),
        )
    edges = np.append(rows["first"].unique().sort().to_numpy(), AGES)
    groups = [rows.filter(pl.col("sex") == sex)["population_thousand"].to_numpy() for sex in SEXES]
    return smoothest(THOUSAND * np.stack(groups), edges)


def surviving_births(country: Country, year: int) -> Array:
    """2 x 10: of those born in the ten years before the middle of a year, how many live."""
    years = np.arange(year - YOUNGEST, year + 1)
    found = country.national(years)
    dying, newborn, boys = (between(v) for v in (found.dying, found.dying_newborn, found.boys))
    births = country.components["births_thousand"]
    born = THOUSAND * between(np.array([births[int(y)] for y in years]))
    alive = np.zeros((2, YOUNGEST))
    for age in range(YOUNGEST):
        # Born in the interval that begins age + 1 years before.
        first = YOUNGEST - 1 - age
        persons = born[first] * np.array([1 - boys[first], boys[first]]) * (1 - newborn[first])
        for lived in range(age):
            persons = persons * (1 - dying[first + 1 + lived, :, lived])
        alive[:, age] = persons
    return alive


def consistent_with_births(country: Country, people: Array, nation: CountryRates) -> Array:
    """The population nearest to the given one from which the newer revision's figures follow.

    Projected with the rates of the newer revision it has (i) its total, (ii) its women and its men some
    years later, and (iii) its births of every second year, which say how many women of childbearing age
    there are. Of all populations that do, within a tolerance, the one with the least Kullback-Leibler
    divergence from the given one is taken (calibration by raking: Deville & Särndal 1992, JASA 87:376-382).

    Parameters
    ----------
    people
        2 x 101 persons with the wanted total.
    nation
        Rates from the beginning on.

    Raises
    ------
    ModelError
        ``MODEL-645``: there is no such population.
    """
    weights, goals = conditions(country, people, nation)
    a = weights.reshape(len(goals), -1) / goals[:, None]
    x0 = people.reshape(-1)
    multipliers = np.zeros(len(goals))
    for _ in range(STEPS):
        x = x0 * np.exp(np.clip(multipliers @ a, -2, 2))
        # A multiplier is the amount by which its condition is missed, in units of the tolerance.
        missed = a @ x - 1 + TOLERANCE**2 * multipliers
        if np.abs(missed).max() < 1e-12:
            found: Array = (x * (people.sum() / x.sum())).reshape(people.shape)
            return found
        curvature = (a * x) @ a.T + TOLERANCE**2 * np.eye(len(goals))
        multipliers = multipliers - np.linalg.solve(curvature, missed)
    raise ModelError(
        645,
        "The ages of the older revision cannot be brought to the totals and births of the newer one.",
        "Compare the two revisions in the pack: totals, births and fertility must be of the same country.",
        (AGES_OF_COUNTRY,),
    )


def conditions(country: Country, people: Array, nation: CountryRates) -> tuple[Array, Array]:
    """K x 2 x 101 weights of the people at the beginning, and K figures that their sums are to have."""
    births = country.components["births_thousand"]
    weights, goals = [np.ones_like(people)], [float(people.sum())]
    for i in BIRTH_INTERVALS:
        year = int(nation.years[0]) + i
        if i < nation.years.size and year + 1 in births:
            mothers = np.zeros_like(people)
            mothers[FEMALE, :-1] = nation.bearing[i, 1:]
            wanted = THOUSAND * (births[year] + births[year + 1]) / 2
            weight, constant = carried_back(mothers, nation, i)
            weights.append(weight)
            goals.append(wanted - constant)
    ends = country.pack.table(PROJECTION).frame.sort("year")
    middle = int(ends["year"][0]) + 1
    last = middle - int(nation.years[0]) - 1
    if 0 <= last < nation.years.size:
        for s, sex in enumerate(SEXES):
            one = np.zeros_like(people)
            one[s] = 1
            weight, constant = carried_back(one, nation, last)
            persons = THOUSAND * float(ends[f"{sex}_thousand"][:2].mean())  # type: ignore[arg-type]
            weights.append(weight)
            goals.append(persons - constant - newborn_survivors(country, nation, last)[s])
    return np.array(weights), np.array(goals)


def carried_back(values: Array, nation: CountryRates, interval: int) -> tuple[Array, float]:
    """What a person at the beginning is worth, if after an interval a survivor is worth ``values``.

    Parameters
    ----------
    values
        2 x 101, by age at the beginning of the interval, for those who live to its end.

    Returns
    -------
    weight, constant
        2 x 101 worth of the people at the beginning, and the worth of all net migrants since.
    """
    constant = float((values * nation.net_migration[interval]).sum())
    worth = values * (1 - nation.dying[interval])
    for i in range(interval - 1, -1, -1):
        after = np.concatenate([worth[:, 1:], worth[:, OLDEST:]], axis=1)
        constant += float((after * nation.net_migration[i]).sum())
        worth = after * (1 - nation.dying[i])
    return worth, constant


def newborn_survivors(country: Country, nation: CountryRates, last: int) -> Array:
    """2 persons: of those born from the beginning to the end of an interval, how many live then."""
    births = country.components["births_thousand"]
    alive = np.zeros(2)
    for i in range(last + 1):
        year = int(nation.years[i])
        boys = nation.boys[i]
        born = THOUSAND * (births[year] + births[year + 1]) / 2
        persons = born * np.array([1 - boys, boys]) * (1 - nation.dying_newborn[i])
        for age, later in enumerate(range(i + 1, last + 1)):
            persons = persons * (1 - nation.dying[later, :, age])
        alive += persons
    return alive
