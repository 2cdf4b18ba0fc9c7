"""Hosts for herds: hand-computed cases, brute force on tiny instances, and what must always hold."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.base.errors import ModelError
from nuudel.model.pasture import transport
from nuudel.model.pasture.hosts import Herd, HostRules, Proposal, propose
from nuudel.model.pasture.relaxation import placed_units
from nuudel.model.pasture.transport import Task, assign, by_greed, cost_of

from .pasture_cases import DEGREE_KM, ground

WARM = HostRules(season="warm", ceiling=1, reach_km=1000, load_km=0, risk_km=0)


def herds(*sizes: float, home: str = "S0", **limits: object) -> list[Herd]:
    return [Herd(f"h{i}", home, size, **limits) for i, size in enumerate(sizes)]  # type: ignore[arg-type]


def hosts_of(proposal: Proposal) -> list[str | None]:
    return [proposal.ground.places[i] if i >= 0 else None for i in proposal.host]


def test_the_nearest_with_room() -> None:
    # S1 has room for 50, S2 for 200: the herd of 60 walks on, that of 40 stays near.
    country = ground([500, 50, 100], [100, 100, 300])
    found = propose(country, herds(60, 40), WARM)
    assert hosts_of(found) == ["S2", "S1"]
    assert found.reasons == ("nearer_full", "nearest")
    np.testing.assert_allclose(found.kilometres, [2 * DEGREE_KM, DEGREE_KM], rtol=1e-4)
    assert found.cost == pytest.approx((60 * 2 + 40) * DEGREE_KM, rel=1e-4)
    assert found.relaxation is None
    assert (found.ratio(after=False)[1], found.ratio(after=True)[1]) == (0.5, 0.9)


def test_those_who_leave_make_room_at_home_for_nobody() -> None:
    found = propose(ground([500, 50], [1000, 100]), herds(50), WARM)
    assert hosts_of(found) == ["S1"]
    assert found.present[0] == 450


def test_load_and_risk_count_as_kilometres() -> None:
    # Both hosts are 1 degree away; the emptier one is taken, or the safer one.
    country = ground([90, 500, 10], [100, 100, 100])
    one = herds(5, home="S1")
    lighter = propose(country, one, HostRules("warm", 1, 1000, 100, 0))
    assert hosts_of(lighter) == ["S2"]
    safer = propose(country, one, HostRules("warm", 1, 1000, 100, 200), risk={"S2": 0.9, "S0": 0.0})
    # 100 x 0.9 = 90 km against 100 x 0.1 + 200 x 0.9 = 190 km
    assert hosts_of(safer) == ["S0"]


def test_who_needs_the_near_host_more_gets_it() -> None:
    # Room for one herd at S1. From S0 the next host is 1 degree farther; from S2, which may not go
    # farther than 1 degree, there is none.
    country = ground([500, 90, 500, 0.001], [100, 100, 100, 100])
    both = [Herd("far", "S0", 10), Herd("near", "S2", 10, reach_km=120, barred=frozenset({"S3"}))]
    found = propose(country, both, WARM)
    assert hosts_of(found) == ["S3", "S1"]
    assert found.reasons == ("nearer_filled", "nearest")


def test_wishes_bars_and_closed_soums() -> None:
    country = ground([500, 0.1, 0.1, 0.1], [1, 100, 100, 100])
    wish = propose(country, herds(10, only=frozenset({"S3"})), WARM)
    assert (hosts_of(wish), wish.reasons) == (["S3"], ("wished",))
    barred = propose(country, herds(10, barred=frozenset({"S1"})), WARM)
    assert hosts_of(barred) == ["S2"]
    closed = propose(country, herds(10), HostRules("warm", closed=frozenset({"S1", "S2"}), reach_km=1000))
    assert hosts_of(closed) == ["S3"]


def test_where_nothing_is_known_nobody_is_sent() -> None:
    country = ground([500, float("nan"), 0, 10], [100, 100, 100, 100])
    assert hosts_of(propose(country, herds(10), WARM)) == ["S3"]
    assert hosts_of(propose(country, herds(10), WARM, overrides={"S2": 50})) == ["S2"]


def test_guests_that_are_there_take_room() -> None:
    country = ground([500, 50, 50], [100, 100, 100])
    assert hosts_of(propose(country, herds(30), WARM, standing={"S1": 90})) == ["S2"]


@pytest.mark.parametrize(
    ("size", "reach", "why"),
    [
        (10, 100, "none_in_reach"),  # the nearest soum is 111 km away
        (60, 120, "too_large"),  # S1 has room for 50
        (10, 120, None),
    ],
)
def test_why_there_is_no_host(size: float, reach: float, why: str | None) -> None:
    country = ground([500, 50], [100, 100])
    found = propose(country, herds(size), HostRules("warm", 1, reach, 0, 0))
    assert found.reasons == (why or "nearest",)
    assert bool(found.placed.all()) is (why is None)


def test_no_room_and_filled() -> None:
    full = propose(ground([500, 100], [100, 100]), herds(10), WARM)
    assert full.reasons == ("no_room",)
    filled = propose(ground([500, 80], [100, 100]), herds(20, 20), WARM)
    assert sorted(filled.reasons) == ["filled", "nearest"]


def test_the_least_that_must_give() -> None:
    # 100 sheep units, room for 50 at S1 within reach and for 200 at S2 beyond it.
    country = ground([500, 50, 100], [100, 100, 300])
    found = propose(country, herds(50, 50), HostRules("warm", 1, 120, 0, 0))
    assert found.unplaced_units == 50
    give = found.relaxation
    assert give is not None
    # At 1.5 times its capacity S1 has room for 150 - 50; S2 is 222.39 km away.
    assert (give.lacking, give.ceiling, give.reach_km) == (50, 1.5, 223)


def test_what_cannot_give_is_said_so() -> None:
    alone = propose(ground([500, 50], [100, 100]), herds(60), HostRules("warm", 1, 100, 0, 0))
    assert alone.relaxation is not None
    assert (alone.relaxation.ceiling, alone.relaxation.reach_km) == (None, None)


def test_a_herd_is_whole() -> None:
    # Room for 50 and 50; a herd of 80 would fit only if it were split.
    found = propose(ground([500, 50, 50], [100, 100, 100]), herds(80), WARM)
    assert (hosts_of(found), found.unplaced_bound) == ([None], 0)


def test_broken_sheep_units_are_rounded_up() -> None:
    assert propose(ground([500, 50], [100, 100]), herds(50.2), WARM).reasons == ("too_large",)
    assert propose(ground([500, 50], [100, 100]), herds(50.0), WARM).units.tolist() == [50]


def test_the_table_says_who_goes_where_and_why() -> None:
    country = ground([500, 50, 100], [100, 100, 300])
    found = propose(country, herds(20, 20, 900), WARM)
    rows = found.by_route().to_dicts()
    assert [(r["home"], r["host"], r["herds"], r["sheep_units"], r["reason"]) for r in rows] == [
        ("S0", None, 1, 900, "too_large"),
        ("S0", "S1", 2, 40, "nearest"),
    ]
    assert rows[1]["load_before"] == 0.5
    assert rows[1]["load_after"] == 0.9
    assert {r["quality"] for r in rows} == {"estimated"}


def test_nobody_asks() -> None:
    found = propose(ground([500, 50], [100, 100]), [], WARM)
    assert (found.cost, found.unplaced_units, found.relaxation) == (0, 0, None)
    assert found.by_route().is_empty()


@pytest.mark.parametrize(
    ("herd", "code"),
    [
        (Herd("h", "S9", 1), "MODEL-765"),
        (Herd("h", "S0", 0), "MODEL-771"),
        (Herd("h", "S0", float("nan")), "MODEL-771"),
        (Herd("h", "S0", 1, only=frozenset({"Sx"})), "MODEL-765"),
    ],
)
def test_bad_herds(herd: Herd, code: str) -> None:
    with pytest.raises(ModelError, match=code):
        propose(ground([500, 50], [100, 100]), [herd], WARM)


@pytest.mark.parametrize("name", ["ceiling", "reach_km", "load_km", "risk_km"])
def test_bad_rules(name: str) -> None:
    with pytest.raises(ModelError, match=f"MODEL-772: {name}"):
        HostRules("warm", **{name: -1.0})


@st.composite
def tasks(draw: st.DrawFn, most_herds: int = 5, most_hosts: int = 3) -> Task:
    """Small instances with whole costs, so that brute force and solver agree to the digit."""
    groups = draw(st.integers(1, 3))
    hosts = draw(st.integers(1, most_hosts))
    count = draw(st.integers(1, most_herds))
    numbers = st.integers(1, 12)
    units = draw(st.lists(numbers, min_size=count, max_size=count))
    group = draw(st.lists(st.integers(0, groups - 1), min_size=count, max_size=count))
    cells = draw(
        st.lists(st.integers(0, 9), min_size=groups * hosts, max_size=groups * hosts)
    )  # 9: may not go there
    cost = np.array(cells, dtype=np.float64).reshape(groups, hosts)
    room = draw(st.lists(st.integers(0, 25), min_size=hosts, max_size=hosts))
    return Task(np.array(units), np.array(group), np.where(cost == 9, np.inf, cost), np.array(room))


def brute_force(task: Task) -> tuple[int, float]:
    """Fewest sheep units without a host, then least cost, over all assignments."""
    best = (int(task.units.sum()) + 1, np.inf)
    for chosen in product(range(-1, len(task.room)), repeat=len(task.units)):
        at = np.array(chosen)
        placed = at >= 0
        taken = np.bincount(at[placed], weights=task.units[placed], minlength=len(task.room))
        cost, unplaced = cost_of(task, at)
        if np.isfinite(cost) and (taken <= task.room).all():
            best = min(best, (unplaced, cost))
    return best


@settings(max_examples=60, deadline=None)
@given(tasks())
def test_the_exact_solver_finds_what_brute_force_finds(task: Task) -> None:
    found = assign(task)
    cost, unplaced = cost_of(task, found.host)
    assert found.method == "exact"
    assert (unplaced, cost) == brute_force(task)
    # The bound of the split problem holds.
    assert found.unplaced_bound <= unplaced + 1e-6
    assert unplaced > found.unplaced_bound + 1e-6 or found.bound <= cost + 1e-6


@settings(max_examples=60, deadline=None)
@given(tasks(most_herds=14, most_hosts=5))
def test_filled_assignments_keep_all_rules(task: Task) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transport, "EXACT_UP_TO", -1)
        found = assign(task)
        again = assign(task)
    at, placed = found.host, found.host >= 0
    assert found.method == "filled"
    np.testing.assert_array_equal(at, again.host)
    taken = np.bincount(at[placed], weights=task.units[placed], minlength=len(task.room))
    left = task.room - taken
    assert (left >= 0).all()
    assert np.isfinite(task.cost[task.group[placed], at[placed]]).all()
    # Without a host only where no host that is allowed has room left for the whole herd.
    for herd in np.flatnonzero(~placed):
        allowed = np.isfinite(task.cost[task.group[herd]])
        assert not (left[allowed] >= task.units[herd]).any()
    assert cost_of(task, at)[1] >= found.unplaced_bound - 1e-6


@settings(max_examples=40, deadline=None)
@given(tasks(most_herds=8))
def test_most_that_can_be_placed_by_two_ways(task: Task) -> None:
    # The linear program and the maximum flow are solved by different code.
    supply = np.bincount(task.group, weights=task.units, minlength=len(task.cost)).astype(np.float64)
    most = placed_units(supply, np.isfinite(task.cost), task.room.astype(np.float64))
    assert assign(task).unplaced_bound == pytest.approx(task.units.sum() - most, abs=1e-6)


def test_a_wave_of_thousands_is_near_the_bound_and_better_than_greed() -> None:
    # Homes and hosts along a line, with room for four fifths of the herds.
    random = np.random.default_rng(5)
    groups, hosts, count = 30, 60, 1500
    home, host = random.uniform(0, 1000, (groups, 1)), random.uniform(0, 1500, hosts)
    kilometres = np.abs(home - host)
    units = random.integers(50, 1500, count)
    room = random.integers(1_000, 30_000, hosts)
    task = Task(
        units=units,
        group=random.integers(0, groups, count),
        cost=np.where(kilometres > 400, np.inf, kilometres),
        room=room * int(0.8 * units.sum()) // room.sum(),
    )
    found = assign(task)
    cost, unplaced = cost_of(task, found.host)
    greedy_unplaced = cost_of(task, by_greed(task))[1]
    assert found.method == "filled"
    assert unplaced - found.unplaced_bound < 0.005 * units.sum()
    assert cost <= 1.01 * found.bound
    assert unplaced < 0.9 * greedy_unplaced
