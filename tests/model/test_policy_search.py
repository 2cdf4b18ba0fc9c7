"""The search finds what a grid finds, keeps what it must keep, and says why."""

from dataclasses import replace

import msgspec
import numpy as np
import polars as pl
import pytest

from nuudel.base.results import read_result, write_result
from nuudel.model.policy.alternatives import with_budget
from nuudel.model.policy.answer import PolicyAnswer
from nuudel.model.policy.feasibility import find_conflict
from nuudel.model.policy.goal import Budget, Chance, LeverLimit, Objective, Periods
from nuudel.model.policy.problem import problem_of, share_with_margin
from nuudel.model.policy.response import Projected
from nuudel.model.policy.search import answer, prepare, search
from nuudel.model.policy.starts import starts_of
from nuudel.model.policy.summaries import quantile_slack
from nuudel.model.policy.tables import binding_table
from nuudel.model.projection.accounts import account
from nuudel.model.projection.inputs import Paths
from nuudel.model.scenarios.levers import Basis, central_sizes, lever_departures

from .policy_cases import HOMES, JOBS, SCHOOLS, country, draws, effect, floor, goal, lever

LEVERS = (JOBS, HOMES, SCHOOLS)
SURE = lever("jobs", effect("pull", 1.0, spread=0.0), cost=1e5)


@pytest.fixture(scope="module")
def place():
    return country()


@pytest.fixture(scope="module")
def mixed(place):
    """Jobs and homes in two places and two periods, with a floor and a chance."""
    baseline, feedback = place
    asked = goal(
        levers=(
            LeverLimit(lever="jobs", places=("MN101",), most=400),
            LeverLimit(lever="homes", places=("MN101", "MN102"), most=400),
        ),
        periods=Periods(first=2024, last=2029, years=3),
        budget=Budget(total=2e9, yearly=5e8, discount_rate=0.05, prices=2024),
        fairness=(floor(0.995, places=("MN102",)),),
        recheck=1.0,
    )
    paths = draws(baseline.rates, feedback, 48)
    return asked, paths, search(asked, LEVERS, baseline, feedback, paths, 1)


def test_derivatives_through_the_projection_agree_with_differences(place):
    baseline, feedback = place
    asked = goal(
        levers=(LeverLimit(lever="jobs"), LeverLimit(lever="homes"), LeverLimit(lever="schools")),
        objective=Objective(indicator="unmet", capacity="housing", aim="minimise", first=2026, last=2029),
        fairness=(
            floor(0.98),
            floor(50.0, measure="unmet", capacity="schools", of="amount", side="at_most", year=2029),
        ),
    )
    ready = prepare(asked, LEVERS, baseline, feedback, draws(baseline.rates, feedback, 48), 1)
    random = np.random.default_rng(1)
    shares = random.dirichlet(np.ones(ready.decisions.count))
    weights = random.normal(size=(2, 16, ready.without.shape[1]))
    slopes = ready.seen.slopes(shares, weights)
    direction = random.normal(size=shares.size)
    step = 1e-5
    ahead, back = ready.seen.values(shares + step * direction), ready.seen.values(shares - step * direction)
    expected = np.einsum("mdo,do->m", weights, (ahead - back) / (2 * step))
    assert slopes @ direction == pytest.approx(expected, rel=1e-5)


def test_outputs_are_those_of_the_accounts(place):
    baseline, feedback = place
    asked = goal(fairness=(floor(0.9),))
    paths = draws(baseline.rates, feedback, 48)
    ready = prepare(asked, LEVERS, baseline, feedback, paths, 1)
    shares = np.array([0.7, 0.3])
    sizes = central_sizes(ready.decisions.levers)
    basis = Basis.of(baseline.start, baseline.rates, feedback)
    added = lever_departures(ready.decisions.levers, ready.decisions.amounts(shares), sizes, basis)
    found = Projected(ready.program, ready.seen_paths, sizes).exact(shares)
    for draw in (0, 7):
        persons = account(baseline.start, baseline.rates, paths.draw(draw) + added, feedback).persons
        people = persons[6].sum(axis=(1, 2))
        assert found[draw] == pytest.approx([people[0] / people.sum(), *people], rel=1e-9)


def test_the_mix_is_the_best_of_a_grid(place):
    """One lever, two places, the whole budget: a line that can be walked, in NumPy and without draws."""
    baseline, feedback = place
    none = Paths.none(baseline.rates, feedback)
    still = Paths(**{name: np.stack([values] * 40) for name, values in vars(none).items()})
    asked = goal(fresh_draws=16)
    found = search(asked, [SURE], baseline, feedback, still, 1)
    ready = prepare(asked, [SURE], baseline, feedback, still, 1)
    basis = Basis.of(baseline.start, baseline.rates, feedback)

    def share(first: float) -> float:
        amounts = ready.decisions.amounts(np.array([first, 1 - first]))
        added = lever_departures([SURE], amounts, central_sizes([SURE]), basis)
        people = account(baseline.start, baseline.rates, added, feedback).persons[6].sum(axis=(1, 2))
        return float(people[0] / people.sum())

    grid = np.linspace(0, 1, 101)
    values = [share(first) for first in grid]
    best = grid[int(np.argmin(values))]
    assert 0.05 < best < 0.95
    spent = dict(found.mix.select("place", "cost").iter_rows())
    assert spent["MN101"] / 2e9 == pytest.approx(best, abs=0.02)
    assert found.without + found.effect == pytest.approx(min(values), abs=1e-6)
    assert found.without + found.effect <= min(values) + 1e-9
    assert found.optimism == pytest.approx(0, abs=1e-12)


def test_every_budget_limit_and_floor_is_kept(mixed):
    asked, _, found = mixed
    assert found.feasible
    assert found.cost <= asked.budget.total
    yearly = found.mix.group_by("from").agg(
        (pl.col("amount") * pl.col("lever").replace_strict({"jobs": 1e6, "homes": 5e5})).sum()
    )
    assert yearly["amount"].max() <= 5e8
    assert found.mix["amount"].max() <= 400
    assert found.mix["cost"].sum() == pytest.approx(found.cost)
    assert (found.binding["slack"] >= -1e-5 * found.binding["limit"]).all()
    people = found.fairness
    assert people["place"].to_list() == ["MN102"]
    # Means of fresh draws differ from those of the draws optimised over by less than a tenth of a per cent.
    assert (people["value"] >= people["floor"] * 0.999).all()


def test_starts_agree_and_the_search_is_the_same_twice(mixed, place):
    asked, paths, found = mixed
    assert found.starts["converged"].all()
    assert found.starts["objective"].max() - found.starts["objective"].min() < 1e-3
    again = search(asked, LEVERS, *place, paths, 1)
    assert again.mix.equals(found.mix)
    assert again.recheck.equals(found.recheck)
    assert again.effect == found.effect


def test_the_effect_is_shared_out_among_the_levers(mixed):
    _, _, found = mixed
    by_lever = found.levers
    assert by_lever["lever"].to_list() == ["jobs", "homes"]
    # Taken apart on the first 32 fresh draws, which are all of them here.
    assert by_lever["shapley"].sum() == pytest.approx(found.effect)
    assert found.assumed_share == 1
    assert found.effect < 0
    assert found.low80 < found.effect < found.high80
    last = found.indicator.row(-1, named=True)
    assert last["year"] == 2030
    assert last["median"] < last["median_without"]


def test_more_money_never_does_less(mixed):
    front = mixed[2].front
    assert front["budget"][0] == front["cost"][0] == front["effect"][0] == 0
    assert (front["cost"] <= front["budget"] * (1 + 1e-9)).all()
    assert (np.diff(front["effect"].to_numpy()) < 1e-5).all()
    assert front["effect"][-1] == pytest.approx(mixed[2].effect, rel=0.02)


def test_the_shadow_price_is_the_gain_of_a_little_more_money(place):
    baseline, feedback = place
    ready = prepare(goal(), LEVERS, baseline, feedback, draws(baseline.rates, feedback, 48), 1)
    values = []
    for share in (0.98, 1.0, 1.02):
        problem = with_budget(ready.problem, share)
        found = problem.solve([np.array([0.4, 0.4])], most=np.ones(2) * 2, tolerance=1e-9)[0]
        values.append(ready.seen.exact(found.shares)[:, 0].mean())
        if share == 1:
            stated = binding_table(problem, found, found.shares, None).row(0, named=True)
    assert stated["constraint"] == "total budget"
    assert stated["binding"]
    assert stated["shadow_price"] == pytest.approx((values[2] - values[0]) / (0.04 * 2e9), rel=0.01)


def test_persons_one_by_one_agree(mixed):
    found = mixed[2].recheck
    assert found["what"].to_list() == ["without", "with", "effect"]
    assert found["agrees"].all()
    assert (found["error"] > 0).all()


def test_the_second_best_and_other_sizes_are_searched(mixed):
    _, _, found = mixed
    assert found.top not in found.without_top["lever"]
    assert abs(found.without_top_effect) < abs(found.effect)
    cases = found.sizes["case"].unique(maintain_order=True).to_list()
    assert cases[:3] == ["central", "all_weak", "all_strong"]
    effects = dict(found.sizes.select("case", "effect").iter_rows())
    assert effects["all_strong"] < effects["central"] < effects["all_weak"] < 0
    gain = found.next_best["gain"]
    assert gain.to_list() == sorted(gain, reverse=True)


def test_a_target_is_reached_at_the_least_cost_also_on_fresh_draws(place):
    baseline, feedback = place
    paths = draws(baseline.rates, feedback, 64 + 400, spread=0.01)
    free = goal(draws=64, fresh_draws=400)
    level = prepare(free, LEVERS, baseline, feedback, paths, 1).without[:, 0]
    target = float(np.quantile(level, 0.4))
    asked = msgspec.structs.replace(
        free,
        objective=msgspec.structs.replace(free.objective, aim="reach"),
        chance=Chance(side="at_most", target=target, share=0.8),
    )
    found = search(asked, LEVERS, baseline, feedback, paths, 1)
    assert found.feasible
    assert 0 < found.cost < asked.budget.total
    # Two standard errors of a share of 0.8 in 400 draws are 0.04.
    assert 0.76 <= found.chance < 0.97
    cheaper = found.front.filter(pl.col("cost") < 0.8 * found.cost)
    assert (cheaper["chance"] < found.chance).all()


@pytest.fixture(scope="module")
def impossible(place):
    """A target between what the budget can reach and what three times the budget could."""
    baseline, feedback = place
    budget = Budget(total=2e9, yearly=1e12, discount_rate=0.05, prices=2024)
    asked = goal(fairness=(floor(0.5),), budget=budget)
    free = prepare(asked, LEVERS, baseline, feedback, draws(baseline.rates, feedback, 48), 1)
    with_less, with_more = (quantile_reached(with_budget(free.problem, share)) for share in (1, 3))
    ready = with_target(free, 0.5 * with_less + 0.5 * with_more)
    return ready, answer(ready, lambda stage, share: None)


def quantile_reached(problem) -> float:
    """The 80 per cent quantile, with its margin, of the mix that lowers the mean most."""
    found = problem.best([np.full(problem.decisions.count, 0.4)])
    values = problem.evaluations.response.exact(found.shares)[:, :1]
    share = share_with_margin(0.8, len(values))
    return 1 - quantile_slack("chance", 0, "at_most", 1.0, share, 1.0).of(values)[0]


def with_target(ready, target: float):
    """The same search with another target, and nothing compiled again."""
    asked = msgspec.structs.replace(
        ready.setting.goal, chance=Chance(side="at_most", target=target, share=0.8)
    )
    setting = replace(ready.setting, goal=asked)
    problem = problem_of(setting, ready.decisions, ready.seen, ready.problem.without)
    return replace(ready, setting=setting, problem=problem)


def test_an_infeasible_goal_names_what_stands_in_the_way(impossible):
    found = impossible[1]
    assert not found.feasible
    assert set(found.conflicts) == {"chance", "total budget"}
    binding = found.binding.filter("binding")["constraint"].to_list()
    assert set(binding) == {"chance", "total budget"}
    assert "yearly budget 2025-2028" in found.binding["constraint"].to_list()
    assert (found.binding.filter("binding")["slack"] < 0).all()


def test_the_least_relaxation_makes_the_goal_feasible(impossible):
    ready, found = impossible
    relaxed = dict(found.relaxation.select("constraint", "least_limit").iter_rows())
    target, budget = relaxed["chance"], relaxed["total budget"]
    assert found.goal.chance.target < target < found.without
    assert 2e9 < budget < 6e9
    for shift, feasible in ((1.0005, True), (0.9995, False)):
        problem = with_target(ready, target * shift).problem
        assert (find_conflict(problem, starts_of(problem, 2, 1)) is None) == feasible
    for shift, feasible in ((1.01, True), (0.99, False)):
        problem = with_budget(ready.problem, budget * shift / 2e9)
        assert (find_conflict(problem, starts_of(problem, 2, 1)) is None) == feasible


def test_answers_are_kept_and_read_back(mixed, impossible, tmp_path):
    for found in (mixed[2], impossible[1]):
        write_result(found, tmp_path / "answer.bin")
        back = read_result(PolicyAnswer, tmp_path / "answer.bin")
        assert back.goal == found.goal
        assert back.mix.equals(found.mix)
        assert back.conflicts == found.conflicts
        assert back.quality == "scenario"
