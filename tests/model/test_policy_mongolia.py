"""Mongolia's goals, with few draws: the levers, places and years fit, and what is asked is kept."""

import msgspec
import pytest

from nuudel.base.packs import load_pack
from nuudel.model.baseline.reconstruct import reconstruct
from nuudel.model.policy.problem import LEAST_LIMIT
from nuudel.model.policy.read import read_goal
from nuudel.model.policy.search import prepare, search
from nuudel.model.scenarios.capacities import read_capacities
from nuudel.model.scenarios.catalogue import read_catalogue

from .policy_cases import draws


@pytest.fixture(scope="module")
def mongolia():
    pack = load_pack("mongolia")
    baseline = reconstruct(pack, None, until=2045)
    return (
        pack,
        baseline,
        read_capacities(pack, baseline.start, baseline.rates),
        read_catalogue(pack).acting(),
    )


def test_the_capital_share_can_be_lowered_within_all_limits(mongolia):
    pack, baseline, feedback, levers = mongolia
    asked = read_goal(pack.folder / "goals" / "capital_share_2040.yaml")
    asked = msgspec.structs.replace(asked, draws=8, fresh_draws=8, starts=1, recheck=0)
    found = search(asked, levers, baseline, feedback, draws(baseline.rates, feedback, 16, 0.02), 1)
    assert found.feasible
    assert 0.5 * asked.budget.total < found.cost <= asked.budget.total
    assert -0.03 < found.effect < -0.001
    assert set(found.mix["lever"]) <= {limit.lever for limit in asked.levers}
    assert (found.fairness["value"] >= found.fairness["floor"] * 0.999).all()
    assert found.front["effect"].to_list() == sorted(found.front["effect"], reverse=True)


def test_the_goal_of_school_places_fits_the_projection(mongolia):
    pack, baseline, feedback, levers = mongolia
    asked = read_goal(pack.folder / "goals" / "school_places.yaml")
    asked = msgspec.structs.replace(asked, draws=8, fresh_draws=8)
    ready = prepare(asked, levers, baseline, feedback, draws(baseline.rates, feedback, 16, 0.02), 1)
    assert ready.without[:, 0].min() > LEAST_LIMIT
    assert [limit.name for limit in ready.problem.limits] == ["chance", "total budget"]
