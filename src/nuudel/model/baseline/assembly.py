"""The rates of the upper level put together from their parts."""

import numpy as np

from nuudel.model.baseline.international import Corridors
from nuudel.model.baseline.moves import Moves
from nuudel.model.baseline.national import CountryRates
from nuudel.model.baseline.tables import Country
from nuudel.model.projection.inputs import FEMALE, Array, Rates

FERTILITY_POWER = {"child_woman": 1.0, "half": 0.5, "equal": 0.0}


def fertility_levels(country: Country, persons: Array, bearing: Array, choice: str) -> Array:
    """R multipliers of fertility by the child-woman ratio, 1 on average of births.

    Children under 5 among residents, times people, against the births that the women of the place would have
    at the country's rates: the ratio standardised for the age of women.

    Parameters
    ----------
    persons
        R x 2 x 101.
    bearing
        101 births per woman and year.
    """
    children = country.add_up(country.children) / country.add_up(country.children_residents)
    expected = persons[:, FEMALE] @ bearing
    level = (children * persons.sum(axis=(1, 2)) / expected) ** FERTILITY_POWER[choice]
    scaled: Array = level * (expected.sum() / (level @ expected))
    return scaled


def assemble(
    country: Country,
    persons: Array,
    nation: CountryRates,
    moves: Moves,
    corridors: Corridors,
    ages: Array,
    fertility: str,
) -> Rates:
    """Rates of the upper level, with levels of leaving and immigrants still to be set.

    Parameters
    ----------
    persons
        R x 2 x 101 at the beginning.
    ages
        101 relative intensities of moving, for all moves and both sexes.
    """
    r, t = len(country.places), nation.years.size
    people = persons.sum(axis=(1, 2))
    # Those who live through the first year emigrate, and of the rest some leave, in the numbers asked for.
    alive = persons * (1 - nation.dying[0])
    emigrants = corridors.emigrants.sum(axis=0)
    abroad = (emigrants / (alive * ages).sum(axis=(1, 2)))[:, None, None] * ages
    staying = alive * (1 - abroad)
    movers = moves.crude.mean(axis=0) * people
    leaving = (movers / (staying * ages).sum(axis=(1, 2)))[:, None, None] * ages
    shape = (r, 2, ages.size)
    mean_age = (persons * ages).sum(axis=0)
    return Rates(
        years=nation.years,
        places=country.places,
        corridors=corridors.names,
        dying=nation.dying,
        dying_response=nation.dying_response,
        dying_level=np.ones(r),
        dying_newborn=nation.dying_newborn,
        bearing=nation.bearing,
        bearing_level=fertility_levels(country, persons, nation.bearing[0], fertility),
        boys=nation.boys,
        leaving=np.broadcast_to(leaving, shape).copy(),
        leaving_level=np.ones((t, r)),
        going=moves.going,
        emigrating=np.broadcast_to(abroad, shape).copy(),
        emigrating_shares=corridors.emigrants / corridors.emigrants.sum(axis=0),
        emigrating_level=np.ones((t, len(corridors.names))),
        immigrants=np.tile(corridors.immigrants.sum(axis=1), (t, 1)),
        settling=corridors.immigrants / corridors.immigrants.sum(axis=1, keepdims=True),
        immigrant_ages=np.tile(mean_age / mean_age.sum(), (len(corridors.names), 1, 1)),
    )
