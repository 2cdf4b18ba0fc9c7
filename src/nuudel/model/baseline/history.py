"""How many lived in each place in the years before the count, from registered moves; all of it estimated."""

import numpy as np

from nuudel.model.baseline.tables import THOUSAND, Country
from nuudel.model.projection.inputs import Array
from nuudel.statistics.internal_migration import InternalMigration


def reverse_survival(country: Country, shares: Array, year: int, first: int) -> dict[int, Array]:
    """R persons in the middle of each year from ``first`` to ``year``, at the United Nations' level.

    From a year back to the one before: less births (more where children are many), plus deaths, less net
    moves; then all places are scaled to the total of the country, which shares out international migration.

    Parameters
    ----------
    shares
        R shares of the places in the middle of ``year``.
    """
    found = {year: shares / shares.sum() * country.midyear[year]}
    for before in range(year - 1, first - 1, -1):
        arrived, left = balanced_margins(country, before)
        growth = natural_growth(country, before)
        people = np.maximum((found[before + 1] - arrived + left) / (1 + growth), 1.0)
        found[before] = people * (country.midyear[before] / people.sum())
    return found


def natural_growth(country: Country, year: int) -> Array:
    """R births less deaths per person of a year: births in proportion to children, deaths as everywhere."""
    children = country.add_up(country.children) / country.add_up(country.children_residents)
    fertile = children / (country.children.sum() / country.children_residents.sum())
    births, deaths = (country.components[f"{what}_rate_per_1000"][year] for what in ("birth", "death"))
    growth: Array = (births * fertile - deaths) / THOUSAND
    return growth


def half_a_year_on(country: Country, residents: Array, year: int) -> Array:
    """S residents half a year after a year's end, by half of the growth and moves of the next year."""
    people = country.add_up(residents)
    arrived, left = balanced_margins(country, year)
    scale = people.sum() / country.midyear[year]
    factor = 1 + natural_growth(country, year) / 2 + (arrived - left) * scale / 2 / people
    on: Array = residents * factor[country.parent]
    return on


def balanced_margins(country: Country, year: int) -> tuple[Array, Array]:
    """R arrivals and R departures of a year with one sum: both series are scaled to the mean of the two.

    A place that was not counted has none; before the table begins nobody moves.
    """
    margins = country.margins
    if year not in margins.years:
        return np.zeros(len(country.places)), np.zeros(len(country.places))
    arrived, left = (np.nan_to_num(side) for side in counted(country, margins, year))
    middle = (arrived.sum() + left.sum()) / 2
    return (
        arrived * (middle / max(float(arrived.sum()), 1.0)),
        left * (middle / max(float(left.sum()), 1.0)),
    )


def counted(country: Country, margins: InternalMigration, year: int) -> tuple[Array, Array]:
    """R arrivals and departures as printed, in the order of the country's places; NaN where not counted."""
    order = [margins.column(place) for place in country.places]
    at = margins.at(year)
    return margins.in_migrants[at, order], margins.out_migrants[at, order]
