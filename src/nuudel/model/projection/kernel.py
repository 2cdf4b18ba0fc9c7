"""The order of a year as pure JAX functions: many draws at once, differentiable, the same as ``account``.

People lie as R x D x 202 (women of all ages, then men): a year's moves within the country are then one
product of the R x R destination shares with an R x (D * 202) matrix, because what differs between draws
(pull, level) only scales its rows and columns. A matrix of moves for each draw is never made.

Arrays are single precision unless JAX's 64-bit types are enabled around the calls (``jax.enable_x64``).
Products ask for the highest precision: some devices round single precision to 10 bits otherwise.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from nuudel.model.projection.inputs import (
    AGES,
    MOST_LEAVING,
    SEXES,
    Array,
    Feedback,
    Paths,
    Rates,
    StartingPopulation,
)

# What has sexes and ages as its last axes, in ``Ground`` and ``YearRates``.
BY_AGE = (
    "persons",
    "dying_response",
    "leaving",
    "emigrating",
    "immigrant_ages",
    "users",
    "groups",
    "dying",
)


class Ground(NamedTuple):
    """What all draws and years share: arrays of the inputs by their names and shapes.

    ``groups`` are G x 2 x 101 weights of the groups to be summed; ``first_room`` is F x R, the capacity of
    the first year.
    """

    persons: Any
    dying_response: Any
    dying_level: Any
    bearing_level: Any
    leaving: Any
    going: Any
    emigrating: Any
    emigrating_shares: Any
    settling: Any
    immigrant_ages: Any
    users: Any
    first_room: Any
    pull: Any
    push: Any
    groups: Any


class YearRates(NamedTuple):
    """What all draws share but years do not; each array with T first (``simulate``) or without (a year)."""

    dying: Any
    dying_newborn: Any
    bearing: Any
    boys: Any
    leaving_level: Any
    emigrating_level: Any
    immigrants: Any
    capacity: Any


class Departures(NamedTuple):
    """The arrays of ``Paths`` of D draws: D x T x … (``simulate``), or … x D for one year (``year_step``)."""

    dying: Any
    bearing: Any
    leaving: Any
    pull: Any
    emigrating: Any
    immigrating: Any
    capacity: Any


class Flows(NamedTuple):
    """Sums over a year, R x D each, and the pressure F x R x D."""

    births: Any
    deaths: Any
    arrivals: Any
    departures: Any
    immigrants: Any
    emigrants: Any
    pressure: Any


class Sums(NamedTuple):
    """What ``simulate`` gives: the arrays of ``Projection`` by their names."""

    persons: Any
    grouped: Any
    births: Any
    deaths: Any
    arrivals: Any
    departures: Any
    immigrants: Any
    emigrants: Any
    pressure: Any
    pyramid: Any


def ground_of(
    start: StartingPopulation, rates: Rates, feedback: Feedback, groups: Mapping[str, Array], dtype: Any
) -> tuple[Ground, YearRates]:
    """The shared arrays, in one precision, as NumPy arrays that JAX takes."""
    weights = np.stack(list(groups.values())) if groups else np.zeros((0, *start.persons.shape[1:]))
    given = {
        "persons": start.persons,
        "users": feedback.users,
        "first_room": feedback.capacity[0],
        "pull": feedback.pull,
        "push": feedback.push,
        "groups": weights,
        "capacity": feedback.capacity,
    }

    def cast(name: str) -> Any:
        return np.ascontiguousarray(given[name] if name in given else getattr(rates, name), dtype)

    return Ground(*map(cast, Ground._fields)), YearRates(*map(cast, YearRates._fields))


def departures_of(paths: Paths, dtype: Any) -> Departures:
    """The departures with an axis of draws, D x T x …; a single path becomes one draw."""
    single = paths.draws is None
    arrays = (np.asarray(getattr(paths, name), dtype) for name in Departures._fields)
    return Departures(*(array[None] if single else array for array in arrays))


def simulate(
    ground: Ground, yearly: YearRates, departures: Departures, *, ages: bool = True, remat: bool = False
) -> Sums:
    """Carry D draws through T years.

    Parameters
    ----------
    departures
        D x T x …, as in ``Paths``.
    ages
        Whether the country's pyramid is summed; else it is empty (D x T+1 x 0).
    remat
        Compute a year again when its derivative is taken, instead of keeping what it computed: memory of
        one array of people a year.

    Returns
    -------
    Sums
        Arrays as in ``Projection``: D x T+1 x …, D x T x ….
    """
    draws, (places, capacities) = departures.dying.shape[0], (len(ground.persons), len(ground.users))
    ground, yearly = flat(ground), flat(yearly)
    persons = jnp.broadcast_to(ground.persons[:, None], (places, draws, len(SEXES) * AGES))
    # Columns: users of each capacity, each group, everybody.
    weights = jnp.concatenate([ground.users, ground.groups, jnp.ones_like(ground.persons[:1])]).T
    first_load = product(ground.users, ground.persons.T) / ground.first_room

    def stocks(now: Any) -> tuple[Any, Any]:
        pyramid = product(jnp.ones_like(now[:, 0, :1]).T, now.reshape(places, -1)).reshape(draws, -1)
        return product(now, weights), pyramid if ages else pyramid[:, :0]

    def step(now: Any, given: tuple[YearRates, Departures]) -> tuple[Any, Any]:
        summed = stocks(now)
        used = jnp.moveaxis(summed[0][..., :capacities], -1, 0)
        closing, flows = year_step(ground, given[0], first_load, given[1], now, used)
        return closing, (summed, flows)

    by_year = Departures(*(jnp.moveaxis(array, 0, -1) for array in departures))
    last, (summed, flows) = jax.lax.scan(jax.checkpoint(step) if remat else step, persons, (yearly, by_year))
    summed, pyramid = (jnp.concatenate([a, b[None]]) for a, b in zip(summed, stocks(last), strict=True))
    pyramid = jnp.moveaxis(pyramid, 1, 0)
    return Sums(
        persons=jnp.moveaxis(summed[..., -1], -1, 0),
        grouped=jnp.transpose(summed[..., capacities:-1], (2, 0, 3, 1)),
        pyramid=pyramid.reshape(*pyramid.shape[:2], len(SEXES), AGES) if ages else pyramid,
        **{name: jnp.moveaxis(array, -1, 0) for name, array in flows._asdict().items()},
    )


def year_step(
    ground: Ground, year: YearRates, first_load: Any, departure: Departures, persons: Any, used: Any
) -> tuple[Any, Flows]:
    """One year of D draws, in the order of ``inputs``.

    Parameters
    ----------
    ground, year
        With sexes and ages as one axis of 202 (``flat``).
    first_load
        F x R users for each place of the capacities at the beginning of the projection.
    departure
        The year's departures with D last: dying D, leaving R x D, capacity F x R x D ….
    persons
        R x D x 202 at the beginning of the year.
    used
        F x R x D users of the capacities at the beginning of the year.

    Returns
    -------
    tuple
        The people at the end of the year, and the sums of its flows.
    """
    pressure, weight, drawn, level = crowding(ground, year, first_load, departure, used)
    dying = year.dying * jnp.exp(ground.dying_response * departure.dying[:, None])
    die = jnp.minimum(ground.dying_level[:, None, None] * dying, 1)
    corridor = year.emigrating_level[:, None] * jnp.exp(departure.emigrating)
    abroad = product(ground.emigrating_shares.T, corridor)
    emigrate = jnp.minimum(ground.emigrating[:, None] * abroad[:, :, None], 1)
    leave = jnp.minimum(ground.leaving[:, None] * level[:, :, None], MOST_LEAVING)
    # Each flow is written from the people at the beginning of the year: the compiler then reads them once
    # for each flow, and keeps nobody in between.
    deaths = persons * die
    emigrants = persons * ((1 - die) * emigrate)
    departures = persons * ((1 - die) * ((1 - emigrate) * leave))

    scaled = departures * (1 / drawn)[:, :, None]
    moved = product(ground.going.T, scaled.reshape(len(scaled), -1)).reshape(scaled.shape)
    settled = year.immigrants[:, None] * jnp.exp(departure.immigrating)
    settlers = ground.settling[:, :, None] * settled[:, None]
    closing = persons - deaths - emigrants - departures + weight[:, :, None] * moved
    for corridor_settlers, shares in zip(settlers, ground.immigrant_ages, strict=True):
        closing = closing + corridor_settlers[:, :, None] * shares
    older = grow_older(closing)
    born = product(older[..., :AGES], year.bearing) * ground.bearing_level[:, None]
    born = born * jnp.exp(departure.bearing)
    by_sex = born[:, :, None] * jnp.stack([1 - year.boys, year.boys])
    newborn_deaths = by_sex * year.dying_newborn
    left = departures.sum(axis=2)
    flows = Flows(
        births=born,
        deaths=deaths.sum(axis=2) + newborn_deaths.sum(axis=2),
        arrivals=weight * product(ground.going.T, left / drawn),
        departures=left,
        immigrants=settlers.sum(axis=0),
        emigrants=emigrants.sum(axis=2),
        pressure=pressure,
    )
    return with_newborns(older, by_sex - newborn_deaths), flows


def crowding(
    ground: Ground, year: YearRates, first_load: Any, departure: Departures, used: Any
) -> tuple[Any, Any, Any, Any]:
    """Pressure F x R x D; and R x D: weight of a destination, how strongly others draw, level of leaving."""
    room = year.capacity[:, :, None] * jnp.exp(departure.capacity)
    pressure = jnp.log(jnp.maximum(used, 1e-9) / room / jnp.maximum(first_load, 1e-9)[:, :, None])
    reaction = jnp.einsum("sf,frk->srk", jnp.stack([ground.pull, ground.push]), pressure, precision="highest")
    weight = jnp.exp(departure.pull + reaction[0])
    drawn = product(ground.going, weight)
    level = year.leaving_level[:, None] * jnp.exp(departure.leaving + reaction[1]) * drawn
    return pressure, weight, drawn, level


def grow_older(persons: Any) -> Any:
    """Everybody one year older, … x 202; the open age keeps its people, and age 0 is empty."""
    empty = jnp.zeros_like(persons[..., :1])
    parts = []
    for sex in range(len(SEXES)):
        first = sex * AGES
        oldest = persons[..., first + AGES - 2 : first + AGES]
        parts += [empty, persons[..., first : first + AGES - 2], oldest[..., :1] + oldest[..., 1:]]
    return jnp.concatenate(parts, axis=-1)


def with_newborns(persons: Any, newborns: Any) -> Any:
    """Newborns … x 2 put where age 0 of each sex is empty."""
    for sex in range(len(SEXES)):
        place = (0, 0, sex * AGES)
        persons = jax.lax.dynamic_update_slice(persons, newborns[..., sex : sex + 1], place)
    return persons


def flat(arrays: Any) -> Any:
    """``Ground`` or ``YearRates`` with sexes and ages (… x 2 x 101) as one axis of 202."""
    both = len(SEXES) * AGES
    cells = {name: getattr(arrays, name) for name in BY_AGE if name in arrays._fields}
    return arrays._replace(**{n: jnp.reshape(a, (*a.shape[:-2], both)) for n, a in cells.items()})


def product(left: Any, right: Any) -> Any:
    """A matrix product in full precision on every device."""
    return jnp.matmul(left, right, precision="highest")
