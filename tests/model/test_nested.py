"""Places within places: along the same departures their cells add up."""

from dataclasses import replace

import numpy as np
import pytest

from nuudel.base.errors import ModelError
from nuudel.model.projection.accounts import account
from nuudel.model.projection.inputs import AGES, Feedback, Paths, Rates, StartingPopulation
from nuudel.model.projection.nested import nested_paths

PARENTS = ("A", "A", "B", "B", "B")
WITHIN = np.array([0, 0, 1, 1, 1])


def upper_and_lower() -> tuple[StartingPopulation, Rates, StartingPopulation, Rates, Feedback]:
    """Two places of two and three parts; nobody moves within a place."""
    random = np.random.default_rng(3)
    t, c, cell = 4, 1, (2, AGES)
    parts = random.uniform(0, 100, (5, *cell))
    whole = np.stack([parts[place == WITHIN].sum(axis=0) for place in range(2)])
    leaving = random.uniform(0, 0.1, (2, *cell))
    shared = {
        "years": np.arange(2020, 2020 + t),
        "corridors": ("abroad",),
        "dying": random.uniform(0, 0.05, (t, *cell)),
        "dying_response": np.ones(cell),
        "dying_newborn": np.full((t, 2), 0.02),
        "bearing": random.uniform(0, 0.1, (t, AGES)),
        "boys": np.full(t, 0.51),
        "emigrating_level": np.ones((t, c)),
        "immigrants": np.full((t, c), 50.0),
        "immigrant_ages": np.full((c, *cell), 1 / (2 * AGES)),
    }
    upper = Rates(
        places=("A", "B"),
        dying_level=np.array([1.1, 0.9]),
        bearing_level=np.array([1.0, 1.2]),
        leaving=leaving,
        leaving_level=np.ones((t, 2)),
        going=np.array([[0.0, 1.0], [1.0, 0.0]]),
        emigrating=np.full((2, *cell), 0.01),
        emigrating_shares=np.ones((c, 2)),
        settling=np.array([[0.4, 0.6]]),
        **shared,
    )
    weight = np.array([0.3, 0.7, 0.2, 0.3, 0.5])
    going = np.where(WITHIN[:, None] == WITHIN[None, :], 0.0, weight)
    lower = Rates(
        places=("A1", "A2", "B1", "B2", "B3"),
        dying_level=upper.dying_level[WITHIN],
        bearing_level=upper.bearing_level[WITHIN],
        leaving=leaving[WITHIN],
        leaving_level=np.ones((t, 5)),
        going=going,
        emigrating=np.full((5, *cell), 0.01),
        emigrating_shares=np.ones((c, 5)),
        settling=upper.settling[:, WITHIN] * weight,
        **shared,
    )
    everybody = np.ones((1, *cell))
    crowding = Feedback(("room",), everybody, np.full((t, 1, 2), 9000.0), np.array([-0.7]), np.array([0.4]))
    above = StartingPopulation(2020, ("A", "B"), whole, "synthetic")
    below = StartingPopulation(2020, lower.places, parts, "synthetic")
    return above, upper, below, lower, crowding


def added_up(values: np.ndarray) -> np.ndarray:
    """T x 5 x 2 x 101 summed over the parts of each place."""
    return np.stack([values[:, place == WITHIN].sum(axis=1) for place in range(2)], axis=1)


def test_parts_add_up_to_their_places_with_crowding_and_departures():
    above, upper, below, lower, crowding = upper_and_lower()
    random = np.random.default_rng(4)
    path = Paths.none(upper, crowding)
    path = replace(
        path,
        leaving=random.normal(0, 0.3, (4, 2)),
        pull=random.normal(0, 0.3, (4, 2)),
        bearing=random.normal(0, 0.1, (4, 2)),
        capacity=random.normal(0, 0.2, (4, 1, 2)),
    )
    whole = account(above, upper, path, crowding)
    many = Paths(**{name: value[None] for name, value in vars(path).items()})
    nested = nested_paths(many, crowding, whole.pressure[None], upper.places, PARENTS).draw(0)
    parts = account(below, lower, nested, Feedback.none(lower))
    assert np.abs(whole.pressure).max() > 0.1
    for name in ("persons", "deaths", "departures", "arrivals", "emigrants", "immigrants"):
        np.testing.assert_allclose(added_up(getattr(parts, name)), getattr(whole, name), atol=1e-8)


def test_crowding_left_out_would_be_seen():
    above, upper, below, lower, crowding = upper_and_lower()
    path = Paths.none(upper, crowding)
    whole = account(above, upper, path, crowding)
    plain = Paths.none(lower, Feedback.none(lower))
    parts = account(below, lower, plain, Feedback.none(lower))
    assert np.abs(added_up(parts.persons) - whole.persons).max() > 1


def test_a_part_of_no_known_place_is_refused():
    _, upper, _, _, crowding = upper_and_lower()
    path = Paths.none(upper, crowding)
    with pytest.raises(ModelError, match="MODEL-807"):
        nested_paths(path, crowding, np.zeros((4, 1, 2)), upper.places, ("A", "C"))
