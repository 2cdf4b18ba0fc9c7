"""The search for the best mix of levers: optimise on some draws, report on others, explain."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from nuudel.base.errors import ModelError
from nuudel.model.baseline.result import Baseline
from nuudel.model.policy import alternatives, tables
from nuudel.model.policy.answer import PolicyAnswer
from nuudel.model.policy.decisions import Decisions, decisions_of
from nuudel.model.policy.effects import Effects, lever_effects
from nuudel.model.policy.feasibility import Conflict, find_conflict
from nuudel.model.policy.goal import Goal
from nuudel.model.policy.problem import UNITS, Problem, problem_of, wanted_sign
from nuudel.model.policy.programme import Found, best_of
from nuudel.model.policy.recheck import SCHEMA, central_path, recheck
from nuudel.model.policy.response import Program, Projected, Setting, cut_paths, setting_of
from nuudel.model.policy.starts import starts_of, tidied
from nuudel.model.projection.inputs import Array, Feedback, Paths
from nuudel.model.scenarios.lever import Lever
from nuudel.model.scenarios.levers import central_sizes, draw_sizes

Watch = Callable[[str, float], None]
STAGES = ("prepare", "optimise", "explain", "front", "alternatives", "sizes", "recheck")


@dataclass(frozen=True, eq=False)
class Ready:
    """What a search is made of before it begins.

    Attributes
    ----------
    fresh
        Response of the draws that are reported on.
    past
        Departures of the fresh draws, levers not included.
    without
        D x O exact outputs of the fresh draws without levers.
    """

    setting: Setting
    decisions: Decisions
    program: Program
    problem: Problem
    seen_paths: Paths
    fresh_paths: Paths
    seen: Projected
    fresh: Projected
    without: Array


def search(
    goal: Goal,
    levers: Sequence[Lever],
    baseline: Baseline,
    feedback: Feedback,
    draws: Paths,
    seed: int,
    watch: Watch | None = None,
) -> PolicyAnswer:
    """Find the mix of levers that serves a goal best, and explain it.

    Parameters
    ----------
    goal
        As ``read_goal`` gives it.
    levers
        The pack's catalogue; the goal names those that it allows.
    baseline
        Starting population and rates, whose years must cover the goal's; its ``past`` is added to the draws.
    draws
        Departures of at least ``goal.draws + goal.fresh_draws`` draws: the first are optimised over, the
        next are what the answer is reported on.
    seed
        Of the drawn sizes of effects; the starting points and the microsimulation have the goal's.
    watch
        Called with the name of each stage (``STAGES``) when it begins, and the share that is done.

    Raises
    ------
    ModelError
        ``MODEL-776`` to ``MODEL-781``: the goal, the catalogue, the projection and the draws do not fit
        together. A goal that cannot be reached is no error: the answer says what stands in the way.
    """
    tell: Watch = watch or (lambda stage, share: None)
    tell(STAGES[0], 0.0)
    return answer(prepare(goal, levers, baseline, feedback, draws, seed), tell)


def answer(ready: Ready, tell: Watch) -> PolicyAnswer:
    """Optimise over what was prepared, and explain what was found."""
    goal = ready.setting.goal
    tell(STAGES[1], 0.1)
    starts = starts_of(ready.problem, goal.starts, goal.seed)
    found = ready.problem.solve(starts[:1])
    conflict = None if found[0].kept else find_conflict(ready.problem, starts[:1])
    if conflict is None:
        found += ready.problem.solve(starts[1:])
    best = best_of(found)
    if conflict is None and not best.kept:
        raise_not_converged(goal)
    shares = tidied(ready.problem, best.shares) if conflict is None else conflict.shares
    return explain(ready, found, best, conflict, shares, tell)


def prepare(
    goal: Goal, levers: Sequence[Lever], baseline: Baseline, feedback: Feedback, draws: Paths, seed: int
) -> Ready:
    wanted = goal.draws + goal.fresh_draws
    if (draws.draws or 1) < wanted:
        raise ModelError(
            781,
            f"The goal {goal.name} asks for {wanted} draws; there are {draws.draws or 1}.",
            "Draw more, or ask for fewer in draws and fresh_draws.",
            ("draws", "fresh_draws"),
        )
    setting = setting_of(goal, baseline.start, baseline.rates, feedback)
    years = setting.rates.years
    decisions = decisions_of(goal, levers, setting.rates.places, years)
    both = baseline.past + draws
    seen_paths = cut_paths(both, slice(0, goal.draws), years.size)
    fresh_paths = cut_paths(both, slice(goal.draws, wanted), years.size)
    sizes = draw_sizes(decisions.levers, wanted, seed)
    program = Program.of(setting, decisions)
    seen = Projected(program, seen_paths, sizes[: goal.draws])
    fresh = Projected(program, fresh_paths, sizes[goal.draws :])
    nothing = np.zeros(decisions.count)
    problem = problem_of(setting, decisions, seen, seen.exact(nothing))
    return Ready(
        setting,
        decisions,
        program,
        problem,
        seen_paths,
        fresh_paths,
        seen,
        fresh,
        fresh.exact(nothing),
    )


def raise_not_converged(goal: Goal) -> None:
    raise ModelError(
        782,
        f"The search for {goal.name} did not come to an end, though its limits can be kept.",
        "Ask for more starts, or fewer places and periods.",
        ("starts",),
    )


def explain(
    ready: Ready, found: list[Found], best: Found, conflict: Conflict | None, shares: Array, tell: Watch
) -> PolicyAnswer:
    """The answer about a mix."""
    tell(STAGES[2], 0.3)
    goal, decisions, problem = ready.setting.goal, ready.decisions, ready.problem
    if conflict:
        ready = replace(ready, problem=problem.without_chance())
    effects = Effects(ready.fresh, ready.without[:, 0], wanted_sign(goal))
    outputs = ready.fresh.exact(shares)
    effect, low, high, _ = effects.in_words(outputs[:, 0] - effects.without)
    seen = ready.seen.exact(shares)[:, 0] - problem.without[:, 0]
    apart = effects.first()
    by_lever = lever_effects(apart, decisions, shares, goal.seed)
    margins = alternatives.margins_of(problem, shares)
    dominated = alternatives.dominating(decisions, margins, shares)
    levers = tables.lever_table(decisions, apart, by_lever, shares, dominated)
    nothing = np.zeros_like(shares)
    cost = float(decisions.present_value() @ shares)
    tell(STAGES[3], 0.5)
    front = front_table(ready, effects, shares)
    tell(STAGES[4], 0.65)
    top, other, other_effect = second_mix(ready, effects, levers, shares)
    tell(STAGES[5], 0.75)
    sizes = size_table(ready, apart, shares)
    tell(STAGES[6], 0.9)
    years = np.append(ready.setting.rates.years, ready.setting.rates.years[-1] + 1)
    return PolicyAnswer(
        goal=goal,
        unit=UNITS[goal.objective.indicator],
        draws=goal.draws,
        fresh_draws=goal.fresh_draws,
        feasible=conflict is None,
        cost=cost,
        spent_share=cost / goal.budget.total,
        without=float(effects.without.mean()),
        effect=effect,
        low80=low,
        high80=high,
        chance=chance_of(goal, outputs[:, 0]),
        optimism=float(seen.mean() - effect),
        indicator=tables.year_table(years, ready.fresh.by_year(nothing), ready.fresh.by_year(shares)),
        mix=tables.mix_table(decisions, apart, shares),
        levers=levers,
        binding=tables.binding_table(problem, best, shares, conflict),
        relaxation=tables.relaxation_table(problem, conflict),
        conflicts=conflict.names if conflict else (),
        front=front,
        starts=tables.start_table(found),
        recheck=recheck_table(ready, shares),
        next_best=tables.next_table(decisions, margins, shares, goal.budget.total),
        without_top=other,
        top=top,
        without_top_effect=other_effect,
        fairness=tables.fairness_table(goal, problem, ready.without, outputs, shares),
        sizes=sizes,
        holds=sizes.filter(pl.col("rank") == 1)["lever"].n_unique() <= 1,
        assumed_share=assumed_share(levers),
    )


def chance_of(goal: Goal, values: Array) -> float:
    """Share of draws on the right side of the target; NaN without one."""
    if goal.chance is None:
        return float("nan")
    sign = 1.0 if goal.chance.side == "at_least" else -1.0
    return float((sign * (values - goal.chance.target) >= 0).mean())


def front_table(ready: Ready, effects: Effects, shares: Array) -> pl.DataFrame:
    goal, value = ready.setting.goal, ready.decisions.present_value()
    rows = []
    for share, point in alternatives.front_of(ready.problem, shares):
        effect = effects.of(point.shares)
        mean, low, high, _ = effects.in_words(effect)
        chance = chance_of(goal, effects.without + effect)
        cost = float(value @ point.shares)
        budget = share * goal.budget.total
        rows.append((budget, cost, mean, low, high, chance, point.kept and point.converged))
    schema = {"budget": tables.NUMBER, "cost": tables.NUMBER, **tables.EFFECT, "converged": tables.TRUTH}
    return tables.table(schema, rows)


def second_mix(
    ready: Ready, effects: Effects, levers: pl.DataFrame, shares: Array
) -> tuple[str, pl.DataFrame, float]:
    """The lever that does most, and the best mix without it with its mean effect."""
    if not shares.any():
        return "", tables.table(tables.MIX, []), 0.0
    gains = effects.wanted * levers["shapley"].to_numpy()
    top = int(gains.argmax())
    found = alternatives.without_lever(ready.problem, shares, top)
    other = tidied(ready.problem, found.shares)
    mix = tables.table(tables.MIX, tables.mix_rows(ready.decisions, other))
    return levers["lever"][top], mix, float(effects.of(other).mean())


def size_table(ready: Ready, effects: Effects, shares: Array) -> pl.DataFrame:
    """The mix found again under other sizes of effects."""
    decisions, goal = ready.decisions, ready.setting.goal
    levers = range(len(decisions.levers))
    used = [i for i in levers if shares[decisions.lever == i].any()]
    rows: list[tuple[object, ...]] = []
    for case, sizes in alternatives.size_cases(decisions.levers, used):
        seen = Projected(ready.program, ready.seen_paths, sizes)
        again = alternatives.search_again(ready.problem, seen, shares)
        fresh = Projected(ready.program, ready.fresh_paths, sizes).first(effects.response.draws)
        there = replace(effects, response=fresh)
        whole, held = there.of(again), there.of(shares)
        costs = [float((decisions.present_value() * again)[decisions.lever == i].sum()) for i in levers]
        lost = {
            i: float((whole - there.of(np.where(decisions.lever == i, 0.0, again))).mean())
            for i in levers
            if costs[i] > 0
        }
        order = sorted(lost, key=lambda i: -effects.wanted * lost[i])
        chance = chance_of(goal, effects.without + whole)
        rows += [
            (case, decisions.levers[i].name, costs[i], lost[i], rank + 1, whole.mean(), chance, held.mean())
            for rank, i in enumerate(order)
        ]
    numbers = ("effect", "chance", "held")
    schema = {
        "case": tables.TEXT,
        "lever": tables.TEXT,
        "cost": tables.NUMBER,
        "left_out": tables.NUMBER,
        "rank": tables.WHOLE,
        **dict.fromkeys(numbers, tables.NUMBER),
    }
    return tables.table(schema, rows)


def recheck_table(ready: Ready, shares: Array) -> pl.DataFrame:
    goal, decisions = ready.setting.goal, ready.decisions
    if goal.recheck == 0:
        return pl.DataFrame(schema=SCHEMA)
    path = central_path(ready.fresh_paths)
    sizes = central_sizes(decisions.levers)
    single = Paths(**{name: values[None] for name, values in vars(path).items()})
    return recheck(
        ready.setting, decisions, shares, path, sizes, Projected(ready.program, single, sizes[None])
    )


def assumed_share(levers: pl.DataFrame) -> float:
    """Share of the whole effect that levers with assumed sizes have."""
    whole = float(levers["shapley"].abs().sum())
    assumed = float(levers.filter(pl.col("evidence") == "assumption")["shapley"].abs().sum())
    return assumed / whole if whole else 0.0
