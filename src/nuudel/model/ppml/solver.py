"""The Poisson pseudo-maximum-likelihood estimate with any set of effects."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nuudel.model.ppml import diagnosis
from nuudel.model.ppml.collinearity import collinear_columns
from nuudel.model.ppml.effects import EffectSpace
from nuudel.model.ppml.layout import Equations, Floats
from nuudel.model.ppml.newton import NOISE, State, direction, evaluate, rake, step
from nuudel.model.ppml.problem import Problem, arrange, checked, checked_start, project
from nuudel.model.ppml.threads import single_threaded

__all__ = ["PpmlSolution", "collinear_columns", "solve_ppml"]

NEAR = 1e-4  # decrement, relative to the deviance's root, from which on only separated cells still move far
STILL = 1e-3  # largest change of a linear predictor in the last step of a solution that stands still

STALE = 6  # rounds that cost as much as a new preconditioner
CLEAR = 0.03  # of the decrement asked for: the last step's equations are solved this closely


@dataclass(frozen=True)
class PpmlSolution:
    """Solution of the Poisson score equations.

    Attributes
    ----------
    coefficients
        Shape (k,).
    linear_predictor, fitted
        Shape (N,): eta and exp(eta), in the order of the flows given.
    deviance
        2 sum of weight x (y log(y/mu) - y + mu).
    iterations, passes
        Newton steps; visits to all cells, those of the preparation included.
    deviance_change, decrement
        The criteria reached: relative change of the deviance in the last step, |change| / (0.1 + deviance),
        and the Newton decrement before that step, the distance to the optimum in standard errors.
    """

    coefficients: Floats
    linear_predictor: Floats
    fitted: Floats
    deviance: float
    iterations: int
    passes: int
    deviance_change: float
    decrement: float


@single_threaded
def solve_ppml(
    flow: ArrayLike,
    columns: ArrayLike,
    space: EffectSpace,
    *,
    weights: ArrayLike | None = None,
    tolerance: float = 1e-8,
    iterations: int = 100,
    start: PpmlSolution | None = None,
) -> PpmlSolution:
    """Solve the score equations: sums of weight x (flow - fitted) x (covariate or dummy) are 0.

    Parameters
    ----------
    flow
        Shape (N,): at least 0.
    columns
        Shape (N, k), k may be 0. Without effects nothing stands for a constant: give a column of ones.
    space
        Effects of the same N cells.
    weights
        Shape (N,), positive; all 1 if not given.
    tolerance
        The estimate stops when the deviance changes by less than ``tolerance`` x (0.1 + deviance), which is
        fixest's and pyfixest's rule, and what the deviance can still fall is less than
        ``tolerance``² x (0.1 + deviance).
    iterations
        Newton steps before giving up.
    start
        A solution with the same columns: its coefficients are where the search begins.

    Raises
    ------
    ModelError
        ``MODEL-123`` to ``MODEL-128`` for unusable input; ``MODEL-131`` to ``MODEL-135`` when there is no
        convergence, with what still moves.

    Notes
    -----
    Inexact Newton steps (Dembo, Eisenstat & Steihaug 1982) on the likelihood with the largest effect
    concentrated out; the equations of each step by preconditioned conjugate gradients. See
    docs/methods/ppml-computation.md.
    """
    y, x, omega = checked(flow, columns, weights, space.cells)
    layout = space.layout
    before = layout.passes
    problem, scale = arrange(y, x, omega, layout)
    coefficients = np.zeros(x.shape[1])
    none = np.zeros(layout.unknowns)
    state = rake(problem, evaluate(problem, coefficients, none, np.empty(layout.places)))
    equations = layout.equations(state.mu)
    project(problem, equations)
    if start is not None:
        coefficients = checked_start(start.coefficients, x.shape[1]) * scale
        state = rake(problem, evaluate(problem, coefficients, state.effects, state.mu))
    state, reached = iterate(problem, state, equations, tolerance, iterations)
    linear = state.coefficients @ problem.columns if x.shape[1] else np.zeros(layout.places)
    predictor = layout.predictor(linear, state.effects, state.logs)
    fitted = np.exp(predictor)
    return PpmlSolution(
        coefficients=state.coefficients / scale,
        linear_predictor=predictor,
        fitted=fitted,
        deviance=deviance(y, predictor, fitted, omega),
        iterations=reached.iterations,
        passes=layout.passes - before,
        deviance_change=reached.deviance_change,
        decrement=reached.decrement,
    )


def deviance(flow: Floats, predictor: Floats, fitted: Floats, weights: Floats | None) -> float:
    """2 sum of weight x (y (log y - eta) - y + mu)."""
    logs = np.log(flow, out=np.zeros_like(flow), where=flow > 0)
    terms = flow * (logs - predictor) - flow + fitted
    return 2.0 * float(terms.sum() if weights is None else terms @ weights)


@dataclass(frozen=True)
class Reached:
    """Criteria at the last step; see ``PpmlSolution``."""

    iterations: int
    deviance_change: float
    decrement: float


def iterate(
    problem: Problem, state: State, equations: Equations, tolerance: float, iterations: int
) -> tuple[State, Reached]:
    """Newton steps until both criteria hold and no cell's linear predictor moves.

    The preconditioner of ``equations`` is used until a step takes more than ``STALE`` rounds with it, or has
    to be shortened.
    """
    if not np.isfinite(state.objective):
        raise diagnosis.overflow(state)
    layout = problem.layout
    spare = np.empty(layout.places)
    cells = diagnosis.EmptyCells(problem)
    gradient, fresh = np.inf, True
    for iteration in range(1, iterations + 1):
        level = 0.1 + max(state.deviance(problem), 0.0)
        goal = tolerance * np.sqrt(level)
        equations = layout.equations(state.mu, equations if fresh else None)
        towards = direction(problem, state, equations, gradient, CLEAR * goal)
        gradient = towards.gradient
        following, share = step(problem, state, towards, spare)
        fresh = share == 1.0 and towards.iterations <= STALE
        if not share:
            raise diagnosis.no_descent(towards, cells, iteration)
        change = 2.0 * abs(following.objective - state.objective)
        rounding = NOISE * state.size
        still = towards.decrement <= goal and share == 1.0 and change <= tolerance * level + rounding
        cells.watch(state.mu, following.mu)
        cells.refuse(following.mu, towards.decrement <= max(goal, NEAR * np.sqrt(level)), iteration)
        if still and largest_move(state.mu, following.mu) <= STILL:
            return following, Reached(iteration, change / level, towards.decrement)
        state, spare = following, state.mu
    raise diagnosis.still_moving(towards, cells, iterations)


def largest_move(before: Floats, after: Floats) -> float:
    """Largest relative change of an expected flow."""
    moved = np.abs(after - before)
    np.divide(moved, before, out=moved, where=before > 0)
    return float(moved.max())
