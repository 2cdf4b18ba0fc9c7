"""The demographic accounts of one path, cell by cell, in double precision.

This is the projection written out plainly in NumPy: for every place, sex and age the opening stock, what
happened, and the closing stock. The ensembles (``ensemble.project``) do the same arithmetic many times
and keep sums only; tests hold the two against each other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuudel.model.projection.inputs import (
    AGES,
    FEMALE,
    MALE,
    MOST_LEAVING,
    SEXES,
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
        left = (
            self.persons[:-1]
            - self.deaths
            - self.emigrants
            - self.departures
            + self.arrivals
            + self.immigrants
        )
        closing = grow_older(left)
        closing[..., 0] = self.births - self.newborn_deaths
        return float(np.abs(closing - self.persons[1:]).max())


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
    t, r, c = rates.years.size, len(rates.places), len(rates.corridors)
    cell = (r, len(SEXES), AGES)
    persons = np.empty((t + 1, *cell))
    persons[0] = start.persons
    flows = {name: np.empty((t, *cell)) for name in ("deaths", "emigrants", "departures", "arrivals")}
    immigrants = np.empty((t, *cell))
    births, newborn_deaths = np.empty((2, t, r, len(SEXES)))
    moves, pressure = np.empty((t, r, r)), np.empty((t, len(feedback.names), r))
    emigrants_to, immigrants_from = np.empty((2, t, c))
    first_load = load(start.persons, feedback) / feedback.capacity[0]
    for i in range(t):
        now = persons[i]
        room = feedback.capacity[i] * np.exp(paths.capacity[i])
        pressure[i] = np.log(np.maximum(load(now, feedback), 1e-9) / room / np.maximum(first_load, 1e-9))
        weight = np.exp(paths.pull[i] + feedback.pull @ pressure[i])
        drawn = rates.going @ weight
        leaving_level = np.exp(paths.leaving[i] + feedback.push @ pressure[i])
        level = rates.leaving_level[i] * leaving_level * drawn
        shares = rates.going * weight / drawn[:, None]

        dying = rates.dying[i] * np.exp(rates.dying_response * paths.dying[i])
        deaths = now * np.minimum(rates.dying_level[:, None, None] * dying, 1)
        alive = now - deaths
        corridor = (rates.emigrating_level[i] * np.exp(paths.emigrating[i]))[:, None]
        by_corridor = corridor * rates.emigrating_shares
        going_abroad = np.minimum(rates.emigrating * by_corridor.sum(axis=0)[:, None, None], 1)
        emigrants = alive * going_abroad
        staying = alive - emigrants
        departures = staying * np.minimum(rates.leaving * level[:, None, None], MOST_LEAVING)
        arrivals = np.einsum("od,osa->dsa", shares, departures)
        settled = rates.immigrants[i] * np.exp(paths.immigrating[i])
        coming = np.einsum("c,cr,csa->rsa", settled, rates.settling, rates.immigrant_ages)
        closing = grow_older(staying - departures + arrivals + coming)
        mothers = closing[:, FEMALE] * rates.bearing[i]
        born = mothers.sum(axis=1) * rates.bearing_level * np.exp(paths.bearing[i])
        births[i, :, MALE], births[i, :, FEMALE] = born * rates.boys[i], born * (1 - rates.boys[i])
        newborn_deaths[i] = births[i] * rates.dying_newborn[i]
        closing[..., 0] = births[i] - newborn_deaths[i]

        persons[i + 1] = closing
        for name, value in zip(flows, (deaths, emigrants, departures, arrivals), strict=True):
            flows[name][i] = value
        immigrants[i] = coming
        moves[i] = shares * departures.sum(axis=(1, 2))[:, None]
        # Where no corridor is open nobody emigrates, and there is nothing to divide.
        all_corridors = np.maximum(by_corridor.sum(axis=0), np.finfo(float).tiny)
        emigrants_to[i] = by_corridor / all_corridors @ emigrants.sum(axis=(1, 2))
        immigrants_from[i] = settled
    years = np.append(rates.years, rates.years[-1] + 1)
    return Accounts(
        years=years,
        places=rates.places,
        corridors=rates.corridors,
        persons=persons,
        births=births,
        newborn_deaths=newborn_deaths,
        immigrants=immigrants,
        moves=moves,
        emigrants_to=emigrants_to,
        immigrants_from=immigrants_from,
        pressure=pressure,
        **flows,
    )


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
