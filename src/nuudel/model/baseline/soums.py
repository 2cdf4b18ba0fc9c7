"""Rates of units that nest in their places: cell by cell their sums are the accounts of the places."""

from dataclasses import replace

import numpy as np

from nuudel.model.baseline.tables import Country
from nuudel.model.origin_destination.ipf import iterative_proportional_fitting
from nuudel.model.projection.inputs import Array, Paths, Rates
from nuudel.places.distances import great_circle

# Moves within a place for each move out of it, were all its people in other units: no data in the pack.
WITHIN = {"medium": 0.5, "low": 0.25, "high": 1.0}
# Share of a unit's growth beyond its place's that is taken for lasting: it was seen for one year or two.
LASTING = 0.5
# A unit takes part, as origin or destination, in at most this share of its place's moves; a table whose
# largest unit takes part in all of them has no room for the others.
LARGEST = 0.95
CUT = 0.95


def moves_within(country: Country, persons: Array, crude: Array, choice: str) -> Array:
    """S x S moves a year between the units of each place; zero across places.

    A unit's are a fixed multiple of its moves out of the place, times the share of the place's people who
    live in other units. Units that grew faster than the place (by the register) gain what they grew more,
    halved because it is one year's. Where to is by size and nearness, brought to these margins.

    Parameters
    ----------
    persons
        S people.
    crude
        R departures for other places per person and year.
    """
    table = np.zeros((persons.size, persons.size))
    gained = excess_growth(country, persons) * LASTING
    for place in range(len(country.places)):
        units = np.flatnonzero(country.parent == place)
        if units.size < 2:
            continue
        others = 1 - persons[units] / persons[units].sum()
        volume = WITHIN[choice] * crude[place] * persons[units] * others
        left, came = volume + np.maximum(-gained[units], 0), volume + np.maximum(gained[units], 0)
        if units.size == 2:
            # Who leaves the one goes to the other.
            moves = np.array([[0.0, left[0] + came[1]], [left[1] + came[0], 0.0]]) / 2
        else:
            distance = great_circle(country.latitudes[units], country.longitudes[units])
            seed = persons[units] / np.maximum(distance, 1.0)
            np.fill_diagonal(seed, 0)
            moves = iterative_proportional_fitting(seed, *feasible(left, came), tolerance=1e-9).table
        table[np.ix_(units, units)] = moves
    return table


def feasible(left: Array, came: Array) -> tuple[Array, Array]:
    """Margins of three units or more in which none exchanges almost all moves: the largest are cut."""
    left, came = left.copy(), came.copy()
    while True:
        share = (left + came) / came.sum()
        k = int(np.argmax(share))
        if share[k] <= LARGEST:
            return left, came
        left[k] *= CUT
        came[k] *= CUT
        came *= left.sum() / came.sum()


def excess_growth(country: Country, persons: Array) -> Array:
    """S persons a year by which a unit grew more than its place did; sums to zero over a place."""
    years, residents = country.resident_years, country.residents
    if len(years) < 2:
        return np.zeros(persons.size)
    growth = np.log(residents[-1] / residents[0]) / (years[-1] - years[0])
    of_place = country.add_up(growth * persons) / country.add_up(persons)
    found: Array = (growth - of_place[country.parent]) * persons
    return found


def nest(
    country: Country, rates: Rates, past: Paths, start: Array, within: Array, crude: Array
) -> tuple[Rates, Paths]:
    """Rates and past departures of S units, from those of their R places.

    Of a unit i in the place A: leaving for another place B keeps the rate of A and its share for B, which is
    divided among the units of B by their people; leaving for another unit of A is added. So
    leaving_i going_id is the same for all i of A wherever d lies outside A, and the units' cells add up.

    Parameters
    ----------
    start
        S x 2 x 101 persons at the beginning.
    within
        S x S moves a year at the beginning, within places.
    crude
        R departures for other places per person and year, of which ``rates.leaving`` is made.
    """
    p, people = country.parent, start.sum(axis=(1, 2))
    weight = people / country.add_up(people)[p]
    same = p[:, None] == p[None, :]
    across = np.where(same, 0.0, rates.going[p][:, p] * weight)
    # Moves within the place for each move out of it.
    inner = within / (people * crude[p])[:, None]
    total = 1 + inner.sum(axis=1)
    going = (across + inner) / total[:, None]
    done = replace(
        rates,
        places=country.units,
        dying_level=rates.dying_level[p],
        bearing_level=rates.bearing_level[p],
        leaving=rates.leaving[p] * total[:, None, None],
        leaving_level=rates.leaving_level[:, p],
        going=going / going.sum(axis=1, keepdims=True),
        emigrating=rates.emigrating[p],
        emigrating_shares=rates.emigrating_shares[:, p],
        settling=rates.settling[:, p] * weight,
    )
    of_units = replace(
        past,
        bearing=past.bearing[:, p],
        leaving=past.leaving[:, p],
        pull=past.pull[:, p],
        capacity=past.capacity[:, :, p],
    )
    return done, of_units
