"""Levers by hand: stocks, departures, drawn sizes, costs, and what they do to two places."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuudel.base.errors import ModelError
from nuudel.model.projection.accounts import account
from nuudel.model.projection.inputs import Feedback, Paths
from nuudel.model.scenarios.capacities import Capacity, Reaction, Users, feedback_of
from nuudel.model.scenarios.catalogue import Catalogue, with_reactions
from nuudel.model.scenarios.departures import central_departures, departures
from nuudel.model.scenarios.lever import Cost
from nuudel.model.scenarios.levers import (
    Basis,
    Effect,
    Lever,
    carried_over,
    central_sizes,
    draw_costs,
    draw_sizes,
    lever_departures,
)
from nuudel.model.scenarios.scenario import Scenario, Use

from .test_accounts import people, rates

WORDS = {"en": "words"}


def effect(acts_on: str = "pull", size: float = 0.5, **changed: object) -> Effect:
    known = {
        "form": "log",
        "low": size - 0.2,
        "high": size + 0.3,
        "quality": "assumption",
        "source": "assumption",
    }
    return Effect(acts_on=acts_on, size=size, evidence=WORDS, **{**known, **changed})


def lever(*effects: Effect, **changed: object) -> Lever:
    known = {
        "name": "a lever",
        "kind": "lever",
        "title": WORDS,
        "text": WORDS,
        "unit": WORDS,
        "most_a_year": 1e9,
    }
    return Lever(effects=effects, **{**known, **changed})


def cost(value: float = 100.0, low: float = 80.0, high: float = 150.0) -> Cost:
    about = {
        "year": 2024,
        "currency": "MNT",
        "quality": "assumption",
        "evidence": WORDS,
        "source": "assumption",
    }
    return Cost(size=value, low=low, high=high, **about)


def moving(share: float = 0.1):
    """A thousand women of 29 in A and 500 in B; a tenth of each leaves for the other place."""
    leaving = np.zeros((2, 2, 101))
    leaving[:, 0, 20:60] = share
    return people(A_female_29=1000, B_female_29=500), rates(leaving=leaving)


def empty(years: int = 3, places: int = 2) -> Feedback:
    return Feedback((), np.zeros((0, 2, 101)), np.ones((years, 0, places)), np.zeros(0), np.zeros(0))


def catalogue(*levers: Lever, capacities: tuple[Capacity, ...] = ()) -> Catalogue:
    parents = {"A": "X", "B": "X", "X": ""}
    return Catalogue({one.name: one for one in levers}, capacities, "X", parents, ("en",))


def scenario(*uses: Use, name: str = "one") -> Scenario:
    return Scenario(name=name, title=WORDS, text=WORDS, uses=uses)


def use(name: str = "a lever", first: int = 2020, last: int = 2020, **amounts: float) -> Use:
    return Use(lever=name, amounts=amounts, first=first, last=last)


def test_weights_of_years_by_hand():
    built = carried_over(effect(lag=1, build_up=2), 5)
    assert built[:, 0].tolist() == [0, 0.5, 1, 1, 1]
    passing = carried_over(effect(decay=1.0), 3)
    assert passing.tolist() == np.eye(3).tolist()
    fading = carried_over(effect(decay=0.5), 4)
    assert fading[:, 1].tolist() == [0, 1, 0.5, 0.25]


def test_a_lever_on_two_places_by_hand():
    """The attraction of B doubles in 2021: of 950 in A, 190 leave for B instead of 95."""
    start, given_rates = moving()
    basis = Basis.of(start, given_rates, empty())
    assert basis.first_year["departures"].tolist() == pytest.approx([100, 50])
    assert basis.first_year["arrivals"].tolist() == pytest.approx([50, 100])
    amounts = np.zeros((1, 3, 2))
    amounts[0, 1, 1] = 2
    acts = lever(effect(size=np.log(2) / 2, decay=1.0))
    paths = lever_departures([acts], amounts, central_sizes([acts]), basis)
    found = account(start, given_rates, paths, empty())
    plain = account(start, given_rates, Paths.none(given_rates, empty()), empty())
    assert found.moves[0] == pytest.approx(plain.moves[0])
    # 2021 begins with 950 and 550.
    assert found.moves[1] == pytest.approx(np.array([[0, 190], [55, 0]]))
    assert found.persons[2].sum(axis=(1, 2)) == pytest.approx([815, 685])


def test_an_elasticity_against_first_arrivals_by_hand():
    """150 arrivals more at B beside 100: (1 + 1.5) ^ 0.5 as attractive."""
    start, given_rates = moving()
    acts = lever(effect(size=0.5, form="elasticity", base="arrivals", per_unit=3.0, decay=1.0))
    amounts = np.zeros((1, 3, 2))
    amounts[0, 0, 1] = 50
    basis = Basis.of(start, given_rates, empty())
    paths = lever_departures([acts], amounts, central_sizes([acts]), basis)
    assert np.exp(paths.pull[0]) == pytest.approx([1, 2.5**0.5])
    # A loss of more than everything leaves a hundredth.
    gone = lever(effect(size=1.0, form="elasticity", base="arrivals", per_unit=-3.0))
    assert np.exp(lever_departures([gone], amounts, np.ones(1), basis).pull[0, 1]) == pytest.approx(0.01)


def test_rates_of_the_country_take_the_mean_of_logarithms_and_the_sum_of_elasticities():
    start, given_rates = moving()
    basis = Basis.of(start, given_rates, empty())
    amounts = np.zeros((2, 3, 2))
    amounts[:, 0] = [3, 6]
    logs = lever(effect("dying", 0.1, decay=1.0))
    shares = lever(effect("emigrating", 2.0, form="elasticity", base="persons", decay=1.0), name="other")
    paths = lever_departures([logs, shares], amounts, central_sizes([logs, shares]), basis)
    assert paths.dying[0] == pytest.approx(0.1 * (1000 * 3 + 500 * 6) / 1500)
    assert paths.emigrating[0] == pytest.approx([2 * np.log(1 + 9 / 1500)])
    assert not paths.dying[1:].any()


def test_room_that_is_built_relieves_the_place_and_carries_the_doubt_about_the_reaction():
    """500 dwellings beside 500: log 2 of room; an elasticity of -0.3 makes B 2 ^ 0.3 times as attractive."""
    start, given_rates = moving()
    housing = Capacity(
        name="housing",
        title=WORDS,
        unit=WORDS,
        users=(Users(ages=(20, 100), weight=1.0),),
        room=1.0,
        pace="constant",
        pull=Reaction(size=-0.3, low=-0.6, high=-0.1),
        push=Reaction(size=0.0, low=0.0, high=0.0),
        quality="assumption",
        evidence=WORDS,
        source="assumption",
    )
    feedback = feedback_of((housing,), start, given_rates)
    assert feedback.capacity[:, 0].tolist() == [[1000, 500]] * 3
    build = effect("capacity.housing", 1.0, low=1.0, high=1.0, form="elasticity", base="capacity.housing")
    houses = with_reactions(lever(build), (housing,))
    assert [e.acts_on for e in houses.effects] == ["capacity.housing", "pull", "leaving"]
    assert (houses.effects[1].low, houses.effects[1].high) == pytest.approx((-0.2, 0.3))
    ground = SimpleNamespace(start=start, rates=given_rates)
    known = catalogue(houses, capacities=(housing,))
    paths, _ = departures(scenario(use(B=500.0)), known, ground, feedback, 200, 3)
    assert np.exp(paths.capacity[:, 0, 0]) == pytest.approx(np.tile([1, 2], (200, 1)))
    middle = replace_draw(paths.draw(0), pull=0.0)
    found = account(start, given_rates, middle, feedback)
    assert found.pressure[0, 0] == pytest.approx([0, -np.log(2)])
    assert found.moves[0] == pytest.approx(np.array([[0, 100 * 2**0.3], [50, 0]]))
    # In a draw the elasticity is -0.3 less the drawn deviation: 80 per cent of them are in the interval.
    elasticity = -0.3 - paths.pull[:, 0, 1] / np.log(2)
    assert np.median(elasticity) == pytest.approx(-0.3, abs=0.05)
    assert np.mean((elasticity > -0.6) & (elasticity < -0.1)) == pytest.approx(0.8, abs=0.08)


def replace_draw(path: Paths, **constant: float) -> Paths:
    known = {name: getattr(path, name) for name in ("dying", "bearing", "leaving", "pull")}
    for name, value in constant.items():
        known[name] = np.full_like(known[name], value)
    return Paths(**known, emigrating=path.emigrating, immigrating=path.immigrating, capacity=path.capacity)


def test_paces_of_room():
    start, given_rates = moving()
    one = {
        "users": (Users(ages=(0, 100), weight=2.0),),
        "room": 1.5,
        "quality": "assumption",
        "source": "none",
    }
    known = {"title": WORDS, "unit": WORDS, "evidence": WORDS}
    nothing = Reaction(size=0.1, low=0.0, high=0.4)
    made = [
        Capacity(name=pace, pace=pace, pull=nothing, push=nothing, **one, **known)
        for pace in ("country", "own", "constant")
    ]
    feedback = feedback_of(tuple(made), start, given_rates, "strong")
    assert feedback.pull.tolist() == [0.4] * 3
    assert feedback_of(tuple(made), start, given_rates, "weak").push.tolist() == [0.0] * 3
    assert feedback.capacity[0] == pytest.approx(np.tile([3000, 1500], (3, 1)))
    # Nobody dies or is born: the country stays 1500; A has 950 a year later.
    assert feedback.capacity[1] == pytest.approx(np.array([[3000, 1500], [2850, 1650], [3000, 1500]]))


@given(low=st.floats(-3, 0.9), high=st.floats(1.1, 3), seed=st.integers(0, 50))
def test_drawn_sizes_meet_their_interval(low: float, high: float, seed: int):
    known = lever(effect(size=1.0, low=low, high=high), name="normal")
    drawn = draw_sizes([known], 2000, seed)[:, 0]
    assert np.mean(drawn < low) == pytest.approx(0.1, abs=0.03)
    assert np.mean(drawn > high) == pytest.approx(0.1, abs=0.03)
    assert np.mean(drawn < 1) == pytest.approx(0.5, abs=0.05)


def test_log_normal_sizes_keep_their_sign():
    known = lever(effect(size=-1.0, low=-4.0, high=-0.5, spread="lognormal"))
    drawn = draw_sizes([known], 4000, 1)[:, 0]
    assert (drawn < 0).all()
    assert np.quantile(drawn, [0.1, 0.5, 0.9]) == pytest.approx([-4, -1, -0.5], rel=0.1)


def test_a_lever_draws_the_same_whatever_is_drawn_beside_it():
    first, second = lever(effect(), effect("leaving")), lever(effect("dying"), name="second")
    both = draw_sizes([second, first], 50, 9)
    assert np.array_equal(both[:, 1:], draw_sizes([first], 50, 9))
    assert np.array_equal(both[:20], draw_sizes([second, first], 20, 9))
    assert not np.allclose(both, draw_sizes([second, first], 50, 10))
    together = [lever(effect(drawn_with="borders"), name="a"), lever(effect(drawn_with="borders"), name="b")]
    assert np.ptp(draw_sizes(together, 50, 9), axis=1).max() == 0
    assert abs(np.corrcoef(draw_sizes([first], 4000, 9).T)[0, 1]) < 0.05


def test_departures_of_levers_add_up():
    start, given_rates = moving()
    ground, feedback = SimpleNamespace(start=start, rates=given_rates), empty()
    one, two = lever(effect(), name="one"), lever(effect("leaving", 0.2), name="two", cost=cost())
    known = catalogue(one, two)
    uses = use("one", A=1.0), use("two", 2021, 2022, B=2.0)
    middle = central_departures(scenario(*uses), known, ground, feedback)
    assert middle.draws is None
    assert middle.pull[0] == pytest.approx([0.5, 0])
    assert middle.leaving[2] == pytest.approx([0, 0.2 * 4])
    apart = [departures(scenario(u), known, ground, feedback, 20, 5) for u in uses]
    together = departures(scenario(*uses), known, ground, feedback, 20, 5)
    for name in ("pull", "leaving", "dying"):
        summed = getattr(apart[0][0] + apart[1][0], name)
        assert getattr(together[0], name) == pytest.approx(summed)
    assert together[1] == pytest.approx(apart[1][1])
    assert not apart[0][1].any()


def test_costs_are_units_times_their_drawn_cost():
    start, given_rates = moving()
    ground = SimpleNamespace(start=start, rates=given_rates)
    paid = lever(effect(), cost=cost())
    _, spent = departures(
        scenario(use(A=1.0, B=2.0), use(first=2022, last=2022, A=5.0)),
        catalogue(paid),
        ground,
        empty(),
        500,
        5,
    )
    each = draw_costs([paid], 500, 5)[:, 0]
    assert spent == pytest.approx(np.outer(each, [3, 0, 5]))
    assert np.quantile(each, [0.1, 0.5, 0.9]) == pytest.approx([80, 100, 150], rel=0.05)


def test_an_amount_of_a_larger_place_is_shared_or_the_same():
    start, given_rates = moving()
    ground = SimpleNamespace(start=start, rates=given_rates)
    shared = lever(effect(form="elasticity", base="persons", decay=1.0), name="shared")
    same = lever(effect(decay=1.0), name="same")
    known = catalogue(shared, same)
    for name, expected in (("shared", np.log(1 + 0.2)), ("same", 300)):
        paths, _ = departures(scenario(use(name, X=300.0)), known, ground, empty(), 3, 1)
        one = paths.pull[:, 0] / draw_sizes([known.lever(name)], 3, 1)
        assert one == pytest.approx(np.full((3, 2), expected))


def test_gradients_of_jax_agree_with_numpy():
    import jax
    import jax.numpy as jnp

    start, given_rates = moving()
    basis = Basis.of(start, given_rates, empty())
    levers = [lever(effect(form="elasticity", base="persons", lag=1)), lever(effect("leaving"), name="other")]
    amounts = np.random.default_rng(1).uniform(0, 400, (2, 3, 2))
    sizes = draw_sizes(levers, 4, 2)
    with jax.enable_x64(True):

        def total(given):
            paths = lever_departures(levers, given, jnp.asarray(sizes), basis, xp=jnp)
            return (paths.pull + 2 * paths.leaving).sum()

        value, slope = jax.value_and_grad(total)(jnp.asarray(amounts))
    plain = lever_departures(levers, amounts, sizes, basis)
    assert float(value) == pytest.approx((plain.pull + 2 * plain.leaving).sum())
    step = np.zeros_like(amounts)
    step[0, 1, 0] = 1e-4
    moved = lever_departures(levers, amounts + step, sizes, basis).pull.sum() - plain.pull.sum()
    assert float(slope[0, 1, 0]) == pytest.approx(moved / 1e-4, rel=1e-4)


@pytest.mark.parametrize(
    ("used", "message"),
    [
        (
            use(first=2019, last=2020, A=1.0),
            "MODEL-744: .*'one' uses 'a lever' from 2019 to 2020.*2020 to 2022",
        ),
        (use(first=2021, last=2023, A=1.0), "MODEL-744"),
        (use(C=1.0), "MODEL-743: .*no place 'C'"),
        (use("a levr", A=1.0), "MODEL-742: .*'a levr'.*: a lever"),
    ],
)
def test_a_scenario_that_the_projection_cannot_follow_is_refused(used: Use, message: str):
    start, given_rates = moving()
    ground = SimpleNamespace(start=start, rates=given_rates)
    with pytest.raises(ModelError, match=message):
        departures(scenario(used), catalogue(lever(effect())), ground, empty(), 2, 1)


def test_a_capacity_that_the_projection_lacks_is_refused():
    start, given_rates = moving()
    acts = lever(effect("capacity.housing", 1.0, form="elasticity", base="persons"))
    with pytest.raises(ModelError, match=r"MODEL-749: .*'housing'"):
        lever_departures([acts], np.ones((1, 3, 2)), np.ones(1), Basis.of(start, given_rates, empty()))
