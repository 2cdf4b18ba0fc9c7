"""Newton's method on the Poisson likelihood in which the largest effect is at its optimum throughout."""

from dataclasses import dataclass

import numpy as np

from nuudel.model.ppml.layout import Equations, Floats
from nuudel.model.ppml.problem import Problem
from nuudel.model.ppml.projection import conjugate_gradients

FORCING = 0.3  # largest error of a step, relative to the gradient; smaller as the gradient falls

ARMIJO = 1e-4
NOISE = 1e-13  # of the objective's terms: changes below it are rounding
SHORTEST_STEP = 2.0**-30


@dataclass
class State:
    """Coefficients (k,), effects (m,) and what follows from them; ``mu`` (M,) includes the cells' weights."""

    coefficients: Floats
    effects: Floats
    mu: Floats
    logs: Floats
    by_unknown: Floats
    objective: float
    size: float

    def deviance(self, problem: Problem) -> float:
        return 2.0 * (problem.saturated + self.objective)


def evaluate(problem: Problem, coefficients: Floats, effects: Floats, mu: Floats) -> State:
    """The state at coefficients and effects; ``mu`` (M,) is overwritten.

    The objective is the sum of weight x (mu - y log mu); no logarithm is taken cell by cell, since the sum of
    y log mu is linear in sums of the flows.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        base = problem.weights
        if coefficients.any():
            base = coefficients @ problem.columns
            np.exp(base, out=base)
            base *= problem.weights
        logs, by_unknown = problem.layout.fit(base, effects, problem.by_level, mu)
        terms = np.array(
            [coefficients @ problem.by_column, effects @ problem.by_unknown, (logs * problem.by_level).sum()]
        )
        expected = float(mu.sum()) if problem.layout.free else problem.total
        objective, size = expected - float(terms.sum()), float(np.abs(terms).sum()) + expected
    return State(coefficients, effects, mu, logs, by_unknown, objective, size)


def raked(problem: Problem, state: State, block: slice) -> Floats:
    """The effects with one set of them multiplied up to its sums of flows."""
    wanted, found = problem.by_unknown[block], state.by_unknown[block]
    ratio = np.divide(wanted, found, out=np.ones_like(wanted), where=(wanted > 0) & (found > 0))
    effects = state.effects.copy()
    effects[block] += np.log(ratio)
    return effects


def rake(problem: Problem, state: State) -> State:
    """Each set of effects once at its optimum given the others (iterative proportional fitting)."""
    for block in problem.layout.blocks:
        state = evaluate(problem, state.coefficients, raked(problem, state, block), state.mu)
    return state


def balanced(problem: Problem, state: State) -> bool:
    """Whether the sums of every level are within a factor of two of those wanted.

    From far below, Newton's method overshoots by the exponential of the ratio.
    """
    wanted, found = problem.by_unknown, state.by_unknown
    return bool(((wanted <= 2.0 * found) & (found <= 2.0 * wanted)).all())


@dataclass
class Direction:
    """A step of the coefficients (k,) and effects (m,), and what it is expected to be worth.

    ``decrement`` is the square root of gradient' Hessian⁻¹ gradient, the distance to the optimum in standard
    errors; ``gradient`` the same as the preconditioner alone sees it.
    """

    coefficients: Floats
    effects: Floats
    decrement: float
    gradient: float
    iterations: int
    reached: bool


def direction(problem: Problem, state: State, equations: Equations, before: float, least: float) -> Direction:
    """Solve the Newton equations as far as it pays.

    The error allowed, relative to the gradient, is ``FORCING`` at first and falls with the square of the
    gradient's own fall since the step ``before`` (Eisenstat & Walker 1996, choice 2); never below ``least``.
    """
    k, m = state.coefficients.size, state.effects.size
    gradient = np.empty((1, m + k))
    gradient[0, :m] = state.by_unknown - problem.by_unknown
    if k:
        gradient[0, m:] = problem.columns @ state.mu - problem.by_column
        border, cross, _ = equations.moments(problem.columns)
        inverse = np.linalg.inv(cross)
    else:
        border, cross, inverse = np.zeros((0, m)), np.zeros((0, 0)), np.zeros((0, 0))

    def apply(vector: Floats) -> Floats:
        effects, coefficients = vector[:, :m], vector[:, m:]
        return np.hstack(
            [equations.apply(effects) + coefficients @ border, effects @ border.T + coefficients @ cross]
        )

    def precondition(vector: Floats) -> Floats:
        return np.hstack([equations.precondition(vector[:, :m]), vector[:, m:] @ inverse])

    first = float(np.sqrt((gradient * precondition(gradient)).sum()))
    forcing = FORCING * min(1.0, (first / before) ** 2) if np.isfinite(before) and before else FORCING
    limit = np.array([max(forcing * first, least)])
    solved = conjugate_gradients(apply, precondition, -gradient, limit)
    return Direction(
        solved.vectors[0, m:],
        solved.vectors[0, :m],
        max(first, float(np.sqrt(solved.energy[0]))),
        first,
        solved.iterations,
        solved.reached,
    )


def step(problem: Problem, state: State, towards: Direction, spare: Floats) -> tuple[State, float]:
    """The next state, and the share of the direction taken: halved until the objective falls, 0 if never."""
    share = 1.0
    noise = NOISE * state.size
    while share >= SHORTEST_STEP:
        following = evaluate(
            problem,
            state.coefficients + share * towards.coefficients,
            state.effects + share * towards.effects,
            spare,
        )
        bound = state.objective - ARMIJO * share * towards.decrement**2 + noise
        if np.isfinite(following.objective) and following.objective <= bound:
            return (following if balanced(problem, following) else rake(problem, following)), share
        share *= 0.5
    return state, 0.0
