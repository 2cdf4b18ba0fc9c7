"""The accounts of a projection: by hand, and as identities."""

from dataclasses import replace

import numpy as np
import pytest

from nuudel.base.errors import ModelError
from nuudel.model.projection.accounts import account
from nuudel.model.projection.inputs import AGES, Feedback, Paths, Rates, StartingPopulation

YEARS = np.arange(2020, 2023)
PLACES = ("A", "B")


def people(**cells: float) -> StartingPopulation:
    """Two places; the cells are named like ``A_female_30``."""
    persons = np.zeros((2, 2, AGES))
    for name, value in cells.items():
        place, sex, age = name.split("_")
        persons[PLACES.index(place), ("female", "male").index(sex), int(age)] = value
    return StartingPopulation(2020, PLACES, persons, "synthetic")


def rates(**changed: object) -> Rates:
    """Nobody is born, dies or moves, but for what is changed."""
    t, cell = YEARS.size, (2, AGES)
    flat = np.full((1, *cell), 1 / (2 * AGES))
    still = Rates(
        years=YEARS,
        places=PLACES,
        corridors=("abroad",),
        dying=np.zeros((t, *cell)),
        dying_response=np.ones(cell),
        dying_level=np.ones(2),
        dying_newborn=np.zeros((t, 2)),
        bearing=np.zeros((t, AGES)),
        bearing_level=np.ones(2),
        boys=np.full(t, 0.5),
        leaving=np.zeros((2, *cell)),
        leaving_level=np.ones((t, 2)),
        going=np.array([[0.0, 1.0], [1.0, 0.0]]),
        emigrating=np.zeros((2, *cell)),
        emigrating_shares=np.ones((1, 2)),
        emigrating_level=np.ones((t, 1)),
        immigrants=np.zeros((t, 1)),
        settling=np.array([[0.75, 0.25]]),
        immigrant_ages=flat,
    )
    return replace(still, **changed)  # type: ignore[arg-type]


def no_feedback() -> Feedback:
    return Feedback((), np.zeros((0, 2, AGES)), np.ones((YEARS.size, 0, 2)), np.zeros(0), np.zeros(0))


def carry(start: StartingPopulation, given: Rates, feedback: Feedback | None = None):
    feedback = feedback or no_feedback()
    return account(start, given, Paths.none(given, feedback), feedback)


def test_people_who_neither_die_nor_move_only_grow_older():
    found = carry(people(A_female_30=10, B_male_99=4, B_male_100=1), rates())
    assert found.persons[1, 0, 0, 31] == 10
    assert found.persons[1, 1, 1, 100] == 5
    assert found.persons[3].sum() == 15


def test_a_year_by_hand():
    """A thousand of 29 in A: 10 die, 99 of the 990 emigrate, 89.1 of 891 go to B, the rest bear 0.1 each."""
    cell = (2, AGES)
    dying, bearing = np.zeros((3, *cell)), np.zeros((3, AGES))
    dying[:, 0, 29], bearing[:, 30] = 0.01, 0.1
    leaving, emigrating = np.zeros((2, *cell)), np.zeros((2, *cell))
    leaving[0, 0, 29], emigrating[0, 0, 29] = 0.1, 0.1
    found = carry(
        people(A_female_29=1000),
        rates(
            dying=dying,
            bearing=bearing,
            leaving=leaving,
            emigrating=emigrating,
            dying_newborn=np.full((3, 2), 0.02),
        ),
    )
    assert found.deaths[0, 0, 0, 29] == pytest.approx(10)
    assert found.emigrants_to[0] == pytest.approx([99])
    assert found.moves[0] == pytest.approx(np.array([[0, 89.1], [0, 0]]))
    assert found.persons[1, :, 0, 30] == pytest.approx([801.9, 89.1])
    assert found.births[0].sum(axis=1) == pytest.approx([80.19, 8.91])
    assert found.persons[1, :, :, 0] == pytest.approx(np.array([[1, 1], [1, 1]]) * [[39.2931], [4.3659]])


def random_case(seed: int = 1):
    random = np.random.default_rng(seed)
    cell = (2, AGES)
    start = StartingPopulation(2020, PLACES, random.uniform(0, 500, (2, *cell)), "synthetic")
    given = rates(
        dying=random.uniform(0, 0.1, (3, *cell)),
        dying_level=np.array([0.9, 1.3]),
        dying_newborn=random.uniform(0, 0.05, (3, 2)),
        bearing=random.uniform(0, 0.1, (3, AGES)),
        leaving=random.uniform(0, 0.2, (2, *cell)),
        emigrating=random.uniform(0, 0.02, (2, *cell)),
        immigrants=np.full((3, 1), 300.0),
    )
    users = np.zeros((1, *cell))
    users[0, :, 6:18] = 1
    feedback = Feedback(
        ("schools",), users, np.full((3, 1, 2), 9000.0), pull=np.array([-0.5]), push=np.array([0.3])
    )
    return start, given, feedback


def test_every_cell_of_the_accounts_closes_and_internal_moves_sum_to_zero():
    start, given, feedback = random_case()
    found = carry(start, given, feedback)
    assert found.imbalance() < 1e-9
    assert found.arrivals.sum(axis=1) == pytest.approx(found.departures.sum(axis=1))
    assert found.moves.sum(axis=2) == pytest.approx(found.departures.sum(axis=(2, 3)))
    assert found.moves.sum(axis=1) == pytest.approx(found.arrivals.sum(axis=(2, 3)))
    assert found.emigrants_to.sum(axis=1) == pytest.approx(found.emigrants.sum(axis=(1, 2, 3)))
    assert found.immigrants.sum(axis=(1, 2, 3)) == pytest.approx([300, 300, 300])


def test_an_imbalance_would_be_seen():
    start, given, feedback = random_case()
    found = carry(start, given, feedback)
    assert replace(found, deaths=found.deaths * 1.001).imbalance() > 0.01


def test_a_place_that_fills_up_is_left_more_and_sought_less():
    start, given, feedback = random_case()
    tight = replace(feedback, capacity=feedback.capacity * np.array([[[1.0, 1.0]], [[0.5, 1]], [[0.5, 1]]]))
    free, crowded = carry(start, given, feedback), carry(start, given, tight)
    assert crowded.pressure[1, 0, 0] == pytest.approx(free.pressure[1, 0, 0] + np.log(2))
    assert crowded.moves[1, 0, 1] == pytest.approx(free.moves[1, 0, 1] * 2**0.3)
    assert crowded.moves[1, 1, 0] == pytest.approx(free.moves[1, 1, 0] * 2**-0.5)


def test_departures_add_up():
    start, given, feedback = random_case()
    none = Paths.none(given, feedback)
    more = replace(none, leaving=none.leaving + np.log(1.5), dying=none.dying + 0.1)
    found = account(start, given, more + more, feedback)
    plain = carry(start, given, feedback)
    assert found.deaths[0] == pytest.approx(np.minimum(plain.deaths[0] * np.exp(0.2), start.persons))
    alive = (start.persons - found.deaths[0] - found.emigrants[0]) * given.leaving * 1.5**2
    assert found.departures[0] == pytest.approx(alive)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"boys": np.full(2, 0.5)}, "MODEL-801"),
        ({"boys": np.array([0.5, np.nan, 0.5])}, "MODEL-802"),
        ({"going": np.array([[0.5, 0.5], [1.0, 0.0]])}, "MODEL-803"),
        ({"going": np.array([[0.0, 0.5], [1.0, 0.0]])}, "MODEL-805"),
        ({"places": ("A",)}, "MODEL-801"),
    ],
)
def test_inputs_that_cannot_be_are_refused(changed, code):
    with pytest.raises(ModelError) as refused:
        rates(**changed)
    assert refused.value.code == code


def test_a_capacity_of_zero_is_refused():
    with pytest.raises(ModelError, match="MODEL-804"):
        Feedback(("schools",), np.zeros((1, 2, AGES)), np.zeros((3, 1, 2)), np.zeros(1), np.zeros(1))
