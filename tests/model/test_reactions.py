"""Draws that share weak, central and strong reactions to crowding."""

from dataclasses import replace

import numpy as np
import pytest

from nuudel.base.errors import ModelError
from nuudel.model.projection.ensemble import project
from nuudel.model.projection.inputs import Feedback, Paths
from nuudel.model.projection.reactions import ROW, project_reactions

from .test_accounts import random_case


def three(feedback: Feedback) -> list[Feedback]:
    tight = replace(feedback, capacity=feedback.capacity * np.array([1.0, 0.5, 0.4])[:, None, None])
    return [replace(tight, pull=tight.pull * factor) for factor in (0.0, 1.0, 3.0)]


def many(paths: Paths, draws: int) -> Paths:
    random = np.random.default_rng(2)
    repeated = {name: np.repeat(value[None], draws, axis=0) for name, value in vars(paths).items()}
    return replace(Paths(**repeated), leaving=random.normal(0, 0.2, repeated["leaving"].shape))


def test_each_draw_has_the_reaction_of_its_place_in_the_row():
    start, rates, feedback = random_case()
    reactions = three(feedback)
    paths = many(Paths.none(rates, feedback), 25)
    found = project_reactions(start, rates, paths, reactions, precision="double")
    alone = [project(start, rates, paths, one, precision="double") for one in reactions]
    for draw in range(25):
        expected = alone[ROW[draw % len(ROW)]]
        np.testing.assert_allclose(found.persons[draw], expected.persons[draw], rtol=1e-12)
        np.testing.assert_allclose(found.arrivals[draw], expected.arrivals[draw], rtol=1e-12)
    assert np.abs(alone[0].persons - alone[2].persons).max() > 1


def test_the_ends_have_thirty_and_the_middle_forty_of_a_hundred():
    assert [ROW.count(kind) for kind in range(3)] == [3, 4, 3]


def test_one_reaction_is_that_of_all_draws():
    start, rates, feedback = random_case()
    paths = many(Paths.none(rates, feedback), 3)
    found = project_reactions(start, rates, paths, [feedback], precision="double")
    np.testing.assert_array_equal(
        found.persons, project(start, rates, paths, feedback, precision="double").persons
    )


def test_two_reactions_are_refused():
    start, rates, feedback = random_case()
    with pytest.raises(ModelError, match="MODEL-808"):
        project_reactions(start, rates, many(Paths.none(rates, feedback), 2), [feedback, feedback])
