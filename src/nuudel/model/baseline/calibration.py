"""Year by year: rates under which the counted margins and the United Nations' net migration come out."""

from dataclasses import dataclass, replace

import numpy as np

from nuudel.model.baseline.history import balanced_margins
from nuudel.model.baseline.moves import attraction
from nuudel.model.baseline.tables import Country
from nuudel.model.projection.accounts import Accounts, account
from nuudel.model.projection.inputs import Array, Feedback, Paths, Rates, StartingPopulation

# Half of the distance to the mean is gone after so many years ("reverting").
HALF_LIFE = 3.0


@dataclass(frozen=True, eq=False)
class Calibrated:
    """Rates with levels of leaving and immigrants set, and the course that they lead to.

    Attributes
    ----------
    rates, past
        As in ``Baseline``.
    persons
        T+1 x R persons.
    births, deaths
        T persons of the country.
    women
        T+1 women of the country.
    emigrants
        2 x 101 emigrants of all years together.
    """

    rates: Rates
    past: Paths
    persons: Array
    births: Array
    deaths: Array
    women: Array
    emigrants: Array


def calibrate(
    start: StartingPopulation,
    rates: Rates,
    country: Country,
    observed: tuple[int, ...],
    net_migration: Array,
    away: Array | None,
) -> Calibrated:
    """Carry the population forward, and set what each year needs.

    In a counted year the level of leaving gives the registered departures, and the attraction of places the
    registered arrivals. In every year immigrants make up for emigrants and the net migration of the country.

    Parameters
    ----------
    rates
        With ``leaving_level`` 1 and immigrants of each corridor in their proportions.
    net_migration
        T persons.
    away
        R logarithms of the last level before the start, from which levels revert to 1; None: they are 1 at
        once.
    """
    t, r = rates.leaving_level.shape
    feedback = Feedback.none(slice_of(rates, 0))
    levels, pull = np.ones((t, r)), np.zeros((t, r))
    immigrants = np.zeros_like(rates.immigrants)
    persons, women, births, deaths = np.zeros((t + 1, r)), np.zeros(t + 1), np.zeros(t), np.zeros(t)
    now, emigrants = start.persons, np.zeros(start.persons.shape[1:])
    persons[0], women[0] = now.sum(axis=(1, 2)), now[:, 0].sum()
    for i, year in enumerate(rates.years):
        one = slice_of(rates, i)
        none = Paths.none(one, feedback)
        plain = account(replace(start, persons=now), one, none, feedback)
        if int(year) in observed:
            level, drawn, pull[i] = observed_levels(country, int(year), plain)
            levels[i] = level / drawn
            away = None if away is None else np.log(level)
        elif away is not None:
            away = away * 0.5 ** (1 / HALF_LIFE)
            levels[i] = np.exp(away)
        proportions = rates.immigrants[i] / rates.immigrants[i].sum()
        needed = max(plain.emigrants_to.sum() + net_migration[i], 0.0)
        immigrants[i] = proportions * needed
        one = replace(one, leaving_level=levels[i : i + 1], immigrants=immigrants[i : i + 1])
        found = account(replace(start, persons=now), one, replace(none, pull=pull[i : i + 1]), feedback)
        now = found.persons[1]
        persons[i + 1], women[i + 1] = now.sum(axis=(1, 2)), now[:, 0].sum()
        emigrants += found.emigrants.sum(axis=(0, 1))
        births[i] = found.births.sum()
        deaths[i] = found.deaths.sum() + found.newborn_deaths.sum()
    done = replace(rates, leaving_level=levels, immigrants=immigrants)
    zeros = Paths.none(done, Feedback.none(done))
    past = replace(zeros, pull=pull, capacity=np.zeros((t, 1, r)))
    return Calibrated(done, past, persons, births, deaths, women, emigrants)


def observed_levels(country: Country, year: int, plain: Accounts) -> tuple[Array, Array, Array]:
    """Of R places: level of leaving, what attraction multiplies it by, and logarithm of attraction.

    They turn the mean moves of a year into its registered margins. A place that was not counted keeps its
    mean departures and arrivals.
    """
    arrived, left = balanced_margins(country, year)
    moves = plain.moves[0]
    expected = moves.sum(axis=1)
    left = np.where(left > 0, left, expected)
    arrived = np.where(arrived > 0, arrived, moves.sum(axis=0))
    going = moves / expected[:, None]
    weight, drawn = attraction(going, left, arrived * (left.sum() / arrived.sum()))
    return left / expected, drawn, np.log(weight)


def slice_of(rates: Rates, i: int) -> Rates:
    """The rates of one year."""
    yearly = (
        "years",
        "dying",
        "dying_newborn",
        "bearing",
        "boys",
        "leaving_level",
        "emigrating_level",
        "immigrants",
    )
    return replace(rates, **{name: getattr(rates, name)[i : i + 1] for name in yearly})
