"""Where the optimiser begins, and how its answer is tidied."""

import numpy as np
from numpy.typing import NDArray

from nuudel.model.policy.decisions import Decisions, Index
from nuudel.model.policy.problem import Problem
from nuudel.model.policy.programme import KEPT
from nuudel.model.projection.inputs import Array

# A decision of less than this share of the budget is left out of the answer where nothing breaks; a smaller
# share where something would; dust always.
LEAST_SHARES = (1e-3, 1e-5, 1e-7)
# Ceilings are kept by more than sums of money are rounded.
BELOW = 1 - 1e-12


def starts_of(problem: Problem, count: int, seed: int) -> list[Array]:
    """Where the optimiser begins: the steepest decisions first, an even spread, nothing, then random ones."""
    decisions = problem.decisions
    slope = problem.objective[1](np.zeros(decisions.count))
    if problem.setting.goal.objective.aim == "reach" and problem.evaluations.summaries[1:]:
        slope = -problem.evaluations.gradient(1, np.zeros(decisions.count))
    found = [filled(decisions, np.argsort(slope, kind="stable"), slope < 0)]
    even = np.minimum(np.full(decisions.count, 1 / decisions.count), decisions.most)
    found += [even, np.zeros(decisions.count)]
    random = np.random.default_rng(seed)
    while len(found) < count:
        drawn = random.dirichlet(np.full(decisions.count, 0.3)) * random.uniform(0.3, 1)
        found.append(np.minimum(drawn, decisions.most))
    return found[:count]


def filled(decisions: Decisions, order: Index, useful: NDArray[np.bool_]) -> Array:
    """The whole budget on the first decisions of an order, each to its limit."""
    shares, left = np.zeros(decisions.count), 1.0
    for index in order:
        if useful[index]:
            shares[index] = min(decisions.most[index], left)
            left -= shares[index]
    return shares


def tidied(problem: Problem, shares: Array) -> Array:
    """Shares without dust, every budget kept to the last unit of money.

    Sequential quadratic programming keeps linear constraints to rounding; ceilings are then kept exactly by
    taking the excess off all decisions alike.
    """
    before = min(limit.constraint.value(shares) for limit in problem.limits)
    for least in LEAST_SHARES:
        kept = np.where(shares < least, 0.0, shares)
        after = min(limit.constraint.value(kept) for limit in problem.limits)
        if after >= min(before, 0) - KEPT:
            break
    for limit in problem.limits:
        if limit.constraint.linear and limit.side == "at_most":
            value = limit.value(kept)
            if value > limit.limit * BELOW:
                kept = kept * (limit.limit * BELOW / value)
    return kept
