"""The rival of the microsimulation: the same year of individuals written as NumPy array operations.

It draws from one sequential generator, so that its results depend on the order of people, and has no
shared random numbers between scenarios; everything else that happens is the same.
"""

import numpy as np
from numpy.typing import NDArray

from nuudel.model.microsimulation.population import Population
from nuudel.model.projection.accounts import load
from nuudel.model.projection.inputs import AGES, FEMALE, MOST_LEAVING, OLDEST, Array, Feedback, Rates


def simulate_with_numpy(population: Population, rates: Rates, feedback: Feedback, seed: int) -> Array:
    """T+1 x R x 2 x 101 individuals."""
    random = np.random.default_rng(np.random.SFC64(seed))
    place, age, sex = population.place.copy(), population.age.copy(), population.sex.copy()
    home = population.household.copy()
    counts = [population.counts().astype(np.float64)]
    first = load(counts[0], feedback) / feedback.capacity[0]
    for i in range(rates.years.size):
        pressure = np.log(load(counts[-1], feedback) / feedback.capacity[i] / first)
        weight = np.exp(feedback.pull @ pressure)
        drawn = rates.going @ weight
        level = rates.leaving_level[i] * np.exp(feedback.push @ pressure) * drawn
        abroad = (rates.emigrating_level[i][:, None] * rates.emigrating_shares).sum(axis=0)
        dying = np.minimum(rates.dying_level[:, None, None] * rates.dying[i], 1)
        gone = dying + (1 - dying) * np.minimum(rates.emigrating * abroad[:, None, None], 1)
        stays = random.random(place.size, np.float32) >= gone.astype(np.float32)[place, sex, age]
        place, age, sex, home = place[stays], age[stays], sex[stays], home[stays]

        leaving = np.minimum(rates.leaving * level[:, None, None], MOST_LEAVING).astype(np.float32)
        moves = random.random(int(home.max()) + 1, np.float32)[home] < leaving[place, sex, age]
        movers = np.flatnonzero(moves)
        old, together = np.unique(home[movers], return_inverse=True)
        to = destinations(
            place[movers], random.random(old.size)[together], rates.going * weight / drawn[:, None]
        )
        place[movers] = to
        home[movers] = home.max() + 1 + together

        arrived = random.poisson(rates.immigrants[i])
        corridor = np.repeat(np.arange(arrived.size), arrived)
        settled = np.concatenate(
            [random.choice(rates.settling.shape[1], n, p=rates.settling[c]) for c, n in enumerate(arrived)]
        )
        cell = np.concatenate(
            [random.choice(2 * AGES, n, p=rates.immigrant_ages[c].ravel()) for c, n in enumerate(arrived)]
        )
        age = np.minimum(np.append(age, cell % AGES) + 1, OLDEST).astype(np.uint8)
        place, sex = (
            np.append(place, settled).astype(np.uint16),
            np.append(sex, cell // AGES).astype(np.uint8),
        )
        home = np.append(home, home.max() + 1 + np.arange(corridor.size, dtype=np.uint32))

        bearing = np.zeros((len(rates.places), 2, AGES), np.float32)
        bearing[:, FEMALE] = rates.bearing_level[:, None] * rates.bearing[i]
        mothers = np.flatnonzero(random.random(place.size, np.float32) < bearing[place, sex, age])
        boy = random.random(mothers.size) < rates.boys[i]
        lives = random.random(mothers.size) >= rates.dying_newborn[i][boy.astype(int)]
        mothers, boy = mothers[lives], boy[lives]
        place, home = np.append(place, place[mothers]), np.append(home, home[mothers])
        age, sex = np.append(age, np.zeros(mothers.size, np.uint8)), np.append(sex, boy.astype(np.uint8))
        cell = (place.astype(np.int64) * 2 + sex) * AGES + age
        counts.append(np.bincount(cell, minlength=counts[0].size).reshape(counts[0].shape).astype(np.float64))
    return np.stack(counts)


def destinations(
    origin: NDArray[np.uint16], uniform: NDArray[np.float64], shares: NDArray[np.float64]
) -> NDArray[np.uint16]:
    """A destination for each mover: one search in the cumulated shares of all origins, one after another."""
    cumulated = np.minimum(np.cumsum(shares, axis=1), 1.0)
    cumulated[:, -1] = 1.0
    steps = (cumulated + np.arange(len(shares))[:, None]).ravel()
    found = np.searchsorted(steps, origin + np.minimum(uniform, 1 - 1e-9), side="right")
    return (found - origin.astype(np.int64) * len(shares)).astype(np.uint16)
