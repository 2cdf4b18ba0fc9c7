"""Random but plausible inputs of a projection of R places, to measure and to test it; synthetic."""

import numpy as np

from nuudel.model.projection.inputs import AGES, Array, Feedback, Paths, Rates, StartingPopulation

CELL = (2, AGES)


def case(
    places: int = 4, years: int = 5, corridors: int = 2, seed: int = 1
) -> tuple[StartingPopulation, Rates, Feedback]:
    """A young country: people, rates, and two capacities of which one reacts."""
    random = np.random.default_rng(seed)
    ages = np.arange(AGES)
    size = random.lognormal(9, 1, places)[:, None, None]
    persons = size * np.exp(-ages / 35) * random.uniform(0.02, 0.03, (places, *CELL))
    codes = tuple(f"MN{100 + i}" for i in range(places))
    start = StartingPopulation(2024, codes, persons, "synthetic")
    hazard = 0.0003 * np.exp(0.085 * ages) + 0.01 * np.exp(-ages)
    dying = np.minimum(hazard * np.array([[0.8], [1.2]]), 0.6)
    bearing = 0.13 * np.exp(-(((ages - 28) / 8) ** 2))
    bearing[(ages < 14) | (ages > 50)] = 0
    moving = 0.01 + 0.06 * np.exp(-(((ages - 22) / 6) ** 2))
    going = random.gamma(0.5, 1.0, (places, places)) + 1e-4
    np.fill_diagonal(going, 0)
    shares = random.uniform(0.1, 1, (corridors, places))
    rates = Rates(
        years=np.arange(2024, 2024 + years),
        places=codes,
        corridors=tuple(f"corridor {i}" for i in range(corridors)),
        dying=dying * np.exp(-0.01 * np.arange(years))[:, None, None],
        dying_response=random.uniform(0.5, 1.5, CELL),
        dying_level=random.uniform(0.8, 1.2, places),
        dying_newborn=np.full((years, 2), 0.012),
        bearing=np.tile(bearing, (years, 1)),
        bearing_level=random.uniform(0.8, 1.2, places),
        boys=np.full(years, 0.512),
        leaving=moving * random.uniform(0.5, 1.5, (places, *CELL)),
        leaving_level=random.uniform(0.8, 1.2, (years, places)),
        going=going / going.sum(axis=1, keepdims=True),
        emigrating=0.05 * moving * random.uniform(0.5, 1.5, (places, *CELL)),
        emigrating_shares=shares / shares.sum(axis=0),
        emigrating_level=random.uniform(0.5, 1.5, (years, corridors)),
        immigrants=random.uniform(100, 300, (years, corridors)),
        settling=random.dirichlet(np.ones(places), corridors),
        immigrant_ages=random.dirichlet(np.ones(2 * AGES), corridors).reshape(corridors, *CELL),
    )
    users = np.zeros((2, *CELL))
    users[0, :, 18:], users[1, :, 6:18] = 0.4, 1
    room = np.einsum("rsa,fsa->fr", persons, users) * random.uniform(1.0, 1.2, (2, places))
    feedback = Feedback(
        ("housing", "schools"),
        users,
        np.tile(room, (years, 1, 1)),
        pull=np.array([-0.4, 0.0]),
        push=np.array([0.2, 0.0]),
    )
    return start, rates, feedback


def departures(rates: Rates, feedback: Feedback, draws: int, seed: int = 2) -> Paths:
    """Draws that depart from the rates in every way, further each year."""
    random = np.random.default_rng(seed)
    t, r, c, f = rates.years.size, len(rates.places), len(rates.corridors), len(feedback.names)

    def walk(*shape: int) -> Array:
        steps: Array = np.cumsum(random.normal(0, 0.03, (draws, t, *shape)), axis=1)
        return steps

    return Paths(walk(), walk(r), walk(r), walk(r), walk(c), walk(c), walk(f, r))
