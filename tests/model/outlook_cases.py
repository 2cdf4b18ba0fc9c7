"""A small country whose people are born, die and move plausibly; synthetic."""

import numpy as np

from nuudel.model.projection.inputs import AGES, Feedback, Rates, StartingPopulation

CELL = (2, AGES)
PLACES = ("MN100", "MN101", "MN102")


def case(years: int) -> tuple[StartingPopulation, Rates, Feedback]:
    """Three places from 2024 on; two corridors through which as many come as go; one capacity."""
    random = np.random.default_rng(4)
    ages = np.arange(AGES)
    size = np.array([60_000, 20_000, 10_000])[:, None, None]
    persons = size * np.exp(-ages / 35) * np.full(CELL, 0.014)
    hazard = np.minimum((0.0003 * np.exp(0.085 * ages) + 0.01 * np.exp(-ages)) * [[0.8], [1.2]], 0.6)
    bearing = np.where((ages >= 15) & (ages < 50), 0.13 * np.exp(-(((ages - 28) / 8) ** 2)), 0)
    moving = 0.01 + 0.06 * np.exp(-(((ages - 22) / 6) ** 2))
    going = np.array([[0, 0.6, 0.4], [0.8, 0, 0.2], [0.7, 0.3, 0]])
    rates = Rates(
        years=np.arange(2024, 2024 + years),
        places=PLACES,
        corridors=("north", "south"),
        dying=hazard * np.exp(-0.01 * np.arange(years))[:, None, None],
        dying_response=random.uniform(0.5, 1.5, CELL),
        dying_level=np.array([0.95, 1.05, 1.1]),
        dying_newborn=np.full((years, 2), 0.012),
        bearing=np.tile(bearing, (years, 1)),
        bearing_level=np.array([0.95, 1.05, 1.1]),
        boys=np.full(years, 0.512),
        leaving=np.tile(moving, (3, 2, 1)),
        leaving_level=np.tile([0.5, 1.0, 1.2], (years, 1)),
        going=going,
        emigrating=np.tile(0.1 * moving, (3, 2, 1)),
        emigrating_shares=np.array([[0.5, 0.3, 0.2], [0.5, 0.7, 0.8]]),
        emigrating_level=np.ones((years, 2)),
        immigrants=np.full((years, 2), 120.0),
        settling=np.array([[0.7, 0.2, 0.1], [0.6, 0.2, 0.2]]),
        immigrant_ages=np.tile(moving / (2 * moving.sum()), (2, 2, 1)),
    )
    users = np.zeros((1, *CELL))
    users[0, :, 18:] = 0.4
    room = np.einsum("rsa,fsa->fr", persons, users) * 1.1
    feedback = Feedback(("housing",), users, np.tile(room, (years, 1, 1)), np.array([-0.4]), np.array([0.2]))
    return StartingPopulation(2024, PLACES, persons, "synthetic"), rates, feedback
