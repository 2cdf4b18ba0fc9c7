"""What else could be done: less money, without the best lever, other sizes of effects, the next best step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nuudel.model.policy.decisions import Decisions
from nuudel.model.policy.problem import CHANCE, TOTAL, Problem, linear, problem_of
from nuudel.model.policy.programme import Found
from nuudel.model.policy.response import Projected
from nuudel.model.policy.starts import tidied
from nuudel.model.projection.inputs import Array
from nuudel.model.scenarios.lever import Effect, Lever

# Alternatives begin at the answer and need fewer digits.
ROUGH = 1e-4
# Shares of the budget on the front.
FRONT = (0.0, 0.125, 0.25, 0.5, 0.75, 1.0)


def with_budget(problem: Problem, share: float) -> Problem:
    """The same problem with a share of the total budget."""
    decisions = problem.decisions
    goal = problem.setting.goal
    total = linear(
        TOTAL, "at_most", share * goal.budget.total, goal.budget.currency, decisions.present_value()
    )
    kept = [total if limit.name == TOTAL else limit for limit in problem.limits]
    return replace(problem, limits=tuple(kept))


def front_of(problem: Problem, shares: Array) -> list[tuple[float, Found]]:
    """The best mean effect for each budget, the chance left aside (epsilon-constraint method).

    References
    ----------
    Haimes, Y. Y., Lasdon, L. S. and Wismer, D. A. (1971), On a bicriterion formulation of the problems of
    integrated system identification and system optimization, IEEE Transactions on SMC 1: 296-297.
    """
    points: list[tuple[float, Found]] = []
    start = shares
    for share in FRONT[:0:-1]:
        part = with_budget(problem.without_chance(), share)
        spent = float(problem.decisions.present_value() @ start) / problem.setting.goal.budget.total
        start = start * min(1.0, share / spent) if spent else start
        found = part.best([start], tolerance=ROUGH)
        points.append((share, found))
        start = found.shares
    nothing = np.zeros(problem.decisions.count)
    at_zero = replace(points[-1][1], shares=nothing, objective=0.0, broken=broken(problem, nothing))
    return [(0.0, at_zero), *points[::-1]]


def broken(problem: Problem, shares: Array) -> float:
    """The worst violation, the chance left aside."""
    slacks = [limit.constraint.value(shares) for limit in problem.limits if limit.name != CHANCE]
    return max(0.0, -min(slacks, default=0.0))


def without_lever(problem: Problem, shares: Array, lever: int) -> Found:
    """The best mix when one lever may not be used."""
    most = np.where(problem.decisions.lever == lever, 0.0, problem.decisions.most)
    return as_well_as_can_be(problem, np.minimum(shares, most), most)


def as_well_as_can_be(problem: Problem, start: Array, most: Array) -> Found:
    """The best mix; of a chance that even the best mean effect does not reach, that mix."""
    chance = [limit.constraint for limit in problem.limits if limit.name == CHANCE]
    if not chance:
        return problem.solve([start], most=most, tolerance=ROUGH)[0]
    effort = problem.without_chance().solve([start], most=most, tolerance=ROUGH)[0]
    if chance[0].value(effort.shares) < 0:
        return effort
    found = problem.solve([effort.shares], most=most, tolerance=ROUGH)[0]
    return found if found.kept else effort


@dataclass(frozen=True, eq=False)
class Margins:
    """Gain of the wanted side of the mean indicator for a small amount of money, n decisions.

    Attributes
    ----------
    here, first
        Per whole budget, at the mix and at nothing.
    """

    here: Array
    first: Array


def margins_of(problem: Problem, shares: Array) -> Margins:
    gradient = problem.effect[1]
    return Margins(-gradient(shares) * problem.scale, -gradient(np.zeros_like(shares)) * problem.scale)


def dominating(decisions: Decisions, margins: Margins, shares: Array) -> dict[int, int]:
    """Levers of which another gains more for the same money wherever and whenever they may be used.

    At the mix and at nothing alike; only levers that are not in the mix.
    """
    found: dict[int, int] = {}
    spots = {
        lever: {
            (int(decisions.place[j]), int(decisions.block[j])): (margins.here[j], margins.first[j])
            for j in np.flatnonzero(decisions.lever == lever)
        }
        for lever in range(len(decisions.levers))
    }
    for lever, own in spots.items():
        if shares[decisions.lever == lever].any():
            continue
        for other, gains in spots.items():
            if other != lever and all(
                spot in gains and gains[spot][0] > gain[0] and gains[spot][1] > gain[1]
                for spot, gain in own.items()
            ):
                found[lever] = other
                break
    return found


def weak_end(effect: Effect) -> float:
    """The end of the stated interval that does less of what the effect does."""
    return min(effect.low, effect.high) if effect.size > 0 else max(effect.low, effect.high)


def strong_end(effect: Effect) -> float:
    return max(effect.low, effect.high) if effect.size > 0 else min(effect.low, effect.high)


def size_cases(levers: Sequence[Lever], used: Sequence[int]) -> list[tuple[str, Array]]:
    """Named sets of E sizes: all central, all weak, all strong, and one lever in use weak at a time."""
    effects = [(i, effect) for i, lever in enumerate(levers) for effect in lever.effects]
    middle = np.array([effect.size for _, effect in effects])
    weak = np.array([weak_end(effect) for _, effect in effects])
    strong = np.array([strong_end(effect) for _, effect in effects])
    owner = np.array([i for i, _ in effects])
    cases = [("central", middle), ("all_weak", weak), ("all_strong", strong)]
    return cases + [(f"weak:{levers[i].name}", np.where(owner == i, weak, middle)) for i in used]


def search_again(problem: Problem, response: Projected, shares: Array) -> Array:
    """The best mix under other sizes of effects."""
    nothing = np.zeros(problem.decisions.count)
    other = problem_of(problem.setting, problem.decisions, response, response.exact(nothing))
    if not any(limit.name == CHANCE for limit in problem.limits):
        other = other.without_chance()
    return tidied(other, as_well_as_can_be(other, shares, other.decisions.most).shares)
