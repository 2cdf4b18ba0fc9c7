"""Why an estimate did not converge: what still moves, how much, and what that looks like."""

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.ppml.layout import Floats
from nuudel.model.ppml.newton import Direction, State
from nuudel.model.ppml.problem import Problem

FAINT = 1e-8  # of the mean flow: expected flows that may be on their way to 0
FALLING = 0.3  # fall of a linear predictor in one step that does not slow down: on its way to minus infinity


def overflow(state: State) -> ModelError:
    """The first evaluation is not finite."""
    largest = float(np.abs(state.coefficients).max()) if state.coefficients.size else 0.0
    return ModelError(
        134,
        "the expected flows at the start are beyond the largest number (largest scaled coefficient "
        f"{largest:.3g}).",
        "Start from zero, or from a solution of similar data.",
        ("start",),
    )


def no_descent(towards: Direction, iteration: int) -> ModelError:
    """No step along the Newton direction lowers the objective."""
    return ModelError(
        135,
        f"step {iteration} could not lower the deviance (Newton decrement {towards.decrement:.2e}, largest "
        f"change of a scaled coefficient {_largest(towards):.2e}): rounding hides the optimum.",
        "Raise the tolerance, or look for covariates that are almost collinear.",
        ("tolerance",),
    )


def refuse_falling_cells(problem: Problem, before: Floats, after: Floats, iterations: int) -> None:
    """Raise ``MODEL-133`` where cells without flow are expected to have next to none and still fall.

    A separated cell's linear predictor falls by 1 in every step, and soon matters to no criterion.
    ``before`` and ``after`` (M,) are the expected flows of a step.
    """
    empty, ratio = _fall(problem, before, after)
    falling = ratio < np.exp(-FALLING)
    faint = after[empty] < FAINT * problem.total / float(problem.weights.sum()) * problem.weights[empty]
    if (falling & faint).any():
        raise ModelError(
            133,
            f"after {iterations} steps the expected flows of {int(falling.sum())} cells without flow still "
            f"fall, by up to {100 * (1 - float(ratio.min())):.0f} per cent a step: the data look separated.",
            "Leave out the separated cells first.",
            ("flow",),
        )


def still_moving(
    problem: Problem, before: Floats, after: Floats, towards: Direction, iterations: int
) -> ModelError:
    """The steps ran out: what moved most in the last one."""
    moving = (
        f"coefficient {int(np.abs(towards.coefficients).argmax()) + 1} (scaled) by {_largest(towards):.2e}"
        if towards.coefficients.size
        else "no coefficient"
    )
    effects = float(np.abs(towards.effects).max()) if towards.effects.size else 0.0
    falling = int((_fall(problem, before, after)[1] < np.exp(-FALLING)).sum())
    inner = "" if towards.reached else f" Its equations were given up after {towards.iterations} rounds."
    return ModelError(
        132,
        f"no convergence in {iterations} steps: the last one moved {moving} and an effect by up to "
        f"{effects:.2e}, with a Newton decrement of {towards.decrement:.2e}; {falling} cells without flow "
        f"fell fast.{inner}",
        "Leave out separated cells where cells fell fast; else allow more steps, raise the tolerance, or "
        "look for covariates that are almost collinear.",
        ("iterations", "tolerance"),
    )


def _fall(problem: Problem, before: Floats, after: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Places of the cells without flow, and by what factor a step changes what is expected there."""
    empty = np.flatnonzero((problem.flows == 0) & (problem.weights > 0))
    start = before[empty]
    return empty, np.divide(after[empty], start, out=np.ones(empty.size), where=start > 0)


def _largest(towards: Direction) -> float:
    return float(np.abs(towards.coefficients).max()) if towards.coefficients.size else 0.0
