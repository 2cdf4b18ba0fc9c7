"""The arithmetic of the projection in NumPy, as well as NumPy does it: the rival of the compiled kernel."""

from typing import Any

import numpy as np

from nuudel.model.projection.inputs import (
    AGES,
    MOST_LEAVING,
    SEXES,
    Feedback,
    Paths,
    Rates,
    StartingPopulation,
)
from nuudel.model.projection.kernel import BY_AGE, Departures, Ground, YearRates, departures_of, ground_of

CELLS = len(SEXES) * AGES
NAMES = ("births", "deaths", "arrivals", "departures", "immigrants", "emigrants")


def numpy_project(
    start: StartingPopulation, rates: Rates, paths: Paths, feedback: Feedback, groups: Any, chunk: int
) -> dict[str, Any]:
    """The arrays of ``Projection`` by name, in single precision, ``chunk`` draws at a time on one core.

    Products take as many cores as NumPy's library gives them.
    """
    ground, yearly = (merged(a) for a in ground_of(start, rates, feedback, groups, np.float32))
    given = departures_of(paths, np.float32)
    parts = [
        carry(ground, yearly, Departures(*(np.moveaxis(a[first : first + chunk], 0, -1) for a in given)))
        for first in range(0, len(given.dying), chunk)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def merged(arrays: Any) -> Any:
    cells = {name: getattr(arrays, name) for name in BY_AGE if name in arrays._fields}
    return arrays._replace(**{name: a.reshape(*a.shape[:-2], CELLS) for name, a in cells.items()})


def carry(ground: Ground, yearly: YearRates, given: Departures) -> dict[str, Any]:
    years, places, draws = given.leaving.shape
    capacities = len(ground.users)
    weights = np.concatenate([ground.users, ground.groups, np.ones((1, CELLS), np.float32)]).T.copy()
    first_load = ground.users @ ground.persons.T / ground.first_room
    now = np.repeat(ground.persons[:, None], draws, axis=1)
    summed = np.empty((years + 1, places, draws, weights.shape[1]), np.float32)
    pyramid = np.empty((draws, years + 1, CELLS), np.float32)
    flows = np.empty((len(NAMES), years, places, draws), np.float32)
    pressure = np.empty((years, capacities, places, draws), np.float32)
    for i in range(years + 1):
        summed[i], pyramid[:, i] = now @ weights, now.sum(axis=0)
        if i < years:
            year, departure = YearRates(*(a[i] for a in yearly)), Departures(*(a[i] for a in given))
            used = np.moveaxis(summed[i, ..., :capacities], -1, 0)
            now, flows[:, i], pressure[i] = a_year(ground, year, first_load, departure, now, used)
    return {
        "persons": np.moveaxis(summed[..., -1], -1, 0),
        "grouped": summed[..., capacities:-1].transpose(2, 0, 3, 1),
        "pyramid": pyramid.reshape(draws, years + 1, len(SEXES), AGES),
        "pressure": np.moveaxis(pressure, -1, 0),
        **{name: np.moveaxis(array, -1, 0) for name, array in zip(NAMES, flows, strict=True)},
    }


def a_year(
    ground: Ground, year: YearRates, first_load: Any, departure: Departures, now: Any, used: Any
) -> tuple[Any, Any, Any]:
    room = year.capacity[:, :, None] * np.exp(departure.capacity)
    pressure = np.log(np.maximum(used, 1e-9) / room / np.maximum(first_load, 1e-9)[:, :, None])
    weight = np.exp(departure.pull + np.tensordot(ground.pull, pressure, 1))
    drawn = ground.going @ weight
    push = np.exp(departure.leaving + np.tensordot(ground.push, pressure, 1))
    level = year.leaving_level[:, None] * push * drawn
    dying = year.dying * np.exp(ground.dying_response * departure.dying[:, None])
    abroad = ground.emigrating_shares.T @ (year.emigrating_level[:, None] * np.exp(departure.emigrating))

    deaths = ground.dying_level[:, None, None] * dying
    np.minimum(deaths, 1, out=deaths)
    deaths *= now
    staying = now - deaths
    emigrants = ground.emigrating[:, None] * abroad[:, :, None]
    np.minimum(emigrants, 1, out=emigrants)
    emigrants *= staying
    staying -= emigrants
    leaving = ground.leaving[:, None] * level[:, :, None]
    np.minimum(leaving, MOST_LEAVING, out=leaving)
    leaving *= staying
    staying -= leaving
    left = leaving.sum(axis=2)
    leaving /= drawn[:, :, None]
    moved = (ground.going.T @ leaving.reshape(len(leaving), -1)).reshape(leaving.shape)
    moved *= weight[:, :, None]
    arrivals = moved.sum(axis=2)
    staying += moved
    settlers = (
        ground.settling[:, :, None] * (year.immigrants[:, None] * np.exp(departure.immigrating))[:, None]
    )
    staying += np.moveaxis(settlers, 0, -1) @ ground.immigrant_ages

    older = np.empty_like(staying)
    older[..., 1:] = staying[..., :-1]
    for oldest in (AGES - 1, CELLS - 1):
        older[..., oldest] += staying[..., oldest]
    women = older[..., 1:AGES] @ year.bearing[1:]
    born = women * ground.bearing_level[:, None] * np.exp(departure.bearing)
    by_sex = born[:, :, None] * np.array([1 - year.boys, year.boys], np.float32)
    newborn_deaths = by_sex * year.dying_newborn
    older[..., 0], older[..., AGES] = np.moveaxis(by_sex - newborn_deaths, -1, 0)
    died = deaths.sum(axis=2) + newborn_deaths.sum(axis=2)
    flows = np.stack([born, died, arrivals, left, settlers.sum(axis=0), emigrants.sum(axis=2)])
    return older, flows, pressure
