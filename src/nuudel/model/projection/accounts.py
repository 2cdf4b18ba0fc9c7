"""The demographic accounts of one path, cell by cell, in double precision.

This is the projection written out plainly in NumPy: for every place, sex and age the opening stock, what
happened, and the closing stock. The ensembles (``ensemble.project``) do the same arithmetic many times
and keep sums only; tests hold the two against each other.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuudel.model.projection.inputs import (
    FEMALE,
    MOST_LEAVING,
    Array,
    Feedback,
    Paths,
    Rates,
    StartingPopulation,
)


@dataclass(frozen=True, eq=False)
class Accounts:
    """Every cell of a projection of T years; flows are by the age at the beginning of the year.

    Attributes
    ----------
    years
        T + 1, of the stocks.
    places, corridors
        R and C names.
    persons
        T+1 x R x 2 x 101 stocks.
    births, newborn_deaths
        T x R x 2.
    deaths, emigrants, immigrants, departures, arrivals
        T x R x 2 x 101; departures and arrivals are moves within the country.
    moves
        T x R x R persons from each place (row) to each other place.
    emigrants_to, immigrants_from
        T x C persons by corridor.
    pressure
        T x F x R logarithm of crowding against the beginning.
    """

    years: NDArray[np.int64]
    places: tuple[str, ...]
    corridors: tuple[str, ...]
    persons: Array
    births: Array
    newborn_deaths: Array
    deaths: Array
    emigrants: Array
    immigrants: Array
    departures: Array
    arrivals: Array
    moves: Array
    emigrants_to: Array
    immigrants_from: Array
    pressure: Array

    def imbalance(self) -> float:
        """The largest |opening + births - deaths + in - out - closing| of any cell, persons."""
        return largest_imbalance(self.persons, self)


def account(start: StartingPopulation, rates: Rates, paths: Paths, feedback: Feedback) -> Accounts:
    """Carry a population forward along one path, keeping every cell.

    Parameters
    ----------
    start
        R places, in the order of ``rates.places``.
    paths
        A single path (``paths.draws`` is None).

    Returns
    -------
    Accounts
        Its ``imbalance`` is zero to rounding.
    """
    first_load = load(start.persons, feedback) / feedback.capacity[0]
    persons, flows = [start.persons], []
    for i in range(rates.years.size):
        closing, flow = account_year(persons[-1], i, rates, paths, feedback, first_load)
        persons.append(closing)
        flows.append(flow)
    return Accounts(
        years=np.append(rates.years, rates.years[-1] + 1),
        places=rates.places,
        corridors=rates.corridors,
        persons=np.stack(persons),
        **{name: np.stack([flow[name] for flow in flows]) for name in flows[0]},
    )


def account_year(
    now: Array, i: int, rates: Rates, paths: Paths, feedback: Feedback, first_load: Array
) -> tuple[Array, dict[str, Array]]:
    """Closing stocks of the year ``i``, and its flows by the names of ``Accounts``, from opening stocks."""
    room = feedback.capacity[i] * np.exp(paths.capacity[i])
    pressure = np.log(np.maximum(load(now, feedback), 1e-9) / room / np.maximum(first_load, 1e-9))
    weight = np.exp(paths.pull[i] + feedback.pull @ pressure)
    drawn = rates.going @ weight
    level = rates.leaving_level[i] * np.exp(paths.leaving[i] + feedback.push @ pressure) * drawn
    shares = rates.going * weight / drawn[:, None]

    dying = rates.dying[i] * np.exp(rates.dying_response * paths.dying[i])
    deaths = now * np.minimum(rates.dying_level[:, None, None] * dying, 1)
    alive = now - deaths
    corridor = (rates.emigrating_level[i] * np.exp(paths.emigrating[i]))[:, None]
    by_corridor = corridor * rates.emigrating_shares
    emigrants = alive * np.minimum(rates.emigrating * by_corridor.sum(axis=0)[:, None, None], 1)
    staying = alive - emigrants
    departures = staying * np.minimum(rates.leaving * level[:, None, None], MOST_LEAVING)
    arrivals = np.einsum("od,osa->dsa", shares, departures)
    settled = rates.immigrants[i] * np.exp(paths.immigrating[i])
    immigrants = np.einsum("c,cr,csa->rsa", settled, rates.settling, rates.immigrant_ages)

    closing = grow_older(staying - departures + arrivals + immigrants)
    mothers = closing[:, FEMALE] * rates.bearing[i]
    born = mothers.sum(axis=1) * rates.bearing_level * np.exp(paths.bearing[i])
    births = born[:, None] * np.array([1 - rates.boys[i], rates.boys[i]])
    newborn_deaths = births * rates.dying_newborn[i]
    closing[..., 0] = births - newborn_deaths
    # Where no corridor is open nobody emigrates, and there is nothing to divide.
    all_corridors = np.maximum(by_corridor.sum(axis=0), np.finfo(float).tiny)
    return closing, {
        "births": births,
        "newborn_deaths": newborn_deaths,
        "deaths": deaths,
        "emigrants": emigrants,
        "immigrants": immigrants,
        "departures": departures,
        "arrivals": arrivals,
        "moves": shares * departures.sum(axis=(1, 2))[:, None],
        "emigrants_to": by_corridor / all_corridors @ emigrants.sum(axis=(1, 2)),
        "immigrants_from": settled,
        "pressure": pressure,
    }


def largest_imbalance(stocks: NDArray[Any], flows: Any) -> float:
    """The largest |opening + births - deaths + in - out - closing| of any cell.

    Parameters
    ----------
    stocks
        T+1 x R x 2 x 101.
    flows
        With the flows of ``Accounts``, by their names.
    """
    left = stocks[:-1] - flows.deaths - flows.emigrants - flows.departures + flows.arrivals + flows.immigrants
    closing = grow_older(left.astype(np.float64))
    closing[..., 0] = flows.births - flows.newborn_deaths
    return float(np.abs(closing - stocks[1:]).max())


def load(persons: Array, feedback: Feedback) -> Array:
    """Users of each capacity in each place, F x R."""
    used: Array = np.einsum("rsa,fsa->fr", persons, feedback.users)
    return used


def grow_older(persons: Array) -> Array:
    """Everybody one year older; age 0 is left empty and the open age keeps its people."""
    older = np.zeros_like(persons)
    older[..., 1:] = persons[..., :-1]
    older[..., -1] += persons[..., -1]
    return older
