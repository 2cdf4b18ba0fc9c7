"""Whether a goal can be reached at all; if not, what stands in the way and how little would have to give."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nuudel.model.policy.decisions import MOST_BUDGETS
from nuudel.model.policy.problem import Problem
from nuudel.model.policy.programme import KEPT, Constraint, Found, solve
from nuudel.model.projection.inputs import Array

BOUNDS = "limits per place and year"
# Above this relative violation a set of constraints counts as impossible.
IMPOSSIBLE = 1e-4
# Multipliers of the least violation sum to one; a smaller one is rounding.
TAKES_PART = 1e-4
MOST_STRETCH = 1000.0
# A smaller share of the budget is rounding.
DUST = 1e-5


@dataclass(frozen=True, eq=False)
class Conflict:
    """Constraints that cannot be kept together.

    Attributes
    ----------
    shares
        Decisions that break the constraints least (the greatest relative violation is the smallest).
    names
        A least set of constraints in conflict; ``BOUNDS`` where the levers' own limits take part.
    relaxed
        Name to the relative change of its limit that would make the goal feasible with all other
        constraints kept; None where none would.
    """

    shares: Array
    names: tuple[str, ...]
    relaxed: dict[str, float | None]


def least_violation(
    problem: Problem, starts: Iterable[Array], elastic: set[str], rigid: set[str], most: Array | None = None
) -> tuple[Array, float, dict[str, float]]:
    """Minimise the greatest relative violation of the elastic constraints; the rigid ones are kept.

    The phase-one problem in one more variable t: minimise t so that c(u) + t >= 0 for elastic c.

    Returns
    -------
    tuple
        The shares, t (infinite where the rigid ones cannot be kept), and the multipliers by name.

    References
    ----------
    Chinneck, J. W. (2008), Feasibility and infeasibility in optimization, Springer, chapters 6 and 9:
    elastic programs, and the deletion filter used by ``find_conflict``.
    """
    bounds = problem.decisions.most if most is None else most
    chosen = [limit.constraint for limit in problem.limits if limit.name in elastic | rigid]
    constraints = [stretched(each, each.name in elastic) for each in chosen]
    slope = np.append(np.zeros(bounds.size), 1.0)
    found: list[Found] = []
    for start in starts:
        violation = max([-each.value(start) for each in chosen if each.name in elastic], default=0.0)
        first = np.append(start, max(violation, 0.0))
        objective = (lambda free: float(free[-1])), (lambda free: slope)
        found.append(solve(objective, constraints, np.append(bounds, np.inf), first))
    kept = [each for each in found if each.kept]
    if not kept:
        return min(found, key=lambda each: each.broken).shares[:-1], np.inf, {}
    best = min(kept, key=lambda each: each.objective)
    names = [each.name for each in chosen]
    return best.shares[:-1], best.objective, dict(zip(names, best.multipliers, strict=True))


def stretched(constraint: Constraint, elastic: bool) -> Constraint:
    """The same constraint of (shares, t), with t added where it may be broken."""
    give = 1.0 if elastic else 0.0
    return Constraint(
        constraint.name,
        lambda free: constraint.value(free[:-1]) + give * free[-1],
        lambda free: np.append(constraint.gradient(free[:-1]), give),
        constraint.linear,
    )


def find_conflict(problem: Problem, starts: Sequence[Array]) -> Conflict | None:
    """The least violation from several starts; None where every constraint can be kept."""
    every = {limit.name for limit in problem.limits}
    shares, violation, multipliers = least_violation(problem, starts, every, set())
    if violation <= 10 * KEPT:
        return None
    starts = [shares, *starts[:1]]
    suspects = [name for name in multipliers if multipliers[name] > TAKES_PART] or sorted(every)
    if not impossible(problem, starts, set(suspects)):
        suspects = sorted(every)
    names = list(suspects)
    for name in suspects:
        if len(names) > 1 and impossible(problem, starts, set(names) - {name}):
            names.remove(name)
    relaxed = {name: least_change(problem, starts, name, every) for name in names}
    stretch = least_stretch(problem, starts, every)
    if stretch is not None:
        names.append(BOUNDS)
        relaxed[BOUNDS] = stretch
    return Conflict(np.where(shares < DUST, 0.0, shares), tuple(names), relaxed)


def impossible(problem: Problem, starts: Sequence[Array], names: set[str]) -> bool:
    return least_violation(problem, starts, names, set())[1] > IMPOSSIBLE


def least_change(problem: Problem, starts: Sequence[Array], name: str, every: set[str]) -> float | None:
    """How far one limit has to give, relative to its scale, with all others kept."""
    change = least_violation(problem, starts, {name}, every - {name})[1]
    return change if np.isfinite(change) else None


def least_stretch(problem: Problem, starts: Sequence[Array], every: set[str]) -> float | None:
    """By what factor all levers' limits per place and year have to grow, all constraints kept."""
    most = problem.decisions.most
    one = np.full(most.size, MOST_BUDGETS)
    chosen = [stretched(limit.constraint, False) for limit in problem.limits]
    reach = np.where(most > 0, most, 1.0)
    bounds = [
        linear_constraint(np.append(-np.eye(1, most.size, j)[0] / reach[j], 1.0)) for j in range(most.size)
    ]
    slope = np.append(np.zeros(most.size), 1.0)
    objective = (lambda free: float(free[-1])), (lambda free: slope)
    found = [
        solve(objective, [*chosen, *bounds], np.append(one, MOST_STRETCH), np.append(start, 1.0))
        for start in starts
    ]
    kept = [each.objective for each in found if each.kept]
    return min(kept) - 1 if kept and min(kept) > 1 + IMPOSSIBLE else None


def linear_constraint(row: Array) -> Constraint:
    return Constraint(BOUNDS, lambda free: float(row @ free), lambda free: row, linear=True)
